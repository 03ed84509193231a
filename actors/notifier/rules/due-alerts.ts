import type { Instant, Millis, Moment } from '../../../src/domain/time.js';
import type { HoldQueue } from '../grouping/hold-queue.js';
import type { AlertWriter } from '../outbox/alert-writer.js';
import type { FlappingSummaries } from './flapping.js';
import type { MassFailure } from './mass-failure.js';
import type { OngoingFailures } from './ongoing-failures.js';

export interface DueAlertsDeps {
  readonly writer: Pick<AlertWriter, 'put'>;
  readonly massFailure: Pick<MassFailure, 'until'>;
  readonly holdQueue: Pick<HoldQueue, 'nextAt' | 'release' | 'endHold'>;
  readonly summaries: Pick<FlappingSummaries, 'nextAt' | 'due'>;
  readonly ongoingFailures: Pick<OngoingFailures, 'nextAt' | 'due' | 'released'>;
}

/** Alerts that come due as time passes: summaries of flapping nodes, held and inhibited alerts, and reminders. */
export class DueAlerts {
  readonly #deps: DueAlertsDeps;

  constructor(deps: DueAlertsDeps) {
    this.#deps = deps;
  }

  /** When something may be due; undefined if nothing waits for a time. */
  nextAt(now: Moment): Moment | undefined {
    const { holdQueue, summaries, ongoingFailures } = this.#deps;
    let first: Moment | undefined;
    for (const at of [holdQueue.nextAt(now), summaries.nextAt, ongoingFailures.nextAt])
      if (at !== undefined && (first === undefined || at < first)) first = at;
    return first;
  }

  /** Releases as much as delays nothing else. The rest is released by the next call. */
  release(now: Moment, wall: Instant): void {
    const { writer, holdQueue, summaries, ongoingFailures } = this.#deps;
    writer.put(summaries.due(now, wall));
    writer.put(ongoingFailures.released(holdQueue.release(now, wall)));
    holdQueue.endHold(now);
    writer.put(ongoingFailures.due(now, wall));
  }

  /** How much longer alerts are held for a mass failure; undefined while none are. */
  holdLeft(now: Moment): Millis | undefined {
    const { massFailure } = this.#deps;
    const { until } = massFailure;
    return until === undefined ? undefined : Math.max(0, until - now);
  }
}
