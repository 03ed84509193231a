import type { AlertId, AlertRecord, AlertType, Delivery } from '../../../src/domain/alert.js';
import { held } from '../outbox/delivery.js';
import type { Flapping } from '../rules/flapping.js';
import type { OpenAlerts } from '../outbox/open-alerts.js';
import type { OpenDelivery } from '../outbox/delivery.js';

/** Alerts checked in one step. */
const STEP = 500;

/** The types that a mass failure holds. Failures that nodes report themselves are delivered all the same. */
const HELD: ReadonlySet<AlertType> = new Set<AlertType>([
  'node.failed',
  'node.inactive',
  'node.recovered',
  'node.deleted',
]);

/**
 * When a mass failure begins, holds alerts of single nodes that no channel has begun to deliver. Otherwise the message
 * about the mass failure would queue behind all of them. See decision 80.
 */
export class HoldUndelivered {
  readonly #open: OpenAlerts;
  readonly #flapping: Pick<Flapping, 'notSent'>;
  readonly #step: number;
  #remaining: Iterator<AlertRecord> | undefined;
  #before: AlertId | undefined;

  constructor(open: OpenAlerts, flapping: Pick<Flapping, 'notSent'>, step = STEP) {
    this.#open = open;
    this.#flapping = flapping;
    this.#step = step;
  }

  /** Whether there is another step. */
  get isUnderWay(): boolean {
    return this.#remaining !== undefined;
  }

  /** @param before only alerts raised before this one; undefined for all */
  begin(before: AlertId | undefined): void {
    this.#remaining = this.#open.all()[Symbol.iterator]();
    this.#before = before;
  }

  end(): void {
    this.#remaining = undefined;
  }

  /** @returns the changed records */
  step(): readonly AlertRecord[] {
    const changed: AlertRecord[] = [];
    for (let checked = 0; checked < this.#step && this.#remaining !== undefined; checked++) {
      const next = this.#remaining.next();
      if (next.done === true || (this.#before !== undefined && next.value.alert.id >= this.#before)) {
        this.#remaining = undefined;
        break;
      }
      const record = this.#held(next.value);
      if (record !== next.value) changed.push(record);
    }
    return changed;
  }

  #held(record: AlertRecord): AlertRecord {
    const { node } = record.alert;
    if (node === undefined) return record;
    const deliveries = record.deliveries.map((stored): Delivery => {
      const delivery = this.#open.delivery(record, stored.channel) ?? stored;
      if (!isUndelivered({ record, delivery }) || !this.#keepsOrder(record, delivery)) return stored;
      this.#flapping.notSent(delivery.channel, node.name);
      return held(delivery, 'mass_failure');
    });
    const isChanged = deliveries.some((delivery, index) => delivery !== record.deliveries[index]);
    return isChanged ? { ...record, deliveries } : record;
  }

  /** Whether all later alerts of the same node are held, too, so that none overtakes it. */
  #keepsOrder({ alert: { id, node } }: AlertRecord, { channel }: Delivery): boolean {
    const open = node === undefined ? [] : this.#open.of(node.name, channel);
    const at = open.findIndex(({ record }) => record.alert.id === id);
    return open.slice(at + 1).every((later) => later.delivery.state === 'held' || isUndelivered(later));
  }
}

/** No attempt has begun, and it is delivered neither as a reminder nor to a fallback channel. */
function isUndelivered({ record: { alert }, delivery }: OpenDelivery): boolean {
  if (delivery.state !== 'pending' || delivery.attempts > 0 || delivery.insteadOf !== undefined) return false;
  return alert.reminder === undefined && HELD.has(alert.type);
}
