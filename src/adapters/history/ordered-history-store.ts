import { instant, type Instant } from '../../domain/time.js';
import { prunablePast, UTC_DAY, utcDayOf } from '../../domain/uptime-day.js';
import type { UserId } from '../../domain/user-id.js';
import type { HistoryRecord } from '../../ports/history-record.js';
import type { DiskUse, HistoryStore, StoreSummary, StoreTrouble } from '../../ports/history-store.js';
import type { Logger } from '../../ports/logger.js';
import type { OrderedStore, StoreEngine, StorePlace } from '../../ports/ordered-store.js';
import { addPruning, pastOfNodes, sessionsByEnd, textSessionsByEnd } from './age-index.js';
import { addAlertPruning } from './alerts.js';
import { addBlindPruning, countBlindness } from './blindness.js';
import { addErasure } from './erasure.js';
import { RANGES } from './kind-ranges.js';
import { HistoryReads, type Opened } from './history-reads.js';
import {
  haveChanged,
  readLedger,
  readMembership,
  readObservedTime,
  readPingSecret,
  readRecovery,
  readTextIds,
  readWatermark,
  writeFacts,
  writeUptimeMarks,
  type Ledger,
} from './meta.js';
import { addPingPruning } from './pings.js';
import { addRecord, findStored } from './records.js';
import { Batch, SYNCED } from './sealed-store.js';
import { closedError, DamagedRecord } from './store-errors.js';
import { StoreHealth } from './store-health.js';
import { upgrade } from './upgrade.js';

export interface HistoryStoreOptions {
  readonly logger?: Logger | undefined;
  /** Open a damaged store, without what cannot be read. */
  readonly acceptDataLoss?: boolean | undefined;
  /** The most sessions that one batch erases; all of a user if absent. */
  readonly erasedAtOnce?: number;
}

/** History in an ordered store. */
export class OrderedHistoryStore extends HistoryReads implements HistoryStore {
  readonly #engine: StoreEngine;
  readonly #logger: Logger | undefined;
  readonly #erasedAtOnce: number;
  #opened: Promise<Opened> | undefined;
  #sessions = 0;
  /** The number of blind intervals, once it was needed. */
  #blind: number | undefined;

  constructor(
    engine: StoreEngine,
    { logger, acceptDataLoss = false, erasedAtOnce = Infinity }: HistoryStoreOptions,
  ) {
    super(engine.place, new StoreHealth(logger), acceptDataLoss);
    this.#engine = engine;
    this.#logger = logger;
    this.#erasedAtOnce = erasedAtOnce;
  }

  get trouble(): StoreTrouble | undefined {
    return this.health.trouble;
  }

  get damages(): number {
    return this.health.damages;
  }

  async open(): Promise<StoreSummary> {
    try {
      const opened = await this.#open(true);
      this.#opened = Promise.resolve(opened);
      return opened.summary;
    } catch (error) {
      await this.#engine.release();
      throw error;
    }
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await close(opened);
    await this.#engine.release();
  }

  async reopen(): Promise<void> {
    await this.#engine.proveReopenable();
    const opened = this.#opened;
    if (opened === undefined) throw closedError();
    // Reads meanwhile wait for the result.
    this.#opened = close(opened).then(() => this.#open(false));
    await this.#opened;
  }

  /** @param mayBegin whether a store may be created */
  async #open(mayBegin: boolean): Promise<Opened> {
    const { place } = this.#engine;
    this.health.opening();
    const store = await this.#engine.open(mayBegin, this.health);
    try {
      await upgrade(store, place);
      const opened = await readContents(store, place);
      await store.scrubbing?.resume();
      this.#sessions = opened.ledger.sessions;
      this.health.missing(undefined);
      return opened;
    } catch (error) {
      await store.abandon();
      throw this.#engine.openError(error);
    }
  }

  protected async opened(): Promise<Opened> {
    if (this.#opened === undefined) throw closedError();
    return this.#opened;
  }

  async write(records: readonly HistoryRecord[]): Promise<void> {
    if (records.length === 0) return;
    const opened = await this.opened();
    await this.#change(opened, async (batch, ledger) => {
      const stored = await findStored(opened.store, records, this.health.isInDoubt);
      for (const record of records) addRecord(batch, record, ledger, stored);
    });
    // One that is written again is not counted twice.
    if (this.health.isInDoubt) this.#blind = undefined;
    if (this.#blind !== undefined) this.#blind += records.filter(({ kind }) => kind === 'blind').length;
    this.health.isInDoubt = false;
  }

  async erase(user: UserId): Promise<boolean> {
    const opened = await this.opened();
    const { store } = opened;
    const erasure = this.#change(opened, (batch, ledger) =>
      addErasure(store, batch, user, ledger, this.#erasedAtOnce),
    );
    await store.scrubbing?.after(erasure.then(({ keys }) => keys));
    return (await erasure).isWhole;
  }

  async prune(before: Instant, limit: number): Promise<number> {
    const opened = await this.opened();
    return this.#change(opened, async (batch, ledger) => {
      const { store } = opened;
      const due = { before, limit, prunedBefore: ledger.prunedBefore };
      const integers = await addPruning(store, batch, sessionsByEnd, due);
      ledger.prunedBefore = integers.prunedBefore;
      const rest = limit - integers.removed;
      const dueTexts = { before, limit: rest, prunedBefore: ledger.textsPrunedBefore };
      const texts = rest > 0 ? await addPruning(store, batch, textSessionsByEnd, dueTexts) : undefined;
      ledger.textsPrunedBefore = texts?.prunedBefore ?? ledger.textsPrunedBefore;
      const removed = integers.removed + (texts?.removed ?? 0);
      ledger.sessions -= removed;
      return removed;
    });
  }

  async pruneNodes(before: Instant, limit: number): Promise<number> {
    const opened = await this.opened();
    return this.#change(opened, async (batch, ledger) => {
      const until = prunablePast(before, ledger.uptime);
      if (until === undefined) return 0;
      const due = { before: until, limit, prunedBefore: ledger.pastPrunedBefore };
      const { removed, last, prunedBefore } = await addPruning(opened.store, batch, pastOfNodes, due);
      ledger.pastPrunedBefore = prunedBefore;
      // Once all of it is pruned, blind intervals and silences go, too: what is stored by day counts from now on.
      const flipsFrom = removed < limit ? until : utcDayOf(last + UTC_DAY);
      if (flipsFrom > (ledger.uptime.flipsFrom ?? -Infinity)) {
        ledger.uptime = { ...ledger.uptime, flipsFrom };
        writeUptimeMarks(batch, ledger.uptime);
      }
      return removed;
    });
  }

  async pruneAlerts(before: Instant, limit: number): Promise<number> {
    const opened = await this.opened();
    return this.#change(opened, async (batch, ledger) => {
      const { removed, prunedBefore } = await addAlertPruning(
        opened.store,
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

  async prunePings(most: number, limit: number): Promise<number> {
    const opened = await this.opened();
    return this.#change(opened, (batch, ledger) => addPingPruning(opened.store, batch, most, limit, ledger));
  }

  async pruneBlind(before: Instant, most: number, limit: number): Promise<number> {
    const opened = await this.opened();
    this.#blind ??= await this.read(countBlindness);
    const excess = this.#blind - most;
    const { ledger } = opened;
    // Without nodes nobody's uptime needs them.
    const until = ledger.nodes === 0 ? before : (prunablePast(before, ledger.uptime) ?? instant(-Infinity));
    const removed = await this.#change(opened, (batch) =>
      addBlindPruning(opened.store, batch, { before: until, excess, limit }),
    );
    this.#blind -= removed;
    return removed;
  }

  async reclaim(): Promise<void> {
    const { store } = await this.opened();
    store.scrubbing?.reclaim();
  }

  /** Writes one batch, and takes over the ledger that is true once it is on disk. */
  async #change<Outcome>(
    opened: Opened,
    add: (batch: Batch, ledger: Ledger) => Promise<Outcome>,
  ): Promise<Outcome> {
    const ledger = { ...opened.ledger };
    const batch = new Batch(opened.store);
    try {
      const outcome = await add(batch, ledger).catch((error: unknown) => {
        throw error instanceof DamagedRecord ? this.health.failed(error) : error;
      });
      if (haveChanged(opened.ledger, ledger)) writeFacts(batch, ledger);
      if (batch.length > 0) {
        if (this.health.refusal !== undefined) throw this.health.refusal;
        await batch.write(SYNCED).catch((error: unknown) => {
          this.health.refused(this.#engine.writeError(error));
          throw this.health.refusal ?? error;
        });
      }
      opened.ledger = ledger;
      this.#sessions = ledger.sessions;
      return outcome;
    } finally {
      await batch.close();
    }
  }

  countSessions(): number {
    return this.#sessions;
  }

  size(): Promise<number> {
    return this.#engine.size();
  }

  free(): Promise<number | undefined> {
    return this.#engine.free();
  }

  async diskUse(): Promise<DiskUse> {
    const { store } = await this.opened();
    const free = await this.free();
    const sizes = await store.sizesOf(RANGES.map(([, range]) => range));
    if (sizes === undefined) return { free, kinds: undefined };
    const kinds = { sessions: 0, nodes: 0, pings: 0, alerts: 0 };
    for (const [index, [kind]] of RANGES.entries()) kinds[kind] += sizes[index] ?? 0;
    return { free, kinds };
  }

  async checkPresence(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.store.checkPresence();
  }

  async checkFiles(bytes: number): Promise<boolean> {
    try {
      const { store } = await this.opened();
      return await store.checkFiles(bytes);
    } catch (error) {
      // An unreadable disk shows itself to readers, and a closed store has nothing to check.
      this.#logger?.debug('the files could not be checked', { error });
      return true;
    }
  }
}

async function close(opening: Promise<Opened> | undefined): Promise<void> {
  const opened = await opening?.catch(() => undefined);
  await opened?.store.close();
}

async function readContents(store: OrderedStore, place: StorePlace): Promise<Opened> {
  const ledger = await readLedger(store, place);
  const watermark = await readWatermark(store, place);
  const summary = {
    watermark: watermark?.at,
    aliveAt: watermark?.aliveAt,
    recovery: await readRecovery(store, place),
    latestEnd: ledger.latestEnd,
    observed: await readObservedTime(store, place),
    membership: await readMembership(store, place),
    hasTextIds: await readTextIds(store, place),
    pingSecret: await readPingSecret(store, place),
  };
  return { store, summary, ledger };
}
