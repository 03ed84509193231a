import * as z from 'zod';
import type { AlertId, LastHold } from '../../domain/alert.js';
import type { Recovery } from '../../domain/recovery.js';
import { instant, type Instant } from '../../domain/time.js';
import type { UptimeMarks } from '../../domain/uptime-day.js';
import type { ObservedTime } from '../../domain/observed-time.js';
import { HeartbeatError } from '../../errors.js';
import { MEMBERSHIP_KEY, metaKey } from './format.js';
import { firstEntry, get, type Batch } from './sealed-store.js';
import type { Membership } from '../../ports/history-record.js';
import type { OrderedStore, StorePlace } from '../../ports/ordered-store.js';
import { healedUsers, sequenceOf } from './session-codec.js';
import { damagedError, isCorrupt } from './store-errors.js';

/** Facts about the whole history, stored with every batch that changes them. */
export interface Facts {
  /** The number of stored ended sessions. */
  sessions: number;
  latestEnd: Instant | undefined;
  nodes: number;
  alerts: number;
  /** The number of open sessions. Undefined in older records, until all of them are read. */
  open: number | undefined;
  /** The number of open alerts; undefined as above. */
  openAlerts: number | undefined;
  /** About what kept pings take. */
  pingBytes: number;
}

/** The facts that the next batch builds on, taken over once that is on disk. */
export interface Ledger extends Facts {
  generation: number;
  healedSequence: number;
  /** Sessions that ended earlier are pruned. Their place is slow to read until LevelDB has merged its files. */
  prunedBefore: number;
  /** The same of users whose ids are no integers. */
  textsPrunedBefore: number;
  /** No flip and no end of a pause is earlier. */
  pastPrunedBefore: number;
  /** No alert raised earlier can be pruned. */
  alertsPrunedBefore: AlertId | undefined;
  uptime: UptimeMarks;
}

const instantSchema = z.number().transform(instant);
/** Every end before `at` is on disk; the daemon was alive at `aliveAt`. */
interface Watermark {
  readonly at: Instant;
  readonly aliveAt: Instant;
}

const watermarkSchema = z.union([
  z
    .object({ at: instantSchema, alive_at: instantSchema })
    .transform(({ at, alive_at }) => ({ at, aliveAt: alive_at })),
  // Both in one.
  instantSchema.transform((at) => ({ at, aliveAt: at })),
]);
export const factsSchema = z.object({
  sessions: z.int(),
  latest_end: instantSchema.nullable(),
  nodes: z.int(),
  alerts: z.int(),
  open: z.int().optional(),
  open_alerts: z.int().optional(),
  ping_bytes: z.int().optional(),
});
const recoverySchema = z.object({
  generation: z.int(),
  silent: z.array(
    z
      .object({ generation: z.int(), deadline: instantSchema, ends_at: instantSchema })
      .transform(({ generation, deadline, ends_at }) => ({ generation, deadline, endsAt: ends_at })),
  ),
});

/** The names on disk are older than those in the code. */
const observedTimeSchema = z
  .object({
    awake: z.number(),
    blind: z.number(),
    wall: instantSchema,
    wakings: z.array(
      z
        .object({ awake: z.number(), blind: z.number(), wall: instantSchema.optional() })
        .transform(({ wall, ...rest }) => (wall === undefined ? rest : { ...rest, wall })),
    ),
  })
  .transform(({ wakings, ...observed }) => ({ ...observed, resumptions: wakings }));

const membershipSchema = z.object({ set: z.string(), partition: z.string(), partitions: z.int() });

const uptimeMarksSchema = z
  .object({ stored_to: instantSchema.optional(), flips_from: instantSchema.optional() })
  .transform(({ stored_to: storedTo, flips_from: flipsFrom }) => ({ storedTo, flipsFrom }));

const holdSchema = z.object({ from: instantSchema, until: instantSchema });
const textIdsSchema = z.literal('text');

/** What each record of this kind must be. The version, the marks of copies and of erasures are read elsewhere. */
const SCHEMAS = new Map<string, z.ZodType>([
  ['watermark', watermarkSchema],
  ['facts', factsSchema],
  ['recovery', recoverySchema],
  ['vigil', observedTimeSchema],
  ['membership', membershipSchema],
  ['uptime', uptimeMarksSchema],
  ['hold', holdSchema],
  ['user_ids', textIdsSchema],
  ['ping_secret', z.string()],
]);

/** Reads a record as a start does. @throws Error if it is not of its form */
export function metaFrom(key: Buffer, value: Buffer): unknown {
  return SCHEMAS.get(key.subarray(1).toString())?.parse(JSON.parse(value.toString()));
}

export function readWatermark(store: OrderedStore, place: StorePlace): Promise<Watermark | undefined> {
  return readMeta(store, place, 'watermark', watermarkSchema);
}

export function writeWatermark(batch: Batch, at: Instant, aliveAt: Instant): void {
  batch.put(metaKey('watermark'), json(aliveAt === at ? at : { at, alive_at: aliveAt }));
}

export function readRecovery(store: OrderedStore, place: StorePlace): Promise<Recovery | undefined> {
  return readMeta(store, place, 'recovery', recoverySchema);
}

export function writeRecovery(batch: Batch, { generation, silent }: Recovery): void {
  const groups = silent.map((group) => ({
    generation: group.generation,
    deadline: group.deadline,
    ends_at: group.endsAt,
  }));
  batch.put(metaKey('recovery'), json({ generation, silent: groups }));
}

export function readObservedTime(store: OrderedStore, place: StorePlace): Promise<ObservedTime | undefined> {
  return readMeta(store, place, 'vigil', observedTimeSchema);
}

export function writeObservedTime(batch: Batch, { resumptions, ...observed }: ObservedTime): void {
  batch.put(metaKey('vigil'), json({ ...observed, wakings: resumptions }));
}

export function readLastHold(store: OrderedStore, place: StorePlace): Promise<LastHold | undefined> {
  return readMeta(store, place, 'hold', holdSchema);
}

export function writeLastHold(batch: Batch, hold: LastHold): void {
  batch.put(metaKey('hold'), json(hold));
}

/** @throws Error if it is not of its form */
export function membershipFrom(value: Buffer): Membership {
  return membershipSchema.parse(JSON.parse(value.toString()));
}

export function readMembership(store: OrderedStore, place: StorePlace): Promise<Membership | undefined> {
  return readMeta(store, place, 'membership', membershipSchema);
}

export function writeMembership(batch: Batch, { set, partition, partitions }: Membership): void {
  batch.put(MEMBERSHIP_KEY, json({ set, partition, partitions }));
}

/** Whether ids of users may be texts. */
export async function readTextIds(store: OrderedStore, place: StorePlace): Promise<boolean> {
  return (await readMeta(store, place, 'user_ids', textIdsSchema)) !== undefined;
}

export function writeTextIds(batch: Batch): void {
  batch.put(metaKey('user_ids'), json('text'));
}

/** The secret from which ping UUIDs are derived. */
export async function readPingSecret(store: OrderedStore, place: StorePlace): Promise<Buffer | undefined> {
  const secret = await readMeta(store, place, 'ping_secret', z.string());
  return secret === undefined ? undefined : Buffer.from(secret, 'base64url');
}

export function writePingSecret(batch: Batch, secret: Uint8Array): void {
  batch.put(metaKey('ping_secret'), json(Buffer.from(secret).toString('base64url')));
}

const NO_UPTIME: UptimeMarks = { storedTo: undefined, flipsFrom: undefined };

export function writeUptimeMarks(batch: Batch, { storedTo, flipsFrom }: UptimeMarks): void {
  batch.put(metaKey('uptime'), json({ stored_to: storedTo, flips_from: flipsFrom }));
}

export async function readLedger(store: OrderedStore, place: StorePlace): Promise<Ledger> {
  const facts = await readMeta(store, place, 'facts', factsSchema);
  const recovery = await readRecovery(store, place);
  const lastHealed = await Promise.all(
    healedUsers.map((range) => firstEntry(store, range, { reverse: true })),
  );
  return {
    sessions: facts?.sessions ?? 0,
    latestEnd: facts?.latest_end ?? undefined,
    nodes: facts?.nodes ?? 0,
    alerts: facts?.alerts ?? 0,
    open: facts === undefined ? 0 : facts.open,
    openAlerts: facts === undefined ? 0 : facts.open_alerts,
    pingBytes: facts?.ping_bytes ?? 0,
    generation: recovery?.generation ?? 0,
    healedSequence: Math.max(
      0,
      ...lastHealed.map((last) => (last === undefined ? 0 : sequenceOf(last[0]) + 1)),
    ),
    prunedBefore: -Infinity,
    textsPrunedBefore: -Infinity,
    pastPrunedBefore: -Infinity,
    alertsPrunedBefore: undefined,
    uptime: (await readMeta(store, place, 'uptime', uptimeMarksSchema)) ?? NO_UPTIME,
  };
}

export function haveChanged(before: Facts, now: Facts): boolean {
  return (
    now.sessions !== before.sessions ||
    now.latestEnd !== before.latestEnd ||
    now.nodes !== before.nodes ||
    now.alerts !== before.alerts ||
    now.open !== before.open ||
    now.openAlerts !== before.openAlerts ||
    now.pingBytes !== before.pingBytes
  );
}

export function writeFacts(batch: Batch, facts: Facts): void {
  const { sessions, latestEnd, nodes, alerts, open, openAlerts, pingBytes } = facts;
  batch.put(
    metaKey('facts'),
    json({
      sessions,
      latest_end: latestEnd ?? null,
      nodes,
      alerts,
      open,
      open_alerts: openAlerts,
      ...(pingBytes > 0 && { ping_bytes: pingBytes }),
    }),
  );
}

export async function readMeta<Value>(
  store: OrderedStore,
  place: StorePlace,
  name: Parameters<typeof metaKey>[0],
  schema: z.ZodType<Value>,
): Promise<Value | undefined> {
  try {
    const found = await get(store, metaKey(name));
    return found === undefined ? undefined : schema.parse(JSON.parse(found.toString()));
  } catch (error) {
    if (error instanceof HeartbeatError && !isCorrupt(error)) throw error;
    throw damagedError(place, error, `its record "${name}" cannot be read`);
  }
}

export function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
