import * as z from 'zod';
import { instant } from '../../domain/time.js';
import { HeartbeatError } from '../../errors.js';
import { allAlerts, OPEN_BITS, stateBitsOf } from './alert-codec.js';
import { metaKey, openSessions, VERSION } from './session-codec.js';
import { bareEntries, Batch, getManyBare, SYNCED, type Database } from '../level/database.js';
import { json, readMeta, writeFacts } from './meta.js';
import { allNodes } from './node-codec.js';
import { indexPast } from './nodes.js';
import { damagedError, foreignError } from './store-errors.js';

/** The last version whose values have no checksum. */
const BARE = 4;
/** Entries that get their checksum in one batch. */
const PORTION = 2_000;
const EVERYTHING = { gte: Buffer.alloc(0), lt: Buffer.alloc(64, 0xff) };
const VERSION_KEY = metaKey('version');
const FORMAT_KEY = metaKey('format');

const versionSchema = z.int().positive();
/** The progress of adding checksums: `sealed_to` is the last key that has one, and is absent once all have. */
const formatSchema = z.object({
  version: z.literal(VERSION),
  sealed_to: z.string().optional(),
  nodes: z.int().optional(),
  alerts: z.int().optional(),
  open: z.int().optional(),
  open_alerts: z.int().optional(),
});
/** The facts of older versions. */
const factsSchema = z.object({ sessions: z.int(), latest_end: z.number().transform(instant).nullable() });

/**
 * Upgrades the database to this version. Versions 2 and 4 only added records (nodes and alerts; adaptive timeouts,
 * dependencies and acknowledgements), so nothing is rewritten. Version 3 adds an index for pruning nodes' pasts.
 * Version 5 rewrites every value with its checksum. The next version adds its step here.
 *
 * @throws HeartbeatError if it is newer, damaged, or not a history at all
 */
export async function upgrade(db: Database, directory: string): Promise<void> {
  const version = await readVersion(db, directory);
  if (version === undefined) {
    await begin(db, directory);
    return;
  }
  if (version > VERSION) {
    throw new HeartbeatError(
      'HEARTBEAT_STORE_TOO_NEW',
      `the history in ${directory} has format ${version}, and this daemon knows ${VERSION}: ` +
        'start the newer daemon that wrote it, or choose another data_dir',
    );
  }
  const format = await readMeta(db, directory, 'format', formatSchema);
  // The version has no checksum, so that older daemons can read it. Trusting a damaged one would add every checksum
  // twice.
  if ((format === undefined) !== version <= BARE) {
    throw damagedError(directory, undefined, 'its record "version" cannot be trusted');
  }
  if (version === 2) await indexPast(db);
  if (format === undefined || format.sealed_to !== undefined) await seal(db, directory, format);
}

/** @returns undefined for a database without one */
async function readVersion(db: Database, directory: string): Promise<number | undefined> {
  const [found] = await getManyBare(db, [VERSION_KEY]);
  if (found === undefined) return undefined;
  try {
    return versionSchema.parse(JSON.parse(found.toString()));
  } catch (error) {
    throw damagedError(directory, error, 'its record "version" cannot be read');
  }
}

async function begin(db: Database, directory: string): Promise<void> {
  for await (const _ of bareEntries(db, EVERYTHING, { limit: 1 })) throw foreignError(directory);
  const batch = new Batch(db);
  batch.putBare(VERSION_KEY, json(VERSION)).put(FORMAT_KEY, json({ version: VERSION }));
  await batch.write(SYNCED);
}

/** Gives every value its checksum, in portions. A daemon that is stopped meanwhile continues where it was. */
async function seal(
  db: Database,
  directory: string,
  begun: z.output<typeof formatSchema> | undefined,
): Promise<void> {
  const counts = {
    nodes: begun?.nodes ?? 0,
    alerts: begun?.alerts ?? 0,
    open: begun?.open ?? 0,
    open_alerts: begun?.open_alerts ?? 0,
  };
  const done = Buffer.from(begun?.sealed_to ?? '', 'hex');
  const rest = { gte: Buffer.concat([done, Buffer.of(0)]), lt: EVERYTHING.lt };
  for await (const chunk of bareEntries(db, rest, { first: PORTION })) {
    const batch = new Batch(db);
    let last: Buffer = done;
    for (const [key, value] of chunk) {
      last = key;
      if (key.equals(VERSION_KEY) || key.equals(FORMAT_KEY)) continue;
      if (key[0] === allNodes.gte[0]) counts.nodes++;
      if (key[0] === openSessions.gte[0]) counts.open++;
      if (key[0] === allAlerts.gte[0]) {
        counts.alerts++;
        if ((stateBitsOf(value) & OPEN_BITS) !== 0) counts.open_alerts++;
      }
      batch.put(key, value);
    }
    // An older daemon reads the version as before, and says that the database is too new.
    batch.putBare(VERSION_KEY, json(VERSION));
    batch.put(FORMAT_KEY, json({ version: VERSION, sealed_to: last.toString('hex'), ...counts }));
    await batch.write({});
  }
  const facts = await readMeta(db, directory, 'facts', factsSchema);
  const batch = new Batch(db);
  writeFacts(batch, {
    sessions: facts?.sessions ?? 0,
    latestEnd: facts?.latest_end ?? undefined,
    nodes: counts.nodes,
    alerts: counts.alerts,
    open: counts.open,
    openAlerts: counts.open_alerts,
  });
  batch.put(FORMAT_KEY, json({ version: VERSION }));
  await batch.write(SYNCED);
}
