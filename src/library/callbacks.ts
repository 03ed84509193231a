import type { Logger } from '../ports/logger.js';
import { systemClock } from './clock.js';
import type { Node } from './node.js';

/** Told of a node that has failed, or recovered. Nobody waits for what it promises. */
export type NodeCallback = (node: Node) => unknown;

/** Functions of the program's own: nothing that one throws, now or later, reaches the actors or the other functions. */
export class Callbacks {
  readonly #called: string;
  readonly #callbacks = new Set<NodeCallback>();

  /** @param called what they are called in the log */
  constructor(called: string) {
    this.#called = called;
  }

  add(callback: NodeCallback): () => void {
    this.#callbacks.add(callback);
    return () => {
      this.#callbacks.delete(callback);
    };
  }

  /** Calls them, each in a turn of its own: the actor that a change comes from has gone on by then. */
  call(node: Node, logger: Logger): void {
    for (const callback of this.#callbacks) {
      systemClock.soon(() => {
        void this.#guarded(callback, node, logger);
      });
    }
  }

  async #guarded(callback: NodeCallback, node: Node, logger: Logger): Promise<void> {
    try {
      await callback(node);
    } catch (error) {
      logger.error('a callback has thrown', { callback: this.#called, node: node.name, error });
    }
  }
}
