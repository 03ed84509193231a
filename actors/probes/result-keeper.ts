import type { NodeName } from '../../src/domain/node-name.js';
import type { KeptProbeResults, NodeWithProbe } from '../../src/domain/probe.js';
import type { Millis } from '../../src/domain/time.js';
import type { Cancel, Clock } from '../../src/ports/clock.js';
import type { Logger } from '../../src/ports/logger.js';

/** Results are stored this long after the first that is not: a kill loses no more of them. */
const STORED_AFTER: Millis = 300_000;
/** Between two looks at which are due. */
const LOOK_EVERY: Millis = 1_000;
/** Nodes in one entry, and nodes read together. */
const PORTION = 100;

/** Where results outlive a run of the daemon. */
export interface ResultStore {
  /** Whether what is submitted now would be written soon. */
  takes(): boolean;
  /** @param forgotten nodes without any */
  submit(kept: readonly KeptProbeResults[], forgotten: readonly NodeName[]): void;
  /** Those of the last run. */
  read(probed: readonly NodeWithProbe[]): Promise<readonly KeptProbeResults[]>;
}

export interface ResultKeeperDeps {
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly logger: Pick<Logger, 'error'>;
  readonly store: ResultStore;
  /** What is to be stored of a node now; undefined for nothing. */
  readonly resultsOf: (node: NodeName) => KeptProbeResults | undefined;
}

/** Stores the last results of each node, one record a node and few of them at a time. See decision 247. */
export class ResultKeeper {
  readonly #deps: ResultKeeperDeps;
  /** Nodes whose results are not all stored, with when that began: the first is due first. */
  readonly #changed = new Map<NodeName, number>();
  #isReading = false;
  #isOver = false;
  #cancel: Cancel | undefined;

  constructor(deps: ResultKeeperDeps) {
    this.#deps = deps;
  }

  /** The results of a node are not those on disk any more. */
  changed(node: NodeName): void {
    if (!this.#changed.has(node)) this.#changed.set(node, this.#deps.clock.now());
    this.#cancel ??= this.#lookLater();
  }

  /** Reads those of the last run. What cannot be read is replaced by the results of this one. */
  async read(probed: readonly NodeWithProbe[], found: (kept: KeptProbeResults) => void): Promise<void> {
    this.#isReading = true;
    try {
      for (let at = 0; at < probed.length; at += PORTION)
        for (const kept of await this.#deps.store.read(probed.slice(at, at + PORTION))) found(kept);
    } catch (error) {
      if (!this.#isOver) this.#deps.logger.error('results of probes cannot be read', { error });
    } finally {
      this.#isReading = false;
    }
  }

  /** Stores what is not, if the disk takes it, and looks no more until something changes. The prober may start again. */
  end(): void {
    this.#isOver = true;
    this.#cancel?.();
    this.#cancel = undefined;
    // Those on disk are more than those that are known yet.
    if (!this.#isReading && this.#deps.store.takes()) this.#store(Infinity);
  }

  #lookLater(): Cancel {
    return this.#deps.clock.after(LOOK_EVERY, () => {
      if (!this.#isReading && this.#deps.store.takes()) this.#store(this.#deps.clock.now() - STORED_AFTER);
      this.#cancel = this.#changed.size === 0 ? undefined : this.#lookLater();
    });
  }

  #store(until: number): void {
    const due: NodeName[] = [];
    for (const [node, since] of this.#changed) {
      if (since > until) break;
      due.push(node);
    }
    for (const node of due) this.#changed.delete(node);
    for (let at = 0; at < due.length; at += PORTION) {
      const nodes = due.slice(at, at + PORTION);
      const kept = nodes.flatMap((node) => this.#deps.resultsOf(node) ?? []);
      const those = new Set(kept.map(({ node }) => node));
      this.#deps.store.submit(
        kept,
        nodes.filter((node) => !those.has(node)),
      );
    }
  }
}
