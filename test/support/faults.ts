import { decide } from '../../actors/user/user.machine.js';
import type { UserMessage } from '../../actors/user/user.machine.js';

/**
 * The rules of presence with faults in them, which the message itself brings about: a message of a user for whom
 * faults are planned throws, as often as was planned.
 */
export class Faults {
  readonly #planned = new Map<string, number>();

  /** The next `times` handlings of such a message throw. */
  plan(user: string, kind: UserMessage['kind'], times: number): void {
    this.#planned.set(`${user} ${kind}`, times);
  }

  readonly decide: typeof decide = (state, lease, message) => {
    const user = 'user' in message ? message.user : '';
    this.#throwIfPlanned(`${user} ${message.kind}`);
    return decide(state, lease, message);
  };

  #throwIfPlanned(key: string): void {
    const left = this.#planned.get(key) ?? 0;
    if (left === 0) return;
    this.#planned.set(key, left - 1);
    throw new Error(`planned fault: ${key}`);
  }
}
