import { hash } from 'node:crypto';
import * as z from 'zod';
import type { StoredJob } from '../../domain/job.js';
import { parseNodeName, type NodeName } from '../../domain/node-name.js';
import type { KeptPing } from '../../domain/ping.js';
import { instant, type Instant } from '../../domain/time.js';
import type { KeyRange } from '../../ports/ordered-store.js';
import { COUNT, INSTANT, rangeOf } from './binary.js';
import { countAt, countAtEnd, instantAt, nameAt } from './fields.js';
import { KIND } from './format.js';
import { columnsOf, storedInstant } from './json-columns.js';

/*
 * | key                        | value                                                           |
 * |----------------------------|-----------------------------------------------------------------|
 * | PING_UUID, SHA-256 of uuid | the node's name                                                 |
 * | JOB, name                  | JSON: what is known of the job, with its runs                   |
 * | PING, length, name, n      | JSON: a ping without its body                                   |
 * | PING_BODY, length, name, n | what is kept of its body; none if that is empty                 |
 * | PING_AGE, at, key of PING  | the bytes that it takes: finds the oldest of all                |
 *
 * Of the hash the first 16 bytes: whoever reads a key in a log learns no UUID.
 */
const { PING_UUID, JOB, PING, PING_BODY, PING_AGE } = KIND;
const HASHED = 16;
/** About what a ping takes besides its body. */
const OVERHEAD = 200;

const NODE = nameAt(1);
const NUMBER = countAtEnd();
const AGE = instantAt(1);
const SIZE = countAt(0);

export const allPingAges = rangeOf(PING_AGE);

/** @param uuid in its canonical form */
export function pingUuidKey(uuid: string): Buffer {
  return Buffer.concat([Buffer.of(PING_UUID), hash('sha256', uuid, 'buffer').subarray(0, HASHED)]);
}

/** @throws TypeError if it is not a name */
export function nodeOfPingFrom(value: Buffer): NodeName {
  const name = parseNodeName(value.toString());
  if (name === undefined) throw new TypeError('a ping UUID belongs to no node');
  return name;
}

const jobSchema = z.object({
  pings: z.int(),
  last_duration: z.number().optional(),
  runs: z.array(
    z.object({
      rid: z.string().optional(),
      started_at: storedInstant.transform(instant),
      deadline: z.number(),
      blind: z.number(),
      watched: z.boolean(),
    }),
  ),
});

export function jobKey(name: NodeName): Buffer {
  return Buffer.concat([Buffer.of(JOB), Buffer.from(name)]);
}

/** The key of the job of a node. @param node its key */
export function jobKeyOf(node: Buffer): Buffer {
  const key = Buffer.from(node);
  key[0] = JOB;
  return key;
}

/** The name of the node that a job belongs to. */
export function nameOfJob(key: Buffer): string {
  return key.toString('utf8', 1);
}

export function jobValue({ pings, lastDuration, runs }: StoredJob): Buffer {
  return Buffer.from(
    JSON.stringify({
      pings,
      last_duration: lastDuration,
      runs: runs.map(({ rid, startedAt, deadline, blind, isWatched }) => ({
        rid,
        started_at: startedAt,
        deadline,
        blind,
        watched: isWatched,
      })),
    }),
  );
}

/** @throws Error if it cannot be read */
export function jobFrom(value: Buffer): StoredJob {
  const { pings, last_duration: lastDuration, runs } = jobSchema.parse(JSON.parse(value.toString()));
  return {
    pings,
    ...(lastDuration !== undefined && { lastDuration }),
    runs: runs.map(({ rid, started_at: startedAt, deadline, blind, watched: isWatched }) => ({
      ...(rid !== undefined && { rid }),
      startedAt,
      deadline,
      blind,
      isWatched,
    })),
  };
}

const pingSchema = z.object({
  kind: z.enum(['success', 'start', 'fail', 'log', 'exit']),
  at: storedInstant.transform(instant),
  exit_status: z.int().optional(),
  rid: z.string().optional(),
  duration: z.number().optional(),
  bytes: z.int(),
  method: z.string(),
});

export const pingRecord = { kind: PING, key: { node: NODE, n: NUMBER }, json: columnsOf(pingSchema) };

export function pingKey(node: NodeName, n: number): Buffer {
  const key = Buffer.allocUnsafe(2 + Buffer.byteLength(node) + COUNT);
  key[0] = PING;
  NODE.put(key, node);
  NUMBER.put(key, n);
  return key;
}

/** A node's pings from one number on, before another. */
export function pingsBetween(node: NodeName, from: number, before: number): KeyRange {
  return { gte: pingKey(node, from), lt: pingKey(node, before) };
}

/** The largest number that a ping can have. */
export const LAST_PING = 0xffff_ffff;

export function pingValue({
  kind,
  at,
  exitStatus,
  rid,
  duration,
  bytes,
  method,
}: Omit<KeptPing, 'body'>): Buffer {
  return Buffer.from(JSON.stringify({ kind, at, exit_status: exitStatus, rid, duration, bytes, method }));
}

/** A ping without its body. @throws Error if it cannot be read */
export function pingFrom(key: Buffer, value: Buffer): Omit<KeptPing, 'body'> {
  const { exit_status: exitStatus, rid, duration, ...read } = pingSchema.parse(JSON.parse(value.toString()));
  return {
    n: NUMBER.take(key),
    ...read,
    ...(exitStatus !== undefined && { exitStatus }),
    ...(rid !== undefined && { rid }),
    ...(duration !== undefined && { duration }),
  };
}

/** The key of the body of a ping, or of a ping by its entry in the index. */
export function bodyKeyOf(ping: Buffer): Buffer {
  const key = Buffer.from(ping);
  key[0] = PING_BODY;
  return key;
}

/** The entry of a ping in the index by time. */
export function ageKey(ping: Buffer, at: Instant): Buffer {
  const entry = Buffer.allocUnsafe(1 + INSTANT + ping.length);
  entry[0] = PING_AGE;
  AGE.put(entry, at);
  ping.copy(entry, 1 + INSTANT);
  return entry;
}

/** The key of the ping of an entry. */
export function pingKeyOfAge(entry: Buffer): Buffer {
  return entry.subarray(1 + INSTANT);
}

export function sizeOf({ body }: Pick<KeptPing, 'body'>): number {
  return OVERHEAD + body.length;
}

export function sizeValue(size: number): Buffer {
  const value = Buffer.allocUnsafe(COUNT);
  SIZE.put(value, size);
  return value;
}

export function sizeFrom(value: Buffer): number {
  return SIZE.take(value);
}

/** Whose ping it is, and its number: for a message. */
export function pingOf(key: Buffer): { readonly node: string; readonly n: number } {
  return { node: NODE.take(key), n: NUMBER.take(key) };
}
