import type { AlertRecord, Delivery } from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { NodeFacts } from '../../../src/domain/node.js';
import { moment, unixSeconds, type Instant, type Moment, momentOf } from '../../../src/domain/time.js';
import type { StandingFailure } from '../../../src/ports/channel.js';
import type { AlertingRules } from './alerting.js';
import type { FailedStanding, NodeChange } from '../notifier.protocol.js';
import { moved, withDelivery } from '../outbox/delivery.js';
import { Inhibition } from './inhibition.js';
import { Escalation, delayedGroup } from './escalation.js';
import { Closing, type ReceiverOf } from './closing.js';
import { FailedNodes } from './failed-nodes.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';
import { routesOf } from './routing.js';
import { Reminders, type RemindersOptions } from './reminders.js';

interface Standing extends StandingFailure {
  readonly name: NodeName;
}

/** Failures that last: reminders, inhibition, acknowledgements and escalation. */
export class OngoingFailures {
  readonly escalation: Escalation;
  readonly closing: Closing;
  readonly #options: RemindersOptions;
  readonly #open: OpenAlerts;
  readonly #rules: AlertingRules;
  readonly #failed = new FailedNodes();
  readonly #reminders: Reminders;
  readonly #inhibition: Inhibition;

  constructor(options: RemindersOptions, open: OpenAlerts, rules: AlertingRules, receiverOf: ReceiverOf) {
    this.#options = options;
    this.#open = open;
    this.#rules = rules;
    this.escalation = new Escalation(options.channels);
    this.#reminders = new Reminders(options, this.#failed);
    this.#inhibition = new Inhibition(open, this.#failed, rules);
    this.closing = new Closing({ routes: options.channels, receiverOf }, open, this.#failed);
  }

  /** When something may have to be done. */
  get nextAt(): Moment | undefined {
    const isHolding = this.#rules.mass.until !== undefined;
    if (this.#reminders.isUnderWay && !isHolding) return moment(-Infinity);
    // While alerts are held there are no reminders either.
    const reminders = Math.max(this.#reminders.nextAt ?? Infinity, this.#rules.mass.until ?? -Infinity);
    const at = Math.min(reminders, this.#inhibition.nextAt ?? Infinity);
    return at === Infinity ? undefined : moment(at);
  }

  /** Takes over what an earlier run left. */
  resume(now: Moment): void {
    this.#inhibition.resume(now);
  }

  /** A node flips. @returns the cause, if its failure is inhibited */
  flipped({ flip, node, isPaused }: NodeChange, now: Moment, wall: Instant): NodeName | undefined {
    if (flip.to !== 'failed') {
      this.#gone(node.name, now);
      return undefined;
    }
    const cause = this.#inhibition.causeOf(node);
    const failedAt = momentOf(flip.at, now, wall);
    const failed = { facts: node, since: flip.at, failedAt, isQuiet: isPaused, isTold: !isPaused, cause };
    this.#failed.put(failed);
    this.#reminders.watch(failed, now);
    return cause;
  }

  /** These alerts were raised. */
  raised(records: readonly AlertRecord[]): void {
    for (const record of records) this.#inhibition.held(record);
  }

  /** The status of a failed node; undefined when it is no longer watched. */
  stands(name: NodeName, standing: FailedStanding | undefined, now: Moment, wall: Instant): void {
    if (standing === undefined) {
      this.#gone(name, now);
      return;
    }
    const { node, since, isQuiet, isTold } = standing;
    const before = this.#failed.get(name);
    const cause = before === undefined ? this.#inhibition.causeOf(node) : before.cause;
    // Of a failure in an earlier run, only the wall clock is known.
    const isKnown = before?.since === since;
    const failedAt = isKnown ? before.failedAt : momentOf(since, now, wall);
    const isOfEarlierRun = isKnown ? before.isOfEarlierRun === true : before === undefined;
    const unnotified = isKnown ? this.closing.unnotified(before, node) : undefined;
    const failed = { facts: node, since, failedAt, isOfEarlierRun, isQuiet, isTold, cause, unnotified };
    this.#failed.put(failed);
    if (before === undefined) this.#reminders.watch(failed, now);
  }

  /** The cause, if the node's failure is inhibited. */
  causeOf(name: NodeName): NodeName | undefined {
    const failed = this.#failed.get(name);
    return failed && this.#inhibition.causeOf(failed.facts);
  }

  /** Channels that a failed node's alerts go to since it failed, and that have not been notified of its failure. */
  unnotified(name: NodeName): ReadonlySet<string> | undefined {
    return this.#failed.get(name)?.unnotified;
  }

  isFailed(name: NodeName): boolean {
    return this.#failed.get(name) !== undefined;
  }

  /** @returns what changes in deliveries that have not begun, by the node's present status */
  settle(name: NodeName): readonly AlertRecord[] {
    const failed = this.#failed.get(name);
    const changes = new Map<string, AlertRecord>();
    for (const { name: channel } of this.#options.channels) {
      for (const { record, delivery } of this.#open.of(name, channel)) {
        const { alert } = changes.get(record.alert.id) ?? record;
        const isBack = failed !== undefined && this.#isBack(alert, delivery, failed.facts);
        const changed = isBack
          ? moved(delivery, 'cancelled')
          : this.#settled(alert, delivery, failed?.isQuiet);
        if (changed === delivery) continue;
        if (isBack) this.closing.notified(name, [channel]);
        changes.set(alert.id, withDelivery(changes.get(alert.id) ?? record, changed));
      }
    }
    return [...changes.values()];
  }

  /** @returns reminders, and alerts whose dependency is back */
  due(now: Moment, wall: Instant): readonly AlertRecord[] {
    const { ids, mass } = this.#rules;
    const released = this.#inhibition.due(now, wall);
    if (mass.until !== undefined) return released;
    const reminders = this.#reminders.due(now, wall, this.#open, ids);
    for (const { alert, deliveries } of reminders) {
      const channels = deliveries.map(({ channel }) => channel);
      const nodes = alert.group?.nodes ?? (alert.node === undefined ? [] : [alert.node]);
      for (const { name } of nodes) this.closing.notified(name, channels);
    }
    return [...released, ...reminders];
  }

  /** Its alerts go to this channel again, before the failure was closed there. */
  #isBack({ type }: AlertRecord['alert'], { channel, attempts }: Delivery, facts: NodeFacts): boolean {
    return type === 'channel.closed' && attempts === 0 && this.closing.hearsOfEnd(channel, facts);
  }

  /** The nodes of which a channel is still to be told that their alerts go elsewhere. */
  closed(): ReadonlySet<NodeName> {
    const names = new Set<NodeName>();
    for (const { alert } of this.#open.all())
      if (alert.type === 'channel.closed' && alert.node !== undefined) names.add(alert.node.name);
    return names;
  }

  /** @returns what changes when an escalation channel is about to get a group */
  late(record: AlertRecord, channel: string, wall: Instant): readonly AlertRecord[] {
    const delivery = this.#open.delivery(record, channel);
    if (record.alert.group === undefined || delivery?.state !== 'pending') return [];
    if (this.escalation.wait(record.alert, delivery) === 0) return [];
    return delayedGroup(record, delivery, {
      failed: this.#failed,
      open: this.#open,
      nextId: () => this.#rules.ids.next(wall),
    });
  }

  /**
   * The failed nodes that each channel has been notified of, without those that still have something pending for it.
   *
   * @param only this node, if it has failed; otherwise all
   */
  standing(only?: NodeName): ReadonlyMap<string, readonly Standing[]> {
    const standing = new Map<string, Standing[]>();
    const one = only === undefined ? undefined : this.#failed.get(only);
    const nodes = only === undefined ? this.#failed.all() : one === undefined ? [] : [one];
    for (const { facts, since, isTold } of nodes) {
      if (!isTold) continue;
      for (const { name: channel } of routesOf(this.#options.channels, 'node.failed', facts)) {
        if (this.#open.of(facts.name, channel).length > 0) continue;
        const failure = { name: facts.name, at: unixSeconds(since), labels: facts.labels };
        const others = standing.get(channel);
        if (others === undefined) standing.set(channel, [failure]);
        else others.push(failure);
      }
    }
    return standing;
  }

  #gone(name: NodeName, now: Moment): void {
    if (!this.#failed.delete(name)) return;
    this.#reminders.forget(name);
    this.#inhibition.back(name, now);
  }

  /** @param isQuiet undefined when the node is no longer watched */
  #settled(alert: AlertRecord['alert'], delivery: Delivery, isQuiet: boolean | undefined): Delivery {
    if (delivery.attempts > 0) return delivery;
    const { state, hold } = delivery;
    const waits = state === 'pending' && this.escalation.wait(alert, delivery) > 0;
    if (isQuiet === undefined) {
      const isMoot =
        waits || hold === 'acknowledged' || hold === 'dependency' || alert.reminder !== undefined;
      return isMoot ? moved(delivery, 'cancelled') : delivery;
    }
    if (!isQuiet) return hold === 'acknowledged' ? moved(delivery, 'pending') : delivery;
    if (alert.reminder !== undefined) return moved(delivery, 'cancelled');
    return waits ? { ...delivery, state: 'held', hold: 'acknowledged' } : delivery;
  }
}
