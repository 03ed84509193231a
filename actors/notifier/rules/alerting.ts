import { AlertIds, raisedAt } from '../../../src/domain/alert-id.js';
import {
  isEnd,
  type Alert,
  type AlertId,
  type AlertRecord,
  type Delivery,
  type LastHold,
} from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { Flip, NodeFacts } from '../../../src/domain/node.js';
import { instant, type Instant, type Moment, momentOf } from '../../../src/domain/time.js';
import { isNotification } from '../../../src/domain/late-notification.js';
import type { ChannelPolicy } from '../../../src/ports/channel.js';
import type { NodeChange, NodeNews } from '../notifier.protocol.js';
import type { FailedNode } from './failed-nodes.js';
import { DeliveryRules, type Circumstances, type NodeAlertType } from './delivery-rules.js';
import { Flapping } from './flapping.js';
import { OngoingMassFailure, type MassFacts, MassFailure, type MassFailureOptions } from './mass-failure.js';
import { fresh } from '../outbox/delivery.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';
import { HoldUndelivered } from '../grouping/hold-undelivered.js';
import { routesOf, type Route } from './routing.js';
import { closedSentence, newsSentence, nodeSentence } from '../channel/message.js';

export interface AlertingOptions {
  readonly channels: readonly (Route & Pick<ChannelPolicy, 'fallback'>)[];
  readonly massFailure: MassFailureOptions;
  readonly flapping: { readonly maxPerHour: number };
}

type FlipAlertType = Exclude<NodeAlertType, 'node.deleted' | 'channel.closed'>;
type NewsAlertType = Exclude<NodeAlertType, 'node.failed' | 'node.inactive'>;

/**
 * Decides which alerts a flip raises, for whom, and when. It has no clock and no disk: its decisions are in the records
 * that it changes, and its counts can be rebuilt from them.
 */
export class AlertingRules {
  readonly #options: AlertingOptions;
  readonly #open: OpenAlerts;
  readonly ids: AlertIds;
  readonly mass: MassFailure;
  readonly flapping: Flapping;
  readonly recall: HoldUndelivered;
  readonly #deliveryRules: DeliveryRules;
  /** The present hold, and the one before it, which may still have something to deliver. */
  #hold: OngoingMassFailure | undefined;
  #over: { readonly alert: AlertId; readonly facts: MassFacts } | undefined;

  constructor(options: AlertingOptions, open: OpenAlerts, random: () => number) {
    this.#options = options;
    this.#open = open;
    this.ids = new AlertIds(random);
    this.mass = new MassFailure(options.massFailure);
    this.flapping = new Flapping(options.flapping);
    this.recall = new HoldUndelivered(open, this.flapping);
    this.#deliveryRules = new DeliveryRules(open, this.mass, this.flapping);
  }

  /** @returns the changed records, and the hold that begins with them */
  raise(
    change: NodeChange,
    circumstances: Circumstances,
  ): { readonly records: readonly AlertRecord[]; readonly hold: LastHold | undefined } {
    const { flip, node, silence } = change;
    const type = typeOf(flip);
    const changes = new Map<string, AlertRecord>();
    if (type === undefined) {
      if (flip.to === 'active') this.#deliveryRules.cancelUnnotified(node, this.#options.channels, changes);
      return { records: this.#put([...changes.values()], circumstances.now), hold: undefined };
    }
    const { wall, cause } = circumstances;
    const countsFor = type === 'node.failed' && cause === undefined;
    const hold = countsFor ? this.#countFailure(change, circumstances, changes) : undefined;
    // Before it is decided about this alert, which is held behind them.
    const recalled = hold === undefined ? [] : this.#put(this.recall.step(), circumstances.now);
    const channels = this.#channelsOf(type, node, circumstances.unnotified);
    if (channels.length > 0) {
      const deliveries = this.#deliveries(channels, type, node, circumstances, changes);
      const alert: Alert = {
        id: this.ids.next(wall),
        type,
        at: flip.at,
        node,
        blind: flip.blind,
        message: nodeSentence(type, flip, node, silence),
        ...(flip.reason !== undefined && { reason: flip.reason }),
        ...(cause !== undefined && { causedBy: cause }),
      };
      changes.set(alert.id, { alert, deliveries });
    }
    return { records: [...recalled, ...this.#put([...changes.values()], circumstances.now)], hold };
  }

  #deliveries(
    channels: readonly string[],
    type: NodeAlertType,
    node: NodeFacts,
    circumstances: Circumstances,
    changes: Map<string, AlertRecord>,
  ): readonly Delivery[] {
    const { cause, wall } = circumstances;
    return channels.map((channel) =>
      cause === undefined
        ? this.#deliveryRules.deliver(channel, type, node, circumstances, changes)
        : this.#deliveryRules.holdFor('dependency', channel, node, wall, changes),
    );
  }

  /**
   * The record for news that may still be refused. It counts once it is admitted; after a kill in between it is an
   * ordinary alert.
   */
  prepare(
    { kind, node, at }: Exclude<NodeNews, { kind: 'rerouted' }>,
    unnotified: ReadonlySet<string> | undefined,
    wall: Instant,
  ): AlertRecord | undefined {
    const type =
      kind === 'deleted'
        ? 'node.deleted'
        : node.state === 'failed'
          ? 'node.reported_failure'
          : 'node.recovered';
    return this.#news(type, node, at, this.#channelsOf(type, node, unnotified), wall);
  }

  /** The end of a failure goes to no channel that got its node since, and has not been notified of the failure. */
  #channelsOf(
    type: NodeAlertType,
    node: NodeFacts,
    unnotified: ReadonlySet<string> | undefined,
  ): readonly string[] {
    const names = routesOf(this.#options.channels, type, node).map(({ name }) => name);
    return isEnd(type) && unnotified !== undefined ? names.filter((name) => !unnotified.has(name)) : names;
  }

  /** What goes to disk with other settings of a node, by which these channels are not notified of it any more. */
  prepareClosing(node: NodeFacts, channels: readonly string[], wall: Instant): AlertRecord | undefined {
    return this.#news('channel.closed', node, wall, channels, wall);
  }

  #news(
    type: NewsAlertType,
    node: NodeFacts,
    at: Instant,
    channels: readonly string[],
    wall: Instant,
  ): AlertRecord | undefined {
    if (channels.length === 0) return undefined;
    const message = newsSentence(type, node);
    const alert: Alert = { id: this.ids.next(wall), type, at, node, blind: 0, message };
    return { alert, deliveries: channels.map((name) => fresh(name, wall)) };
  }

  /**
   * Closes failures at channels that are not notified of their nodes any more: one message each.
   *
   * @returns the records that change, which are not put yet
   */
  close(
    left: ReadonlyMap<string, readonly Pick<FailedNode, 'facts' | 'since'>[]>,
    circumstances: Circumstances,
  ): readonly AlertRecord[] {
    const { wall } = circumstances;
    const changes = new Map<string, AlertRecord>();
    for (const [channel, nodes] of left) {
      const together = nodes.filter(({ facts }) => {
        const delivery = this.#deliveryRules.deliver(
          channel,
          'channel.closed',
          facts,
          circumstances,
          changes,
        );
        if (delivery.state === 'pending' && delivery.folds === undefined) return true;
        const record = this.#news('channel.closed', facts, wall, [channel], wall);
        if (delivery.state !== 'cancelled' && record !== undefined)
          changes.set(record.alert.id, { ...record, deliveries: [delivery] });
        return false;
      });
      const record = this.#closeTogether(channel, together, wall);
      if (record !== undefined) changes.set(record.alert.id, record);
    }
    return [...changes.values()];
  }

  #closeTogether(
    channel: string,
    nodes: readonly Pick<FailedNode, 'facts' | 'since'>[],
    wall: Instant,
  ): AlertRecord | undefined {
    const [first] = nodes;
    if (first === undefined) return undefined;
    if (nodes.length === 1) return this.#news('channel.closed', first.facts, wall, [channel], wall);
    const members = nodes.map(({ facts: { name, state, labels }, since: at }) => ({
      name,
      state,
      at,
      labels,
    }));
    const alert: Alert = {
      id: this.ids.next(wall),
      type: 'channel.closed',
      at: wall,
      node: undefined,
      blind: 0,
      message: closedSentence(members.map(({ name }) => name)),
      group: { nodes: members, alertIds: [] },
    };
    return { alert, deliveries: [fresh(channel, wall)] };
  }

  /** A prepared record is on disk. @returns the changed records, which are not put yet */
  admit({ alert, deliveries }: AlertRecord, circumstances: Circumstances): readonly AlertRecord[] {
    const { node, type } = alert;
    if (node === undefined || type === 'mass_failure' || type === 'test') return [];
    const changes = new Map<string, AlertRecord>();
    const { cause } = circumstances;
    const names = deliveries.map(({ channel }) => channel);
    const decided = this.#deliveries(names, type, node, circumstances, changes);
    const caused = cause === undefined ? alert : { ...alert, causedBy: cause };
    changes.set(alert.id, { alert: caused, deliveries: decided });
    return [...changes.values()];
  }

  #put(records: readonly AlertRecord[], now: Moment): readonly AlertRecord[] {
    for (const record of records) this.#open.put(record, now);
    return records;
  }

  /**
   * Restores the state of an earlier run: who was notified in the last hour, and whether alerts are held.
   *
   * @param recent everything delivered, or about to be, in the last hour, and possibly others
   */
  resume(recent: readonly AlertRecord[], last: LastHold | undefined, now: Moment, wall: Instant): void {
    const failures = recent
      .flatMap(({ alert: { id, type, node, reminder, causedBy } }) => {
        const counts = type === 'node.failed' && reminder === undefined && causedBy === undefined;
        return counts && node !== undefined
          ? [{ node: node.name, at: momentOf(raisedAt(id), now, wall) }]
          : [];
      })
      .sort((a, b) => a.at - b.at);
    const deleted = deletions(recent);
    const told = [...recent].flatMap(({ alert: { id, node, reminder }, deliveries }) =>
      node === undefined || reminder !== undefined || raisedAt(id) <= (deleted.get(node.name) ?? -Infinity)
        ? []
        : deliveries
            .filter(isNotification)
            .map((delivery) => ({ node, channel: delivery.channel, at: toldAt(delivery, wall) })),
    );
    for (const { node, channel, at } of told.sort((a, b) => a.at - b.at)) {
      this.flapping.sent(channel, node.name, momentOf(at, now, wall));
    }
    this.mass.restore(failures);
    const holding = this.#open.heldTogether.size > 0;
    if (last !== undefined) this.mass.resume(last, holding, now, wall);
    else if (holding) this.mass.resume({ from: wall, until: wall }, true, now, wall);
    if (this.mass.until !== undefined) this.recall.begin(undefined);
  }

  /** A mass failure gets the facts of the moment at which somebody is first notified of it. */
  upToDate(alert: Alert): Alert {
    if (this.#hold?.alert === alert.id) return { ...alert, ...this.#hold.facts(this.#options.massFailure) };
    return this.#over?.alert === alert.id ? { ...alert, ...this.#over.facts } : alert;
  }

  /** A node was deleted: it is not among the failed ones, and has no messages. */
  forget(node: NodeName): void {
    this.mass.forget(node);
    this.flapping.forget(node);
    this.#open.nodeGone(node);
    this.#hold?.forget(node);
  }

  #countFailure(
    { node, flip: { at } }: NodeChange,
    { now, wall, watched }: Circumstances,
    changes: Map<string, AlertRecord>,
  ): LastHold | undefined {
    const begins = this.mass.failed(node.name, now, watched);
    if (!begins) {
      this.#hold?.add(node.name, watched);
      return undefined;
    }
    const id = this.ids.next(wall);
    this.#hold = new OngoingMassFailure(id, this.mass.inWindow);
    this.#hold.add(node.name, watched);
    this.recall.begin(id);
    const channels = routesOf(this.#options.channels, 'mass_failure', undefined);
    if (channels.length > 0) {
      const alert: Alert = {
        id,
        type: 'mass_failure',
        at,
        node: undefined,
        blind: 0,
        ...this.#hold.facts(this.#options.massFailure),
      };
      changes.set(alert.id, { alert, deliveries: channels.map(({ name }) => fresh(name, wall)) });
    }
    return { from: wall, until: instant(wall + this.#options.massFailure.hold) };
  }

  /** The hold is over. For as long again, failures are not held. */
  release(now: Moment): void {
    this.mass.release(now);
    this.recall.end();
    if (this.#hold !== undefined)
      this.#over = { alert: this.#hold.alert, facts: this.#hold.facts(this.#options.massFailure) };
    this.#hold = undefined;
  }
}

function typeOf({ from, to, cause }: Flip): FlipAlertType | undefined {
  switch (to) {
    case 'failed':
      return cause === 'report' ? 'node.reported_failure' : 'node.failed';
    case 'inactive':
      return 'node.inactive';
    case 'active':
      return from === 'failed' ? 'node.recovered' : undefined;
  }
}

/** Alerts that were pending while there was no daemon are delivered now. */
function toldAt({ state, attempts, since, lastAttempt }: Delivery, wall: Instant): Instant {
  return lastAttempt ?? (state === 'pending' && attempts === 0 ? wall : since);
}

/** The last deletion of each node that somebody is notified of. Messages before it were those of another node. */
function deletions(records: readonly AlertRecord[]): ReadonlyMap<NodeName, Instant> {
  const deleted = new Map<NodeName, Instant>();
  for (const { alert } of records) {
    if (alert.type !== 'node.deleted' || alert.node === undefined) continue;
    const at = raisedAt(alert.id);
    if (at > (deleted.get(alert.node.name) ?? -Infinity)) deleted.set(alert.node.name, at);
  }
  return deleted;
}
