import {
  isEnd,
  type AlertRecord,
  type AlertType,
  type Delivery,
  type Folds,
  type Hold,
} from '../../../src/domain/alert.js';
import type { NodeName } from '../../../src/domain/node-name.js';
import type { NodeFacts } from '../../../src/domain/node.js';
import type { SilenceId } from '../../../src/domain/silence.js';
import type { Instant, Moment } from '../../../src/domain/time.js';
import {
  fresh,
  held,
  isFailure,
  endsWithRecovery,
  moved,
  isSummary,
  trailingUnnotified,
  withDelivery,
  type OpenDelivery,
} from '../outbox/delivery.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';
import type { Flapping } from './flapping.js';
import type { MassFailure } from './mass-failure.js';
import type { Route } from './routing.js';

/** The facts outside the rules that a decision needs. */
export interface Circumstances {
  readonly now: Moment;
  readonly wall: Instant;
  /** The number of unpaused nodes. */
  readonly watched: number;
  /** A dependency of the node that failed before it. */
  readonly cause?: NodeName | undefined;
  /** The silences of the node, if the alert is one that they hold. */
  readonly silencedBy?: readonly SilenceId[] | undefined;
  /** Channels that get its alerts by now, and have not been notified of its failure. */
  readonly unnotified?: ReadonlySet<string>;
}

export type NodeAlertType = Exclude<AlertType, 'mass_failure' | 'test'>;

/** The most ids that a summary lists: the last ones. */
const NAMED = 100;

/**
 * Decides the state of a new alert on one channel: pending, held, or cancelled together with its pair. Earlier alerts of
 * its node there that nobody was notified of are cancelled, or folded into it.
 */
export class DeliveryRules {
  readonly #open: OpenAlerts;
  readonly #massFailure: Pick<MassFailure, 'until'>;
  readonly #flapping: Flapping;

  constructor(open: OpenAlerts, massFailure: Pick<MassFailure, 'until'>, flapping: Flapping) {
    this.#open = open;
    this.#massFailure = massFailure;
    this.#flapping = flapping;
  }

  /** A heartbeat that comes before the node has failed was only late: nobody need be notified of the delay any more. */
  cancelUnnotified(node: NodeFacts, channels: readonly Route[], changes: Map<string, AlertRecord>): void {
    for (const { name } of channels) {
      for (const unnotified of trailingUnnotified(this.#open.of(node.name, name))) {
        if (unnotified.record.alert.type !== 'node.inactive' || isSummary(unnotified)) continue;
        this.#change(changes, unnotified, 'cancelled', node.name);
      }
    }
  }

  /**
   * An inhibited or silenced alert is held. A summary of the node's earlier alerts must not be delivered after it, so it
   * is folded. A `node.inactive` that a silence holds is cancelled: the new alert says more.
   */
  hold(
    channel: string,
    { name }: NodeFacts,
    hold: Extract<Hold, 'dependency' | 'silence'>,
    wall: Instant,
    changes: Map<string, AlertRecord>,
  ): Delivery {
    const unnotified = trailingUnnotified(this.#open.of(name, channel));
    this.#dropSilenced(unnotified, name, changes);
    const summary = unnotified.findLast(isSummary);
    return held({ ...fresh(channel, wall), ...this.#fold(changes, summary, name) }, hold);
  }

  #dropSilenced(
    unnotified: readonly OpenDelivery[],
    name: NodeName,
    changes: Map<string, AlertRecord>,
  ): void {
    for (const each of unnotified) {
      if (isFailure(each) || isSummary(each) || each.delivery.hold !== 'silence') continue;
      this.#change(changes, each, 'cancelled', name);
    }
  }

  /** Decides about a new alert on one channel, and about the earlier ones there that nobody was notified of. */
  deliver(
    channel: string,
    type: NodeAlertType,
    node: NodeFacts,
    { now, wall }: Circumstances,
    changes: Map<string, AlertRecord>,
  ): Delivery {
    const open = this.#open.of(node.name, channel);
    const trailing = trailingUnnotified(open);
    const unnotified = trailing.filter(({ record }) => record.alert.reminder === undefined);
    const delivery = fresh(channel, wall);
    const summary = unnotified.findLast(isSummary);
    // There is something newer to deliver.
    for (const each of trailing)
      if (!unnotified.includes(each)) this.#change(changes, each, 'cancelled', node.name);
    if (isEnd(type) && summary === undefined && unnotified.some(isFailure)) {
      for (const earlier of unnotified) this.#change(changes, earlier, 'cancelled', node.name);
      return { ...delivery, state: 'cancelled' };
    }
    if (isEnd(type)) {
      for (const each of unnotified)
        if (endsWithRecovery(each)) this.#change(changes, each, 'cancelled', node.name);
    }
    this.#dropSilenced(unnotified, node.name, changes);
    const last = open.at(-1);
    if (this.#massFailure.until !== undefined || last?.delivery.hold === 'mass_failure') {
      // The end of a failure at a channel needs nobody's attention, and would be a false recovery in a group.
      const goesOn = type === 'channel.closed' || (type === 'node.reported_failure' && last === undefined);
      if (!goesOn) return held({ ...delivery, ...this.#fold(changes, summary, node.name) }, 'mass_failure');
    }
    if (summary?.delivery.state === 'pending') {
      // It replaces one that counts already.
      const folds = this.#fold(changes, summary, node.name);
      this.#flapping.sent(channel, node.name, now);
      return { ...delivery, ...folds };
    }
    const folds = this.#fold(changes, summary, node.name);
    if (!this.#flapping.allows(channel, node.name, now)) return held({ ...delivery, ...folds }, 'flapping');
    this.#flapping.sent(channel, node.name, now);
    return { ...delivery, ...folds };
  }

  /** The new alert folds the one that had folded those before it. */
  #fold(
    changes: Map<string, AlertRecord>,
    summary: OpenDelivery | undefined,
    node: NodeName,
  ): { readonly folds?: Folds } {
    if (summary === undefined) return {};
    this.#change(changes, summary, 'folded', node);
    const { folds } = summary.delivery;
    const ids = [...(folds?.ids ?? []), summary.record.alert.id].slice(-NAMED);
    return { folds: { count: (folds?.count ?? 0) + 1, ids } };
  }

  #change(
    changes: Map<string, AlertRecord>,
    { record, delivery }: OpenDelivery,
    state: 'cancelled' | 'folded',
    node: NodeName,
  ): void {
    if (delivery.state === 'pending' && record.alert.reminder === undefined)
      this.#flapping.notSent(delivery.channel, node);
    const { id } = record.alert;
    changes.set(id, withDelivery(changes.get(id) ?? record, moved(delivery, state)));
  }
}
