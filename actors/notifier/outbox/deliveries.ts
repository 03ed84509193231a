import { isOpen, type AlertId, type AlertRecord, type Delivery } from '../../../src/domain/alert.js';
import { moment, type Instant, type Millis, type Moment, momentOf } from '../../../src/domain/time.js';
import type { ChannelPolicy } from '../../../src/ports/channel.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { Logger } from '../../../src/ports/logger.js';
import type { ChannelActor } from '../channel/channel.actor.js';
import type { Offer, Progress, AttemptResult } from '../channel/channel.protocol.js';
import { moved, withDelivery } from './delivery.js';
import type { Escalation } from '../rules/escalation.js';
import { withFallback } from '../rules/fallback.js';
import { nodesOf } from '../grouping/group.js';
import type { OpenAlerts } from './open-alerts.js';
import type { AlertWriter } from './alert-writer.js';
import type { AttemptIntents } from './attempt-intents.js';

/** How long the nodes of a mass failure are counted before its first attempt. */
const COUNTING: Millis = 1_000;

export interface DeliveriesDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly channels: ReadonlyMap<string, Pick<ChannelActor, 'offer' | 'withdrawn'>>;
  /** The settings of the channels. They may change while the daemon runs. */
  readonly policies: readonly Pick<ChannelPolicy, 'name' | 'fallback'>[];
  readonly escalation: Pick<Escalation, 'wait' | 'delayOf'>;
}

/** Connects the outbox with the channels: offers them alerts, and records their results. */
export class Deliveries {
  readonly #open: OpenAlerts;
  readonly #writer: AlertWriter;
  readonly #attemptIntents: AttemptIntents;
  readonly #deps: DeliveriesDeps;

  constructor(open: OpenAlerts, writer: AlertWriter, attemptIntents: AttemptIntents, deps: DeliveriesDeps) {
    this.#open = open;
    this.#writer = writer;
    this.#attemptIntents = attemptIntents;
    this.#deps = deps;
  }

  /** Offers the pending alerts of an earlier run. */
  resume(records: readonly AlertRecord[]): void {
    this.#offer(records, () => true);
  }

  /** Offers pending alerts, as they are now. */
  offer(records: readonly AlertRecord[]): void {
    // A channel may just have delivered an alert whose attempt has begun. Offered again, it would block later alerts.
    this.#offer(records, (delivery) => !hasBegun(delivery));
  }

  #offer(records: readonly AlertRecord[], isWanted: (delivery: Delivery) => boolean): void {
    const { channels, clock, escalation } = this.#deps;
    const [now, wall] = [clock.now(), clock.wall()];
    const offers = new Map<string, Offer[]>();
    for (const committed of records) {
      const { alert } = committed;
      const record = this.#open.get(alert.id);
      for (const delivery of (record ?? committed).deliveries) this.#withdraw(alert.id, delivery);
      if (record === undefined) continue;
      for (const delivery of record.deliveries) {
        if (delivery.state !== 'pending' || !isWanted(delivery)) continue;
        const offered = offers.get(delivery.channel);
        const offer = offerOf(record, delivery, { now, wall, wait: escalation.wait(alert, delivery) });
        if (offered === undefined) offers.set(delivery.channel, [offer]);
        else offered.push(offer);
      }
    }
    for (const [channel, offered] of offers) channels.get(channel)?.offer(offered);
  }

  /** A delayed alert that is no longer to be delivered must not block those behind it. */
  #withdraw(id: AlertId, { channel, state, attempts }: Delivery): void {
    const { channels, escalation } = this.#deps;
    const isOff = state === 'cancelled' || state === 'folded' || state === 'held';
    if (!isOff || attempts > 0 || escalation.delayOf(channel) === 0) return;
    channels.get(channel)?.withdrawn(id);
  }

  progress(channel: string, { results, due, next }: Progress): void {
    for (const { id, result } of results) this.#conclude(channel, id, result);
    for (const id of due) this.#attemptIntents.begin(channel, id);
    for (const id of next) this.#attemptIntents.prepare(channel, id);
  }

  #conclude(channel: string, id: AlertId, result: AttemptResult): void {
    const record = this.#open.get(id);
    const delivery = record === undefined ? undefined : this.#open.delivery(record, channel);
    if (record === undefined || delivery?.state !== 'pending') return;
    const after = concluded(delivery, result);
    const { clock, policies } = this.#deps;
    this.#writer.put([withFallback(withDelivery(record, after), after, policies, clock.wall())]);
  }

  /** Deliveries to channels that are no longer configured become dead letters. */
  endLost(): void {
    const { channels, logger } = this.#deps;
    const lost = [...this.#open.all()].flatMap((record) => withoutLost(record, channels));
    this.#writer.put(lost);
    this.#writer.submit();
    if (lost.length > 0) {
      logger.error('alerts became dead letters: their channel is no longer configured', {
        alerts: lost.length,
      });
    }
  }
}

/** Whether an attempt has begun since it could be delivered, so that it must have been offered. */
function hasBegun({ lastAttempt, since }: Delivery): boolean {
  return lastAttempt !== undefined && lastAttempt >= since;
}

/** @returns the record, if it has deliveries to channels that are no longer configured */
function withoutLost(record: AlertRecord, channels: ReadonlyMap<string, unknown>): readonly AlertRecord[] {
  const lost = record.deliveries.filter((delivery) => isOpen(delivery) && !channels.has(delivery.channel));
  if (lost.length === 0) return [];
  const lastError = 'the channel is not configured any more';
  return [
    lost.reduce((whole, delivery) => withDelivery(whole, { ...moved(delivery, 'dead'), lastError }), record),
  ];
}

function concluded(before: Delivery, result: AttemptResult): Delivery {
  const delivery = result.person === undefined ? before : { ...before, person: result.person };
  switch (result.kind) {
    case 'delivered':
      return { ...delivery, state: 'delivered' };
    case 'failed':
      return { ...delivery, lastError: result.error };
    case 'dead':
      return { ...delivery, state: 'dead', lastError: result.error };
  }
}

function offerOf(
  record: AlertRecord,
  delivery: Delivery,
  { now, wall, wait }: { readonly now: Moment; readonly wall: Instant; readonly wait: Millis },
): Offer {
  const { attempts, lastAttempt } = delivery;
  const since = moment(momentOf(delivery.since, now, wall) + wait);
  // Nobody is notified of the number of failed nodes while they are still counted.
  const isUrgent = record.alert.type === 'mass_failure';
  const isCounted = isUrgent && attempts === 0;
  return {
    id: record.alert.id,
    nodes: nodesOf(record),
    since,
    attempts,
    // An attempt that was requested by hand does not wait for the back-off.
    lastAttempt:
      lastAttempt === undefined || !hasBegun(delivery) ? undefined : momentOf(lastAttempt, now, wall),
    notBefore: isCounted ? moment(since + COUNTING) : wait > 0 ? since : undefined,
    isUrgent,
  };
}
