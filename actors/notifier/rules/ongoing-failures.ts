import type { Alert, AlertRecord, Delivery, Hold } from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import { moment, type Instant, type Moment, momentOf } from '../../../src/domain/time.js';
import type { FailureStatus, NodeChange } from '../notifier.protocol.js';
import { moveToHold } from '../grouping/next-hold.js';
import { moved, withDelivery } from '../outbox/delivery.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';
import type { Overflow } from '../outbox/overflow.js';
import type { Closing } from './closing.js';
import type { Escalation } from './escalation.js';
import type { FailedNodes } from './failed-nodes.js';
import type { Inhibition } from './inhibition.js';
import type { MassFailure } from './mass-failure.js';
import type { Reminders } from './reminders.js';
import type { Route } from './routing.js';
import type { Silencing } from './silencing.js';
import type { UnnotifiedChannels } from './unnotified-channels.js';

export interface OngoingFailuresDeps {
  readonly open: OpenAlerts;
  readonly failed: FailedNodes;
  readonly massFailure: MassFailure;
  readonly inhibition: Inhibition;
  readonly silencing: Silencing;
  readonly reminders: Reminders;
  readonly escalation: Escalation;
  readonly closing: Closing;
  readonly overflow: Pick<Overflow, 'hasRoomForReminders'>;
  readonly unnotified: UnnotifiedChannels;
}

/** Failures that last: keeps track of the failed nodes for reminders, inhibition, escalation and closing. */
export class OngoingFailures {
  readonly #channels: readonly Pick<Route, 'name'>[];
  readonly #deps: OngoingFailuresDeps;
  readonly #failed: FailedNodes;
  readonly #inhibition: Inhibition;
  readonly #reminders: Reminders;

  constructor(channels: readonly Pick<Route, 'name'>[], deps: OngoingFailuresDeps) {
    this.#channels = channels;
    this.#deps = deps;
    this.#failed = deps.failed;
    this.#inhibition = deps.inhibition;
    this.#reminders = deps.reminders;
  }

  /** When something may have to be done. */
  nextAt(now: Moment): Moment | undefined {
    const { massFailure, overflow } = this.#deps;
    const { until } = massFailure;
    if (this.#reminders.isUnderWay && until === undefined && overflow.hasRoomForReminders)
      return moment(-Infinity);
    // While alerts are held, or reminders have no room, there are no reminders either.
    const next = overflow.hasRoomForReminders ? this.#reminders.nextAt : undefined;
    const reminders = Math.max(next ?? Infinity, until ?? -Infinity);
    const silencing = this.#deps.silencing.nextAt(now);
    const at = Math.min(reminders, this.#inhibition.nextAt ?? Infinity, silencing ?? Infinity);
    return at === Infinity ? undefined : moment(at);
  }

  /** Takes over the alerts of an earlier run. */
  resume(now: Moment): void {
    this.#inhibition.resume(now);
    this.#deps.silencing.resume();
  }

  /** A node flips. @returns the cause, if its failure is inhibited */
  flipped({ flip, node, isPaused }: NodeChange, now: Moment, wall: Instant): NodeName | undefined {
    // Nobody is notified during a pause: those who were not notified before it have still not been.
    if (!isPaused) this.#deps.unnotified.forget(node.name);
    if (flip.to !== 'failed') {
      this.#ended(node.name, now);
      return undefined;
    }
    const cause = this.#inhibition.causeOf(node);
    const failedAt = momentOf(flip.at, now, wall);
    const failed = { facts: node, since: flip.at, failedAt, isQuiet: isPaused, isNotified: !isPaused, cause };
    this.#failed.put(failed);
    this.#reminders.watch(failed, now);
    return cause;
  }

  /** These alerts were raised. */
  raised(records: readonly AlertRecord[]): void {
    for (const record of records) this.#inhibition.held(record);
  }

  /** A node reports its status. @param status undefined when it is no longer watched */
  reported(name: NodeName, status: FailureStatus | undefined, now: Moment, wall: Instant): void {
    if (status === undefined) {
      this.#deps.unnotified.forget(name);
      this.#ended(name, now);
      return;
    }
    const { node, since, isQuiet, isNotified } = status;
    const before = this.#failed.get(name);
    const cause = before === undefined ? this.#inhibition.causeOf(node) : before.cause;
    // Of a failure in an earlier run, only the wall clock is known.
    const isKnown = before?.since === since;
    const failedAt = isKnown ? before.failedAt : momentOf(since, now, wall);
    const isOfEarlierRun = isKnown ? before.isOfEarlierRun === true : before === undefined;
    if (isKnown) this.#deps.closing.changed(before.facts, node);
    const failed = { facts: node, since, failedAt, isOfEarlierRun, isQuiet, isNotified, cause };
    this.#failed.put(failed);
    if (before === undefined) this.#reminders.watch(failed, now);
  }

  /** The cause, if the node's failure is inhibited. */
  causeOf(name: NodeName): NodeName | undefined {
    const failed = this.#failed.get(name);
    return failed && this.#inhibition.causeOf(failed.facts);
  }

  /**
   * A hold is over. An alert that a silence or another failure has held looks for a failed dependency again. Any other
   * was raised before its dependency failed, and is not inhibited by that: see decision 27.
   *
   * @returns the alert held for the cause of its failure instead, if that has one
   */
  nextHold(hold: Hold, record: AlertRecord): AlertRecord | undefined {
    const { alert, deliveries } = record;
    const { node, silencedBy, causedBy } = alert;
    if (node === undefined || (silencedBy === undefined && causedBy === undefined)) return undefined;
    // One that is back leaves the node time to be back, too.
    const last = this.#inhibition.hasGrace(node.name) ? causedBy : undefined;
    const cause = this.causeOf(node.name) ?? last;
    if (cause === undefined) return undefined;
    return { alert: { ...alert, causedBy: cause }, deliveries: moveToHold(deliveries, hold, 'dependency') };
  }

  /** @returns what changes in deliveries that have not begun, by the node's present status */
  settle(name: NodeName): readonly AlertRecord[] {
    const { open, closing, escalation, unnotified } = this.#deps;
    const failed = this.#failed.get(name);
    const changes = new Map<string, AlertRecord>();
    for (const { name: channel } of this.#channels) {
      for (const { record, delivery } of open.of(name, channel)) {
        const { alert } = changes.get(record.alert.id) ?? record;
        const isNeedless = failed !== undefined && closing.isNeedless(alert, delivery, failed.facts);
        const changed = isNeedless
          ? moved(delivery, 'cancelled')
          : escalation.settled(alert, delivery, failed?.isQuiet);
        if (changed === delivery) continue;
        if (isNeedless) unnotified.notified(name, [channel]);
        changes.set(alert.id, withDelivery(changes.get(alert.id) ?? record, changed));
      }
    }
    return [...changes.values()];
  }

  /** What is released may be of a failure that was acknowledged while its alert was held for another reason. */
  released(records: readonly AlertRecord[]): readonly AlertRecord[] {
    // Some may be inhibited instead.
    this.raised(records);
    return records.map((record) => {
      const { alert, deliveries } = record;
      if (alert.node === undefined || this.#failed.get(alert.node.name)?.isQuiet !== true) return record;
      const { escalation } = this.#deps;
      return { alert, deliveries: deliveries.map((delivery) => escalation.settled(alert, delivery, true)) };
    });
  }

  /** @returns alerts that a silence holds from now on, and those that none holds any more */
  silenced(now: Moment, wall: Instant): readonly AlertRecord[] {
    const records = this.released(this.#deps.silencing.due(now, wall));
    for (const { alert, deliveries } of records)
      if (alert.reminder === undefined && !deliveries.some(isHeldByASilence)) this.#remindLater(alert, now);
    return records;
  }

  /** @returns reminders, and alerts whose dependency is back */
  due(now: Moment, wall: Instant): readonly AlertRecord[] {
    const { massFailure, overflow, unnotified } = this.#deps;
    const released = this.released(this.#inhibition.due(now, wall));
    if (massFailure.until !== undefined || !overflow.hasRoomForReminders) return released;
    const reminders = this.#reminders.due(now, wall);
    for (const { alert, deliveries } of reminders) {
      const channels = deliveries.map(({ channel }) => channel);
      const nodes = alert.group?.nodes ?? (alert.node === undefined ? [] : [alert.node]);
      for (const { name } of nodes) unnotified.notified(name, channels);
    }
    return [...released, ...reminders];
  }

  /** Channels are notified now that the silence is over: the first reminder comes an interval later. */
  #remindLater({ node }: Alert, now: Moment): void {
    const failed = node && this.#failed.get(node.name);
    if (failed !== undefined) this.#reminders.watch({ ...failed, failedAt: now }, now);
  }

  #ended(name: NodeName, now: Moment): void {
    if (!this.#failed.delete(name)) return;
    this.#reminders.forget(name);
    this.#inhibition.recovered(name, now);
  }
}

function isHeldByASilence({ hold }: Delivery): boolean {
  return hold === 'silence';
}
