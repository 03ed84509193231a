import { earliestIdAt } from '../../domain/alert-id.js';
import type { AlertId, AlertRecord, CountedAlert, DeliveryState, UnnotifiedOf } from '../../domain/alert.js';
import type { Instant } from '../../domain/time.js';
import { notifiedLateAt } from '../../domain/late-notification.js';
import type { HistoryRecord } from '../../ports/history-record.js';
import type { AlertRange } from '../../ports/outbox.js';
import type { KeyRange, OrderedStore } from '../../ports/ordered-store.js';
import { entries, getMany, getManyOrDamaged, type Batch } from './sealed-store.js';
import { alertFrom, alertValue, countedFrom, unnotifiedFrom, unnotifiedValue } from './alert-codec.js';
import {
  alertKey,
  alertsIn,
  allAlerts,
  allUnnotified,
  idOf,
  lateBefore,
  lateKey,
  lateSince,
  OPEN_BITS,
  stateBitsOf,
  stateKey,
  stateKeysOf,
  unnotifiedKey,
  type StateBits,
} from './alert-keys.js';

const NOTHING = Buffer.alloc(0);
/** Any state, for a record that cannot be read. The next record of the alert corrects it. */
const DAMAGED: StateBits = 0xff;
/** Alerts read at once. */
const CHUNK = 500;

/** The states on disk of a batch's alerts, so that their index can be updated. New alerts have none. */
export type StoredStates = Map<AlertId, StateBits>;

export async function findStates(
  store: OrderedStore,
  records: readonly HistoryRecord[],
): Promise<StoredStates> {
  const ids = new Set(
    records.flatMap((record) =>
      record.kind === 'alerts' ? record.records.map(({ alert }) => alert.id) : [],
    ),
  );
  const values = ids.size === 0 ? [] : await getManyOrDamaged(store, [...ids].map(alertKey));
  const stored: StoredStates = new Map();
  for (const [index, id] of [...ids].entries()) {
    const value = values[index];
    if (value !== undefined) stored.set(id, value === 'damaged' ? DAMAGED : stateBitsOf(value));
  }
  return stored;
}

/** What an alert adds to the counts. */
export interface AlertCounts {
  readonly alerts: number;
  readonly open: number;
}

export function addAlert(batch: Batch, record: AlertRecord, stored: StoredStates): AlertCounts {
  const { id } = record.alert;
  const isNew = !stored.has(id);
  const before = stored.get(id) ?? 0;
  const value = alertValue(record);
  const now = stateBitsOf(value);
  for (const key of stateKeysOf(before & ~now, id)) batch.del(key);
  for (const key of stateKeysOf(before === DAMAGED ? now : now & ~before, id)) batch.put(key, NOTHING);
  const late = notifiedLateAt(record);
  if (late !== undefined) batch.put(lateKey(late, id), NOTHING);
  batch.put(alertKey(id), value);
  stored.set(id, now);
  return { alerts: isNew ? 1 : 0, open: isOpen(now) - isOpen(before) };
}

export function addUnnotified(batch: Batch, unnotified: UnnotifiedOf): void {
  const key = unnotifiedKey(unnotified.node);
  if (unnotified.channels.length === 0) batch.del(key);
  else batch.put(key, unnotifiedValue(unnotified));
}

export async function* storedUnnotified(store: OrderedStore): AsyncGenerator<readonly UnnotifiedOf[]> {
  for await (const chunk of entries(store, allUnnotified))
    yield chunk.map(([key, value]) => unnotifiedFrom(key, value));
}

/** An unreadable one counts as open: only open alerts are rewritten. */
function isOpen(bits: StateBits): 0 | 1 {
  return (bits & OPEN_BITS) === 0 ? 0 : 1;
}

export async function alertOf(store: OrderedStore, id: AlertId): Promise<AlertRecord | undefined> {
  const [value] = await getMany(store, [alertKey(id)]);
  return value === undefined ? undefined : alertFrom(value);
}

export async function* openAlerts(store: OrderedStore): AsyncGenerator<readonly AlertRecord[]> {
  const ids = new Set<AlertId>();
  for (const state of ['pending', 'held'] as const) {
    for await (const chunk of entries(store, alertsIn(state))) for (const [key] of chunk) ids.add(idOf(key));
  }
  const inOrder = [...ids].sort();
  for (let at = 0; at < inOrder.length; at += CHUNK)
    yield await alertsBy(store, inOrder.slice(at, at + CHUNK));
}

export async function* alertsNotifiedLate(
  store: OrderedStore,
  since: Instant,
): AsyncGenerator<readonly AlertRecord[]> {
  for await (const chunk of entries(store, lateSince(since))) {
    yield await alertsBy(store, [...new Set(chunk.map(([key]) => idOf(key)))]);
  }
}

/** Newest first. */
export async function* countedAlerts(
  store: OrderedStore,
  from: AlertId,
): AsyncGenerator<readonly CountedAlert[]> {
  const within = bounded(allAlerts, { from }, alertKey);
  for await (const chunk of entries(store, within, { reverse: true, most: CHUNK }))
    yield chunk.map(([, value]) => countedFrom(value));
}

/** Newest first. */
export async function* alertsWithin(
  store: OrderedStore,
  range: AlertRange,
): AsyncGenerator<readonly AlertRecord[]> {
  const { states } = range;
  if (states === undefined) {
    const within = bounded(allAlerts, range, alertKey);
    for await (const chunk of entries(store, within, { reverse: true, first: 64, most: CHUNK })) {
      yield chunk.map(([, value]) => alertFrom(value));
    }
    return;
  }
  const sources = [...new Set(states)].map((state) => idsIn(store, state, range));
  let chunk: AlertId[] = [];
  for await (const id of merged(sources)) {
    chunk.push(id);
    if (chunk.length < CHUNK / 4) continue;
    yield await alertsBy(store, chunk);
    chunk = [];
  }
  if (chunk.length > 0) yield await alertsBy(store, chunk);
}

async function alertsBy(store: OrderedStore, ids: readonly AlertId[]): Promise<AlertRecord[]> {
  const values = await getMany(store, ids.map(alertKey));
  return values.flatMap((value) => (value === undefined ? [] : [alertFrom(value)]));
}

async function* idsIn(store: OrderedStore, state: DeliveryState, range: AlertRange): AsyncGenerator<AlertId> {
  const within = bounded(alertsIn(state), range, (id) => stateKey(state, id));
  for await (const chunk of entries(store, within, { reverse: true, first: 64, most: CHUNK })) {
    for (const [key] of chunk) yield idOf(key);
  }
}

/** Merges descending sequences into one, without repeats. */
async function* merged(sources: readonly AsyncGenerator<AlertId>[]): AsyncGenerator<AlertId> {
  const heads = await Promise.all(sources.map(async (source) => ({ source, next: await source.next() })));
  try {
    for (;;) {
      const ids = heads.flatMap(({ next }) => (next.done === true ? [] : [next.value]));
      const [greatest] = ids.sort().reverse();
      if (greatest === undefined) return;
      yield greatest;
      for (const head of heads) {
        if (head.next.done !== true && head.next.value === greatest) head.next = await head.source.next();
      }
    }
  } finally {
    await Promise.all(sources.map((source) => source.return(undefined)));
  }
}

function bounded(all: KeyRange, { before, from }: AlertRange, keyOf: (id: AlertId) => Buffer): KeyRange {
  return {
    gte: from === undefined ? all.gte : keyOf(from),
    lt: before === undefined ? all.lt : keyOf(before),
  };
}

/** The result of pruning: how many were removed, and the point before everything that was kept. */
export interface Pruned {
  readonly removed: number;
  readonly prunedBefore: AlertId;
}

/** Removes alerts raised before an instant, except open ones. */
export async function addAlertPruning(
  store: OrderedStore,
  batch: Batch,
  before: Instant,
  limit: number,
  prunedBefore: AlertId | undefined,
): Promise<Pruned> {
  const end = earliestIdAt(before);
  for await (const chunk of entries(store, lateBefore(before), { limit }))
    for (const [key] of chunk) batch.del(key);
  const range = bounded(allAlerts, { before: end, from: prunedBefore }, alertKey);
  let removed = 0;
  let kept: AlertId | undefined;
  for await (const chunk of entries(store, range)) {
    for (const [key, value] of chunk) {
      const id = idOf(key);
      const bits = stateBitsOf(value);
      if ((bits & OPEN_BITS) !== 0) {
        kept ??= id;
        continue;
      }
      batch.del(key);
      for (const state of stateKeysOf(bits, id)) batch.del(state);
      removed++;
      if (removed === limit) return { removed, prunedBefore: kept ?? id };
    }
  }
  return { removed, prunedBefore: kept ?? end };
}
