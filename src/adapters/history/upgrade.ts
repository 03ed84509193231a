import * as z from 'zod';
import { instant } from '../../domain/time.js';
import { HeartbeatError } from '../../errors.js';
import { sealed } from './checksum.js';
import { COPYING_KEY, EVERYTHING, FORMAT_KEY, KIND, RESTORING, VERSION, VERSION_KEY } from './format.js';
import { Batch, NOT_SYNCED, SYNCED } from './sealed-store.js';
import type { OrderedStore, StorePlace } from '../../ports/ordered-store.js';
import { allAlerts, OPEN_BITS, stateBitsOf } from './alert-keys.js';
import { json, readMeta, writeFacts } from './meta.js';
import { allNodes } from './node-codec.js';
import { indexPast } from './nodes.js';
import { damagedError, foreignError, unfinishedCopy } from './store-errors.js';

/** The last version whose values have no checksum. */
const BARE = 4;
/** Entries that get their checksum in one batch. */
const PORTION = 2_000;

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
export async function upgrade(store: OrderedStore, place: StorePlace): Promise<void> {
  const version = await readVersion(store, place);
  if (version === undefined) {
    await begin(store, place);
    return;
  }
  refuseNewer(version, place);
  const format = await readMeta(store, place, 'format', formatSchema);
  // The version has no checksum, so that older daemons can read it. Trusting a damaged one would add every checksum
  // twice.
  if ((format === undefined) !== version <= BARE) {
    throw damagedError(place, undefined, 'its record "version" cannot be trusted');
  }
  if (version === 2) await indexPast(store);
  if (format === undefined || format.sealed_to !== undefined) await seal(store, place, format);
}

/** @throws HeartbeatError if there is a newer one */
export async function readFormat(
  store: OrderedStore,
  place: StorePlace,
): Promise<'none' | 'older' | 'present'> {
  const version = await readVersion(store, place);
  if (version === undefined) return 'none';
  refuseNewer(version, place);
  const format = await readMeta(store, place, 'format', formatSchema);
  return format === undefined || format.sealed_to !== undefined ? 'older' : 'present';
}

function refuseNewer(version: number, place: StorePlace): void {
  if (version <= VERSION) return;
  throw new HeartbeatError(
    'HEARTBEAT_STORE_TOO_NEW',
    `the history in ${place.name} has format ${version}, and this daemon knows ${VERSION}: ` +
      `start the newer daemon that wrote it, or choose another ${place.setting}`,
  );
}

/** @returns undefined for a database without one */
async function readVersion(store: OrderedStore, place: StorePlace): Promise<number | undefined> {
  const [found] = await store.getMany([VERSION_KEY]);
  if (found === undefined) return undefined;
  try {
    return versionSchema.parse(JSON.parse(found.toString()));
  } catch (error) {
    throw damagedError(place, error, 'its record "version" cannot be read');
  }
}

async function begin(store: OrderedStore, place: StorePlace): Promise<void> {
  const [copying] = await store.getMany([COPYING_KEY]);
  if (copying !== undefined) {
    const isRestore = copying.equals(sealed(COPYING_KEY, RESTORING));
    throw unfinishedCopy(place, isRestore ? 'restore' : 'copy');
  }
  for await (const _ of store.entries(EVERYTHING, { limit: 1 })) throw foreignError(place);
  await putVersion(new Batch(store)).write(SYNCED);
}

/**
 * Makes a history of the records: they have this version. Both records are written together, as a daemon trusts neither
 * without the other.
 */
export function putVersion(batch: Batch, version: number = VERSION): Batch {
  return batch.putBare(VERSION_KEY, json(version)).put(FORMAT_KEY, json({ version }));
}

/** Gives every value its checksum, in portions. A daemon that is stopped meanwhile continues where it was. */
async function seal(
  store: OrderedStore,
  place: StorePlace,
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
  for await (const chunk of store.entries(rest, { first: PORTION })) {
    const batch = new Batch(store);
    let last: Buffer = done;
    for (const [key, value] of chunk) {
      last = key;
      if (key.equals(VERSION_KEY) || key.equals(FORMAT_KEY)) continue;
      if (key[0] === allNodes.gte[0]) counts.nodes++;
      if (key[0] === KIND.OPEN) counts.open++;
      if (key[0] === allAlerts.gte[0]) {
        counts.alerts++;
        if ((stateBitsOf(value) & OPEN_BITS) !== 0) counts.open_alerts++;
      }
      batch.put(key, value);
    }
    // An older daemon reads the version as before, and says that the database is too new.
    batch.putBare(VERSION_KEY, json(VERSION));
    batch.put(FORMAT_KEY, json({ version: VERSION, sealed_to: last.toString('hex'), ...counts }));
    await batch.write(NOT_SYNCED);
  }
  const facts = await readMeta(store, place, 'facts', factsSchema);
  const batch = new Batch(store);
  writeFacts(batch, {
    sessions: facts?.sessions ?? 0,
    latestEnd: facts?.latest_end ?? undefined,
    nodes: counts.nodes,
    alerts: counts.alerts,
    open: counts.open,
    openAlerts: counts.open_alerts,
    pingBytes: 0,
  });
  batch.put(FORMAT_KEY, json({ version: VERSION }));
  await batch.write(SYNCED);
}
