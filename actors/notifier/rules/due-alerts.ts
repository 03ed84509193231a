import { toSeconds, type Instant, type Moment, type Seconds } from '../../../src/domain/time.js';
import type { HoldQueue } from '../grouping/hold-queue.js';
import type { AlertWriter } from '../outbox/alert-writer.js';
import type { Maintenance } from '../silences/maintenance.js';
import type { SilenceRequests } from '../silences/silence-requests.js';
import type { FlappingSummaries } from './flapping.js';
import type { MassFailure } from './mass-failure.js';
import type { OngoingFailures } from './ongoing-failures.js';

export interface DueAlertsDeps {
  readonly writer: Pick<AlertWriter, 'put'>;
  readonly massFailure: Pick<MassFailure, 'until'>;
  readonly holdQueue: Pick<HoldQueue, 'nextAt' | 'release' | 'endHold'>;
  readonly summaries: Pick<FlappingSummaries, 'nextAt' | 'due'>;
  readonly maintenance: Pick<Maintenance, 'look' | 'save'>;
  readonly silenceRequests: Pick<SilenceRequests, 'nextAt' | 'removeOld'>;
  readonly ongoingFailures: Pick<OngoingFailures, 'nextAt' | 'silenced' | 'due' | 'raised' | 'released'>;
}

/** Alerts that come due as time passes: summaries of flapping nodes, held, silenced and inhibited ones, and reminders. */
export class DueAlerts {
  readonly #deps: DueAlertsDeps;

  constructor(deps: DueAlertsDeps) {
    this.#deps = deps;
  }

  /** When something may be due; undefined if nothing waits for a time. */
  nextAt(now: Moment): Moment | undefined {
    const { holdQueue, summaries, ongoingFailures, silenceRequests } = this.#deps;
    let first: Moment | undefined;
    const all = [
      holdQueue.nextAt(now),
      summaries.nextAt,
      ongoingFailures.nextAt(now),
      silenceRequests.nextAt(now),
    ];
    for (const at of all) if (at !== undefined && (first === undefined || at < first)) first = at;
    return first;
  }

  /** Releases as much as delays nothing else. The rest is released by the next call. */
  release(now: Moment, wall: Instant): void {
    const { writer, holdQueue, summaries, ongoingFailures, maintenance, silenceRequests } = this.#deps;
    maintenance.look();
    maintenance.save();
    silenceRequests.removeOld(now);
    const summarized = summaries.due(now, wall);
    ongoingFailures.raised(summarized);
    writer.put(summarized);
    writer.put(ongoingFailures.released(holdQueue.release(now, wall)));
    holdQueue.endHold(now);
    writer.put(ongoingFailures.silenced(now, wall));
    writer.put(ongoingFailures.due(now, wall));
  }

  /** How many more seconds alerts are held for a mass failure; null while none are. */
  holdEndsIn(now: Moment): Seconds | null {
    const { massFailure } = this.#deps;
    const { until } = massFailure;
    return until === undefined ? null : Math.ceil(toSeconds(Math.max(0, until - now)));
  }
}
