import * as z from 'zod';
import type {
  Acknowledgement,
  Flip,
  FlipCause,
  NodeState,
  NodeStatus,
  Pause,
  Registration,
} from '../../domain/node.js';
import { parseNodeName, type NodeName } from '../../domain/node-name.js';
import type { Learnt } from '../../domain/heartbeat-history.js';
import { instant, type Instant } from '../../domain/time.js';
import { INSTANT, INSTANT_SHIFT, putInstant, rangeOf, takeInstant, type KeyRange } from './binary.js';

/*
 * What is on disk of nodes, and how; see `codec.ts` for the rest. The name alone, as the bytes of its UTF-8, sorts
 * nodes; where something follows it, its length goes before it, so that no name is the beginning of another.
 *
 * | key                        | value                                                                |
 * |----------------------------|----------------------------------------------------------------------|
 * | NODE, name                 | JSON: what was chosen for it                                         |
 * | STATUS, name               | state, retries, since, deadline, heard_blind, last_heartbeat if any, |
 * |                            | and behind it the rhythm's mean, deviation and samples, if any       |
 * | FLIP, length, name, at     | from, to, cause, retries, blind, and behind them the reason, if any  |
 * | PAUSE, length, name, from  | to                                                                   |
 * | PAST, at, key              | nothing: finds what to prune of flips, and of pauses by their end    |
 */
const NODE = 0x20;
const STATUS = 0x21;
const FLIP = 0x22;
const PAUSE = 0x23;
const PAST = 0x24;

/** Their indexes are on disk: new ones go to the end. */
const STATES: readonly NodeState[] = ['active', 'inactive', 'failed'];
const CAUSES: readonly FlipCause[] = ['heartbeat', 'silence', 'report'];

/** Milliseconds with fractions, as they are compared. */
const MILLIS = 8;
const COUNT = 4;
const NOTHING = Buffer.alloc(0);
/** The place of the last heartbeat in a status, and the length of the heartbeat history after it. */
const HEARTBEAT = 1 + COUNT + INSTANT + 2 * MILLIS;
const RHYTHM = 2 * MILLIS + COUNT;
/** The place of the reason in a flip. */
const REASON = 3 + COUNT + MILLIS;

export const allNodes = rangeOf(NODE);
export const allFlips = rangeOf(FLIP);
export const allPauses = rangeOf(PAUSE);
const past = rangeOf(PAST);

const registrationSchema = z.object({
  registered_at: z.number().transform(instant),
  timeout: z
    .union([z.number(), z.object({ min: z.number(), max: z.number(), threshold: z.number().optional() })])
    .optional(),
  max_retries: z.int().optional(),
  labels: z.record(z.string(), z.string()).default({}),
  channels: z.array(z.string()).optional(),
  paused_at: z.number().transform(instant).optional(),
  paused_failed: z.literal(true).optional(),
  depends_on: z.array(z.string()).optional(),
  registered_by: z.string().optional(),
  acknowledged: z
    .object({
      by: z.string(),
      reason: z.string().optional(),
      at: z.number().transform(instant),
      since: z.number().transform(instant),
      until: z.number().transform(instant).optional(),
    })
    .optional(),
});

export function nodeKey(name: NodeName): Buffer {
  return keyOf(NODE, name);
}

/** Every name after this one that does not sort before the required prefix. */
export function nodesAfter(name: NodeName | undefined, from = ''): KeyRange {
  const behind = name === undefined ? allNodes.gte : Buffer.concat([nodeKey(name), Buffer.of(0)]);
  const first = Buffer.concat([Buffer.of(NODE), Buffer.from(from)]);
  return { ...allNodes, gte: Buffer.compare(behind, first) < 0 ? first : behind };
}

/** @throws TypeError if it is not a name */
export function nameFrom(key: Buffer): NodeName {
  const name = parseNodeName(key.subarray(1).toString());
  if (name === undefined) throw new TypeError(`${key.toString('hex')} names no node`);
  return name;
}

export function nodeValue({
  registeredAt,
  settings,
  pausedAt,
  pausedFailed,
  registeredBy,
  acknowledged,
}: Registration): Buffer {
  const { timeout, maxRetries, labels, channels, dependsOn } = settings;
  return Buffer.from(
    JSON.stringify({
      registered_at: registeredAt,
      timeout,
      max_retries: maxRetries,
      ...(Object.keys(labels).length > 0 && { labels }),
      channels,
      paused_at: pausedAt,
      paused_failed: pausedFailed,
      depends_on: dependsOn,
      registered_by: registeredBy,
      acknowledged,
    }),
  );
}

/** @throws Error if it cannot be read */
export function nodeFrom(key: Buffer, value: Buffer): Registration {
  const read = registrationSchema.parse(JSON.parse(value.toString()));
  const { timeout, max_retries: maxRetries, labels, channels, depends_on, acknowledged } = read;
  const dependsOn = depends_on?.map(parseNodeName).filter((name) => name !== undefined);
  return {
    name: nameFrom(key),
    registeredAt: read.registered_at,
    settings: {
      timeout,
      maxRetries,
      labels,
      channels,
      ...(dependsOn !== undefined && { dependsOn }),
    },
    pausedAt: read.paused_at,
    ...(read.paused_failed !== undefined && { pausedFailed: read.paused_failed }),
    ...(read.registered_by !== undefined && { registeredBy: read.registered_by }),
    ...(acknowledged !== undefined && { acknowledged: acknowledgementFrom(acknowledged) }),
  };
}

function acknowledgementFrom({
  reason,
  until,
  ...read
}: NonNullable<z.output<typeof registrationSchema>['acknowledged']>): Acknowledgement {
  return { ...read, ...(reason !== undefined && { reason }), ...(until !== undefined && { until }) };
}

export function statusKey(name: NodeName): Buffer {
  return keyOf(STATUS, name);
}

/** The range of the statuses of nodes from one key to another. */
export function statusesBetween(first: Buffer, last: Buffer): KeyRange {
  return { gte: statusKeyOf(first), lt: Buffer.concat([statusKeyOf(last), Buffer.of(0)]) };
}

/** The key of a node's status. */
export function statusKeyOf(node: Buffer): Buffer {
  const key = Buffer.from(node);
  key[0] = STATUS;
  return key;
}

export function statusValue(status: NodeStatus): Buffer {
  const { state, retries, since, deadline, heardBlind, lastHeartbeat, heartbeatHistory } = status;
  const heartbeat = lastHeartbeat === undefined ? 0 : INSTANT;
  const learnt = lastHeartbeat === undefined || heartbeatHistory === undefined ? 0 : RHYTHM;
  const value = Buffer.allocUnsafe(HEARTBEAT + heartbeat + learnt);
  value[0] = STATES.indexOf(state);
  value.writeUInt32BE(retries, 1);
  putInstant(value, since, 1 + COUNT);
  value.writeDoubleBE(deadline, 1 + COUNT + INSTANT);
  value.writeDoubleBE(heardBlind, 1 + COUNT + INSTANT + MILLIS);
  if (lastHeartbeat === undefined) return value;
  putInstant(value, lastHeartbeat, HEARTBEAT);
  if (heartbeatHistory === undefined) return value;
  value.writeDoubleBE(heartbeatHistory.mean, HEARTBEAT + INSTANT);
  value.writeDoubleBE(heartbeatHistory.deviation, HEARTBEAT + INSTANT + MILLIS);
  value.writeUInt32BE(heartbeatHistory.samples, HEARTBEAT + INSTANT + 2 * MILLIS);
  return value;
}

/** @throws RangeError if it cannot be read */
export function statusFrom(value: Buffer): NodeStatus {
  return {
    state: nameOf(STATES, value[0]),
    retries: value.readUInt32BE(1),
    since: takeInstant(value, 1 + COUNT),
    deadline: value.readDoubleBE(1 + COUNT + INSTANT),
    heardBlind: value.readDoubleBE(1 + COUNT + INSTANT + MILLIS),
    lastHeartbeat: value.length > HEARTBEAT ? takeInstant(value, HEARTBEAT) : undefined,
    ...(value.length > HEARTBEAT + INSTANT && { heartbeatHistory: heartbeatHistoryFrom(value) }),
  };
}

function heartbeatHistoryFrom(value: Buffer): Learnt {
  return {
    mean: value.readDoubleBE(HEARTBEAT + INSTANT),
    deviation: value.readDoubleBE(HEARTBEAT + INSTANT + MILLIS),
    samples: value.readUInt32BE(HEARTBEAT + INSTANT + 2 * MILLIS),
  };
}

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

function keyOf(kind: number, name: NodeName): Buffer {
  // Three times as fast as joining buffers: a checkpoint makes very many of these.
  const key = Buffer.allocUnsafe(1 + Buffer.byteLength(name));
  key[0] = kind;
  key.write(name, 1);
  return key;
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

function nameOf<Name>(names: readonly Name[], place: number | undefined): Name {
  const name = names[place ?? -1];
  if (name === undefined) throw new RangeError(`${String(place)} stands for nothing`);
  return name;
}
