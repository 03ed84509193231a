import type { LogFields, Logger } from '../ports/logger.js';
import { expectArgument, shown, type Check } from './checks.js';
import { systemClock } from './clock.js';
import type { Node } from './node.js';
import type { UserChanged } from './presence.js';

/** Told of a node that has failed, or recovered. Nobody waits for what it promises. */
export type NodeCallback = (node: Node) => unknown;

/** Told of a user who has come online, or gone offline. Nobody waits for what it promises. */
export type UserCallback = (change: UserChanged) => unknown;

const aCallback: Check = (value) =>
  typeof value === 'function' ? undefined : `wants a function to call, not ${shown(value)}`;

/** Functions of the program's own: nothing that one throws, now or later, reaches the actors or the other functions. */
export class Callbacks<Subject> {
  readonly #called: string;
  readonly #callbacks = new Set<(subject: Subject) => unknown>();

  readonly #named: (subject: Subject) => LogFields;

  /**
   * @param called what they are called in the log
   * @param named who or what a call was about, for the log
   */
  constructor(called: string, named: (subject: Subject) => LogFields) {
    this.#called = called;
    this.#named = named;
  }

  get size(): number {
    return this.#callbacks.size;
  }

  /** @throws TypeError for what is no function */
  add(callback: (subject: Subject) => unknown): () => void {
    expectArgument(this.#called, callback, aCallback);
    this.#callbacks.add(callback);
    return () => {
      this.#callbacks.delete(callback);
    };
  }

  /** Calls them, each in a turn of its own: the actor that a change comes from has gone on by then. */
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
