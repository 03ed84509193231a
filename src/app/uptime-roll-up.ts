import type { NodesReader } from '../../actors/node/nodes-reader.js';
import type { DescribedNode } from '../../actors/node/node.protocol.js';
import type { NodeName } from '../domain/node-name.js';
import { HeartbeatError } from '../errors.js';
import type { BlindInterval } from '../domain/blindness.js';
import { instant, toMillis, type Instant, type Millis } from '../domain/time.js';
import { UTC_DAY, utcDayOf, type UptimeDay, type UptimeMarks } from '../domain/uptime-day.js';
import type { DaemonEntry } from '../../actors/history/history.protocol.js';
import type { Config } from '../config/schema.js';
import type { Actors } from './assemble.js';
import type { NodeReads } from './node-reads.js';
import type { Cancel, Clock } from '../ports/clock.js';
import type { HistoryStore } from '../ports/history-store.js';
import type { Logger } from '../ports/logger.js';
import { Slices } from '../runtime/slices.js';

/** Between two looks at whether a day is over. */
const EVERY = toMillis(60);
/** A day is stored this long after its end. By then, what happened on it is on disk. */
const AFTER = toMillis(3_600);
/** How late a look may be. One that is later came after a standstill, which may not be on disk yet. */
const LATE = toMillis(1);
/** The most days in one go, so that one look takes no hours. */
const MOST_DAYS = 32;
/** Nodes whose descriptions are read together. */
const PAGE = 500;
/** Nodes that are read at the same time. */
const AT_ONCE = 16;
/** With more entries than this waiting for the disk, it waits too, and looks again after this time. */
const BUSY = 1_000;
const PATIENCE = toMillis(1);

/** What it needs of the partition that watches the nodes. */
export interface WatchedHistory {
  readonly reads: Pick<HistoryStore, 'uptimeMarks' | 'blindBetween'>;
  readonly history: {
    readonly state: 'open' | 'refusing';
    readonly waiting: number;
    submit(entries: readonly DaemonEntry[]): void;
  };
  readonly nodes: number;
}

export interface UptimeRollUpDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Undefined while the nodes are elsewhere. */
  run(): WatchedHistory | undefined;
  reader(): Pick<NodesReader, 'list' | 'days'>;
  /** In a store of an older daemon, earlier flips may have been pruned. */
  readonly flipsKept: Millis;
}

/**
 * Stores the uptime of each node by days, once a day is over, so that it outlives the flips. A run that ends early is
 * repeated, with the same result. See decision 219.
 */
export class UptimeRollUp {
  readonly #deps: UptimeRollUpDeps;
  readonly #slices: Slices;
  #cancel: Cancel | undefined;
  #isOver = false;

  constructor(deps: UptimeRollUpDeps) {
    this.#deps = deps;
    this.#slices = new Slices(deps.clock);
  }

  start(): void {
    const due = this.#deps.clock.now() + EVERY;
    this.#cancel = this.#deps.clock.after(EVERY, () => {
      const isLate = this.#deps.clock.now() > due + LATE;
      void (isLate ? Promise.resolve() : this.#look()).finally(() => {
        if (!this.#isOver) this.start();
      });
    });
  }

  stop(): void {
    this.#isOver = true;
    this.#cancel?.();
  }

  async #look(): Promise<void> {
    try {
      const run = this.#deps.run();
      if (run === undefined || run.nodes === 0 || isBusy(run)) return;
      await this.#store(run);
    } catch (error) {
      // The nodes went elsewhere, or the disk cannot be read: the next look begins again.
      this.#deps.logger.debug('uptime by day could not be stored', { error });
    }
  }

  async #store(run: WatchedHistory): Promise<void> {
    const { clock, logger } = this.#deps;
    const marks = await run.reads.uptimeMarks();
    const end = instant(Math.max(utcDayOf(clock.wall() - AFTER), marks.flipsFrom ?? -Infinity));
    // Later where the clock was set back: these days are stored again once they are over.
    const isAhead = marks.storedTo !== undefined && marks.storedTo > end;
    if (isAhead) this.#submit(run, [], { storedTo: end });
    if (isAhead || marks.storedTo === end) return;
    const nodes = this.#deps.reader();
    const first = marks.storedTo === undefined ? await this.#firstDays(nodes, end) : undefined;
    const begin = first?.storedTo ?? marks.storedTo ?? end;
    const to = instant(Math.min(end, begin + MOST_DAYS * UTC_DAY));
    const begun = clock.now();
    if (begin < to && !(await this.#storeDays(run, nodes, begin, to))) return;
    this.#submit(run, [], { ...first, storedTo: to });
    logger.debug('uptime by day is stored', {
      days: (to - begin) / UTC_DAY,
      milliseconds: Math.round(clock.now() - begun),
    });
  }

  /** @returns whether all nodes have been read */
  async #storeDays(
    run: WatchedHistory,
    reader: Pick<NodesReader, 'list' | 'days'>,
    from: Instant,
    to: Instant,
  ): Promise<boolean> {
    const blind: Pick<BlindInterval, 'from' | 'to'>[] = [];
    for await (const chunk of run.reads.blindBetween(from, to)) blind.push(...chunk);
    const work = this.#slices.begin();
    let after: NodeName | undefined;
    do {
      const page = await reader.list({}, after, PAGE);
      for (let at = 0; at < page.nodes.length; at += AT_ONCE) {
        const some = page.nodes.slice(at, at + AT_ONCE);
        const days = await Promise.all(some.map((node) => this.#daysOf(node, reader, { from, to }, blind)));
        await this.#untilIdle(run);
        if (!this.#isHere(run)) return false;
        const found = some.map(({ name }, index) => ({ node: name, days: days[index] ?? [] }));
        this.#submit(
          run,
          found.filter((each) => each.days.length > 0),
        );
        if (work.isOver) await work.next();
      }
      after = page.next;
    } while (after !== undefined);
    return true;
  }

  /** A record of one node that is damaged keeps no other node's days from being stored. */
  async #daysOf(
    node: DescribedNode,
    reader: Pick<NodesReader, 'days'>,
    range: { readonly from: Instant; readonly to: Instant },
    blind: readonly Pick<BlindInterval, 'from' | 'to'>[],
  ): Promise<readonly UptimeDay[]> {
    try {
      return await reader.days(node, range, blind);
    } catch (error) {
      if (!(error instanceof HeartbeatError) || error.code !== 'HEARTBEAT_STORE_CORRUPT') throw error;
      this.#deps.logger.error('uptime of a node cannot be stored by day', { node: node.name, error });
      return [];
    }
  }

  async #untilIdle(run: WatchedHistory): Promise<void> {
    while (this.#isHere(run) && isBusy(run))
      await new Promise<void>((resolve) => {
        this.#cancel = this.#deps.clock.after(PATIENCE, resolve);
      });
  }

  /** Whether the nodes have not gone elsewhere meanwhile, nor does the daemon stop. */
  #isHere(run: WatchedHistory): boolean {
    return !this.#isOver && this.#deps.run()?.history === run.history;
  }

  #submit(
    run: WatchedHistory,
    nodes: readonly { readonly node: NodeName; readonly days: readonly UptimeDay[] }[],
    marks?: Partial<UptimeMarks>,
  ): void {
    if (this.#isHere(run))
      run.history.submit([{ kind: 'uptime_days', nodes, ...(marks !== undefined && { marks }) }]);
  }

  /** From the day on which the first node was registered; from a later one where its flips may be gone. */
  async #firstDays(reader: Pick<NodesReader, 'list'>, end: Instant): Promise<Partial<UptimeMarks>> {
    let first: number = end;
    let after: NodeName | undefined;
    do {
      const page = await reader.list({}, after, PAGE);
      for (const { registeredAt } of page.nodes) first = Math.min(first, utcDayOf(registeredAt));
      after = page.next;
    } while (after !== undefined);
    const kept = utcDayOf(this.#deps.clock.wall() - this.#deps.flipsKept) + UTC_DAY;
    if (first >= kept) return { storedTo: instant(first) };
    const from = instant(Math.min(end, kept));
    return { storedTo: from, flipsFrom: from };
  }
}

function isBusy({ history }: WatchedHistory): boolean {
  return history.state !== 'open' || history.waiting > BUSY;
}

/** Stores the uptime of the nodes of this daemon. */
export function uptimeRollUp(
  { home }: Pick<Actors, 'home'>,
  reads: NodeReads,
  { history }: Pick<Config, 'history'>,
  deps: Pick<UptimeRollUpDeps, 'clock' | 'logger'>,
): UptimeRollUp {
  return new UptimeRollUp({
    ...deps,
    run: () => {
      const { run } = home;
      if (run?.watch === undefined || !run.isAnswering) return undefined;
      return { reads: run.reads, history: run.history, nodes: run.watch.nodes.size };
    },
    reader: () => reads.reader(),
    // Before `flips.retention`, `history.retention` was that of flips.
    flipsKept: toMillis(history.retention ?? Infinity),
  });
}
