import type { Millis } from '../../src/domain/time.js';
import type { Cancel, Clock } from '../../src/ports/clock.js';
import type { NodeEntry } from '../history/history.protocol.js';
import { HistoryBuffer } from '../shards/history-buffer.js';
import type { ObservedClock } from './observed-clock.js';
import type { NodeShard } from './node-shard.js';

export interface NodeCheckpointsDeps {
  readonly clock: Clock;
  readonly submit: (entries: readonly NodeEntry[]) => void;
  /** Notices a standstill that has just ended, which is not stored as watched. */
  readonly look: () => void;
  /** Whether checkpoints would be written soon. Otherwise they wait for the next one. */
  readonly takesCheckpoints: () => boolean;
}

/** The most statuses in one entry, so that a commit full of them does not hold up the event loop. */
const STATUSES = 500;

/** An observed time on disk that is older than this is out of date. */
const OLD: Millis = 500;

/** Passes entries of this process's nodes to history: changes at once, statuses in checkpoints. */
export class NodeCheckpoints {
  readonly #shards: readonly NodeShard[];
  readonly #observed: ObservedClock;
  readonly #every: Millis;
  readonly #deps: NodeCheckpointsDeps;
  readonly #buffer: HistoryBuffer<NodeEntry>;
  /** Whether time has started: before that there is nothing to store. */
  #isResumed = false;
  #isEnding = false;
  #cancel: Cancel | undefined;

  /** @param every the time between checkpoints */
  constructor(
    shards: readonly NodeShard[],
    observed: ObservedClock,
    every: Millis,
    deps: NodeCheckpointsDeps,
  ) {
    this.#shards = shards;
    this.#observed = observed;
    this.#every = every;
    this.#deps = deps;
    this.#buffer = new HistoryBuffer(deps.clock, deps.submit);
  }

  submit(entry: NodeEntry): void {
    if (entry.kind === 'register') this.#deps.look();
    // Without nodes the observed time was not stored, and a deadline means nothing without it.
    if (entry.kind === 'register' && this.#observed.age > OLD) this.storeObservedTime();
    this.#buffer.add(entry);
    this.#checkpointLater();
  }

  /** Time continues after a restart. */
  resume(): void {
    this.storeObservedTime();
    this.#isResumed = true;
    this.#checkpointLater();
  }

  /** From here on checkpoints are taken even if the disk is slow. */
  end(): void {
    this.#isEnding = true;
  }

  /** The daemon is ending. */
  stopCheckpoints(): void {
    this.#isResumed = false;
    this.#cancel?.();
  }

  /** Submits changed statuses and the observed time. */
  checkpoint(): void {
    this.#deps.look();
    if (this.#isEmpty || !(this.#isEnding || this.#deps.takesCheckpoints())) return;
    this.storeObservedTime();
  }

  /** Changed statuses come first: by the observed time alone, a node whose last heartbeats are lost would be overdue. */
  storeObservedTime(): void {
    for (const shard of this.#shards) {
      const dirty = shard.takeDirty();
      for (let at = 0; at < dirty.length; at += STATUSES) {
        this.#buffer.add({ kind: 'statuses', nodes: dirty.slice(at, at + STATUSES) });
      }
    }
    this.#buffer.add({ kind: 'observed_time', observed: this.#observed.keep() });
  }

  /** Passes the collected entries on at once. */
  flush(): void {
    this.#buffer.flush();
  }

  get #isEmpty(): boolean {
    return this.#shards.every(({ size }) => size === 0);
  }

  /** Without nodes there is nothing to store, and no timer runs. */
  #checkpointLater(): void {
    if (this.#cancel !== undefined || !this.#isResumed || this.#isEmpty) return;
    this.#cancel = this.#deps.clock.after(this.#every, () => {
      this.#cancel = undefined;
      this.checkpoint();
      this.#checkpointLater();
    });
  }
}
