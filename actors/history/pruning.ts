import { assertNever } from '../../src/domain/assert-never.js';
import { instant, toMillis, type Instant, type Seconds } from '../../src/domain/time.js';
import type { HistoryStore } from '../../src/ports/history-store.js';

/** The most that is pruned between two batches. */
const PORTION = 1_000;
/**
 * The most blind intervals that are kept, whatever the retention: one an hour for eleven years. On a host where the
 * daemon stalls all the time they would fill the disk, and each uptime reads those in its range.
 */
const MOST_BLIND = 100_000;

type Prunable = 'sessions' | 'nodes' | 'blind' | 'alerts';
type PrunableStore = Pick<HistoryStore, 'prune' | 'pruneNodes' | 'pruneBlind' | 'pruneAlerts'>;

/** null keeps everything. */
export interface Retentions {
  readonly retention: Seconds | null;
  /** For alerts without an open delivery. */
  readonly alertRetention: Seconds | null;
}

/** Deletes what is past its retention, one kind after the other, in portions, so that writes come in between. */
export class Pruning {
  readonly #retentions: Retentions;
  readonly #store: PrunableStore;
  readonly #all: readonly Prunable[];
  #wanted: readonly Prunable[] = [];

  constructor(retentions: Retentions, store: PrunableStore) {
    const { retention, alertRetention } = retentions;
    this.#retentions = retentions;
    this.#store = store;
    this.#all = [
      ...(retention === null ? [] : (['sessions', 'nodes'] as const)),
      'blind',
      ...(alertRetention === null ? [] : (['alerts'] as const)),
    ];
  }

  get isWanted(): boolean {
    return this.#wanted.length > 0;
  }

  want(): void {
    this.#wanted = this.#all;
  }

  /** Deletes a portion of the kind that is due first. @returns how many were deleted */
  async prune(now: Instant): Promise<number> {
    const [kind] = this.#wanted;
    if (kind === undefined) return 0;
    const removed = await this.#portion(kind, now);
    if (removed < PORTION) this.#wanted = this.#wanted.filter((each) => each !== kind);
    return removed;
  }

  #portion(kind: Prunable, now: Instant): Promise<number> {
    const { retention, alertRetention } = this.#retentions;
    const before = (kept: Seconds | null): Instant => instant(now - toMillis(kept ?? Infinity));
    switch (kind) {
      case 'sessions':
        return this.#store.prune(before(retention), PORTION);
      case 'nodes':
        return this.#store.pruneNodes(before(retention), PORTION);
      case 'blind':
        return this.#store.pruneBlind(before(retention), MOST_BLIND, PORTION);
      case 'alerts':
        return this.#store.pruneAlerts(before(alertRetention), PORTION);
      default:
        return assertNever(kind);
    }
  }
}
