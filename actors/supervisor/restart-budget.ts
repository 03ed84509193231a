import type { Moment } from '../../src/domain/time.js';
import type { SupervisorPolicy } from './child-spec.js';
import { recordRestart, type RestartHistory } from './intensity.js';

/** What to do with the message that an actor crashed on. */
export type CrashDecision = 'retry' | 'dead_letter';

/**
 * Decides whether a crash is the fault of the message or of the actor. The actor restarts and handles the message
 * again. A message that crashes it twice in a row becomes a dead letter, and the actor is not charged: otherwise one
 * bad request could bring the daemon down. If the message is handled after all, the crash is charged to the actor. See
 * decision 5.
 */
export class RestartBudget {
  readonly #policy: Pick<SupervisorPolicy, 'intensity' | 'period'>;
  #history: RestartHistory = [];
  #restarts = 0;
  #lastCrash: { readonly at: number; readonly error: string } | null = null;

  constructor(policy: Pick<SupervisorPolicy, 'intensity' | 'period'>) {
    this.#policy = policy;
  }

  /** @param at Unix seconds */
  crashed(again: boolean, error: Error, at: number): CrashDecision {
    this.#restarts++;
    this.#lastCrash = { at, error: error.message };
    return again ? 'dead_letter' : 'retry';
  }

  /** @returns whether that was one restart too many */
  survived(now: Moment): boolean {
    const { history, exceeded } = recordRestart(this.#history, now, this.#policy);
    this.#history = history;
    return exceeded;
  }

  /** Starts a new period, after a supervisor restarted the one that had too many restarts. */
  reset(): void {
    this.#history = [];
  }

  inspect(): { readonly crashes: number; readonly last_actor_crash: object | null } {
    return { crashes: this.#restarts, last_actor_crash: this.#lastCrash };
  }
}
