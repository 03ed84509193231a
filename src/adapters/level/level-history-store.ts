import path from 'node:path';
import type { HistoryStore, StoreSummary } from '../../ports/history-store.js';
import { OrderedHistoryStore } from '../history/ordered-history-store.js';
import { LevelEngine } from './level-engine.js';
import type { OpeningOptions } from './opening.js';
import { directoryOf, HISTORY, provePartitions, type PartitionOf } from './partitions.js';

/** History in LevelDB, in `<data_dir>/history`, or in `<data_dir>/partitions-<number>/<partition>/history`. */
export class LevelHistoryStore extends OrderedHistoryStore {
  readonly #prove: () => Promise<void>;

  /** @param partition undefined for one history in the data directory itself */
  constructor(dataDirectory: string, options: OpeningOptions = {}, partition?: PartitionOf) {
    const slice = partition === undefined ? '' : path.join(directoryOf(partition.partitions), partition.id);
    super(new LevelEngine(path.join(dataDirectory, slice, HISTORY), options), options);
    this.#prove = () => provePartitions(dataDirectory, partition?.partitions ?? 1, options);
  }

  override async open(): Promise<StoreSummary> {
    await this.#prove();
    return super.open();
  }
}

/** The store of each partition of a data directory; of the only one if it has no id. */
export function levelStores(
  dataDirectory: string,
  partitions: number,
  options: OpeningOptions,
): (partition: string | undefined) => HistoryStore {
  return (id) =>
    new LevelHistoryStore(dataDirectory, options, id === undefined ? undefined : { id, partitions });
}
