import type { NodeMessage } from '../../actors/node/decision.js';
import { decide as decideNode } from '../../actors/node/node.machine.js';
import { decide } from '../../actors/user/user.machine.js';
import type { UserMessage } from '../../actors/user/user.machine.js';

/**
 * The rules of presence and of liveness with planned faults: a message for a user
 * or node with planned faults throws, as often as planned.
 */
export class Faults {
  readonly #planned = new Map<string, number>();

  /** The next `times` handlings of this message throw. */
  plan(whose: string, kind: UserMessage['kind'] | NodeMessage['kind'], times: number): void {
    this.#planned.set(`${whose} ${kind}`, times);
  }

  readonly decide: typeof decide = (state, lease, message) => {
    const user = 'key' in message ? String(message.key) : '';
    this.#throwIfPlanned(`${user} ${message.kind}`);
    return decide(state, lease, message);
  };

  readonly decideNode: typeof decideNode = (state, lease, message, rules) => {
    const node = 'name' in message ? message.name : '';
    this.#throwIfPlanned(`${node} ${message.kind}`);
    return decideNode(state, lease, message, rules);
  };

  #throwIfPlanned(key: string): void {
    const left = this.#planned.get(key) ?? 0;
    if (left === 0) return;
    this.#planned.set(key, left - 1);
    throw new Error(`planned fault: ${key}`);
  }
}
