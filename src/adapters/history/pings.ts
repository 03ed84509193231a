import type { NodeName } from '../../domain/node-name.js';
import type { KeptPing } from '../../domain/ping.js';
import type { HistoryRecord } from '../../ports/history-record.js';
import type { OrderedStore } from '../../ports/ordered-store.js';
import type { Ledger } from './meta.js';
import {
  ageKey,
  allPingAges,
  bodyKeyOf,
  jobKey,
  jobValue,
  LAST_PING,
  pingFrom,
  pingKey,
  pingKeyOfAge,
  pingsBetween,
  pingValue,
  sizeFrom,
  sizeOf,
  sizeValue,
} from './ping-codec.js';
import { entries, get, type Batch } from './sealed-store.js';

type PingedRecord = Extract<HistoryRecord, { readonly kind: 'pinged' }>;

/** Pings of one node that are kept. */
const KEPT = 100;
/** Pings read at a time. */
const PAGE = 100;

/** A ping that is on disk: its keys, and the bytes that it takes. */
interface StoredPing {
  readonly keys: readonly Buffer[];
  readonly size: number;
}

/** What pings of a batch replace, and what is stored of nodes that it deletes, by the key of the ping. */
export type StoredPings = Map<string, StoredPing>;

/** Finds the pings that those of a batch replace, and those of deleted nodes. */
export async function findPings(
  store: OrderedStore,
  records: readonly HistoryRecord[],
): Promise<ReadonlyMap<NodeName, StoredPings>> {
  const found = new Map<NodeName, StoredPings>();
  for (const record of records) {
    const before =
      record.kind === 'forgotten' ? LAST_PING : record.kind === 'pinged' ? replacedBefore(record) : 0;
    if (before === 0 || (record.kind !== 'forgotten' && record.kind !== 'pinged')) continue;
    const pings: StoredPings = found.get(record.node) ?? new Map();
    found.set(record.node, pings);
    for await (const chunk of entries(store, pingsBetween(record.node, 0, before), { first: PAGE })) {
      const ages = chunk.map(([key, value]) => ageKey(key, pingFrom(key, value).at));
      for (const [index, age] of ages.entries()) {
        const [key] = chunk[index] ?? [];
        const size = await get(store, age);
        if (key !== undefined)
          pings.set(nameOf(key), {
            keys: [key, bodyKeyOf(key), age],
            size: size === undefined ? 0 : sizeFrom(size),
          });
      }
    }
  }
  return found;
}

/** Pings with a smaller number are replaced. */
function replacedBefore({ ping }: PingedRecord): number {
  return ping === undefined ? 0 : Math.max(0, ping.n - KEPT + 1);
}

export function addPinged(
  batch: Batch,
  record: PingedRecord,
  ledger: Ledger,
  stored: ReadonlyMap<NodeName, StoredPings>,
  isForgottenLater: boolean,
): void {
  const { node, job, ping } = record;
  batch.put(jobKey(node), jobValue(job));
  const pings = stored.get(node);
  if (ping === undefined) return;
  const key = pingKey(node, ping.n);
  removePing(batch, pings, nameOf(key), ledger);
  const age = ageKey(key, ping.at);
  const size = sizeOf(ping);
  batch.put(key, pingValue(ping));
  if (ping.body.length > 0) batch.put(bodyKeyOf(key), Buffer.from(ping.body));
  batch.put(age, sizeValue(size));
  ledger.pingBytes += size;
  if (isForgottenLater) pings?.set(nameOf(key), { keys: [key, bodyKeyOf(key), age], size });
  const bound = nameOf(pingKey(node, replacedBefore(record)));
  for (const name of pings?.keys() ?? []) if (name < bound) removePing(batch, pings, name, ledger);
}

/** Removes the job and all pings of a node. */
export function removePings(
  batch: Batch,
  node: NodeName,
  ledger: Ledger,
  pings: StoredPings | undefined,
): void {
  batch.del(jobKey(node));
  for (const name of pings?.keys() ?? []) removePing(batch, pings, name, ledger);
}

function removePing(batch: Batch, pings: StoredPings | undefined, name: string, ledger: Ledger): void {
  const ping = pings?.get(name);
  if (ping === undefined) return;
  pings?.delete(name);
  for (const key of ping.keys) batch.del(key);
  ledger.pingBytes -= ping.size;
}

/**
 * Removes the oldest pings of all nodes, until what is kept takes no more than so many bytes.
 *
 * @param limit the most pings
 * @returns how many were removed
 */
export async function addPingPruning(
  store: OrderedStore,
  batch: Batch,
  most: number,
  limit: number,
  ledger: Ledger,
): Promise<number> {
  let removed = 0;
  if (ledger.pingBytes <= most) return removed;
  for await (const chunk of entries(store, allPingAges, { limit })) {
    for (const [age, size] of chunk) {
      if (ledger.pingBytes <= most) return removed;
      const key = pingKeyOfAge(age);
      for (const each of [key, bodyKeyOf(key), age]) batch.del(each);
      ledger.pingBytes -= sizeFrom(size);
      removed++;
    }
  }
  return removed;
}

/** A node's pings without their bodies, newest first. */
export async function* storedPings(
  store: OrderedStore,
  node: NodeName,
  before: number = LAST_PING,
): AsyncGenerator<readonly Omit<KeptPing, 'body'>[]> {
  const range = pingsBetween(node, 0, before);
  for await (const chunk of entries(store, range, { reverse: true, first: PAGE }))
    yield chunk.map(([key, value]) => pingFrom(key, value));
}

/** @returns undefined if there is no such ping; empty if it had no body */
export async function storedBody(
  store: OrderedStore,
  node: NodeName,
  n: number,
): Promise<Buffer | undefined> {
  const key = pingKey(node, n);
  if ((await get(store, key)) === undefined) return undefined;
  return (await get(store, bodyKeyOf(key))) ?? Buffer.alloc(0);
}

function nameOf(key: Buffer): string {
  return key.toString('latin1');
}
