import path from 'node:path';
import type { AlertId, AlertRecord, LastHold } from '../../domain/alert.js';
import type { BlindInterval } from '../../domain/blindness.js';
import type { EndedSession, OpenSession } from '../../domain/session.js';
import type { Instant } from '../../domain/time.js';
import type { Flip, Pause } from '../../domain/node.js';
import type { NodeName } from '../../domain/node-name.js';
import type { UserId } from '../../domain/user-id.js';
import type { HeartbeatError } from '../../errors.js';
import type {
  FlipRange,
  HistoryRange,
  HistoryRecord,
  HistoryStore,
  StoredNode,
  StoreSummary,
} from '../../ports/history-store.js';
import type { AlertRange } from '../../ports/outbox.js';
import { addAlertPruning, alertOf, alertsToldLate, alertsWithin, openAlerts } from './alerts.js';
import { addPruning, pastOfNodes, sessionsByEnd } from './ageing.js';
import { blindnessBetween, storedBlindness } from './blindness.js';
import { Batch, openDatabase, SYNCED, type Database } from './database.js';
import { addErasure, Scrubber } from './erasure.js';
import { bytesIn } from './file-sizes.js';
import {
  haveChanged,
  readLastHold,
  readLedger,
  readRecovery,
  readVigil,
  readWatermark,
  writeFacts,
  type Ledger,
} from './meta.js';
import { nodeNames, storedFlips, storedNodes, storedPauses } from './nodes.js';
import { closedError, openError, readError, writeError } from './problems.js';
import { addRecord, findStored } from './records.js';
import { upgrade } from './upgrade.js';
import { proveRoom } from './room.js';
import { lastSessionOf, sessionsWithin, storedHealed, storedOpenSessions } from './sessions.js';

/** A database that is open, and what is known of it. */
interface Opened {
  readonly db: Database;
  readonly scrubber: Scrubber;
  readonly summary: StoreSummary;
  ledger: Ledger;
  /**
   * Why a write was refused, after which none is tried. LevelDB would try: behind the half record that the refused one
   * may have left in its log, where the next start does not find what it said was stored.
   */
  refusal: HeartbeatError | undefined;
}

/** History in LevelDB, in `<data_dir>/history`. */
export class LevelHistoryStore implements HistoryStore {
  readonly #directory: string;
  #opened: Promise<Opened> | undefined;
  #sessions = 0;
  /** A refused write may be on disk all the same, so what is written again is looked up first. */
  #inDoubt = false;

  constructor(dataDirectory: string) {
    this.#directory = path.join(dataDirectory, 'history');
  }

  async open(): Promise<StoreSummary> {
    const opened = await this.#openDatabase();
    this.#opened = Promise.resolve(opened);
    return opened.summary;
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await closeDatabase(opened);
  }

  async reopen(): Promise<void> {
    await proveRoom(this.#directory);
    const opened = this.#opened;
    if (opened === undefined) throw closedError();
    // Whoever reads meanwhile waits for the outcome.
    this.#opened = closeDatabase(opened).then(() => this.#openDatabase());
    await this.#opened;
  }

  async #openDatabase(): Promise<Opened> {
    const db = await openDatabase(this.#directory);
    try {
      await upgrade(db, this.#directory);
      const ledger = await readLedger(db, this.#directory);
      const summary = {
        watermark: await readWatermark(db, this.#directory),
        recovery: await readRecovery(db, this.#directory),
        latestEnd: ledger.latestEnd,
        vigil: await readVigil(db, this.#directory),
      };
      const scrubber = new Scrubber(db, (error) => this.#refused(opened, error));
      const opened: Opened = { db, summary, scrubber, ledger, refusal: undefined };
      await scrubber.resume();
      this.#sessions = ledger.sessions;
      return opened;
    } catch (error) {
      await db.close();
      throw openError(this.#directory, error);
    }
  }

  async #database(): Promise<Opened> {
    if (this.#opened === undefined) throw closedError();
    return this.#opened;
  }

  async write(records: readonly HistoryRecord[]): Promise<void> {
    if (records.length === 0) return;
    const opened = await this.#database();
    await this.#change(opened, async (batch, ledger) => {
      const stored = await findStored(opened.db, records, this.#inDoubt);
      for (const record of records) addRecord(batch, record, ledger, stored);
    });
    this.#inDoubt = false;
  }

  async erase(user: UserId): Promise<void> {
    const opened = await this.#database();
    const erasure = this.#change(opened, (batch, ledger) => addErasure(opened.db, batch, user, ledger));
    await opened.scrubber.after(erasure);
  }

  async prune(before: Instant, limit: number): Promise<number> {
    const opened = await this.#database();
    return this.#change(opened, async (batch, ledger) => {
      const due = { before, limit, prunedBefore: ledger.prunedBefore };
      const { removed, prunedBefore } = await addPruning(opened.db, batch, sessionsByEnd, due);
      ledger.prunedBefore = prunedBefore;
      ledger.sessions -= removed;
      return removed;
    });
  }

  /** Writes one batch, and takes over the ledger that is true once it is on disk. */
  async #change<Outcome>(
    opened: Opened,
    add: (batch: Batch, ledger: Ledger) => Promise<Outcome>,
  ): Promise<Outcome> {
    const ledger = { ...opened.ledger };
    const batch = new Batch(opened.db);
    try {
      const outcome = await add(batch, ledger);
      if (haveChanged(opened.ledger, ledger)) writeFacts(batch, ledger);
      if (batch.length > 0) {
        if (opened.refusal !== undefined) throw opened.refusal;
        await batch.write(SYNCED).catch((error: unknown) => {
          throw this.#refused(opened, error);
        });
      }
      opened.ledger = ledger;
      this.#sessions = ledger.sessions;
      return outcome;
    } finally {
      await batch.close();
    }
  }

  #refused(opened: Opened, error: unknown): HeartbeatError {
    this.#inDoubt = true;
    opened.refusal ??= writeError(error);
    return opened.refusal;
  }

  async pruneNodes(before: Instant, limit: number): Promise<number> {
    const opened = await this.#database();
    return this.#change(opened, async (batch, ledger) => {
      const due = { before, limit, prunedBefore: ledger.pastPrunedBefore };
      const { removed, prunedBefore } = await addPruning(opened.db, batch, pastOfNodes, due);
      ledger.pastPrunedBefore = prunedBefore;
      return removed;
    });
  }

  async pruneAlerts(before: Instant, limit: number): Promise<number> {
    const opened = await this.#database();
    return this.#change(opened, async (batch, ledger) => {
      const { removed, prunedBefore } = await addAlertPruning(
        opened.db,
        batch,
        before,
        limit,
        ledger.alertsPrunedBefore,
      );
      ledger.alertsPrunedBefore = prunedBefore;
      ledger.alerts -= removed;
      return removed;
    });
  }

  async *openAlerts(): AsyncIterable<readonly AlertRecord[]> {
    yield* openAlerts((await this.#database()).db);
  }

  async *alerts(range: AlertRange): AsyncIterable<readonly AlertRecord[]> {
    yield* alertsWithin((await this.#database()).db, range);
  }

  async *toldLate(since: Instant): AsyncIterable<readonly AlertRecord[]> {
    yield* alertsToldLate((await this.#database()).db, since);
  }

  async alert(id: AlertId): Promise<AlertRecord | undefined> {
    return alertOf((await this.#database()).db, id);
  }

  async lastHold(): Promise<LastHold | undefined> {
    return readLastHold((await this.#database()).db, this.#directory);
  }

  async *openSessions(): AsyncIterable<readonly OpenSession[]> {
    yield* storedOpenSessions((await this.#database()).db);
  }

  async *healedSince(): AsyncIterable<{ readonly generation: number; readonly users: readonly UserId[] }> {
    yield* storedHealed((await this.#database()).db);
  }

  async lastSession(user: UserId): Promise<EndedSession | undefined> {
    return lastSessionOf((await this.#database()).db, user);
  }

  async *sessions(user: UserId, range: HistoryRange): AsyncIterable<readonly EndedSession[]> {
    yield* sessionsWithin((await this.#database()).db, user, range);
  }

  async blindIntervals(limit: number): Promise<readonly BlindInterval[]> {
    return storedBlindness((await this.#database()).db, limit);
  }

  async blindBetween(from: Instant, to: Instant): Promise<readonly BlindInterval[]> {
    return blindnessBetween((await this.#database()).db, from, to);
  }

  async *nodes(): AsyncIterable<readonly StoredNode[]> {
    const { db } = await this.#database();
    yield* storedNodes(db, this.#directory);
  }

  async *nodeNames(after: NodeName | undefined): AsyncIterable<readonly NodeName[]> {
    const { db } = await this.#database();
    yield* nodeNames(db, after);
  }

  async *flips(node: NodeName, range: FlipRange): AsyncIterable<readonly Flip[]> {
    const { db } = await this.#database();
    yield* storedFlips(db, node, range);
  }

  async pauses(node: NodeName): Promise<readonly Pause[]> {
    const { db } = await this.#database();
    return storedPauses(db, node);
  }

  countSessions(): number {
    return this.#sessions;
  }

  async size(): Promise<number> {
    try {
      return await bytesIn(this.#directory, () => true);
    } catch (error) {
      throw readError(error);
    }
  }
}

async function closeDatabase(opening: Promise<Opened> | undefined): Promise<void> {
  const opened = await opening?.catch(() => undefined);
  await opened?.scrubber.settled();
  await opened?.db.close();
}
