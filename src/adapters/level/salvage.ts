import type { Instant } from '../../domain/time.js';
import type { Logger } from '../../ports/logger.js';
import { allAlerts, idOf, OPEN_BITS, stateBitsOf, stateKeysOf } from '../history/alert-codec.js';
import type { KeyRange } from '../history/binary.js';
import { isSound } from '../history/checksum.js';
import { allSessions, endedKeyOf, metaKey, offlineAtOf, openSessions, VERSION } from '../history/session-codec.js';
import {
  bareEntries,
  Batch,
  entries,
  getManyBare,
  getManyOrDamaged,
  hasMany,
  SYNCED,
  type Database,
} from './database.js';
import { json, writeFacts, type Facts } from '../history/meta.js';
import { allFlips, allNodes, allPauses, nameFrom, pastKeyOf, statusKeyOf } from '../history/node-codec.js';

const NOTHING = Buffer.alloc(0);
/** Entries read at a time. */
const PORTION = 2_000;
const EVERYTHING: KeyRange = { gte: Buffer.alloc(0), lt: Buffer.alloc(64, 0xff) };
const VERSION_KEY = metaKey('version');
const FORMAT_KEY = metaKey('format');

/** The kind of a record, by the first byte of its key. */
const KINDS: ReadonlyMap<number, string> = new Map([
  [0x01, 'fact of the whole'],
  [0x10, 'session'],
  [0x11, 'open session'],
  [0x12, 'index of ends'],
  [0x13, 'heals of a recovery'],
  [0x14, 'blind interval'],
  [0x20, 'node'],
  [0x21, 'status of a node'],
  [0x22, 'flip'],
  [0x23, 'pause'],
  [0x24, 'index of flips and pauses'],
  [0x30, 'alert'],
  [0x31, 'index of states of alerts'],
  [0x32, 'index of late alerts'],
]);

/**
 * Drops every damaged record, logs how many of each kind, and counts what is left: for a person who has accepted the
 * loss, so that one damaged value does not refuse every start. Damaged indexes are rebuilt from undamaged records. See
 * decision 94.
 */
export async function salvage(db: Database, logger: Logger | undefined): Promise<void> {
  const facts = newFacts();
  const dropped = await dropDamaged(db, facts);
  const lost = await dropNodesWithoutStatus(db, facts);
  for (const [kind, count] of dropped) logger?.error('damaged records are dropped', { kind, count });
  for (const node of lost) logger?.error('a node is dropped: its status was damaged', { node });
  if (dropped.size > 0) await indexAnew(db);
  const batch = new Batch(db);
  writeFacts(batch, facts);
  await batch.write(SYNCED);
}

/** Restores the version's records: values with a valid checksum are of this version. */
export async function salvageVersion(db: Database, logger: Logger | undefined): Promise<void> {
  const [version] = await getManyBare(db, [VERSION_KEY]);
  const [format] = await getManyOrDamaged(db, [FORMAT_KEY]);
  const isSoundFormat = format !== undefined && format !== 'damaged';
  if (isSoundFormat && version?.toString() === String(VERSION)) return;
  // What a newer daemon wrote is left for that one.
  const isNewer = Number(version?.toString()) > VERSION;
  if (
    isSoundFormat ? !format.includes(`"version":${String(VERSION)}`) : isNewer || !(await hasSoundRecords(db))
  )
    return;
  const batch = new Batch(db).putBare(VERSION_KEY, json(VERSION));
  if (!isSoundFormat) batch.put(FORMAT_KEY, json({ version: VERSION }));
  await batch.write(SYNCED);
  logger?.error('a damaged record of the version is put right', { version: VERSION });
}

async function hasSoundRecords(db: Database): Promise<boolean> {
  for await (const chunk of bareEntries(db, EVERYTHING)) {
    if (chunk.some(([key, stored]) => KINDS.has(key[0] ?? 0) && isSound(key, stored))) return true;
  }
  return false;
}

function newFacts(): Facts {
  return { sessions: 0, latestEnd: undefined, nodes: 0, alerts: 0, open: 0, openAlerts: 0 };
}

async function dropDamaged(db: Database, facts: Facts): Promise<ReadonlyMap<string, number>> {
  const dropped = new Map<string, number>();
  for await (const chunk of bareEntries(db, EVERYTHING, { first: PORTION })) {
    const batch = new Batch(db);
    for (const [key, stored] of chunk) {
      if (key.equals(VERSION_KEY)) continue;
      if (isSound(key, stored)) {
        count(facts, key, stored);
        continue;
      }
      batch.del(key);
      const kind = KINDS.get(key[0] ?? 0) ?? 'unknown';
      dropped.set(kind, (dropped.get(kind) ?? 0) + 1);
    }
    await written(batch);
  }
  return dropped;
}

/** @param stored with its checksum at the end, after everything that is read here */
function count(facts: Facts, key: Buffer, stored: Buffer): void {
  const kind = key[0];
  if (kind === allSessions.gte[0]) {
    facts.sessions++;
    facts.latestEnd = later(facts.latestEnd, offlineAtOf(stored));
  } else if (kind === openSessions.gte[0]) facts.open = (facts.open ?? 0) + 1;
  else if (kind === allNodes.gte[0]) facts.nodes++;
  else if (kind === allAlerts.gte[0]) {
    facts.alerts++;
    if ((stateBitsOf(stored) & OPEN_BITS) !== 0) facts.openAlerts = (facts.openAlerts ?? 0) + 1;
  }
}

function later(a: Instant | undefined, b: Instant): Instant {
  return a === undefined || b > a ? b : a;
}

/** A node without a status would be neither alive nor failed. */
async function dropNodesWithoutStatus(db: Database, facts: Facts): Promise<readonly string[]> {
  const lost: string[] = [];
  for await (const chunk of entries(db, allNodes, { first: PORTION })) {
    const keys = chunk.map(([key]) => key);
    const found = await hasMany(db, keys.map(statusKeyOf));
    const batch = new Batch(db);
    for (const key of keys.filter((_key, index) => found[index] !== true)) {
      batch.del(key);
      facts.nodes--;
      lost.push(nameFrom(key));
    }
    await written(batch);
  }
  return lost;
}

async function indexAnew(db: Database): Promise<void> {
  await each(db, allSessions, (key, value) => [endedKeyOf(key, offlineAtOf(value))]);
  await each(db, allFlips, (key, value) => [pastKeyOf(key, value)]);
  await each(db, allPauses, (key, value) => [pastKeyOf(key, value)]);
  await each(db, allAlerts, (key, value) => stateKeysOf(stateBitsOf(value), idOf(key)));
}

async function each(
  db: Database,
  range: KeyRange,
  indexed: (key: Buffer, value: Buffer) => Buffer[],
): Promise<void> {
  for await (const chunk of entries(db, range, { first: PORTION })) {
    const batch = new Batch(db);
    for (const [key, value] of chunk) for (const entry of indexed(key, value)) batch.put(entry, NOTHING);
    await written(batch);
  }
}

async function written(batch: Batch): Promise<void> {
  if (batch.length > 0) await batch.write({});
  else await batch.close();
}
