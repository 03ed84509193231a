import { assertNever } from '../../domain/assert-never.js';
import type { NodeName } from '../../domain/node-name.js';
import type { Instant } from '../../domain/time.js';
import type { UserId } from '../../domain/user-id.js';
import type { HistoryRecord } from '../../ports/history-record.js';
import { entriesIn, getManyOrDamaged, hasMany, type Batch } from './sealed-store.js';
import type { OrderedStore } from '../../ports/ordered-store.js';
import {
  acknowledgedKey,
  acknowledgedValue,
  flipKey,
  flipValue,
  pastKey,
  pauseKey,
  pauseValue,
} from './node-past-codec.js';
import { addAlert, addUnnotified, findStates, type StoredStates } from './alerts.js';
import {
  blindKey,
  endedKeyOf,
  healedRecords,
  healedUsers,
  offlineAtOf,
  openKey,
  openKeyOf,
  openValue,
  sessionKey,
  sessionValue,
} from './session-codec.js';
import {
  writeLastHold,
  writeMembership,
  writePingSecret,
  writeTextIds,
  writeUptimeMarks,
  writeRecovery,
  writeObservedTime,
  writeWatermark,
  type Ledger,
} from './meta.js';
import { incidentRecords } from './incident-codec.js';
import { nodeKey, nodeValue, statusKey, statusValue } from './node-codec.js';
import { pingUuidKey } from './ping-codec.js';
import { probeResultsKey, probeResultsValue } from './probe-results-codec.js';
import { uptimeDayKey, uptimeDayValue } from './uptime-codec.js';
import { overrideRecords } from './override-codec.js';
import { signInRecords } from './sign-in-codec.js';
import { silenceRecords } from './silence-codec.js';
import { statusPageRecords } from './status-page-codec.js';
import { findForgotten, findNodes } from './nodes.js';
import { addPinged, findPings, removePings, type StoredPings } from './pings.js';

const NOTHING = Buffer.alloc(0);

/** What is on disk that the records of a batch undo, replace or settle. */
export interface Stored {
  /** The stored ends of the batch's sessions, by key. Undefined if none can be on disk. */
  readonly ends: Map<string, Instant> | undefined;
  /**
   * The keys of the batch's open sessions. Undefined if nothing is in doubt: history opens no session twice and ends
   * none that is not open, and looking each up costs as much as storing it.
   */
  readonly open: Set<string> | undefined;
  /** The keys that a settled recovery removes. */
  readonly healed: Buffer[];
  /** The keys of everything besides its own record that a deleted node has, by node. */
  readonly forgotten: ReadonlyMap<NodeName, Buffer[]>;
  readonly alerts: StoredStates;
  /** What its pings replace, and those of deleted nodes. */
  readonly pings: ReadonlyMap<NodeName, StoredPings>;
  /** The nodes of the batch that exist. */
  readonly nodes: Set<NodeName>;
}

/** @param inDoubt some of the records may be on disk already, from a refused batch */
export async function findStored(
  store: OrderedStore,
  records: readonly HistoryRecord[],
  inDoubt: boolean,
): Promise<Stored> {
  const mayBeStored = inDoubt || records.some(({ kind }) => kind === 'unended' || kind === 'unopened');
  return {
    ends: mayBeStored ? await findEnds(store, records) : undefined,
    open: mayBeStored ? await findOpen(store, records) : undefined,
    healed: records.some(isSettledRecovery) ? await findHealed(store) : [],
    forgotten: await findForgotten(store, records),
    alerts: await findStates(store, records),
    pings: await findPings(store, records),
    nodes: await findNodes(store, records),
  };
}

async function findEnds(
  store: OrderedStore,
  records: readonly HistoryRecord[],
): Promise<Map<string, Instant>> {
  const keys = records.flatMap((record) =>
    record.kind === 'ended' || record.kind === 'unended' ? [sessionKey(record.user, record.onlineAt)] : [],
  );
  const values = await getManyOrDamaged(store, keys);
  return new Map(
    keys.flatMap((key, index) => {
      const value = values[index];
      return value === undefined || value === 'damaged' ? [] : [[nameOf(key), offlineAtOf(value)]];
    }),
  );
}

async function findOpen(store: OrderedStore, records: readonly HistoryRecord[]): Promise<Set<string>> {
  const keys = records.flatMap((record) => {
    const isOfSession =
      record.kind === 'opened' ||
      record.kind === 'unopened' ||
      record.kind === 'ended' ||
      record.kind === 'unended';
    return isOfSession ? [openKey(record.user)] : [];
  });
  const found = keys.length === 0 ? [] : await hasMany(store, keys);
  return new Set(keys.filter((_key, index) => found[index] === true).map(nameOf));
}

async function findHealed(store: OrderedStore): Promise<Buffer[]> {
  const keys: Buffer[] = [];
  for await (const chunk of entriesIn(store, healedUsers)) keys.push(...chunk.map(([key]) => key));
  return keys;
}

/** Adds a record to a batch, and its effect on the counts to the ledger. */
export function addRecord(batch: Batch, record: HistoryRecord, ledger: Ledger, stored: Stored): void {
  switch (record.kind) {
    case 'opened':
      putOpen(batch, record, ledger, stored);
      return;
    case 'unopened':
      removeOpen(batch, openKey(record.user), ledger, stored);
      return;
    case 'ended': {
      const key = sessionKey(record.user, record.onlineAt);
      removeEnd(batch, key, ledger, stored);
      batch.put(key, sessionValue(record));
      batch.put(endedKeyOf(key, record.offlineAt), NOTHING);
      removeOpen(batch, openKeyOf(key), ledger, stored);
      stored.ends?.set(nameOf(key), record.offlineAt);
      ledger.sessions++;
      ledger.latestEnd = later(ledger.latestEnd, record.offlineAt);
      ledger.prunedBefore = Math.min(ledger.prunedBefore, record.offlineAt);
      ledger.textsPrunedBefore = Math.min(ledger.textsPrunedBefore, record.offlineAt);
      return;
    }
    case 'unended': {
      const key = sessionKey(record.user, record.onlineAt);
      removeEnd(batch, key, ledger, stored);
      putOpen(batch, record, ledger, stored);
      return;
    }
    case 'watermark':
      writeWatermark(batch, record.at, record.aliveAt ?? record.at);
      return;
    case 'recovered':
      writeRecovery(batch, record.recovery);
      ledger.generation = record.recovery.generation;
      if (isSettledRecovery(record)) for (const key of stored.healed.splice(0)) batch.del(key);
      return;
    case 'healed': {
      const { generation, users } = record;
      for (const { key, value } of healedRecords(generation, ledger.healedSequence++, users)) {
        batch.put(key, value);
        stored.healed.push(key);
      }
      return;
    }
    case 'blind':
      batch.put(blindKey(record.interval), Buffer.from(record.interval.cause));
      return;
    case 'registered':
      batch.put(nodeKey(record.node.name), nodeValue(record.node));
      if (!stored.nodes.has(record.node.name)) ledger.nodes++;
      stored.nodes.add(record.node.name);
      return;
    case 'forgotten':
      if (stored.nodes.delete(record.node)) ledger.nodes--;
      batch.del(nodeKey(record.node));
      batch.del(statusKey(record.node));
      batch.del(probeResultsKey(record.node));
      for (const key of stored.forgotten.get(record.node)?.splice(0) ?? []) batch.del(key);
      removePings(batch, record.node, ledger, stored.pings.get(record.node));
      return;
    case 'pinged':
      addPinged(batch, record, ledger, stored.pings, stored.forgotten.has(record.node));
      return;
    case 'statuses':
      for (const { name, status } of record.nodes) batch.put(statusKey(name), statusValue(status));
      return;
    case 'flip': {
      const { flip } = record;
      const key = flipKey(flip.node, flip.at);
      putOfNode(batch, stored, flip.node, key, flipValue(flip));
      putOfNode(batch, stored, flip.node, pastKey(key, flip.at), NOTHING);
      ledger.pastPrunedBefore = Math.min(ledger.pastPrunedBefore, flip.at);
      return;
    }
    case 'paused': {
      const { node, pause } = record;
      const key = pauseKey(node, pause.from);
      putOfNode(batch, stored, node, key, pauseValue(pause));
      putOfNode(batch, stored, node, pastKey(key, pause.to), NOTHING);
      ledger.pastPrunedBefore = Math.min(ledger.pastPrunedBefore, pause.to);
      return;
    }
    case 'acknowledged': {
      const { node, acknowledgement } = record;
      const { since } = acknowledgement;
      const key = acknowledgedKey(node, since);
      putOfNode(batch, stored, node, key, acknowledgedValue(acknowledgement));
      putOfNode(batch, stored, node, pastKey(key, since), NOTHING);
      ledger.pastPrunedBefore = Math.min(ledger.pastPrunedBefore, since);
      return;
    }
    case 'unacknowledged': {
      const key = acknowledgedKey(record.node, record.since);
      batch.del(key);
      batch.del(pastKey(key, record.since));
      return;
    }
    case 'uptime_days':
      for (const { node, days } of record.nodes) {
        // It may have been deleted since its uptime was read.
        if (!stored.nodes.has(node)) continue;
        for (const day of days)
          putOfNode(batch, stored, node, uptimeDayKey(node, day.from), uptimeDayValue(day));
      }
      if (record.marks !== undefined) {
        ledger.uptime = { ...ledger.uptime, ...record.marks };
        writeUptimeMarks(batch, ledger.uptime);
      }
      return;
    case 'probe_results':
      for (const node of record.forgotten) batch.del(probeResultsKey(node));
      for (const kept of record.kept)
        // It may have been deleted meanwhile.
        if (stored.nodes.has(kept.node)) batch.put(probeResultsKey(kept.node), probeResultsValue(kept));
      return;
    case 'observed_time':
      writeObservedTime(batch, record.observed);
      return;
    case 'alerts':
      for (const alert of record.records) {
        const added = addAlert(batch, alert, stored.alerts);
        ledger.alerts += added.alerts;
        if (ledger.openAlerts !== undefined) ledger.openAlerts += added.open;
      }
      for (const unnotified of record.unnotified ?? []) addUnnotified(batch, unnotified);
      return;
    case 'silences':
      silenceRecords.change(batch, record.silences, record.forgotten);
      return;
    case 'incidents':
      incidentRecords.change(batch, record.incidents, record.forgotten);
      return;
    case 'status_pages':
      statusPageRecords.change(batch, record.pages, record.forgotten);
      return;
    case 'overrides':
      overrideRecords.change(batch, record.overrides, record.forgotten);
      return;
    case 'sign_ins':
      signInRecords.change(batch, record.signIns, record.forgotten);
      return;
    case 'held':
      writeLastHold(batch, record.hold);
      return;
    case 'membership':
      writeMembership(batch, record.membership);
      return;
    case 'text_ids':
      writeTextIds(batch);
      return;
    case 'ping_secret':
      writePingSecret(batch, record.secret);
      return;
    case 'ping_uuids':
      for (const { uuid, node } of record.uuids) {
        if (node === undefined) batch.del(pingUuidKey(uuid));
        else batch.put(pingUuidKey(uuid), Buffer.from(node));
      }
      return;
    default:
      assertNever(record);
  }
}

/** A node that is deleted later in the batch removes this as well. */
function putOfNode(batch: Batch, { forgotten }: Stored, node: NodeName, key: Buffer, value: Buffer): void {
  forgotten.get(node)?.push(key);
  batch.put(key, value);
}

function putOpen(
  batch: Batch,
  { user, onlineAt }: { readonly user: UserId; readonly onlineAt: Instant },
  ledger: Ledger,
  { open }: Stored,
): void {
  const key = openKey(user);
  batch.put(key, openValue(onlineAt, ledger.generation));
  if (open?.has(nameOf(key)) === true) return;
  open?.add(nameOf(key));
  if (ledger.open !== undefined) ledger.open++;
}

function removeOpen(batch: Batch, key: Buffer, ledger: Ledger, { open }: Stored): void {
  batch.del(key);
  if (open?.delete(nameOf(key)) !== false && ledger.open !== undefined) ledger.open--;
}

function removeEnd(batch: Batch, key: Buffer, ledger: Ledger, { ends }: Stored): void {
  const offlineAt = ends?.get(nameOf(key));
  if (offlineAt === undefined) return;
  ends?.delete(nameOf(key));
  batch.del(key);
  batch.del(endedKeyOf(key, offlineAt));
  ledger.sessions--;
}

function isSettledRecovery(record: HistoryRecord): boolean {
  return record.kind === 'recovered' && record.recovery.silent.length === 0;
}

function nameOf(key: Buffer): string {
  return key.toString('latin1');
}

function later(a: Instant | undefined, b: Instant): Instant {
  return a === undefined || b > a ? b : a;
}
