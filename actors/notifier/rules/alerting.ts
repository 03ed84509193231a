import type { AlertIds } from '../../../src/domain/alert-id.js';
import {
  isEnd,
  type Alert,
  type AlertRecord,
  type Delivery,
  type LastHold,
} from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { Flip, NodeFacts } from '../../../src/domain/node.js';
import type { SilenceId } from '../../../src/domain/silence.js';
import type { Instant, Moment } from '../../../src/domain/time.js';
import { newsSentence, nodeSentence } from '../channel/message.js';
import type { HoldQueue } from '../grouping/hold-queue.js';
import type { NodeChange, NodeNews } from '../notifier.protocol.js';
import { fresh } from '../outbox/delivery.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';
import type { Circumstances, DeliveryRules, NodeAlertType } from './delivery-rules.js';
import type { Flapping } from './flapping.js';
import type { MassFailure } from './mass-failure.js';
import { routesOf, type Route } from './routing.js';
import { isSilenceable } from './silencing.js';

export interface AlertingDeps {
  readonly open: OpenAlerts;
  readonly ids: AlertIds;
  readonly massFailure: MassFailure;
  readonly flapping: Flapping;
  readonly holdQueue: HoldQueue;
  readonly deliveryRules: DeliveryRules;
}

type FlipAlertType = Exclude<NodeAlertType, 'node.deleted' | 'channel.closed'>;

/** Decides which alerts a flip or a request raises, and for which channels. It has no clock and no disk. */
export class AlertingRules {
  readonly #channels: readonly Route[];
  readonly #deps: AlertingDeps;

  constructor(channels: readonly Route[], deps: AlertingDeps) {
    this.#channels = channels;
    this.#deps = deps;
  }

  /** @returns the changed records, and the hold that begins with them */
  raise(
    change: NodeChange,
    circumstances: Circumstances,
  ): { readonly records: readonly AlertRecord[]; readonly hold: LastHold | undefined } {
    const { deliveryRules, holdQueue, ids } = this.#deps;
    const { flip, node, silence } = change;
    const { now, wall, cause, unnotified } = circumstances;
    const type = typeOf(flip);
    const changes = new Map<string, AlertRecord>();
    if (type === undefined) {
      deliveryRules.cancelUnnotified(node, this.#channels, changes);
      return { records: this.#put([...changes.values()], now), hold: undefined };
    }
    const silencedBy = silencesFor(type, circumstances);
    const countsFor = type === 'node.failed' && cause === undefined && silencedBy === undefined;
    const hold = countsFor ? this.#countFailure(change, circumstances, changes) : undefined;
    // Earlier alerts first: this one is held behind them.
    const heldNow = hold === undefined ? [] : this.#put(holdQueue.hold(), now);
    const channels = this.#channelsOf(type, node, unnotified);
    if (channels.length > 0) {
      const deliveries = this.#deliveries(channels, type, node, circumstances, changes);
      const alert: Alert = {
        id: ids.next(wall),
        type,
        at: flip.at,
        node,
        blind: flip.blind,
        message: nodeSentence(type, flip, node, silence),
        ...(flip.reason !== undefined && { reason: flip.reason }),
        ...(cause !== undefined && { causedBy: cause }),
        ...(silencedBy !== undefined && { silencedBy }),
      };
      changes.set(alert.id, { alert, deliveries });
    }
    return { records: [...heldNow, ...this.#put([...changes.values()], now)], hold };
  }

  /**
   * The record for news that may still be refused. It counts once it is admitted; after a kill in between it is an
   * ordinary alert.
   */
  prepare(
    { kind, node, at }: Exclude<NodeNews, { kind: 'rerouted' }>,
    unnotified: ReadonlySet<string>,
    wall: Instant,
  ): AlertRecord | undefined {
    const type =
      kind === 'deleted'
        ? 'node.deleted'
        : node.state === 'failed'
          ? 'node.reported_failure'
          : 'node.recovered';
    const channels = this.#channelsOf(type, node, unnotified);
    if (channels.length === 0) return undefined;
    const message = newsSentence(type, node);
    const alert: Alert = { id: this.#deps.ids.next(wall), type, at, node, blind: 0, message };
    return { alert, deliveries: channels.map((name) => fresh(name, wall)) };
  }

  /** A prepared record is on disk. @returns the changed records, which are not put yet */
  admit({ alert, deliveries }: AlertRecord, circumstances: Circumstances): readonly AlertRecord[] {
    const { node, type } = alert;
    if (node === undefined || type === 'mass_failure' || type === 'test') return [];
    const changes = new Map<string, AlertRecord>();
    const { cause } = circumstances;
    const names = deliveries.map(({ channel }) => channel);
    const decided = this.#deliveries(names, type, node, circumstances, changes);
    const silencedBy = silencesFor(type, circumstances);
    const whole: Alert = {
      ...alert,
      ...(cause !== undefined && { causedBy: cause }),
      ...(silencedBy !== undefined && { silencedBy }),
    };
    changes.set(alert.id, { alert: whole, deliveries: decided });
    return [...changes.values()];
  }

  /** A node was deleted: it is not among the failed ones, and has no messages. */
  forget(node: NodeName): void {
    const { flapping, massFailure, open } = this.#deps;
    massFailure.forget(node);
    open.nodeDeleted(node, flapping.forget(node));
  }

  /** A channel that was not notified of a failure is not notified of its end either. */
  #channelsOf(
    type: NodeAlertType,
    node: NodeFacts,
    unnotified: ReadonlySet<string> | undefined,
  ): readonly string[] {
    const names = routesOf(this.#channels, type, node).map(({ name }) => name);
    return isEnd(type) && unnotified !== undefined ? names.filter((name) => !unnotified.has(name)) : names;
  }

  #deliveries(
    channels: readonly string[],
    type: NodeAlertType,
    node: NodeFacts,
    circumstances: Circumstances,
    changes: Map<string, AlertRecord>,
  ): readonly Delivery[] {
    const { deliveryRules } = this.#deps;
    const { cause, wall } = circumstances;
    // A silence outlasts what else holds the alert: its end looks at the others.
    const isSilenced = silencesFor(type, circumstances) !== undefined;
    const hold = isSilenced ? 'silence' : cause === undefined ? undefined : 'dependency';
    return channels.map((channel) =>
      hold === undefined
        ? deliveryRules.deliver(channel, type, node, circumstances, changes)
        : deliveryRules.hold(channel, node, hold, wall, changes),
    );
  }

  #countFailure(
    { node, flip: { at } }: NodeChange,
    { now, wall, watched }: Circumstances,
    changes: Map<string, AlertRecord>,
  ): LastHold | undefined {
    const { holdQueue, ids, massFailure } = this.#deps;
    if (!massFailure.failed(node.name, now, watched)) return undefined;
    const id = ids.next(wall);
    const alert = massFailure.begin(id, node.name, at, watched);
    holdQueue.begin(id);
    const channels = routesOf(this.#channels, 'mass_failure', undefined);
    if (channels.length > 0)
      changes.set(id, { alert, deliveries: channels.map(({ name }) => fresh(name, wall)) });
    return massFailure.holdFrom(wall);
  }

  #put(records: readonly AlertRecord[], now: Moment): readonly AlertRecord[] {
    const { open } = this.#deps;
    for (const record of records) open.put(record, now);
    return records;
  }
}

/** @returns the silences that hold an alert of this type, if there are any */
function silencesFor(
  type: NodeAlertType,
  { silencedBy = [] }: Circumstances,
): readonly SilenceId[] | undefined {
  return isSilenceable(type) && silencedBy.length > 0 ? silencedBy : undefined;
}

/** @returns undefined for a heartbeat that was only late */
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
