import type { NodeQuota } from '../../src/domain/access.js';
import type { NodePhase } from './decision.js';

/** Counts the nodes that each key with a quota has registered, including those on their way to disk. */
export class Quotas {
  readonly #registered = new Map<string, number>();

  moved(before: NodePhase, after: NodePhase): void {
    const was = registrarOf(before);
    const is = registrarOf(after);
    if (was === is) return;
    this.#add(was, -1);
    this.#add(is, 1);
  }

  /** Whether one more would be within the quota. */
  hasRoom({ key, nodes }: NodeQuota): boolean {
    return this.registeredBy(key) < nodes;
  }

  registeredBy(key: string): number {
    return this.#registered.get(key) ?? 0;
  }

  #add(key: string | undefined, change: 1 | -1): void {
    if (key === undefined) return;
    const count = (this.#registered.get(key) ?? 0) + change;
    if (count === 0) this.#registered.delete(key);
    else this.#registered.set(key, count);
  }
}

function registrarOf(node: NodePhase): string | undefined {
  return node.phase === 'unknown' ? undefined : node.registration.registeredBy;
}
