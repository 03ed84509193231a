import path from 'node:path';
import type { HistoryStore, StoreSummary } from '../../ports/history-store.js';
import { withFields } from '../../ports/logger.js';
import { OrderedHistoryStore } from '../history/ordered-history-store.js';
import { LevelEngine } from './level-engine.js';
import type { OpeningOptions } from './opening.js';
import { directoryOf, HISTORY, makePartitions, checkPartitions, type PartitionOf } from './partitions.js';

/** History in LevelDB, in `<data_dir>/history`, or in `<data_dir>/partitions-<number>/<partition>/history`. */
export class LevelHistoryStore extends OrderedHistoryStore {
  readonly #dataDirectory: string;
  readonly #partitions: number;
  readonly #options: OpeningOptions;

  /** @param partition undefined for one history in the data directory itself */
  constructor(dataDirectory: string, options: OpeningOptions = {}, partition?: PartitionOf) {
    const slice = partition === undefined ? '' : path.join(directoryOf(partition.partitions), partition.id);
    super(new LevelEngine(path.join(dataDirectory, slice, HISTORY), options), options);
    this.#dataDirectory = dataDirectory;
    this.#partitions = partition?.partitions ?? 1;
    this.#options = options;
  }

  override async open(): Promise<StoreSummary> {
    await this.#prove();
    if (this.#partitions > 1) await makePartitions(this.#dataDirectory, this.#partitions, this.#options);
    const summary = await super.open();
    try {
      // Two daemons with different numbers that begin at once have each its own first: at least one sees the other's.
      await this.#prove();
    } catch (error) {
      await this.close();
      throw error;
    }
    return summary;
  }

  #prove(): Promise<void> {
    return checkPartitions(this.#dataDirectory, this.#partitions, this.#options);
  }
}

/** The store of each partition of a data directory; of the only one if it has no id. */
export function levelStores(
  dataDirectory: string,
  partitions: number,
  options: OpeningOptions,
): (partition: string | undefined) => HistoryStore {
  return (id) => {
    if (id === undefined) return new LevelHistoryStore(dataDirectory, options);
    const logger = options.logger && withFields(options.logger, { partition: id });
    return new LevelHistoryStore(dataDirectory, { ...options, logger }, { id, partitions });
  };
}
