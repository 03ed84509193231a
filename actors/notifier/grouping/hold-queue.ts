import type { AlertId, AlertRecord } from '../../../src/domain/alert.js';
import type { Instant, Moment } from '../../../src/domain/time.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';
import type { MassFailure } from '../rules/mass-failure.js';
import { GroupRelease, type GroupReleaseRules } from './group-release.js';
import { HoldUndelivered } from './hold-undelivered.js';

export interface HoldQueueRules extends GroupReleaseRules {
  readonly massFailure: MassFailure;
}

/** Alerts held during a mass failure: holds earlier ones that are not delivered yet, and releases all as a group. */
export class HoldQueue {
  readonly #open: OpenAlerts;
  readonly #massFailure: MassFailure;
  readonly #undelivered: HoldUndelivered;
  readonly #groupRelease: GroupRelease;

  constructor(open: OpenAlerts, rules: HoldQueueRules) {
    this.#open = open;
    this.#massFailure = rules.massFailure;
    this.#undelivered = new HoldUndelivered(open, rules.flapping);
    this.#groupRelease = new GroupRelease(open, rules, 'mass_failure');
  }

  /** Takes over the alerts of an earlier run. */
  resume(): void {
    if (this.#massFailure.until !== undefined) this.#undelivered.begin(undefined);
    this.#groupRelease.resume();
  }

  /** A mass failure begins. @param alert its own alert: undelivered ones raised before it are held */
  begin(alert: AlertId): void {
    this.#undelivered.begin(alert);
  }

  /** Whether `hold` has another step. */
  get isBeginning(): boolean {
    return this.#undelivered.isUnderWay;
  }

  /** @returns undelivered alerts that are held in this step; the rest comes with the next call */
  hold(): readonly AlertRecord[] {
    return this.#undelivered.step();
  }

  /** When something may be released; undefined while nothing is held. */
  nextAt(now: Moment): Moment | undefined {
    return this.#massFailure.until ?? (this.#open.heldTogether.size > 0 ? now : undefined);
  }

  /** @returns the held alerts that change in this step; the rest comes with the next call */
  release(now: Moment, wall: Instant): readonly AlertRecord[] {
    const { until } = this.#massFailure;
    if ((until !== undefined && until > now) || this.#open.heldTogether.size === 0) return [];
    return this.#groupRelease.step(this.#open.heldTogether, now, wall);
  }

  /** Until nothing is held any more, new alerts of those nodes are held behind it. */
  endHold(now: Moment): void {
    const { until } = this.#massFailure;
    if (until === undefined || until > now || this.#open.heldTogether.size > 0) return;
    this.#massFailure.release(now);
    this.#undelivered.end();
  }
}
