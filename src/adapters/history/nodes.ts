import type { Acknowledgement, Flip, Pause } from '../../domain/node.js';
import type { NodeName } from '../../domain/node-name.js';
import type { Instant } from '../../domain/time.js';
import type { HistoryRecord } from '../../ports/history-record.js';
import type { FlipRange, StoredNode } from '../../ports/history-store.js';
import type { KeyRange, OrderedStore, StorePlace } from '../../ports/ordered-store.js';
import { Batch, entries, hasMany, SYNCED } from './sealed-store.js';
import {
  acknowledgedFrom,
  acknowledgedKey,
  acknowledgedOf,
  allFlips,
  allPauses,
  flipFrom,
  flipBound,
  flipsOf,
  pastKeyOf,
  pauseFrom,
  pausesOf,
} from './node-past-codec.js';
import { allNodes, nameFrom, nodeKey, nodeFrom, nodesAfter, statusFrom, statusKeyOf } from './node-codec.js';
import { jobFrom, jobKeyOf } from './ping-codec.js';
import { damagedError } from './store-errors.js';
import { uptimeDaysOf } from './uptime-codec.js';

const NOTHING = Buffer.alloc(0);
/** Behind a key: the first key after it. */
const ZERO = Buffer.of(0);
/** Nodes read at a time: a start reads all of them. */
const NODES = 2_000;
/** As many flips as most pages have. */
const PAGE = 128;

/** Nodes and their statuses are in the same order, so both are read together. */
export async function* storedNodes(
  store: OrderedStore,
  place: StorePlace,
): AsyncGenerator<readonly StoredNode[]> {
  for await (const chunk of entries(store, allNodes, { first: NODES })) {
    const statuses = await readBeside(store, chunk, statusKeyOf);
    const jobs = await readBeside(store, chunk, jobKeyOf);
    yield chunk.map(([key, value]) => {
      try {
        const status = statuses.get(statusKeyOf(key).toString('latin1'));
        if (status === undefined) throw new TypeError('it has no status');
        const job = jobs.get(jobKeyOf(key).toString('latin1'));
        return {
          node: nodeFrom(key, value),
          status: statusFrom(status),
          ...(job !== undefined && { job: jobFrom(job) }),
        };
      } catch (error) {
        throw damagedError(place, error, `the node "${key.subarray(1).toString()}" cannot be read`);
      }
    });
  }
}

/** What is stored of nodes under other keys, by these. */
async function readBeside(
  store: OrderedStore,
  nodes: readonly [Buffer, Buffer][],
  keyOf: (node: Buffer) => Buffer,
): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const [first] = nodes[0] ?? [];
  const [last] = nodes.at(-1) ?? [];
  if (first === undefined || last === undefined) return found;
  const range = { gte: keyOf(first), lt: Buffer.concat([keyOf(last), ZERO]) };
  for await (const chunk of entries(store, range, { first: nodes.length })) {
    for (const [key, value] of chunk) found.set(key.toString('latin1'), value);
  }
  return found;
}

export async function* nodeNames(
  store: OrderedStore,
  after: NodeName | undefined,
  from = '',
): AsyncGenerator<readonly NodeName[]> {
  for await (const chunk of entries(store, nodesAfter(after, from), { first: PAGE, most: NODES })) {
    yield chunk.map(([key]) => nameFrom(key));
  }
}

export async function* storedFlips(
  store: OrderedStore,
  node: NodeName,
  range: FlipRange,
): AsyncGenerator<readonly Flip[]> {
  const reading = { reverse: range.order === 'desc', first: PAGE, most: 4 * PAGE };
  for await (const chunk of entries(store, keysWithin(node, range), reading)) {
    yield chunk.map(([key, value]) => flipFrom(node, key, value));
  }
}

export async function* storedPauses(store: OrderedStore, node: NodeName): AsyncGenerator<readonly Pause[]> {
  for await (const chunk of entries(store, pausesOf(node))) {
    yield chunk.map(([key, value]) => pauseFrom(key, value));
  }
}

export async function* storedAcknowledgements(
  store: OrderedStore,
  node: NodeName,
  { from, to }: { readonly from: Instant; readonly to: Instant },
): AsyncGenerator<readonly Acknowledgement[]> {
  const keys = { gte: acknowledgedKey(node, from), lt: Buffer.concat([acknowledgedKey(node, to), ZERO]) };
  for await (const chunk of entries(store, keys, { first: PAGE, most: 4 * PAGE })) {
    yield chunk.map(([key, value]) => acknowledgedFrom(key, value));
  }
}

/** Which of the nodes exist that are registered or deleted, or of which something else is stored. */
export async function findNodes(
  store: OrderedStore,
  records: readonly HistoryRecord[],
): Promise<Set<NodeName>> {
  const names = new Set<NodeName>();
  for (const record of records) {
    if (record.kind === 'registered') names.add(record.node.name);
    if (record.kind === 'forgotten') names.add(record.node);
    if (record.kind === 'uptime_days') for (const { node } of record.nodes) names.add(node);
    if (record.kind === 'probe_results') for (const { node } of record.kept) names.add(node);
  }
  const all = [...names];
  const found = all.length === 0 ? [] : await hasMany(store, all.map(nodeKey));
  return new Set(all.filter((_name, index) => found[index] === true));
}

/** The keys of deleted nodes besides their own records. */
export async function findForgotten(
  store: OrderedStore,
  records: readonly HistoryRecord[],
): Promise<ReadonlyMap<NodeName, Buffer[]>> {
  const forgotten = new Map<NodeName, Buffer[]>();
  for (const record of records) {
    if (record.kind !== 'forgotten') continue;
    const keys: Buffer[] = [];
    for (const range of [flipsOf(record.node), pausesOf(record.node), acknowledgedOf(record.node)]) {
      for await (const chunk of entries(store, range)) {
        for (const [key, value] of chunk) keys.push(key, pastKeyOf(key, value));
      }
    }
    for await (const chunk of entries(store, uptimeDaysOf(record.node)))
      for (const [key] of chunk) keys.push(key);
    forgotten.set(record.node, keys);
  }
  return forgotten;
}

/** Version 2 had no such index. */
export async function indexPast(store: OrderedStore): Promise<void> {
  for (const range of [allFlips, allPauses]) {
    for await (const chunk of store.entries(range)) {
      const batch = new Batch(store);
      for (const [key, value] of chunk) batch.putBare(pastKeyOf(key, value), NOTHING);
      await batch.write(SYNCED);
    }
  }
}

function keysWithin(node: NodeName, { from, before, after, order }: FlipRange): KeyRange {
  let { gte, lt } = flipsOf(node);
  if (from !== undefined) gte = flipBound(node, from);
  if (before !== undefined) lt = flipBound(node, before);
  if (after === undefined) return { gte, lt };
  const behind = flipBound(node, order === 'asc' ? after + 1 : after);
  if (order === 'asc' && Buffer.compare(behind, gte) > 0) gte = behind;
  if (order === 'desc' && Buffer.compare(behind, lt) < 0) lt = behind;
  return { gte, lt };
}
