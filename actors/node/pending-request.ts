import type { Batch } from '../shards/batch.js';
import type { NodeCommand, NodeReply } from './node.protocol.js';

/** A command on its way to its actor, with the way back for its reply. */
export class PendingRequest {
  readonly kind = 'asked';
  readonly command: NodeCommand;
  readonly #batch: Batch<NodeReply>;
  readonly #index: number;

  constructor(command: NodeCommand, batch: Batch<NodeReply>, index: number) {
    this.command = command;
    this.#batch = batch;
    this.#index = index;
  }

  /** The number of requests that its reply answers. */
  get size(): number {
    return 1;
  }

  answer(reply: NodeReply): void {
    this.#batch.answer(this.#index, reply);
  }

  /** Whether both are heartbeats of one moment and one quota. No other command is the same when it is repeated. */
  equals({ command }: PendingRequest): boolean {
    const { kind, arrivedAt, readAt, quota } = this.command;
    if (kind !== 'heartbeat' || command.kind !== 'heartbeat') return false;
    return arrivedAt === command.arrivedAt && readAt === command.readAt && quota === command.quota;
  }

  /** Joins an equal request for the same node. */
  join(next: object): PendingRequest | undefined {
    return next instanceof PendingRequest && this.equals(next)
      ? new JoinedRequests(this.command, this.#batch, this.#index, next)
      : undefined;
  }
}

/** Equal heartbeats of one node in a row: handled once, answered together. */
class JoinedRequests extends PendingRequest {
  readonly #others: PendingRequest[];

  constructor(command: NodeCommand, batch: Batch<NodeReply>, index: number, other: PendingRequest) {
    super(command, batch, index);
    this.#others = [other];
  }

  override get size(): number {
    let size = 1;
    for (const other of this.#others) size += other.size;
    return size;
  }

  override answer(reply: NodeReply): void {
    super.answer(reply);
    for (const other of this.#others) other.answer(reply);
  }

  override join(next: object): PendingRequest | undefined {
    if (!(next instanceof PendingRequest) || !this.equals(next)) return undefined;
    this.#others.push(next);
    return this;
  }
}

/** The request in this message, if it is one. */
export function asked(message: { readonly kind: string }): PendingRequest {
  if (message instanceof PendingRequest) return message;
  throw new TypeError(`'${message.kind}' has nobody to answer`);
}
