import type { AlertId, AlertRecord, Delivery, Hold } from '../../../src/domain/alert.js';
import type { Instant, Moment } from '../../../src/domain/time.js';
import type { AlertingRules } from '../rules/alerting.js';
import { fresh, held, moved } from '../outbox/delivery.js';
import { Group, GROUP } from './group.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';

export interface GroupReleaseLimits {
  /** Alerts that are let go of in one step: they are changed, and written, while everything else waits. */
  readonly step: number;
  /** Alerts that one message stands for. */
  readonly group: number;
}

/** Alerts that are changed in one step. */
export const STEP = 5_000;

const LIMITS: GroupReleaseLimits = { step: STEP, group: GROUP };

/**
 * Lets go of what was held and has not cancelled itself: one message a channel stands for all of it, and names it. It
 * is held itself until it is whole. With each step it is stored in one batch with what it has come to stand for, so
 * that a kill leaves each alert either held or named by it.
 */
export class GroupRelease {
  readonly #open: OpenAlerts;
  readonly #rules: Pick<AlertingRules, 'ids' | 'flapping'>;
  readonly #hold: Hold;
  readonly #limits: GroupReleaseLimits;
  /** The messages that are not whole, by channel. */
  readonly #groups = new Map<string, Group>();
  #isUnderWay = false;

  constructor(
    open: OpenAlerts,
    rules: Pick<AlertingRules, 'ids' | 'flapping'>,
    hold: Hold,
    limits: GroupReleaseLimits = LIMITS,
  ) {
    this.#open = open;
    this.#rules = rules;
    this.#hold = hold;
    this.#limits = limits;
  }

  /** Whether the last step has left something for the next. */
  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** Goes on with the messages that an earlier run has begun. */
  resume(): void {
    for (const { alert, deliveries } of this.#open.all()) {
      const delivery = deliveries.find(({ hold }) => hold === this.#hold);
      if (alert.group === undefined || delivery === undefined) continue;
      this.#groups.set(delivery.channel, Group.of(alert));
      this.#isUnderWay = true;
    }
  }

  /**
   * @param alerts those of which something may be held
   * @returns the records that change: one batch
   */
  step(alerts: Iterable<AlertId>, now: Moment, wall: Instant): readonly AlertRecord[] {
    this.#forgetLost();
    const { members, isLast } = this.#next(alerts);
    const counts = this.#countByChannel(members);
    const changed = members.map((record) => ({
      ...record,
      deliveries: record.deliveries.map((delivery) => {
        const { channel, hold } = delivery;
        if (hold !== this.#hold) return delivery;
        if (counts.get(channel) !== 1 || this.#groups.has(channel)) return this.#fold(record, delivery, wall);
        // With the next step it may be one of many.
        return isLast ? this.#alone(record, delivery, now, wall) : delivery;
      }),
    }));
    this.#isUnderWay = !isLast;
    return [...this.#messages(counts, isLast, wall), ...changed];
  }

  /** Their channels are not configured any more. */
  #forgetLost(): void {
    for (const [channel, { id }] of this.#groups)
      if (this.#open.get(id) === undefined) this.#groups.delete(channel);
  }

  #next(alerts: Iterable<AlertId>): { readonly members: readonly AlertRecord[]; readonly isLast: boolean } {
    const members: AlertRecord[] = [];
    for (const id of alerts) {
      const record = this.#open.get(id);
      if (record === undefined || record.alert.group !== undefined) continue;
      if (members.length === this.#limits.step) return { members, isLast: false };
      members.push(record);
    }
    return { members, isLast: true };
  }

  #countByChannel(members: readonly AlertRecord[]): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { deliveries } of members) {
      for (const { channel, hold } of deliveries)
        if (hold === this.#hold) counts.set(channel, (counts.get(channel) ?? 0) + 1);
    }
    return counts;
  }

  #fold(record: AlertRecord, delivery: Delivery, wall: Instant): Delivery {
    const { channel } = delivery;
    const group = this.#groups.get(channel) ?? new Group(this.#rules.ids.next(wall));
    this.#groups.set(channel, group);
    group.add(record, delivery);
    return moved(delivery, 'folded');
  }

  /** It counts among the messages of its node; the last of one that flaps waits. */
  #alone(record: AlertRecord, delivery: Delivery, now: Moment, wall: Instant): Delivery {
    const { node } = record.alert;
    const counts = node !== undefined && !this.#open.isOfGone(record);
    const waits = counts && !this.#rules.flapping.tell(delivery.channel, node.name, now);
    const alone = waits ? held(delivery, 'flapping') : moved(delivery, 'pending');
    return { ...alone, since: wall };
  }

  /** Those that have grown, and all of them once nothing more is to come. */
  #messages(grown: ReadonlyMap<string, number>, isLast: boolean, wall: Instant): AlertRecord[] {
    return [...this.#groups].flatMap(([channel, group]) => {
      const isWhole = isLast || group.size >= this.#limits.group;
      if (!isWhole && !grown.has(channel)) return [];
      if (isWhole) this.#groups.delete(channel);
      const delivery = fresh(channel, wall);
      return [{ alert: group.alert, deliveries: [isWhole ? delivery : held(delivery, this.#hold)] }];
    });
  }
}
