import type { Moment } from '../../src/domain/time.js';
import type { SupervisorPolicy } from './child-spec.js';
import { recordRestart, type RestartHistory } from './intensity.js';

/** What to do with the message that an actor crashed on. */
export type Verdict = 'retry' | 'dead_letter';

/**
 * Blames each crash on the message or on the actor. The actor comes back and handles the message again; a message
 * that crashes it twice in a row is the culprit and goes, and nothing is held against the actor, or one bad request
 * could bring the daemon down. A message that was handled after all leaves the crash with the actor, and counts.
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
  crashed(again: boolean, error: Error, at: number): Verdict {
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

  /** Begins a new period, after whoever had too many restarts was restarted itself. */
  reset(): void {
    this.#history = [];
  }

  inspect(): { readonly crashes: number; readonly last_actor_crash: object | null } {
    return { crashes: this.#restarts, last_actor_crash: this.#lastCrash };
  }
}
