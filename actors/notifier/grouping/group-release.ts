import type { AlertIds } from '../../../src/domain/alert-id.js';
import type { AlertId, AlertRecord, Delivery, Hold } from '../../../src/domain/alert.js';
import type { Instant, Moment } from '../../../src/domain/time.js';
import { fresh, held, moved } from '../outbox/delivery.js';
import { Group, GROUP } from './group.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';
import { moveToHold, type NextHold } from './next-hold.js';
import type { Flapping } from '../rules/flapping.js';

export interface GroupReleaseRules {
  readonly ids: AlertIds;
  readonly flapping: Flapping;
  readonly nextHold: NextHold;
}

export interface GroupReleaseLimits {
  /** Alerts released in one step: they are changed and written while everything else waits. */
  readonly step: number;
  /** The most alerts in one group. */
  readonly group: number;
}

/** Alerts that are changed in one step. */
export const STEP = 5_000;

const LIMITS: GroupReleaseLimits = { step: STEP, group: GROUP };

/**
 * Releases held alerts that have not cancelled each other: one group for each channel replaces and names them all. A
 * group is itself held until it is complete. Each step stores it in one batch with the alerts that it replaced, so that
 * after a kill each alert is either held or named by a group. See decision 46.
 */
export class GroupRelease {
  readonly #open: OpenAlerts;
  readonly #ids: AlertIds;
  readonly #flapping: Flapping;
  readonly #nextHold: NextHold;
  readonly #hold: Hold;
  readonly #limits: GroupReleaseLimits;
  /** Groups under construction, by channel. */
  readonly #groups = new Map<string, Group>();
  #isUnderWay = false;

  constructor(
    open: OpenAlerts,
    { ids, flapping, nextHold }: GroupReleaseRules,
    hold: Hold,
    limits: GroupReleaseLimits = LIMITS,
  ) {
    this.#open = open;
    this.#ids = ids;
    this.#flapping = flapping;
    this.#nextHold = nextHold;
    this.#hold = hold;
    this.#limits = limits;
  }

  /** Whether there is another step. */
  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** Continues groups that an earlier run began. */
  resume(): void {
    for (const { alert, deliveries } of this.#open.all()) {
      const delivery = deliveries.find(({ hold }) => hold === this.#hold);
      if (alert.group === undefined || delivery === undefined) continue;
      this.#groups.set(delivery.channel, Group.of(alert));
      this.#isUnderWay = true;
    }
  }

  /**
   * @param alerts those that may be held on some channel
   * @returns the changed records, for one batch
   */
  step(alerts: Iterable<AlertId>, now: Moment, wall: Instant): readonly AlertRecord[] {
    this.#forgetRemovedChannels();
    const { members, others, isLast } = this.#next(alerts);
    const counts = this.#countByChannel(members);
    const changed = members.map((record) => ({
      ...record,
      deliveries: record.deliveries.map((delivery) => {
        const { channel, hold } = delivery;
        if (hold !== this.#hold) return delivery;
        if (counts.get(channel) !== 1 || this.#groups.has(channel)) return this.#fold(record, delivery, wall);
        // The next step may make it one of many.
        return isLast ? this.#alone(record, delivery, now, wall) : delivery;
      }),
    }));
    this.#isUnderWay = !isLast;
    return [...this.#messages(counts, isLast, wall), ...changed, ...others];
  }

  /** Forgets groups whose channel is no longer configured. */
  #forgetRemovedChannels(): void {
    for (const [channel, { id }] of this.#groups)
      if (this.#open.get(id) === undefined) this.#groups.delete(channel);
  }

  /** @returns alerts to release, and those that stay held for another reason */
  #next(alerts: Iterable<AlertId>): {
    readonly members: readonly AlertRecord[];
    readonly others: readonly AlertRecord[];
    readonly isLast: boolean;
  } {
    const members: AlertRecord[] = [];
    const others: AlertRecord[] = [];
    for (const id of alerts) {
      const record = this.#open.get(id);
      if (record === undefined || record.alert.group !== undefined) continue;
      if (members.length + others.length === this.#limits.step) return { members, others, isLast: false };
      const other = this.#nextHold(record, this.#hold);
      if (other === undefined) members.push(record);
      else others.push(other);
    }
    return { members, others, isLast: true };
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
    const group = this.#groups.get(channel) ?? new Group(this.#ids.next(wall));
    this.#groups.set(channel, group);
    group.add(record, delivery);
    return moved(delivery, 'folded');
  }

  /** An alert that is alone on its channel counts as a message of its node, and waits if the node is flapping. */
  #alone(record: AlertRecord, delivery: Delivery, now: Moment, wall: Instant): Delivery {
    const { node } = record.alert;
    const ofDeleted = this.#open.messagesOfDeleted(record);
    const waits = node !== undefined && !this.#flapping.admit(delivery.channel, node.name, now, ofDeleted);
    const alone = waits ? held(delivery, 'flapping') : moved(delivery, 'pending');
    return { ...alone, since: wall };
  }

  /** The groups that grew in this step, and all of them in the last one. */
  #messages(grown: ReadonlyMap<string, number>, isLast: boolean, wall: Instant): AlertRecord[] {
    return [...this.#groups].flatMap(([channel, group]) => {
      const isComplete = isLast || group.size >= this.#limits.group;
      if (!isComplete && !grown.has(channel)) return [];
      if (isComplete) this.#groups.delete(channel);
      const delivery = fresh(channel, wall);
      return [{ alert: group.alert, deliveries: [isComplete ? delivery : held(delivery, this.#hold)] }];
    });
  }
}

/**
 * Nothing goes out while alerts are held for a mass failure: those that another hold has released wait for its end, too.
 *
 * @param released alerts of that hold; those that are moved leave it
 * @returns the records that change in this step
 */
export function movedToMassFailure(
  open: Pick<OpenAlerts, 'get'>,
  released: Set<AlertId>,
  hold: Hold,
): readonly AlertRecord[] {
  const records: AlertRecord[] = [];
  for (const id of released) {
    if (records.length === STEP) break;
    released.delete(id);
    const record = open.get(id);
    if (record?.deliveries.some((delivery) => delivery.hold === hold) !== true) continue;
    records.push({ ...record, deliveries: moveToHold(record.deliveries, hold, 'mass_failure') });
  }
  return records;
}
