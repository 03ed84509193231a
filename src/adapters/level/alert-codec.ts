import * as z from 'zod';
import {
  ALERT_TYPES,
  DELIVERY_STATES,
  type AlertId,
  type AlertRecord,
  type DeliveryState,
} from '../../domain/alert.js';
import { readError } from './problems.js';
import { rangeOf, type KeyRange } from './binary.js';

/*
 * | key                     | value                                          |
 * |-------------------------|------------------------------------------------|
 * | ALERT, id               | the states it is in, a bit each; the rest JSON |
 * | ALERT_STATE, state, id  | nothing: finds alerts by state                 |
 */
const ALERT = 0x30;
const ALERT_STATE = 0x31;

/** Its place is the bit, and part of a key. */
const STATES = [
  'pending',
  'held',
  'delivered',
  'dead',
  'cancelled',
  'folded',
] as const satisfies DeliveryState[];

/** The states of an alert for its channels, a bit each. */
export type StateBits = number;

export const OPEN_BITS: StateBits = bitsOf(['pending', 'held']);

export const allAlerts = rangeOf(ALERT);

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

/** The keys of the states that these bits stand for. */
export function stateKeysOf(bits: StateBits, id: AlertId): Buffer[] {
  return STATES.filter((_state, index) => (bits & (1 << index)) !== 0).map((state) => stateKey(state, id));
}

/** The id at the end of a key of either kind. */
export function idOf(key: Buffer): AlertId {
  return key.toString('latin1', key[0] === ALERT ? 1 : 2) as AlertId;
}

export function alertValue(record: AlertRecord): Buffer {
  const bits = bitsOf(record.deliveries.map(({ state }) => state));
  return Buffer.concat([Buffer.of(bits), Buffer.from(JSON.stringify(record))]);
}

export function stateBitsOf(value: Buffer): StateBits {
  return value[0] ?? 0;
}

const facts = z.object({
  name: z.string(),
  state: z.enum(['active', 'inactive', 'failed']),
  retries: z.number(),
  lastHeartbeat: z.number().optional(),
  timeout: z.number(),
  maxRetries: z.number(),
  labels: z.record(z.string(), z.string()),
  channels: z.array(z.string()).optional(),
});
const grouped = z.object({ name: z.string(), state: facts.shape.state, at: z.number() });
const schema = z.object({
  alert: z.object({
    id: z.string(),
    type: z.enum(ALERT_TYPES),
    at: z.number(),
    node: facts.optional(),
    blind: z.number(),
    message: z.string(),
    mass: z.object({ count: z.number(), sample: z.array(z.string()) }).optional(),
    group: z.object({ nodes: z.array(grouped), alertIds: z.array(z.string()) }).optional(),
  }),
  deliveries: z.array(
    z.object({
      channel: z.string(),
      state: z.enum(DELIVERY_STATES),
      hold: z.enum(['mass_failure', 'flapping']).optional(),
      attempts: z.number(),
      lastAttempt: z.number().optional(),
      lastError: z.string().optional(),
      since: z.number(),
      folds: z.object({ count: z.number(), ids: z.array(z.string()) }).optional(),
    }),
  ),
});

/** @throws HeartbeatError when it is damaged */
export function alertFrom(value: Buffer): AlertRecord {
  try {
    // The checked shape is the domain's; only its brands are not.
    return schema.parse(JSON.parse(value.toString('utf8', 1))) as unknown as AlertRecord;
  } catch (error) {
    throw readError(error);
  }
}
