import type { NodeState } from '../../src/domain/node.js';
import type { NodePhase } from './decision.js';

/** Counts stored nodes by state as they change: looking at a million takes too long. */
export class StateCounts {
  readonly #counts: Record<NodeState | 'paused', number> = { active: 0, inactive: 0, failed: 0, paused: 0 };

  moved(before: NodePhase, after: NodePhase): void {
    this.#add(before, -1);
    this.#add(after, 1);
  }

  get registered(): number {
    const { active, inactive, failed } = this.#counts;
    return active + inactive + failed;
  }

  get unpaused(): number {
    return this.registered - this.#counts.paused;
  }

  inspect(): Readonly<Record<NodeState | 'registered' | 'paused', number>> {
    return { registered: this.registered, ...this.#counts };
  }

  #add(node: NodePhase, count: 1 | -1): void {
    if (node.phase === 'unknown' || node.phase === 'registering') return;
    this.#counts[node.status.state] += count;
    if (node.registration.pausedAt !== undefined) this.#counts.paused += count;
  }
}
