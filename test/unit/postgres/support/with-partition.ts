import { randomUUID } from 'node:crypto';
import { SystemClock } from '../../../../src/adapters/clock/system-clock.js';
import type { HistoryStoreOptions } from '../../../../src/adapters/history/ordered-history-store.js';
import type { PostgresOptions } from '../../../../src/adapters/postgres/postgres-engine.js';
import { PostgresHistoryStore } from '../../../../src/adapters/postgres/postgres-history-store.js';
import { PostgresProcess } from '../../../support/postgres-process.js';

/** A real PostgreSQL for a suite, with a partition for each test. Its stores are closed after the test. */
class PartitionOfSuite {
  #postgres: PostgresProcess | undefined;
  readonly #stores: PostgresHistoryStore[] = [];
  name = '';

  get postgres(): PostgresProcess {
    if (this.#postgres === undefined) throw new TypeError('PostgreSQL has not been started');
    return this.#postgres;
  }

  async open(options: Partial<PostgresOptions> & HistoryStoreOptions = {}): Promise<PostgresHistoryStore> {
    const { address } = this.postgres;
    const postgres = { address, partition: this.name, clock: new SystemClock(), ...options };
    const store = new PostgresHistoryStore(postgres, options);
    this.#stores.push(store);
    await store.open();
    return store;
  }

  async start(): Promise<void> {
    this.#postgres = await PostgresProcess.start('fsync=off');
    await this.#postgres.init();
  }

  async close(): Promise<void> {
    for (const store of this.#stores.splice(0)) await store.close();
  }
}

/** Gives each test of the suite in which it is called a partition. */
export function withPartition(): PartitionOfSuite {
  const partition = new PartitionOfSuite();
  before(() => partition.start());
  after(() => partition.postgres.remove());
  beforeEach(() => {
    partition.name = randomUUID();
  });
  afterEach(() => partition.close());
  return partition;
}
