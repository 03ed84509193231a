import { instant } from '../../domain/time.js';
import { UTC_DAY, utcDayOf } from '../../domain/uptime-day.js';
import type { Logger } from '../../ports/logger.js';
import type { OrderedStore, StorePlace } from '../../ports/ordered-store.js';
import { rangeOf } from './binary.js';
import { isSound } from './checksum.js';
import { count, newFacts } from './counted-facts.js';
import {
  COPYING_KEY,
  EVERYTHING,
  FORMAT_KEY,
  KIND,
  kindOf,
  metaKey,
  VERSION,
  VERSION_KEY,
} from './format.js';
import { INDEXED, indexKeysOf } from './indexes.js';
import { json, writeFacts, writeUptimeMarks, type Facts } from './meta.js';
import { allNodes, nameFrom, statusKeyOf } from './node-codec.js';
import {
  Batch,
  entries,
  firstEntry,
  get,
  getManyOrDamaged,
  hasMany,
  NOT_SYNCED,
  SYNCED,
} from './sealed-store.js';
import { putVersion, upgrade } from './upgrade.js';
import { MOMENT_KEY, pastInstant } from './node-past-codec.js';

const NOTHING = Buffer.alloc(0);
/** Entries read at a time. */
const PORTION = 2_000;

/**
 * Drops every damaged record, logs how many of each kind, and counts what is left: for a person who has accepted the
 * loss, so that one damaged value does not refuse every start. Damaged indexes are rebuilt from undamaged records. See
 * decision 94.
 */
export async function salvage(
  store: OrderedStore,
  place: StorePlace,
  logger: Pick<Logger, 'error'> | undefined,
): Promise<void> {
  await salvageVersion(store, logger);
  await upgrade(store, place);
  const facts = newFacts();
  const dropped = await dropDamaged(store, facts);
  for (const [kind, count] of dropped) logger?.error('damaged records are dropped', { kind, count });
  const lost = await settle(store, facts, dropped.size > 0);
  for (const node of lost) logger?.error('a node is dropped: its status was damaged', { node });
}

/**
 * Makes records that were saved a history: drops nodes without a status, rebuilds the indexes, and counts what there is.
 *
 * @returns the nodes
 */
export async function mendContents(store: OrderedStore): Promise<readonly string[]> {
  const facts = newFacts();
  for await (const chunk of store.entries(EVERYTHING, { first: PORTION }))
    for (const [key, stored] of chunk) count(facts, key, stored);
  return settle(store, facts, true);
}

/** @returns the nodes that were dropped */
async function settle(store: OrderedStore, facts: Facts, isIndexed: boolean): Promise<readonly string[]> {
  const lost = await dropNodesWithoutStatus(store, facts);
  if (isIndexed) await indexAnew(store);
  await mendUptimeMarks(store);
  const batch = new Batch(store);
  writeFacts(batch, facts);
  await batch.write(SYNCED);
  return lost;
}

/** Restores the version's records: values with a valid checksum are of this version. */
async function salvageVersion(store: OrderedStore, logger: Pick<Logger, 'error'> | undefined): Promise<void> {
  const [version] = await store.getMany([VERSION_KEY]);
  const [format] = await getManyOrDamaged(store, [FORMAT_KEY]);
  const [copying] = await store.getMany([COPYING_KEY]);
  if (copying !== undefined) return;
  const isSoundFormat = format !== undefined && format !== 'damaged';
  if (isSoundFormat && version?.toString() === String(VERSION)) return;
  // What a newer daemon wrote is left for that one.
  const isNewer = Number(version?.toString()) > VERSION;
  if (
    isSoundFormat
      ? !format.includes(`"version":${String(VERSION)}`)
      : isNewer || !(await hasSoundRecords(store))
  )
    return;
  const batch = new Batch(store);
  if (isSoundFormat) batch.putBare(VERSION_KEY, json(VERSION));
  else putVersion(batch);
  await batch.write(SYNCED);
  logger?.error('a damaged record of the version is put right', { version: VERSION });
}

async function hasSoundRecords(store: OrderedStore): Promise<boolean> {
  for await (const chunk of store.entries(EVERYTHING)) {
    if (chunk.some(([key, stored]) => kindOf(key) !== undefined && isSound(key, stored))) return true;
  }
  return false;
}

async function dropDamaged(store: OrderedStore, facts: Facts): Promise<ReadonlyMap<string, number>> {
  const dropped = new Map<string, number>();
  for await (const chunk of store.entries(EVERYTHING, { first: PORTION })) {
    const batch = new Batch(store);
    for (const [key, stored] of chunk) {
      if (key.equals(VERSION_KEY)) continue;
      if (isSound(key, stored)) {
        count(facts, key, stored);
        continue;
      }
      batch.del(key);
      const kind = kindOf(key) ?? 'unknown';
      dropped.set(kind, (dropped.get(kind) ?? 0) + 1);
    }
    await batch.writeOrClose(NOT_SYNCED);
  }
  return dropped;
}

/** A node without a status would be neither alive nor failed. */
async function dropNodesWithoutStatus(store: OrderedStore, facts: Facts): Promise<readonly string[]> {
  const lost: string[] = [];
  for await (const chunk of entries(store, allNodes, { first: PORTION })) {
    const keys = chunk.map(([key]) => key);
    const found = await hasMany(store, keys.map(statusKeyOf));
    const batch = new Batch(store);
    for (const key of keys.filter((_key, index) => found[index] !== true)) {
      batch.del(key);
      facts.nodes--;
      lost.push(nameFrom(key));
    }
    await batch.writeOrClose(NOT_SYNCED);
  }
  return lost;
}

async function indexAnew(store: OrderedStore): Promise<void> {
  for (const kind of INDEXED) {
    for await (const chunk of entries(store, rangeOf(kind), { first: PORTION })) {
      const batch = new Batch(store);
      for (const [key, value] of chunk)
        for (const entry of indexKeysOf(key, value)) batch.put(entry, NOTHING);
      await batch.writeOrClose(NOT_SYNCED);
    }
  }
}

/**
 * Where nothing says any more which days are stored: flips are known from the day after the oldest that is there, as
 * those before it may have been pruned. Days that not all nodes have, since a run ended early, are stored again.
 */
async function mendUptimeMarks(store: OrderedStore): Promise<void> {
  if ((await get(store, metaKey('uptime'))) !== undefined) return;
  const lastDays = new Map<string, number>();
  for await (const chunk of store.entries(rangeOf(KIND.UPTIME_DAY), { first: PORTION }))
    for (const [key] of chunk) lastDays.set(MOMENT_KEY.node.take(key), MOMENT_KEY.at.take(key));
  if (lastDays.size === 0) return;
  let [some, all] = [-Infinity, Infinity];
  for (const day of lastDays.values()) {
    some = Math.max(some, day + UTC_DAY);
    all = Math.min(all, day + UTC_DAY);
  }
  const oldest = await firstEntry(store, rangeOf(KIND.PAST));
  const flips = oldest === undefined ? Infinity : utcDayOf(pastInstant(oldest[0])) + UTC_DAY;
  const flipsFrom = instant(Math.min(some, flips));
  const batch = new Batch(store);
  writeUptimeMarks(batch, { storedTo: instant(Math.max(all, flipsFrom)), flipsFrom });
  await batch.write(NOT_SYNCED);
}
