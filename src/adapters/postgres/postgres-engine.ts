import { randomUUID } from 'node:crypto';
import type { HeartbeatError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { OrderedStore, StoreEngine, StorePlace } from '../../ports/ordered-store.js';
import { closedError } from '../history/store-errors.js';
import { DaemonRow, type DaemonRowOptions } from './daemon-row.js';
import { FencedPartition, type PartitionOptions } from './fenced-partition.js';
import { postgresOpenError, postgresWriteError } from './postgres-errors.js';
import { PostgresStore } from './postgres-store.js';
import { shownUrl, type PostgresAddress } from './postgres-url.js';
import { Primary } from './primary.js';
import { checkSchema } from './schema.js';

export interface PostgresOptions {
  readonly address: PostgresAddress;
  readonly partition: string;
  readonly clock: Pick<Clock, 'after'>;
  readonly logger?: Pick<Logger, 'info' | 'debug'> | undefined;
  /** Another daemon has taken over: this process writes no more. */
  readonly lost?: ((error: HeartbeatError) => void) | undefined;
}

/** PostgreSQL, with one partition. */
export class PostgresEngine implements StoreEngine {
  readonly place: StorePlace;
  readonly #row: DaemonRowOptions;
  readonly #partition: PartitionOptions;
  #claimed: DaemonRow | undefined;
  #store: PostgresStore | undefined;

  constructor({ address, partition, clock, logger, lost = () => undefined }: PostgresOptions) {
    this.place = { name: shownUrl(address), setting: 'store' };
    const incarnation = randomUUID();
    this.#row = { address, partition, incarnation, clock, logger, lost };
    this.#partition = { address, name: partition, owner: incarnation, clock, lost };
  }

  /** A later opening takes the partition only from this process itself. */
  async open(mayBegin: boolean): Promise<OrderedStore> {
    try {
      const primary = await Primary.connect(this.#partition.address);
      try {
        await checkSchema(primary, this.place.name);
        if (mayBegin) this.#claimed = await DaemonRow.claim(this.#row);
        const from = mayBegin ? undefined : this.#store?.epoch;
        this.#store = new PostgresStore(await FencedPartition.takeOver(primary, this.#partition, from));
        return this.#store;
      } catch (error) {
        primary.destroy();
        throw error;
      }
    } catch (error) {
      throw this.openError(error);
    }
  }

  async release(): Promise<void> {
    const claimed = this.#claimed;
    this.#claimed = undefined;
    await claimed?.release();
  }

  /** A server that takes no writes now would cost the reads as well. */
  async proveReopenable(): Promise<void> {
    try {
      const primary = await Primary.connect(this.#partition.address);
      await primary.end();
    } catch (error) {
      throw this.writeError(error);
    }
  }

  size(): Promise<number> {
    return this.#store?.size() ?? Promise.reject(closedError());
  }

  openError(cause: unknown): HeartbeatError {
    return postgresOpenError(this.place.name, cause);
  }

  writeError(cause: unknown): HeartbeatError {
    return postgresWriteError(cause);
  }
}
