import { createHistogram } from 'node:perf_hooks';

import { HeartbeatRequestError, kindOf } from '../../../client/api/request-error.js';
import type { TaskOutcome } from '../../../client/schedule/paced-scheduler.js';

/** In milliseconds; null if nothing was measured. */
export interface Latency {
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** Figures of heals, named as in the JSON document. */
export interface HealFigures {
  /** Acknowledged ones. */
  readonly heals: number;
  readonly errors: number;
  /** By HTTP status, or by the error's code if no answer came. */
  readonly errors_by_kind: Readonly<Record<string, number>>;
  /** From sending to the answer, errors included. */
  readonly latency_ms: Latency;
  /** The delay between when heals were due and when they were sent. Above a few ms, the bench itself is the limit. */
  readonly sent_late_ms: Latency;
}

/** Counts heals and measures their time. */
export class HealTally {
  #heals = 0;
  #errors = new Map<string, number>();
  // Histograms hold whole numbers from 1 up: microseconds.
  readonly #latency = createHistogram();
  readonly #late = createHistogram();

  /** @param users the number of users in the call */
  add(outcome: TaskOutcome, users = 1): void {
    this.#latency.record(microseconds(outcome.latencyMs));
    this.#late.record(microseconds(outcome.lateMs));
    if (outcome.acknowledged) {
      this.#heals += users;
    } else {
      const kind = kindOfHeal(outcome.error);
      this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + users);
    }
  }

  figures(): HealFigures {
    let errors = 0;
    for (const count of this.#errors.values()) errors += count;
    return {
      heals: this.#heals,
      errors,
      errors_by_kind: Object.fromEntries(this.#errors),
      latency_ms: quantiles(this.#latency),
      sent_late_ms: quantiles(this.#late),
    };
  }

  reset(): void {
    this.#heals = 0;
    this.#errors = new Map();
    this.#latency.reset();
    this.#late.reset();
  }
}

function kindOfHeal(error: unknown): string {
  if (!(error instanceof HeartbeatRequestError)) return String(error);
  return error.status === 200 ? 'unexpected body' : kindOf(error);
}

function microseconds(milliseconds: number): number {
  return Math.max(1, Math.round(milliseconds * 1000));
}

function quantiles(histogram: ReturnType<typeof createHistogram>): Latency {
  if (histogram.count === 0) return { p50: null, p99: null, max: null };
  return {
    p50: histogram.percentile(50) / 1000,
    p99: histogram.percentile(99) / 1000,
    max: histogram.max / 1000,
  };
}
