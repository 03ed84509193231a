import * as z from 'zod';
import type { AlertId, LastHold } from '../../domain/alert.js';
import type { Recovery } from '../../domain/recovery.js';
import { instant, type Instant } from '../../domain/time.js';
import type { Vigil } from '../../domain/vigil.js';
import { HeartbeatError } from '../../errors.js';
import { healedUsers, metaKey, sequenceOf, VERSION } from './codec.js';
import { firstEntry, get, SYNCED, type Batch, type Database } from './database.js';
import { indexPast } from './nodes.js';
import { damagedError, foreignError } from './problems.js';

/** What is true of the whole history; stored with every batch that changes it. */
export interface Facts {
  /** How many ended sessions are stored. */
  sessions: number;
  latestEnd: Instant | undefined;
}

/** What the next batch builds on. It is taken over once the batch is on disk. */
export interface Ledger extends Facts {
  generation: number;
  healedSequence: number;
  /** All that ended before it has been pruned. Where it lay is slow to read until LevelDB has merged its files. */
  prunedBefore: number;
  /** No flip and no end of a pause lies before it. */
  pastPrunedBefore: number;
  /** No alert that was raised before it can be pruned. */
  alertsPrunedBefore: AlertId | undefined;
}

const instantSchema = z.number().transform(instant);
const factsSchema = z.object({ sessions: z.int(), latest_end: instantSchema.nullable() });
const recoverySchema = z.object({
  generation: z.int(),
  silent: z.array(
    z
      .object({ generation: z.int(), deadline: instantSchema, ends_at: instantSchema })
      .transform(({ generation, deadline, ends_at }) => ({ generation, deadline, endsAt: ends_at })),
  ),
});

const vigilSchema = z.object({
  awake: z.number(),
  blind: z.number(),
  wall: instantSchema,
  wakings: z.array(z.object({ awake: z.number(), blind: z.number() })),
});

const holdSchema = z.object({ from: instantSchema, until: instantSchema });

/**
 * Brings the database to this version. Versions 2 and 4 added to what there was and changed nothing, so that nothing has
 * to be written anew: nodes and alerts; adaptive timeouts, and what people on call say. Version 3 finds what to prune of
 * nodes by an index. The next one adds its step here.
 *
 * @throws HeartbeatError when it is newer, or no history at all
 */
export async function upgrade(db: Database, directory: string): Promise<void> {
  const version = await read(db, directory, 'version', z.int().positive());
  if (version === undefined) {
    if ((await firstEntry(db, EVERYTHING)) !== undefined) throw foreignError(directory);
    await db.put(metaKey('version'), json(VERSION), SYNCED);
    return;
  }
  if (version > VERSION) {
    throw new HeartbeatError(
      'HEARTBEAT_STORE_TOO_NEW',
      `the history in ${directory} has format ${version}, and this daemon knows ${VERSION}: ` +
        'start the newer daemon that wrote it, or choose another data_dir',
    );
  }
  if (version === 2) await indexPast(db);
  // A daemon that knows only the version before this one would not keep what this one adds.
  if (version < VERSION) await db.put(metaKey('version'), json(VERSION), SYNCED);
}

const EVERYTHING = { gte: Buffer.alloc(0), lt: Buffer.alloc(64, 0xff) };

export function readWatermark(db: Database, directory: string): Promise<Instant | undefined> {
  return read(db, directory, 'watermark', instantSchema);
}

export function writeWatermark(batch: Batch, at: Instant): void {
  batch.put(metaKey('watermark'), json(at));
}

export function readRecovery(db: Database, directory: string): Promise<Recovery | undefined> {
  return read(db, directory, 'recovery', recoverySchema);
}

export function writeRecovery(batch: Batch, { generation, silent }: Recovery): void {
  const groups = silent.map((group) => ({
    generation: group.generation,
    deadline: group.deadline,
    ends_at: group.endsAt,
  }));
  batch.put(metaKey('recovery'), json({ generation, silent: groups }));
}

export function readVigil(db: Database, directory: string): Promise<Vigil | undefined> {
  return read(db, directory, 'vigil', vigilSchema);
}

export function writeVigil(batch: Batch, vigil: Vigil): void {
  batch.put(metaKey('vigil'), json(vigil));
}

export function readLastHold(db: Database, directory: string): Promise<LastHold | undefined> {
  return read(db, directory, 'hold', holdSchema);
}

export function writeLastHold(batch: Batch, hold: LastHold): void {
  batch.put(metaKey('hold'), json(hold));
}

export async function readLedger(db: Database, directory: string): Promise<Ledger> {
  const facts = await read(db, directory, 'facts', factsSchema);
  const recovery = await readRecovery(db, directory);
  const lastHealed = await firstEntry(db, healedUsers, { reverse: true });
  return {
    sessions: facts?.sessions ?? 0,
    latestEnd: facts?.latest_end ?? undefined,
    generation: recovery?.generation ?? 0,
    healedSequence: lastHealed === undefined ? 0 : sequenceOf(lastHealed[0]) + 1,
    prunedBefore: -Infinity,
    pastPrunedBefore: -Infinity,
    alertsPrunedBefore: undefined,
  };
}

export function writeFacts(batch: Batch, { sessions, latestEnd }: Facts): void {
  batch.put(metaKey('facts'), json({ sessions, latest_end: latestEnd ?? null }));
}

async function read<Value>(
  db: Database,
  directory: string,
  name: Parameters<typeof metaKey>[0],
  schema: z.ZodType<Value>,
): Promise<Value | undefined> {
  const found = await get(db, metaKey(name));
  if (found === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(found.toString()));
  } catch (error) {
    throw damagedError(directory, error, `its record "${name}" cannot be read`);
  }
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
