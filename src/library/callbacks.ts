import type { LogFields, Logger } from '../ports/logger.js';
import { expectArgument, shown, type Check } from './checks.js';
import { systemClock } from './clock.js';
import type { Node } from './node.js';
import type { UserChanged } from './presence.js';

/** Called when a node has failed or recovered. Its promise is not awaited. */
export type NodeCallback = (node: Node) => unknown;

/** Called when a user has come online or gone offline. Its promise is not awaited. */
export type UserCallback = (change: UserChanged) => unknown;

const aCallback: Check = (value) =>
  typeof value === 'function' ? undefined : `wants a function to call, not ${shown(value)}`;

/** Functions of the program. Nothing that one throws, now or later, reaches the actors or the other functions. */
export class Callbacks<Subject> {
  readonly #called: string;
  readonly #callbacks = new Set<(subject: Subject) => unknown>();

  readonly #named: (subject: Subject) => LogFields;

  /**
   * @param called what they are called in the log
   * @param named the subject of a call, for the log
   */
  constructor(called: string, named: (subject: Subject) => LogFields) {
    this.#called = called;
    this.#named = named;
  }

  get size(): number {
    return this.#callbacks.size;
  }

  /** @throws TypeError if it is not a function */
  add(callback: (subject: Subject) => unknown): () => void {
    expectArgument(this.#called, callback, aCallback);
    this.#callbacks.add(callback);
    return () => {
      this.#callbacks.delete(callback);
    };
  }

  /** Calls them, each in a turn of its own: the actor whose change it is has gone on by then. */
  call(subject: Subject, logger: Logger): void {
    for (const callback of this.#callbacks) {
      systemClock.soon(() => {
        void this.#guarded(callback, subject, logger);
      });
    }
  }

  async #guarded(callback: (subject: Subject) => unknown, subject: Subject, logger: Logger): Promise<void> {
    try {
      await callback(subject);
    } catch (error) {
      logger.error('callback threw an error', { callback: this.#called, ...this.#named(subject), error });
    }
  }
}
