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
  StoreTrouble,
} from '../../ports/history-store.js';
import type { AlertRange } from '../../ports/outbox.js';
import { addAlertPruning, alertOf, alertsToldLate, alertsWithin, openAlerts } from './alerts.js';
import { addPruning, pastOfNodes, sessionsByEnd } from './age-index.js';
import { addBlindPruning, blindnessBetween, countBlindness, storedBlindness } from './blindness.js';
import { Batch, SYNCED, type Database } from '../level/database.js';
import { identityOf } from '../level/directory.js';
import { addErasure, mergeAll, Scrubber } from './erasure.js';
import { bytesIn } from '../level/file-sizes.js';
import type { StartMark } from '../level/files/start-mark.js';
import { TableCheck, tablesIn } from '../level/files/table-files.js';
import { StoreHealth } from './store-health.js';
import {
  haveChanged,
  readLastHold,
  readLedger,
  readRecovery,
  readObservedTime,
  readWatermark,
  writeFacts,
  type Ledger,
} from './meta.js';
import { nodeNames, storedFlips, storedNodes, storedPauses } from './nodes.js';
import { openFiles, type OpeningOptions } from '../level/opening.js';
import {
  closedError,
  damagedError,
  damagedFiles,
  isCorrupt,
  missingError,
  openError,
  readError,
  writeError,
} from './store-errors.js';
import { addRecord, findStored } from './records.js';
import { upgrade } from './upgrade.js';
import { proveDiskSpace } from '../level/disk-space.js';
import { salvage, salvageVersion } from '../level/salvage.js';
import { lastSessionOf, sessionsWithin, storedHealed, storedOpenSessions } from './sessions.js';

/** The property that lists the tables of the current version. */
const TABLES = 'leveldb.sstables';

/** An open database and what is known about it. */
interface Opened {
  readonly db: Database;
  readonly scrubber: Scrubber;
  readonly summary: StoreSummary;
  readonly mark: StartMark;
  /** Of its file CURRENT. */
  readonly identity: string | undefined;
  /** The check of the tables that is under way. */
  check: TableCheck | undefined;
  /** All tables were undamaged since it was opened. */
  isProven: boolean;
  ledger: Ledger;
  /**
   * Why a write was refused; none is tried after that. LevelDB would write on, behind the half record that the refused
   * write may have left in its log, and the next start would not find those records.
   */
  refusal: HeartbeatError | undefined;
}

/** History in LevelDB, in `<data_dir>/history`. */
export class LevelHistoryStore implements HistoryStore {
  readonly #directory: string;
  #opened: Promise<Opened> | undefined;
  #sessions = 0;
  /** The number of blind intervals, once it was needed. */
  #blind: number | undefined;
  /** A refused write may be on disk, so what is written again is looked up first. */
  #inDoubt = false;
  readonly #options: OpeningOptions;
  readonly #health: StoreHealth;

  constructor(dataDirectory: string, options: OpeningOptions = {}) {
    this.#directory = path.join(dataDirectory, 'history');
    this.#options = options;
    this.#health = new StoreHealth(options.logger);
  }

  get trouble(): StoreTrouble | undefined {
    return this.#health.trouble;
  }

  get damages(): number {
    return this.#health.damages;
  }

  async open(): Promise<StoreSummary> {
    const opened = await this.#openDatabase(true);
    this.#opened = Promise.resolve(opened);
    return opened.summary;
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await closeDatabase(opened);
  }

  async reopen(): Promise<void> {
    await proveDiskSpace(this.#directory);
    const opened = this.#opened;
    if (opened === undefined) throw closedError();
    // Reads meanwhile wait for the result.
    this.#opened = closeDatabase(opened).then(() => this.#openDatabase(false));
    await this.#opened;
  }

  /** @param mayBegin whether a database may be created */
  async #openDatabase(mayBegin: boolean): Promise<Opened> {
    const { db, mark, isMended, unmergeable } = await openFiles(this.#directory, this.#options, mayBegin);
    try {
      const { acceptDataLoss, logger } = this.#options;
      const isSalvaged = mayBegin && acceptDataLoss === true;
      if (isSalvaged) await salvageVersion(db, logger);
      await upgrade(db, this.#directory);
      if (isSalvaged) await salvage(db, logger);
      if (isMended) await mergeAll(db);
      const ledger = await readLedger(db, this.#directory);
      const watermark = await readWatermark(db, this.#directory);
      const summary = {
        watermark: watermark?.at,
        aliveAt: watermark?.aliveAt,
        recovery: await readRecovery(db, this.#directory),
        latestEnd: ledger.latestEnd,
        observed: await readObservedTime(db, this.#directory),
      };
      const scrubber = new Scrubber(db, mark, {
        isMergeable: async () => unmergeable === undefined && (await this.#isSound(opened)),
        failed: (error) => this.#refused(opened, error),
      });
      const identity = await identityOf(path.join(this.#directory, 'CURRENT'));
      const opened: Opened = {
        db,
        summary,
        scrubber,
        mark,
        identity,
        check: undefined,
        isProven: false,
        ledger,
        refusal: undefined,
      };
      await scrubber.resume();
      this.#sessions = ledger.sessions;
      this.#health.missing(undefined);
      return opened;
    } catch (error) {
      await db.close();
      throw openError(this.#directory, error);
    }
  }

  /** Whether all tables are undamaged. Later merges are checked in the background. */
  async #isSound(opened: Opened): Promise<boolean> {
    if (this.#health.isDamaged) return false;
    if (!opened.isProven) await this.#checkTables(this.#newCheck(opened.db), Infinity);
    opened.isProven = !this.#health.isDamaged;
    return opened.isProven;
  }

  #newCheck(db: Database): TableCheck {
    return new TableCheck(this.#directory, tablesIn(db.getProperty(TABLES)));
  }

  async #checkTables(check: TableCheck, bytes: number): Promise<void> {
    const damage = await check.step(bytes);
    if (damage !== undefined) this.#health.damaged(damagedFiles(`${damage.file}: ${damage.problem}`));
  }

  async checkFiles(bytes: number): Promise<boolean> {
    try {
      const opened = await this.#database();
      opened.check ??= this.#newCheck(opened.db);
      await this.#checkTables(opened.check, bytes);
      if (!opened.check.isOver) return false;
      opened.check = undefined;
      if (this.#health.isDamaged) return true;
      opened.isProven = true;
      await opened.mark.proven();
    } catch (error) {
      // An unreadable disk shows itself to readers, and a closed store has nothing to check.
      this.#options.logger?.debug('the files could not be checked', { error });
    }
    return true;
  }

  async checkPresence(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    if (opened === undefined) return;
    const found = await identityOf(path.join(this.#directory, 'CURRENT')).catch(() => opened.identity);
    if (found === opened.identity) {
      this.#health.missing(undefined);
      return;
    }
    // LevelDB would write on, to files that nobody can find.
    const error = missingError(this.#directory);
    opened.refusal ??= error;
    this.#health.missing(error.message);
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
    // One that is written again is not counted twice.
    if (this.#inDoubt) this.#blind = undefined;
    if (this.#blind !== undefined) this.#blind += records.filter(({ kind }) => kind === 'blind').length;
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
    if (opened.refusal === undefined) {
      opened.refusal = writeError(error);
      if (isCorrupt(opened.refusal)) this.#health.damaged(opened.refusal);
    }
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

  async pruneBlind(before: Instant, most: number, limit: number): Promise<number> {
    const opened = await this.#database();
    this.#blind ??= await this.#read(countBlindness);
    const excess = this.#blind - most;
    const removed = await this.#change(opened, (batch) =>
      addBlindPruning(opened.db, batch, { before, excess, limit }),
    );
    this.#blind -= removed;
    return removed;
  }

  openAlerts(): AsyncIterable<readonly AlertRecord[]> {
    return this.#counted('openAlerts', 'open alerts', openAlerts);
  }

  alerts(range: AlertRange): AsyncIterable<readonly AlertRecord[]> {
    return this.#reading((db) => alertsWithin(db, range));
  }

  toldLate(since: Instant): AsyncIterable<readonly AlertRecord[]> {
    return this.#reading((db) => alertsToldLate(db, since));
  }

  alert(id: AlertId): Promise<AlertRecord | undefined> {
    return this.#read((db) => alertOf(db, id));
  }

  lastHold(): Promise<LastHold | undefined> {
    return this.#read((db) => readLastHold(db, this.#directory));
  }

  openSessions(): AsyncIterable<readonly OpenSession[]> {
    return this.#counted('open', 'open sessions', storedOpenSessions);
  }

  healedSince(): AsyncIterable<{ readonly generation: number; readonly users: readonly UserId[] }> {
    return this.#reading((db) => storedHealed(db));
  }

  lastSession(user: UserId): Promise<EndedSession | undefined> {
    return this.#read((db) => lastSessionOf(db, user));
  }

  sessions(user: UserId, range: HistoryRange): AsyncIterable<readonly EndedSession[]> {
    return this.#reading((db) => sessionsWithin(db, user, range));
  }

  blindIntervals(limit: number): Promise<readonly BlindInterval[]> {
    return this.#read((db) => storedBlindness(db, limit));
  }

  blindBetween(from: Instant, to: Instant): AsyncIterable<readonly BlindInterval[]> {
    return this.#reading((db) => blindnessBetween(db, from, to));
  }

  nodes(): AsyncIterable<readonly StoredNode[]> {
    return this.#counted('nodes', 'nodes', (db) => storedNodes(db, this.#directory));
  }

  nodeNames(after: NodeName | undefined, from?: string): AsyncIterable<readonly NodeName[]> {
    return this.#reading((db) => nodeNames(db, after, from));
  }

  flips(node: NodeName, range: FlipRange): AsyncIterable<readonly Flip[]> {
    return this.#reading((db) => storedFlips(db, node, range));
  }

  pauses(node: NodeName): AsyncIterable<readonly Pause[]> {
    return this.#reading((db) => storedPauses(db, node));
  }

  async #read<Found>(read: (db: Database) => Promise<Found>): Promise<Found> {
    const { db } = await this.#database();
    try {
      return await read(db);
    } catch (error) {
      throw this.#health.failed(error);
    }
  }

  async *#reading<Found>(read: (db: Database) => AsyncIterable<Found>): AsyncIterable<Found> {
    const { db } = await this.#database();
    try {
      yield* read(db);
    } catch (error) {
      throw this.#health.failed(error);
    }
  }

  /** Reads all of one kind, and compares their number with the stored count. */
  async *#counted<Found>(
    count: 'nodes' | 'open' | 'openAlerts',
    what: string,
    read: (db: Database) => AsyncIterable<readonly Found[]>,
  ): AsyncIterable<readonly Found[]> {
    const opened = await this.#database();
    const { ledger } = opened;
    let found = 0;
    for await (const chunk of this.#reading(read)) {
      found += chunk.length;
      yield chunk;
    }
    // Changes meanwhile make the comparison meaningless.
    if (opened.ledger[count] !== ledger[count]) return;
    const stored = ledger[count];
    if (found === stored) return;
    // An end is counted without checking whether its session was open, which would cost as much as storing it. If it
    // was not, the count is too low, and nothing is lost.
    if (stored === undefined || (count === 'open' && found > stored)) {
      if (opened.ledger === ledger) ledger[count] = found;
      return;
    }
    const reason = `${String(found)} ${what} are stored of ${String(stored)}`;
    const error = damagedError(this.#directory, undefined, reason, true);
    this.#health.damaged(error);
    if (this.#options.acceptDataLoss !== true) throw error;
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
  await opened?.mark.end();
}
