import { assertNever } from '../../src/domain/assert-never.js';
import { instant, toMillis, type Instant, type Seconds } from '../../src/domain/time.js';
import type { Cancel, Clock } from '../../src/ports/clock.js';
import type { HistoryStore } from '../../src/ports/history-store.js';

/** The most that is pruned between two batches. */
const PORTION = 1_000;
/**
 * The most blind intervals that are kept, whatever the retention: one an hour for eleven years. On a host where the
 * daemon stalls all the time they would fill the disk, and each uptime reads those in its range.
 */
const MOST_BLIND = 100_000;

/** What was pruned takes space until the store reclaims it, which reads and writes all of it: once it is worth that. */
const WORTH = { records: 10_000, share: 0.1 };

type Prunable = 'sessions' | 'nodes' | 'blind' | 'pings' | 'alerts';

export interface PruningDeps {
  readonly clock: Clock;
  readonly store: Pick<
    HistoryStore,
    'prune' | 'pruneNodes' | 'pruneBlind' | 'prunePings' | 'pruneAlerts' | 'reclaim' | 'countSessions'
  >;
}

export interface PruningOptions {
  /** Of sessions. null keeps everything. */
  readonly retention: Seconds | null;
  /** Of flips, pauses, acknowledgements and blind intervals. */
  readonly flipRetention: Seconds | null;
  /** For alerts without an open delivery. */
  readonly alertRetention: Seconds | null;
  /** What the pings of all nodes may take. */
  readonly pingBytes: number;
  /** From one pruning to the next. */
  readonly pruneEvery: Seconds;
}

/** A portion is deleted. */
export interface Pruned {
  readonly kind: 'pruned';
}

/** Deletes what is past its retention, one kind after the other, in portions, so that writes come in between. */
export class Pruning {
  readonly #options: PruningOptions;
  readonly #deps: PruningDeps;
  readonly #due: () => void;
  #cancel: Cancel | undefined;
  readonly #all: readonly Prunable[];
  #wanted: readonly Prunable[] = [];
  #wasLast = false;
  /** Records whose space has not been reclaimed. */
  #unclaimed = 0;

  /** @param due is called when it is time to want it */
  constructor(options: PruningOptions, deps: PruningDeps, due: () => void) {
    const { retention, flipRetention, alertRetention } = options;
    this.#options = options;
    this.#deps = deps;
    this.#due = due;
    this.#all = [
      ...(retention === null ? [] : (['sessions'] as const)),
      ...(flipRetention === null ? [] : (['nodes'] as const)),
      'blind',
      'pings',
      ...(alertRetention === null ? [] : (['alerts'] as const)),
    ];
  }

  /** Takes turns with others. @param othersWait whether there is anything else to do */
  isTurn(othersWait: boolean): boolean {
    this.#wasLast = this.#wanted.length > 0 && !(othersWait && this.#wasLast);
    return this.#wasLast;
  }

  /** It is due again after a while. */
  later(): void {
    this.#cancel = this.#deps.clock.after(toMillis(this.#options.pruneEvery), this.#due);
  }

  stop(): void {
    this.#cancel?.();
  }

  want(): void {
    this.#wanted = this.#all;
  }

  /** Deletes a portion of the kind that is due first. */
  async prune(): Promise<Pruned> {
    const [kind] = this.#wanted;
    if (kind === undefined) return { kind: 'pruned' };
    const removed = await this.#portion(kind, this.#deps.clock.wall());
    this.#unclaimed += removed;
    if (removed < PORTION) this.#wanted = this.#wanted.filter((each) => each !== kind);
    if (this.#wanted.length === 0) await this.#reclaim();
    return { kind: 'pruned' };
  }

  async #reclaim(): Promise<void> {
    const { store } = this.#deps;
    if (this.#unclaimed < Math.max(WORTH.records, WORTH.share * store.countSessions())) return;
    this.#unclaimed = 0;
    await store.reclaim();
  }

  #portion(kind: Prunable, now: Instant): Promise<number> {
    const { retention, flipRetention, alertRetention } = this.#options;
    const before = (kept: Seconds | null): Instant => instant(now - toMillis(kept ?? Infinity));
    switch (kind) {
      case 'sessions':
        return this.#deps.store.prune(before(retention), PORTION);
      case 'nodes':
        return this.#deps.store.pruneNodes(before(flipRetention), PORTION);
      case 'blind':
        return this.#deps.store.pruneBlind(before(flipRetention), MOST_BLIND, PORTION);
      case 'pings':
        return this.#deps.store.prunePings(this.#options.pingBytes, PORTION);
      case 'alerts':
        return this.#deps.store.pruneAlerts(before(alertRetention), PORTION);
      default:
        return assertNever(kind);
    }
  }
}
