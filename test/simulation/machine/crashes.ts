import { Cell } from '../../../src/runtime/actor.js';
import { STOP } from '../../../src/runtime/incarnation.js';
import { replaced } from '../replaced.js';

/** The actors in which a message may cause a crash. */
export const CRASHING = ['users', 'nodes', 'history', 'notifier'] as const;

interface Armed {
  readonly part: (typeof CRASHING)[number];
  /** The number of messages to handle normally first. */
  left: number;
  times: number;
  /** The message that crashes its actor, and may be handled again. */
  message: unknown;
  readonly crashed: (path: string) => void;
}

/** Makes messages crash the actors that handle them. */
export class Crashes {
  #armed: Armed | undefined;

  /** After `left` messages of these actors, one crashes its actor, and again when it is repeated. */
  arm(part: Armed['part'], left: number, times: number, crashed: Armed['crashed']): void {
    this.#armed = { part, left, times, message: undefined, crashed };
  }

  /** @returns undoes the replacement */
  install(): () => void {
    const strikes = (path: () => string, message: unknown): boolean => this.#strikes(path, message);
    return replaced(
      Cell,
      'handle',
      (original) =>
        function (this: Cell<unknown>, message: unknown) {
          if (strikes(() => this.path, message)) throw new Error('a crash that was injected');
          Reflect.apply(original, this, [message]);
        },
    )();
  }

  #strikes(path: () => string, message: unknown): boolean {
    const armed = this.#armed;
    if (armed === undefined || message === STOP) return false;
    if (armed.message === undefined) {
      const where = path();
      if (!isOf(where, armed.part) || armed.left-- > 0) return false;
      // If one message crashes a starting supervisor twice, the daemon fails to start.
      if (armed.times > 1 && where.endsWith('/supervisor')) return false;
      armed.message = message;
      armed.crashed(where);
    }
    if (armed.message !== message) return false;
    if (--armed.times <= 0) this.#armed = undefined;
    return true;
  }
}

/** With several partitions, their names begin like those of users. */
function isOf(path: string, part: Armed['part']): boolean {
  return path.split('/').includes(part);
}
