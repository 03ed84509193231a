import {
  type Alert,
  type AlertId,
  type AlertRecord,
  type AlertType,
  type Delivery,
  type GroupedNode,
  isEnd,
} from '../../../src/domain/alert.js';
import type { AlertIds } from '../../../src/domain/alert-id.js';
import type { SilenceId } from '../../../src/domain/silence.js';
import type { Instant, Millis } from '../../../src/domain/time.js';
import { groupSentence } from '../channel/message.js';
import { type OpenDelivery, fresh, held, isFailure, moved, withDelivery } from '../outbox/delivery.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';
import type { FailedNode, FailedNodes } from './failed-nodes.js';
import { routesOf, type Route } from './routing.js';
import type { Silencing } from './silencing.js';
import type { UnnotifiedChannels } from './unnotified-channels.js';

export interface EscalationDeps {
  readonly failed: Pick<FailedNodes, 'get'>;
  readonly open: Pick<OpenAlerts, 'of' | 'delivery'>;
  readonly ids: AlertIds;
  readonly unnotified: Pick<UnnotifiedChannels, 'add'>;
  readonly silencing: Pick<Silencing, 'of'>;
}

/**
 * Escalation channels have `after`: they are notified later, and only of failures that last until then without an
 * acknowledgement. That needs no timer of its own: a failure that nobody was notified of is cancelled by its recovery,
 * and the first attempt waits. See decision 26.
 */
export class Escalation {
  /** They may change while the daemon runs. */
  readonly #routes: readonly Route[];
  readonly #deps: EscalationDeps;

  constructor(routes: readonly Route[], deps: EscalationDeps) {
    this.#routes = routes;
    this.#deps = deps;
  }

  /** How long the first attempt waits. */
  wait({ type, reminder }: Alert, { channel, attempts, insteadOf }: Delivery): Millis {
    if (attempts > 0 || insteadOf !== undefined || reminder !== undefined) return 0;
    if (isEnd(type) || type === 'test') return 0;
    return this.delayOf(channel);
  }

  delayOf(channel: string): Millis {
    return this.#routes.find(({ name }) => name === channel)?.after ?? 0;
  }

  /**
   * A delivery that has not begun, by the present status of its node. An acknowledgement ends reminders, and holds what
   * waits for escalation.
   *
   * @param isQuiet whether the failure is acknowledged, or the node paused; undefined when the node is no longer
   * watched
   */
  settled(alert: Alert, delivery: Delivery, isQuiet: boolean | undefined): Delivery {
    if (delivery.attempts > 0) return delivery;
    const { state, hold } = delivery;
    const waits = state === 'pending' && this.wait(alert, delivery) > 0;
    if (isQuiet === undefined) {
      const isOver =
        waits ||
        hold === 'acknowledged' ||
        hold === 'dependency' ||
        hold === 'silence' ||
        alert.reminder !== undefined;
      return isOver ? moved(delivery, 'cancelled') : delivery;
    }
    if (!isQuiet) return hold === 'acknowledged' ? moved(delivery, 'pending') : delivery;
    if (alert.reminder !== undefined) return moved(delivery, 'cancelled');
    return waits ? held(delivery, 'acknowledged') : delivery;
  }

  /** @returns what changes when a channel is about to get a group, late or with silenced nodes in it */
  rebuiltGroup(record: AlertRecord, channel: string, wall: Instant): readonly AlertRecord[] {
    const { failed, open, ids, unnotified, silencing } = this.#deps;
    const delivery = open.delivery(record, channel);
    if (record.alert.group === undefined || delivery?.state !== 'pending' || delivery.attempts > 0) return [];
    return rebuiltGroup(record, delivery, {
      failed,
      open,
      isDelayed: this.wait(record.alert, delivery) > 0,
      silencesOf: ({ facts }) => silencing.of(facts),
      nextId: () => ids.next(wall),
      leftOut: (node) => {
        if (this.#getsRecovery(channel, node)) unnotified.add(node.name, [channel]);
      },
    });
  }

  #getsRecovery(channel: string, { labels }: GroupedNode): boolean {
    const route = this.#routes.filter(({ name }) => name === channel);
    return routesOf(route, 'node.recovered', { labels, channels: undefined }).length > 0;
  }
}

interface RebuiltGroupDeps extends Pick<EscalationDeps, 'failed' | 'open'> {
  /** It goes to an escalation channel. */
  readonly isDelayed: boolean;
  silencesOf(node: FailedNode): readonly SilenceId[];
  nextId(): AlertId;
  /** The node is not failed, and its recovery is still to come: it recovered while it was paused. */
  leftOut(node: GroupedNode): void;
}

/**
 * Rebuilds a group for an escalation channel when its time has come: with the nodes that are still failed, and those
 * that are back and whose earlier failure the channel had been notified of. The others are left out. See decision 26.
 * From a group for any channel, the failed nodes that are silenced are taken out. See decision 172.
 *
 * @param delivery the group's own, on this channel
 * @returns what changes: the group, recoveries that add nothing to it, and acknowledged or silenced failures
 */
function rebuiltGroup(record: AlertRecord, delivery: Delivery, deps: RebuiltGroupDeps): AlertRecord[] {
  const { alert } = record;
  const { group } = alert;
  if (group === undefined) return [];
  const { channel } = delivery;
  const changes: AlertRecord[] = [];
  const nodes = group.nodes.flatMap((node): GroupedNode[] => {
    const { name, state, wasNotified } = node;
    const failed = deps.failed.get(name);
    const silencedBy = failed === undefined ? [] : deps.silencesOf(failed);
    if (!deps.isDelayed && silencedBy.length === 0) return [node];
    const later = state === 'active' ? [] : deps.open.of(name, channel);
    const isClosed = later.some(
      ({
        record: {
          alert: { type },
        },
      }) => type === 'channel.closed',
    );
    const isStillDue = failed?.isQuiet === false && silencedBy.length === 0 && !isClosed;
    if (state === 'active' || isStillDue) return [node];
    const recoveries = later.filter(isUnsentRecovery);
    // The channel was notified of an earlier failure, and expects the recovery from this one.
    if (wasNotified === true && failed !== undefined) return [];
    // The node was deleted, and the channel had been notified of its failure: the alert about the deletion comes by
    // itself.
    if (wasNotified === true && recoveries.some(({ record }) => record.alert.type === 'node.deleted'))
      return [];
    for (const each of recoveries) changes.push(withDelivery(each.record, moved(each.delivery, 'cancelled')));
    if (wasNotified === true) return recoveries.length > 0 ? [{ ...node, state: 'active' }] : [];
    if (failed === undefined && recoveries.length === 0) deps.leftOut(node);
    if (failed !== undefined && !isClosed && !later.some(isFailure))
      changes.push(heldOutsideGroup(failed, silencedBy, node, delivery, deps.nextId()));
    return [];
  });
  if (nodes.length === group.nodes.length && nodes.every((node, index) => node === group.nodes[index]))
    return [];
  if (nodes.length === 0) return [withDelivery(record, moved(delivery, 'cancelled')), ...changes];
  const rebuilt: Alert = {
    ...alert,
    type: typeOf(alert.type, nodes),
    message: groupSentence(nodes),
    group: { ...group, nodes },
  };
  return [{ ...record, alert: rebuilt }, ...changes];
}

/** A recovery that waits behind the group and adds nothing to it. */
function isUnsentRecovery({ record: { alert }, delivery }: OpenDelivery): boolean {
  return isEnd(alert.type) && delivery.attempts === 0;
}

/** Taken out of the group, a failure is held by itself, where its recovery finds it. Neither is delivered then. */
function heldOutsideGroup(
  { facts, since }: FailedNode,
  silencedBy: readonly SilenceId[],
  node: GroupedNode,
  { channel, since: due }: Delivery,
  id: AlertId,
): AlertRecord {
  const alert: Alert = {
    id,
    type: 'node.failed',
    at: since,
    node: facts,
    blind: 0,
    message: groupSentence([node]),
    ...(silencedBy.length > 0 && { silencedBy }),
  };
  const hold = silencedBy.length > 0 ? 'silence' : 'acknowledged';
  return { alert, deliveries: [held(fresh(channel, due), hold)] };
}

function typeOf(type: AlertType, nodes: readonly GroupedNode[]): AlertType {
  if (nodes.some(({ state }) => state === 'failed')) return type;
  return nodes.some(({ state }) => state === 'inactive') ? 'node.inactive' : 'node.recovered';
}
