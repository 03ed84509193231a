import { mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Level } from 'level';
import { assertNever } from '../../domain/assert-never.js';
import type { BlindInterval } from '../../domain/blindness.js';
import type { EndedSession, OpenSession } from '../../domain/session.js';
import { instant, type Instant } from '../../domain/time.js';
import type { UserId } from '../../domain/user-id.js';
import type { HistoryRange, HistoryRecord, HistoryStore, StoreSummary } from '../../ports/history-store.js';
import {
  BLIND,
  blindFrom,
  blindKey,
  ENDED,
  endedBefore,
  endedKey,
  HEALED,
  healedFrom,
  healedKey,
  healedValue,
  metaKey,
  OPEN,
  openFrom,
  openKey,
  openValue,
  rangeOf,
  sessionFrom,
  sessionKey,
  sessionKeyOf,
  sessionsOf,
  sessionValue,
} from './codec.js';
import { readFacts, readRecovery, readWatermark, upgrade, writeFacts, writeRecovery, type Facts } from './meta.js';
import { closedError, openError, unwritableError, writeError } from './problems.js';
import { proveRoom } from './room.js';

type Bytes = Uint8Array;
type Database = Level<Bytes, Bytes>;
type ChainedBatch = ReturnType<typeof newBatch>;

/** Entries read at a time: small enough to give way to others in between. */
const CHUNK = 500;
const OPEN_CHUNK = 10_000;

/** LevelDB's default of 4 MiB spends a mass expiry on compactions. */
const WRITE_BUFFER = 16 * 1024 * 1024;

const NOTHING = new Uint8Array();

/** History in LevelDB, in `<data_dir>/history`. */
export class LevelHistoryStore implements HistoryStore {
  readonly #directory: string;
  #db: Database | undefined;
  #facts: Facts = { sessions: 0, latestEnd: undefined };
  #generation = 0;
  #healedSequence = 0;

  constructor(dataDirectory: string) {
    this.#directory = path.join(dataDirectory, 'history');
  }

  async open(): Promise<StoreSummary> {
    try {
      await mkdir(this.#directory, { recursive: true });
    } catch (error) {
      throw unwritableError(this.#directory, error);
    }
    const db = await this.#openDatabase();
    try {
      await upgrade(db, this.#directory);
      this.#facts = await readFacts(db);
      const recovery = await readRecovery(db);
      this.#generation = recovery?.generation ?? 0;
      this.#healedSequence = await nextHealedSequence(db);
      const watermark = await readWatermark(db);
      this.#db = db;
      return { watermark, recovery, latestEnd: this.#facts.latestEnd };
    } catch (error) {
      await db.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const db = this.#db;
    this.#db = undefined;
    await db?.close();
  }

  async reopen(): Promise<void> {
    await proveRoom(this.#directory);
    await this.close();
    this.#db = await this.#openDatabase();
  }

  async #openDatabase(): Promise<Database> {
    const db = new Level<Bytes, Bytes>(this.#directory, { keyEncoding: 'view', valueEncoding: 'view' });
    try {
      await db.open({ writeBufferSize: WRITE_BUFFER });
    } catch (error) {
      throw openError(this.#directory, error);
    }
    return db;
  }

  get #open(): Database {
    if (this.#db === undefined) throw closedError();
    return this.#db;
  }

  async write(batch: readonly HistoryRecord[]): Promise<void> {
    if (batch.length === 0) return;
    const chain = newBatch(this.#open);
    const facts = { ...this.#facts };
    for (const record of batch) this.#add(chain, record, facts);
    if (facts.sessions !== this.#facts.sessions || facts.latestEnd !== this.#facts.latestEnd) {
      writeFacts(chain, facts);
    }
    await commit(chain);
    this.#facts = facts;
    if (batch.some(isSettledRecovery)) await this.#open.clear(rangeOf(HEALED));
  }

  #add(chain: ChainedBatch, record: HistoryRecord, facts: Facts): void {
    switch (record.kind) {
      case 'opened':
        chain.put(openKey(record.user), openValue(record.onlineAt, this.#generation));
        return;
      case 'unopened':
        chain.del(openKey(record.user));
        return;
      case 'ended':
        chain.put(sessionKey(record.user, record.onlineAt), sessionValue(record));
        chain.put(endedKey(record.offlineAt, record.user, record.onlineAt), NOTHING);
        chain.del(openKey(record.user));
        facts.sessions++;
        facts.latestEnd = later(facts.latestEnd, record.offlineAt);
        return;
      case 'unended':
        chain.del(sessionKey(record.user, record.onlineAt));
        chain.del(endedKey(record.offlineAt, record.user, record.onlineAt));
        chain.put(openKey(record.user), openValue(record.onlineAt, this.#generation));
        return;
      case 'watermark':
        chain.put(metaKey('watermark'), Buffer.from(JSON.stringify(record.at)));
        return;
      case 'recovered':
        writeRecovery(chain, record.recovery);
        this.#generation = record.recovery.generation;
        return;
      case 'healed':
        chain.put(healedKey(record.generation, this.#healedSequence++), healedValue(record.users));
        return;
      case 'blind':
        chain.put(blindKey(record.interval.from, record.interval.to), Buffer.from(record.interval.cause));
        return;
      default:
        assertNever(record);
    }
  }

  async *openSessions(): AsyncIterable<readonly OpenSession[]> {
    for await (const entries of chunks(this.#open, rangeOf(OPEN), OPEN_CHUNK)) {
      yield entries.map(([key, value]) => openFrom(key, value));
    }
  }

  async *healedSince(): AsyncIterable<{ readonly generation: number; readonly users: readonly UserId[] }> {
    for await (const entries of chunks(this.#open, rangeOf(HEALED), 1)) {
      for (const [key, value] of entries) yield healedFrom(key, value);
    }
  }

  async lastSession(user: UserId): Promise<EndedSession | undefined> {
    for await (const [key, value] of this.#open.iterator({ ...sessionsOf(user), reverse: true, limit: 1 })) {
      return sessionFrom(key, value);
    }
    return undefined;
  }

  async *sessions(user: UserId, range: HistoryRange): AsyncIterable<readonly EndedSession[]> {
    const bounds = await this.#boundsOf(user, range);
    const options = { ...bounds, reverse: range.order === 'desc' };
    const { from } = range;
    for await (const entries of chunks(this.#open, options, CHUNK)) {
      const sessions = entries.map(([key, value]) => sessionFrom(key, value));
      if (from === undefined) {
        yield sessions;
        continue;
      }
      const within = sessions.filter(({ offlineAt }) => offlineAt >= from);
      yield within;
      // Sessions do not overlap, so newest first nothing behind this one ends later.
      if (range.order === 'desc' && within.length < sessions.length) return;
    }
  }

  /** From the session that covers `from`, if there is one; a session's beginning is its key. */
  async #boundsOf(user: UserId, range: HistoryRange): Promise<{ gte?: Bytes; gt?: Bytes; lt: Bytes }> {
    const all = sessionsOf(user);
    let lt: Bytes = range.before === undefined ? all.lt : sessionKey(user, range.before);
    let first: { gte: Bytes } | { gt: Bytes } = { gte: all.gte };
    if (range.from !== undefined) {
      const upTo = sessionKey(user, instant(range.from + 1));
      for await (const key of this.#open.keys({ gte: all.gte, lt: upTo, reverse: true, limit: 1 })) {
        first = { gte: key };
      }
    }
    if (range.after !== undefined) {
      const after = sessionKey(user, range.after);
      if (range.order === 'desc') lt = smaller(lt, after);
      else if (!('gte' in first) || Buffer.compare(first.gte, after) <= 0) first = { gt: after };
    }
    return { ...first, lt };
  }

  async erase(user: UserId): Promise<void> {
    const db = this.#open;
    const range = sessionsOf(user);
    const chain = newBatch(db);
    const facts = { ...this.#facts };
    chain.del(openKey(user));
    for await (const entries of chunks(db, range, CHUNK)) {
      for (const [key, value] of entries) {
        const { onlineAt, offlineAt } = sessionFrom(key, value);
        chain.del(key);
        chain.del(endedKey(offlineAt, user, onlineAt));
        facts.sessions--;
      }
    }
    writeFacts(chain, facts);
    await commit(chain);
    this.#facts = facts;
    // A deleted record stays in LevelDB's files until they are compacted, and erased means erased.
    await compact(db, range.gte, range.lt);
  }

  async prune(before: Instant, limit: number): Promise<number> {
    const db = this.#open;
    const range = { gte: rangeOf(ENDED).gte, lt: endedBefore(before), limit };
    const chain = newBatch(db);
    const facts = { ...this.#facts };
    for await (const ended of db.keys(range)) {
      chain.del(ended);
      chain.del(sessionKeyOf(ended));
      facts.sessions--;
    }
    const removed = this.#facts.sessions - facts.sessions;
    if (removed === 0) {
      await chain.close();
      return 0;
    }
    writeFacts(chain, facts);
    await commit(chain);
    this.#facts = facts;
    return removed;
  }

  async blindIntervals(limit: number): Promise<readonly BlindInterval[]> {
    const intervals: BlindInterval[] = [];
    for await (const [key, value] of this.#open.iterator({ ...rangeOf(BLIND), reverse: true, limit })) {
      const interval = blindFrom(key, value);
      if (interval !== undefined) intervals.push(interval);
    }
    return intervals;
  }

  countSessions(): number {
    return this.#facts.sessions;
  }

  async size(): Promise<number> {
    const names = await readdir(this.#directory);
    // A file may be compacted away between being listed and being measured.
    const sizes = await Promise.all(
      names.map((name) => stat(path.join(this.#directory, name)).then(({ size }) => size, () => 0)),
    );
    return sizes.reduce((total, size) => total + size, 0);
  }
}

function isSettledRecovery(record: HistoryRecord): boolean {
  return record.kind === 'recovered' && record.recovery.silent.length === 0;
}

function newBatch(db: Database) {
  // A chained batch costs a twentieth of an array of operations on the main thread (measured: 0.5 µs an operation).
  return db.batch();
}

async function commit(chain: ChainedBatch): Promise<void> {
  const options: object = { sync: true };
  try {
    await chain.write(options);
  } catch (error) {
    throw writeError(error);
  }
}

async function* chunks(
  db: Database,
  range: { gte?: Bytes; gt?: Bytes; lt: Bytes; reverse?: boolean },
  size: number,
): AsyncGenerator<[Bytes, Bytes][]> {
  const iterator = db.iterator(range);
  try {
    for (;;) {
      const entries = await iterator.nextv(size);
      if (entries.length === 0) return;
      yield entries;
    }
  } finally {
    await iterator.close();
  }
}

async function nextHealedSequence(db: Database): Promise<number> {
  let next = 0;
  for await (const key of db.keys({ ...rangeOf(HEALED), reverse: true, limit: 1 })) {
    next = Buffer.from(key).readUIntBE(5, 6) + 1;
  }
  return next;
}

async function compact(db: Database, start: Bytes, end: Bytes): Promise<void> {
  if ('compactRange' in db && typeof db.compactRange === 'function') await db.compactRange(start, end);
}

function smaller(a: Bytes, b: Bytes): Bytes {
  return Buffer.compare(a, b) < 0 ? a : b;
}

function later(a: Instant | undefined, b: Instant): Instant {
  return a === undefined || b > a ? b : a;
}
