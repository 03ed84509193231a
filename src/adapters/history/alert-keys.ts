import type { AlertId, DeliveryState } from '../../domain/alert.js';
import type { NodeName } from '../../domain/node-name.js';
import { instant, type Instant, type Millis } from '../../domain/time.js';
import type { KeyRange } from '../../ports/ordered-store.js';
import { INSTANT, putInstant, rangeOf } from './binary.js';
import { KIND } from './format.js';

/*
 * | key                     | value                                          |
 * |-------------------------|------------------------------------------------|
 * | ALERT, id               | the states it is in, a bit each; the rest JSON |
 * | ALERT_STATE, state, id  | nothing: finds alerts by state                 |
 * | ALERT_LATE, hour, id    | nothing: finds alerts that were told late      |
 * | UNNOTIFIED, node        | JSON: the names of its channels                |
 */
const { ALERT, ALERT_STATE, ALERT_LATE, UNNOTIFIED } = KIND;

/** An alert that is retried all day has a key for each hour. None of them is searched for removal. */
const HOUR: Millis = 3_600_000;
const ID_OF_LATE = 1 + INSTANT;

/** Its index is the bit, and part of a key. */
const STATES = [
  'pending',
  'held',
  'delivered',
  'dead',
  'cancelled',
  'folded',
] as const satisfies DeliveryState[];

/** The states of an alert on its channels, a bit each. */
export type StateBits = number;

export const OPEN_BITS: StateBits = bitsOf(['pending', 'held']);

export const allAlerts = rangeOf(ALERT);
const allLate = rangeOf(ALERT_LATE);
export const allUnnotified = rangeOf(UNNOTIFIED);

/** The bits of these states. */
export function bitsOf(states: readonly DeliveryState[]): StateBits {
  return states.reduce((bits, state) => bits | (1 << STATES.indexOf(state)), 0);
}

export function alertKey(id: AlertId): Buffer {
  return Buffer.from(`${String.fromCharCode(ALERT)}${id}`, 'latin1');
}

export function stateKey(state: DeliveryState, id: AlertId): Buffer {
  return Buffer.from(`${String.fromCharCode(ALERT_STATE, STATES.indexOf(state))}${id}`, 'latin1');
}

export function alertsIn(state: DeliveryState): KeyRange {
  const index = STATES.indexOf(state);
  return { gte: Buffer.of(ALERT_STATE, index), lt: Buffer.of(ALERT_STATE, index + 1) };
}

/** The keys of the states in these bits. */
export function stateKeysOf(bits: StateBits, id: AlertId): Buffer[] {
  return STATES.filter((_state, index) => (bits & (1 << index)) !== 0).map((state) => stateKey(state, id));
}

/** The key of an alert in the hour of an instant, or the beginning of that hour. */
export function lateKey(at: Instant, id: AlertId | '' = ''): Buffer {
  const key = Buffer.alloc(ID_OF_LATE + id.length);
  key.writeUInt8(ALERT_LATE);
  putInstant(key, instant(Math.floor(at / HOUR) * HOUR), 1);
  key.write(id, ID_OF_LATE, 'latin1');
  return key;
}

export function lateSince(at: Instant): KeyRange {
  return { ...allLate, gte: lateKey(at) };
}

export function lateBefore(at: Instant): KeyRange {
  return { ...allLate, lt: lateKey(at) };
}

/** The id at the end of a key of any kind. */
export function idOf(key: Buffer): AlertId {
  return key.toString('latin1', key[0] === ALERT ? 1 : key[0] === ALERT_STATE ? 2 : ID_OF_LATE) as AlertId;
}

export function unnotifiedKey(node: NodeName): Buffer {
  return Buffer.concat([Buffer.of(UNNOTIFIED), Buffer.from(node)]);
}

export function stateBitsOf(value: Buffer): StateBits {
  return value[0] ?? 0;
}
