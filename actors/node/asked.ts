import type { Batch } from '../shards/batch.js';
import type { NodeCommand, NodeReply } from './node.protocol.js';

/** A command on its way to its actor, with the way back for its reply. */
export class Asked {
  readonly kind = 'asked';
  readonly command: NodeCommand;
  readonly #batch: Batch<NodeReply>;
  readonly #index: number;

  constructor(command: NodeCommand, batch: Batch<NodeReply>, index: number) {
    this.command = command;
    this.#batch = batch;
    this.#index = index;
  }

  answer(reply: NodeReply): void {
    this.#batch.answer(this.#index, reply);
  }
}

/** Whoever told an actor this, and waits for the answer. */
export function asked(message: { readonly kind: string }): Asked {
  if (message instanceof Asked) return message;
  throw new TypeError(`'${message.kind}' has nobody to answer`);
}
