import type { Level } from 'level';
import * as z from 'zod';
import type { Recovery } from '../../domain/recovery.js';
import { instant, type Instant } from '../../domain/time.js';
import { HeartbeatError } from '../../errors.js';
import { metaKey, VERSION } from './codec.js';

type Database = Level<Uint8Array, Uint8Array>;

interface Batch {
  put(key: Uint8Array, value: Uint8Array): unknown;
  del(key: Uint8Array): unknown;
}

/** What is true of the whole history; written with every batch that changes it. */
export interface Facts {
  /** How many ended sessions are stored. */
  sessions: number;
  latestEnd: Instant | undefined;
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

/**
 * Brings the database to this version. There has been only one so far: the next one adds its step here.
 *
 * @throws HeartbeatError when it is newer, or no history at all
 */
export async function upgrade(db: Database, directory: string): Promise<void> {
  const found = await db.get(metaKey('version'));
  if (found === undefined) {
    for await (const _ of db.keys({ limit: 1 })) {
      throw new HeartbeatError(
        'HEARTBEAT_STORE_CORRUPT',
        `the database in ${directory} is not a history of Heartbeat; choose another data_dir`,
      );
    }
    const options: object = { sync: true };
    await db.put(metaKey('version'), Buffer.from(JSON.stringify(VERSION)), options);
    return;
  }
  const version = z.int().parse(json(found));
  if (version > VERSION) {
    throw new HeartbeatError(
      'HEARTBEAT_STORE_TOO_NEW',
      `the history in ${directory} has format ${String(version)}, and this daemon knows ${String(VERSION)}: ` +
        'start the newer daemon that wrote it, or choose another data_dir',
    );
  }
}

export async function readWatermark(db: Database): Promise<Instant | undefined> {
  const found = await db.get(metaKey('watermark'));
  return found === undefined ? undefined : instantSchema.parse(json(found));
}

export async function readFacts(db: Database): Promise<Facts> {
  const found = await db.get(metaKey('facts'));
  if (found === undefined) return { sessions: 0, latestEnd: undefined };
  const { sessions, latest_end } = factsSchema.parse(json(found));
  return { sessions, latestEnd: latest_end ?? undefined };
}

export function writeFacts(batch: Batch, { sessions, latestEnd }: Facts): void {
  batch.put(metaKey('facts'), Buffer.from(JSON.stringify({ sessions, latest_end: latestEnd ?? null })));
}

export async function readRecovery(db: Database): Promise<Recovery | undefined> {
  const found = await db.get(metaKey('recovery'));
  return found === undefined ? undefined : recoverySchema.parse(json(found));
}

export function writeRecovery(batch: Batch, { generation, silent }: Recovery): void {
  const groups = silent.map((group) => ({
    generation: group.generation,
    deadline: group.deadline,
    ends_at: group.endsAt,
  }));
  batch.put(metaKey('recovery'), Buffer.from(JSON.stringify({ generation, silent: groups })));
}

function json(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString());
}

