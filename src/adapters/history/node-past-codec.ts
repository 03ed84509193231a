import * as z from 'zod';
import type { Acknowledgement, Flip, FlipCause, Pause } from '../../domain/node.js';
import type { NodeName } from '../../domain/node-name.js';
import { instant, type Instant } from '../../domain/time.js';
import type { KeyRange } from '../../ports/ordered-store.js';
import { COUNT, INSTANT, INSTANT_SHIFT, MILLIS, rangeOf } from './binary.js';
import { choiceAt, countAt, instantAt, instantAtEnd, millisAt, nameAt, optional, textAt } from './fields.js';
import { KIND } from './format.js';
import { STATES } from './node-codec.js';
import { DamagedRecord } from './store-errors.js';

/*
 * Flips, pauses and acknowledgements of nodes. The length of a name goes before it, so that no name is the beginning of another.
 *
 * | key                        | value                                                                |
 * |----------------------------|----------------------------------------------------------------------|
 * | FLIP, length, name, at     | from, to, cause, retries, blind, and behind them the reason, if any  |
 * | PAUSE, length, name, from  | to                                                                   |
 * | ACKNOWLEDGED, length, name, since | JSON: who acknowledged the failure of that instant            |
 * | PAST, at, key              | nothing: finds what to prune of these, and of pauses by their end    |
 */
const { FLIP, PAUSE, ACKNOWLEDGED, PAST } = KIND;

/** Their indexes are on disk: new ones go to the end. */
const CAUSES: readonly FlipCause[] = ['heartbeat', 'silence', 'report'];

const NOTHING = Buffer.alloc(0);

/** Their names go before the instant. */
export const MOMENT_KEY = { node: nameAt(1), at: instantAtEnd() };
export const flipRecord = {
  kind: FLIP,
  key: MOMENT_KEY,
  value: {
    from: choiceAt(0, STATES),
    to: choiceAt(1, STATES),
    cause: choiceAt(2, CAUSES),
    retries: countAt(3),
    blind: millisAt(3 + COUNT),
    reason: optional(textAt(3 + COUNT + MILLIS)),
  },
};
const PAUSE_VALUE = { to: instantAt(0) };
const acknowledgedSchema = z.object({
  by: z.string(),
  reason: z.string().optional(),
  at: z.number().transform(instant),
  until: z.number().transform(instant).optional(),
});
const PAST_KEY = { at: instantAt(1) };

export const allFlips = rangeOf(FLIP);
export const allPauses = rangeOf(PAUSE);
const past = rangeOf(PAST);

export function flipKey(node: NodeName, at: Instant): Buffer {
  return momentKey(FLIP, node, at);
}

/** A bound: a node's flips before this instant sort before it, the others after it. Any number is allowed. */
export function flipBound(node: NodeName, at: number): Buffer {
  if (at < -INSTANT_SHIFT) return flipsOf(node).gte;
  return at < INSTANT_SHIFT ? flipKey(node, instant(at)) : flipsOf(node).lt;
}

export function flipsOf(node: NodeName): KeyRange {
  return momentsOf(FLIP, node);
}

export function flipValue({ from, to, cause, retries, blind, reason = '' }: Flip): Buffer {
  const fields = flipRecord.value;
  const value = Buffer.allocUnsafe(fields.reason.place + Buffer.byteLength(reason));
  fields.from.put(value, from);
  fields.to.put(value, to);
  fields.cause.put(value, cause);
  fields.retries.put(value, retries);
  fields.blind.put(value, blind);
  fields.reason.put(value, reason);
  return value;
}

/** @throws RangeError if it cannot be read */
export function flipFrom(node: NodeName, key: Buffer, value: Buffer): Flip {
  const fields = flipRecord.value;
  const reason = fields.reason.take(value);
  return {
    node,
    from: fields.from.take(value),
    to: fields.to.take(value),
    at: MOMENT_KEY.at.take(key),
    cause: fields.cause.take(value),
    retries: fields.retries.take(value),
    blind: fields.blind.take(value),
    ...(reason !== undefined && { reason }),
  };
}

export function pauseKey(node: NodeName, from: Instant): Buffer {
  return momentKey(PAUSE, node, from);
}

export function pausesOf(node: NodeName): KeyRange {
  return momentsOf(PAUSE, node);
}

export function pauseValue({ to }: Pause): Buffer {
  const value = Buffer.allocUnsafe(INSTANT);
  PAUSE_VALUE.to.put(value, to);
  return value;
}

export function pauseFrom(key: Buffer, value: Buffer): Pause {
  return { from: MOMENT_KEY.at.take(key), to: PAUSE_VALUE.to.take(value) };
}

export function acknowledgedKey(node: NodeName, since: Instant): Buffer {
  return momentKey(ACKNOWLEDGED, node, since);
}

export function acknowledgedOf(node: NodeName): KeyRange {
  return momentsOf(ACKNOWLEDGED, node);
}

export function acknowledgedValue({ by, reason, at, until }: Acknowledgement): Buffer {
  return Buffer.from(JSON.stringify({ by, reason, at, until }));
}

/** @throws HeartbeatError if it is damaged */
export function acknowledgedFrom(key: Buffer, value: Buffer): Acknowledgement {
  try {
    const { by, reason, at, until } = acknowledgedSchema.parse(JSON.parse(value.toString()));
    return {
      by,
      ...(reason !== undefined && { reason }),
      at,
      since: MOMENT_KEY.at.take(key),
      ...(until !== undefined && { until }),
    };
  } catch (error) {
    throw new DamagedRecord(key, { cause: error });
  }
}

/** The index entry for a flip or an acknowledgement, or for a pause by its end. */
export function pastKey(key: Buffer, at: Instant): Buffer {
  const entry = Buffer.allocUnsafe(1 + INSTANT + key.length);
  entry[0] = PAST;
  PAST_KEY.at.put(entry, at);
  key.copy(entry, 1 + INSTANT);
  return entry;
}

/** The index entry for one of them on disk. */
export function pastKeyOf(key: Buffer, value: Buffer): Buffer {
  return pastKey(key, key[0] === PAUSE ? pauseFrom(key, value).to : MOMENT_KEY.at.take(key));
}

/** The record of an index entry. */
export function keyOfPast(entry: Buffer): Buffer {
  return entry.subarray(1 + INSTANT);
}

/** A bound: what ended before this instant sorts before it, the rest after it. Any number is allowed. */
export function pastBound(at: number): Buffer {
  if (at < -INSTANT_SHIFT) return past.gte;
  return at < INSTANT_SHIFT ? pastKey(NOTHING, instant(at)) : past.lt;
}

export function pastInstant(entry: Buffer): Instant {
  return PAST_KEY.at.take(entry);
}

export function momentsOf(kind: number, node: NodeName): KeyRange {
  const gte = Buffer.allocUnsafe(2 + Buffer.byteLength(node));
  gte[0] = kind;
  MOMENT_KEY.node.put(gte, node);
  return { gte, lt: Buffer.concat([gte, Buffer.alloc(INSTANT + 1, 0xff)]) };
}

export function momentKey(kind: number, node: NodeName, at: Instant): Buffer {
  const { gte } = momentsOf(kind, node);
  const key = Buffer.concat([gte, Buffer.allocUnsafe(INSTANT)]);
  MOMENT_KEY.at.put(key, at);
  return key;
}
