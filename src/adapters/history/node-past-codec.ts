import type { Flip, FlipCause, Pause } from '../../domain/node.js';
import type { NodeName } from '../../domain/node-name.js';
import { instant, type Instant } from '../../domain/time.js';
import type { KeyRange } from '../../ports/ordered-store.js';
import { COUNT, INSTANT, INSTANT_SHIFT, MILLIS, putInstant, rangeOf, takeInstant } from './binary.js';
import { KIND } from './format.js';
import { nameOf, STATES } from './node-codec.js';

/*
 * Flips and pauses of nodes. The length of a name goes before it, so that no name is the beginning of another.
 *
 * | key                        | value                                                                |
 * |----------------------------|----------------------------------------------------------------------|
 * | FLIP, length, name, at     | from, to, cause, retries, blind, and behind them the reason, if any  |
 * | PAUSE, length, name, from  | to                                                                   |
 * | PAST, at, key              | nothing: finds what to prune of flips, and of pauses by their end    |
 */
const { FLIP, PAUSE, PAST } = KIND;

/** Their indexes are on disk: new ones go to the end. */
const CAUSES: readonly FlipCause[] = ['heartbeat', 'silence', 'report'];

const NOTHING = Buffer.alloc(0);
/** The place of the reason in a flip. */
const REASON = 3 + COUNT + MILLIS;

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
  const value = Buffer.allocUnsafe(REASON + Buffer.byteLength(reason));
  value[0] = STATES.indexOf(from);
  value[1] = STATES.indexOf(to);
  value[2] = CAUSES.indexOf(cause);
  value.writeUInt32BE(retries, 3);
  value.writeDoubleBE(blind, 3 + COUNT);
  value.write(reason, REASON);
  return value;
}

/** @throws RangeError if it cannot be read */
export function flipFrom(node: NodeName, key: Buffer, value: Buffer): Flip {
  return {
    node,
    from: nameOf(STATES, value[0]),
    to: nameOf(STATES, value[1]),
    at: takeInstant(key, key.length - INSTANT),
    cause: nameOf(CAUSES, value[2]),
    retries: value.readUInt32BE(3),
    blind: value.readDoubleBE(3 + COUNT),
    ...(value.length > REASON && { reason: value.toString('utf8', REASON) }),
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
  putInstant(value, to, 0);
  return value;
}

export function pauseFrom(key: Buffer, value: Buffer): Pause {
  return { from: takeInstant(key, key.length - INSTANT), to: takeInstant(value, 0) };
}

/** The index entry for a flip, or for a pause by its end. */
export function pastKey(key: Buffer, at: Instant): Buffer {
  const entry = Buffer.allocUnsafe(1 + INSTANT + key.length);
  entry[0] = PAST;
  putInstant(entry, at, 1);
  key.copy(entry, 1 + INSTANT);
  return entry;
}

/** The index entry for a flip or pause on disk. */
export function pastKeyOf(key: Buffer, value: Buffer): Buffer {
  return pastKey(key, key[0] === FLIP ? takeInstant(key, key.length - INSTANT) : pauseFrom(key, value).to);
}

/** The flip or pause of an index entry. */
export function keyOfPast(entry: Buffer): Buffer {
  return entry.subarray(1 + INSTANT);
}

/** A bound: what ended before this instant sorts before it, the rest after it. Any number is allowed. */
export function pastBound(at: number): Buffer {
  if (at < -INSTANT_SHIFT) return past.gte;
  return at < INSTANT_SHIFT ? pastKey(NOTHING, instant(at)) : past.lt;
}

export function pastInstant(entry: Buffer): Instant {
  return takeInstant(entry, 1);
}

function momentsOf(kind: number, node: NodeName): KeyRange {
  const name = Buffer.from(node);
  const gte = Buffer.concat([Buffer.of(kind, name.length), name]);
  return { gte, lt: Buffer.concat([gte, Buffer.alloc(INSTANT + 1, 0xff)]) };
}

function momentKey(kind: number, node: NodeName, at: Instant): Buffer {
  const { gte } = momentsOf(kind, node);
  const key = Buffer.concat([gte, Buffer.allocUnsafe(INSTANT)]);
  putInstant(key, at, gte.length);
  return key;
}
