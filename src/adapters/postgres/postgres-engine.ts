import { randomUUID } from 'node:crypto';
import type { Millis } from '../../domain/time.js';
import type { HeartbeatError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { OrderedStore, StoreEngine, StorePlace } from '../../ports/ordered-store.js';
import { salvage } from '../history/salvage.js';
import { closedError } from '../history/store-errors.js';
import { Claim, type StoreClaim } from './claim.js';
import { FencedPartition, type PartitionOptions } from './fenced-partition.js';
import { refuseOtherPartitions } from './partitions.js';
import { postgresOpenError, postgresWriteError } from './postgres-errors.js';
import { PostgresStore } from './postgres-store.js';
import { shownUrl, type PostgresAddress } from './postgres-url.js';
import { Primary } from './primary.js';
import { checkSchema } from './schema.js';

export interface PostgresOptions {
  readonly address: PostgresAddress;
  readonly partition: string;
  /** Whether the name says how many partitions there are, so that another number is refused. */
  readonly isOfSet?: boolean;
  readonly clock: Pick<Clock, 'after' | 'now'>;
  readonly logger?: Logger | undefined;
  /** Drop damaged records when it is opened. */
  readonly acceptDataLoss?: boolean | undefined;
  /** Another daemon has taken over: this process writes no more. */
  readonly lost?: ((error: HeartbeatError) => void) | undefined;
  /** Shared with the other partitions of this process; one of its own if absent. */
  readonly claim?: StoreClaim | undefined;
}

/** How often the size is asked for, at most. */
const MEASURE_EVERY: Millis = 10_000;

/** PostgreSQL, with one partition. */
export class PostgresEngine implements StoreEngine {
  readonly place: StorePlace;
  readonly #claim: StoreClaim;
  readonly #isOfSet: boolean;
  readonly #acceptDataLoss: boolean;
  readonly #logger: PostgresOptions['logger'];
  #hasClaim = false;
  readonly #partition: PartitionOptions;
  #store: PostgresStore | undefined;
  readonly #clock: Pick<Clock, 'now'>;
  #bytes: number | undefined;
  #measuredAt = -Infinity;

  constructor({
    address,
    partition,
    isOfSet = false,
    acceptDataLoss = false,
    clock,
    logger,
    lost = () => undefined,
    claim,
  }: PostgresOptions) {
    this.#isOfSet = isOfSet;
    this.#acceptDataLoss = acceptDataLoss;
    this.#logger = logger;
    this.place = { name: shownUrl(address), setting: 'store' };
    const incarnation = randomUUID();
    this.#claim = claim ?? new Claim({ address, partition, incarnation, clock, logger, lost });
    this.#clock = clock;
    this.#partition = { address, name: partition, owner: incarnation, clock, lost };
  }

  /** A later opening takes the partition only from this process itself. */
  async open(mayBegin: boolean): Promise<OrderedStore> {
    try {
      const primary = await Primary.connect(this.#partition.address);
      try {
        await checkSchema(primary, this.place.name);
        if (mayBegin) await this.#take();
        if (mayBegin && this.#isOfSet)
          await refuseOtherPartitions(primary, this.#partition.name, this.place.name);
        const from = mayBegin ? undefined : this.#store?.epoch;
        this.#store = new PostgresStore(await FencedPartition.takeOver(primary, this.#partition, from));
        if (mayBegin && this.#acceptDataLoss) await salvage(this.#store, this.place, this.#logger);
        return this.#store;
      } catch (error) {
        primary.destroy();
        throw error;
      }
    } catch (error) {
      throw this.openError(error);
    }
  }

  async #take(): Promise<void> {
    if (this.#hasClaim) return;
    this.#hasClaim = true;
    await this.#claim.take();
  }

  async release(): Promise<void> {
    if (!this.#hasClaim) return;
    this.#hasClaim = false;
    await this.#claim.drop();
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

  /** While the database does not answer, metrics are shown all the same: with what it said last. */
  async size(): Promise<number> {
    const now = this.#clock.now();
    const store = this.#store;
    if (store === undefined) throw closedError();
    if (this.#bytes === undefined || now - this.#measuredAt >= MEASURE_EVERY) {
      this.#measuredAt = now;
      const measuring = store.size().then((bytes) => (this.#bytes = bytes));
      if (this.#bytes === undefined) return measuring;
      measuring.catch(() => undefined);
    }
    return this.#bytes;
  }

  free(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  openError(cause: unknown): HeartbeatError {
    return postgresOpenError(this.place.name, cause);
  }

  writeError(cause: unknown): HeartbeatError {
    return postgresWriteError(cause);
  }
}
