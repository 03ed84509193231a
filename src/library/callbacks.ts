import type { PresenceChange } from '../app/presence-change.js';
import type { Flip } from '../domain/node.js';
import type { LogFields, Logger } from '../ports/logger.js';
import { aFunction, expectArgument, shown, type Check } from './checks.js';
import { systemClock } from './clock.js';
import type { Node } from './node.js';
import { describedFlip, type NodeChanged } from './node-description.js';
import type { UserChanged } from './presence.js';

/** Called when a node has failed or recovered. Its promise is not awaited. */
export type NodeCallback = (node: Node) => unknown;

/** Called when a user has come online or gone offline. Its promise is not awaited. */
export type UserCallback = (change: UserChanged) => unknown;

/** Called for every change of a node's state, before the program's callbacks. */
export type ChangeListener = (change: NodeChanged) => void;

const aCallback: Check = (value) =>
  typeof value === 'function' ? undefined : `wants a function to call, not ${shown(value)}`;

/** Functions of the program. Nothing that one throws, now or later, reaches the actors or the other functions. */
class Callbacks<Subject> {
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

/** The program's functions that are called when something in an instance changes. */
export class Subscribers {
  readonly failure = new Callbacks<Node>('onFailure', named);
  readonly recovery = new Callbacks<Node>('onRecovery', named);
  readonly online = new Callbacks<UserChanged>('onOnline', ofUser);
  readonly offline = new Callbacks<UserChanged>('onOffline', ofUser);
  readonly #listeners = new Set<ChangeListener>();

  /** @throws TypeError if it is not a function */
  listen(listener: ChangeListener): () => void {
    expectArgument('onChange', listener, aFunction);
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Called by an actor in its own turn, so the program's callbacks are called later. */
  nodeChanged(flip: Flip, node: Node, logger: Logger): void {
    for (const listener of this.#listeners) {
      guard(logger, 'onChange', () => {
        listener(describedFlip(node.name, flip));
      });
    }
    if (flip.to === 'failed') this.failure.call(node, logger);
    else if (flip.from === 'failed') this.recovery.call(node, logger);
  }

  userChanged({ user, status, at }: PresenceChange, logger: Logger): void {
    const callbacks = status === 'online' ? this.online : this.offline;
    if (callbacks.size > 0) callbacks.call({ id: user, status, at: new Date(at) }, logger);
  }
}

function named({ name }: Node): LogFields {
  return { node: name };
}

function ofUser({ id }: UserChanged): LogFields {
  return { user: id };
}

/** Calls a function of the program at once. Nothing that it throws goes further. */
export function guard(logger: Logger, called: string, callback: () => unknown): void {
  try {
    callback();
  } catch (error) {
    logger.error('callback threw an error', { callback: called, error });
  }
}
