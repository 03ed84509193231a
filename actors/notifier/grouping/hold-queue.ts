import type { AlertRecord } from '../../../src/domain/alert.js';
import { moment, type Instant, type Moment } from '../../../src/domain/time.js';
import type { AlertingRules } from '../rules/alerting.js';
import { moved, withDelivery } from '../outbox/delivery.js';
import { GroupRelease } from './group-release.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';

/** Decides when held alerts are released: after a mass failure, and once a flapping node has been quiet. */
export class HoldQueue {
  readonly #open: OpenAlerts;
  readonly #rules: AlertingRules;
  readonly #groupRelease: GroupRelease;
  /** No summary may go out before this. */
  #summariesDue: Moment = moment(-Infinity);

  constructor(open: OpenAlerts, rules: AlertingRules) {
    this.#open = open;
    this.#rules = rules;
    this.#groupRelease = new GroupRelease(open, rules, 'mass_failure');
  }

  /** Takes over what an earlier run left. */
  resume(): void {
    this.#groupRelease.resume();
  }

  /** When something may be released; undefined while nothing is held. */
  nextAt(now: Moment): Moment | undefined {
    const together = this.#rules.mass.until ?? (this.#open.heldTogether.size > 0 ? now : Infinity);
    const at = Math.min(together, this.#open.summaries.size > 0 ? this.#summariesDue : Infinity);
    return at === Infinity ? undefined : moment(at);
  }

  /** @returns the summaries that are due, now pending */
  summaries(now: Moment, wall: Instant): readonly AlertRecord[] {
    if (now < this.#summariesDue) return [];
    const due: AlertRecord[] = [];
    // A new one cannot be due any sooner.
    let next = moment(now + this.#rules.flapping.rest);
    for (const [id, changedAt] of this.#open.summaries) {
      const record = this.#open.get(id);
      const node = record?.alert.node?.name;
      if (record === undefined || node === undefined) continue;
      let changed = record;
      for (const delivery of record.deliveries) {
        const { channel } = delivery;
        if (delivery.hold !== 'flapping') continue;
        const at = this.#rules.flapping.due(channel, node, changedAt);
        if (at > now) {
          next = moment(Math.min(next, at));
          continue;
        }
        if (!this.#open.isOfGone(record)) this.#rules.flapping.sent(channel, node, now);
        changed = withDelivery(changed, { ...moved(delivery, 'pending'), since: wall });
      }
      if (changed !== record) due.push(changed);
    }
    this.#summariesDue = next;
    return due;
  }

  /** @returns records held for a mass failure that change in this step; the rest comes with the next call */
  together(now: Moment, wall: Instant): readonly AlertRecord[] {
    const { until } = this.#rules.mass;
    if ((until !== undefined && until > now) || this.#open.heldTogether.size === 0) return [];
    return this.#groupRelease.step(this.#open.heldTogether, now, wall);
  }

  /** Until nothing is held any more, new alerts of those nodes are held behind it. */
  endHold(now: Moment): void {
    const { until } = this.#rules.mass;
    if (until !== undefined && until <= now && this.#open.heldTogether.size === 0) this.#rules.release(now);
  }
}
