import { randomUUID } from 'node:crypto';
import type { HeartbeatError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type { OrderedStore, StoreEngine } from '../../ports/ordered-store.js';
import { closedError } from '../history/store-errors.js';
import { FencedPartition, type PartitionOptions } from './fenced-partition.js';
import { postgresOpenError, postgresWriteError } from './postgres-errors.js';
import { PostgresStore } from './postgres-store.js';
import { Primary, type PostgresAddress } from './primary.js';
import { checkSchema } from './schema.js';

export interface PostgresOptions {
  readonly address: PostgresAddress;
  readonly partition: string;
  /** Without a clock, a commit is waited for as long as it takes. */
  readonly clock?: Pick<Clock, 'after'> | undefined;
  /** Another owner has taken the partition over: this process writes no more. */
  readonly lost?: ((error: HeartbeatError) => void) | undefined;
}

/** PostgreSQL, with one partition. */
export class PostgresEngine implements StoreEngine {
  readonly place: string;
  readonly #options: PartitionOptions;
  #store: PostgresStore | undefined;

  constructor({ address, partition, clock, lost = () => undefined }: PostgresOptions) {
    this.place = placeOf(address);
    this.#options = { address, name: partition, owner: randomUUID(), clock, lost };
  }

  /** A later opening takes the partition only from this process itself. */
  async open(mayBegin: boolean): Promise<OrderedStore> {
    try {
      const primary = await Primary.connect(this.#options.address);
      try {
        await checkSchema(primary, this.place);
        const from = mayBegin ? undefined : this.#store?.epoch;
        this.#store = new PostgresStore(await FencedPartition.takeOver(primary, this.#options, from));
        return this.#store;
      } catch (error) {
        primary.destroy();
        throw error;
      }
    } catch (error) {
      throw this.openError(error);
    }
  }

  /** A server that takes no writes now would cost the reads as well. */
  async proveReopenable(): Promise<void> {
    try {
      const primary = await Primary.connect(this.#options.address);
      await primary.end();
    } catch (error) {
      throw this.writeError(error);
    }
  }

  size(): Promise<number> {
    return this.#store?.size() ?? Promise.reject(closedError());
  }

  openError(cause: unknown): HeartbeatError {
    return postgresOpenError(this.place, cause);
  }

  writeError(cause: unknown): HeartbeatError {
    return postgresWriteError(cause);
  }
}

/** Without the password. */
function placeOf({ hosts, database }: PostgresAddress): string {
  return `postgres://${hosts.map(({ host, port }) => `${host}:${String(port)}`).join(',')}/${database}`;
}
