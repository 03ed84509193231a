import type { Millis } from '../../src/domain/time.js';
import type { Cancel, Clock } from '../../src/ports/clock.js';
import type { NodeEntry } from '../history/history.protocol.js';
import type { ObservedClock } from './observed-clock.js';
import type { NodeShard } from './node-shard.js';

export interface HistoryBufferDeps {
  readonly clock: Clock;
  readonly submit: (entries: readonly NodeEntry[]) => void;
  /** Whether checkpoints would be written soon: what is not checkpointed is kept for the next one. */
  readonly takesCheckpoints: () => boolean;
}

/** Statuses in one entry: few enough that a commit full of them does not hold up the event loop. */
const STATUSES = 500;

/** A vigil on disk that is older than this is not kept just now. */
const OLD: Millis = 500;

/** What the nodes of this process hand over to history: changes at once, how they stand from time to time. */
export class HistoryBuffer {
  readonly #shards: readonly NodeShard[];
  readonly #observed: ObservedClock;
  readonly #every: Millis;
  readonly #deps: HistoryBufferDeps;
  #gathered: NodeEntry[] = [];
  /** Whether time goes on: before that there is nothing to keep. */
  #isResumed = false;
  #isEnding = false;
  #cancel: Cancel | undefined;

  /** @param every how far checkpoints are apart */
  constructor(shards: readonly NodeShard[], vigil: ObservedClock, every: Millis, deps: HistoryBufferDeps) {
    this.#shards = shards;
    this.#observed = vigil;
    this.#every = every;
    this.#deps = deps;
  }

  submit(entry: NodeEntry): void {
    // While there was no node the vigil was not kept, and a deadline is worth nothing without it.
    if (entry.kind === 'register' && this.#observed.age > OLD) this.storeObservedTime();
    this.#post(entry);
    this.#checkpointLater();
  }

  /** Time goes on after a restart. */
  resume(): void {
    this.storeObservedTime();
    this.#isResumed = true;
    this.#checkpointLater();
  }

  /** From here on checkpoints are taken even by a disk that is slow. */
  end(): void {
    this.#isEnding = true;
  }

  /** The daemon ends. */
  stopCheckpoints(): void {
    this.#isResumed = false;
    this.#cancel?.();
  }

  /** Submits how those stand who changed, and how long the daemon has been awake. */
  checkpoint(): void {
    if (this.#isEmpty || !(this.#isEnding || this.#deps.takesCheckpoints())) return;
    for (const shard of this.#shards) {
      const noted = shard.takeNoted();
      for (let at = 0; at < noted.length; at += STATUSES) {
        this.#post({ kind: 'statuses', nodes: noted.slice(at, at + STATUSES) });
      }
    }
    this.storeObservedTime();
  }

  storeObservedTime(): void {
    this.#post({ kind: 'vigil', vigil: this.#observed.keep() });
  }

  /** Hands over at once what has been gathered. */
  flush(): void {
    if (this.#gathered.length === 0) return;
    const entries = this.#gathered;
    this.#gathered = [];
    this.#deps.submit(entries);
  }

  get #isEmpty(): boolean {
    return this.#shards.every(({ size }) => size === 0);
  }

  /** While there is no node there is nothing to keep, and no timer runs. */
  #checkpointLater(): void {
    if (this.#cancel !== undefined || !this.#isResumed || this.#isEmpty) return;
    this.#cancel = this.#deps.clock.after(this.#every, () => {
      this.#cancel = undefined;
      this.checkpoint();
      this.#checkpointLater();
    });
  }

  #post(entry: NodeEntry): void {
    if (this.#gathered.length === 0) {
      this.#deps.clock.soon(() => {
        this.flush();
      });
    }
    this.#gathered.push(entry);
  }
}
