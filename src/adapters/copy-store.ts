import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { HeartbeatError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { OrderedStore, StoreEngine } from '../ports/ordered-store.js';
import { copyHistory, type CopyProgress, type CopyResult } from './history/copy.js';
import { StoreHealth } from './history/store-health.js';
import { identityOf } from './level/directory.js';
import { LevelEngine } from './level/level-engine.js';
import { HISTORY, checkPartitions } from './level/partitions.js';
import { engineOfDaemon } from './postgres/postgres-history-store.js';
import type { StoreLocation } from './store-location.js';

export interface CopyDeps {
  readonly clock: Clock;
  readonly progress: CopyProgress;
}

export interface StoreCopy extends CopyResult {
  readonly from: string;
  readonly to: string;
}

/**
 * Copies the history of one location to another. Both are owned meanwhile, as by a daemon.
 *
 * @throws HeartbeatError
 */
export async function copyStore(
  from: StoreLocation,
  to: StoreLocation,
  { clock, progress }: CopyDeps,
): Promise<StoreCopy> {
  const source = await End.from(await resolved(from), clock);
  const target = await End.to(await resolved(to), clock);
  if (source.contains(target) || target.contains(source))
    throw failed(`${source.place.name} and ${target.place.name} are the same place, or one is in the other`);
  try {
    const ends = [
      { place: source.place, store: await source.open() },
      { place: target.place, store: await target.open() },
    ] as const;
    const result = await copyHistory(...ends, () => target.reopen(), progress);
    source.refuseTrouble();
    target.refuseTrouble();
    return { from: source.place.name, to: target.place.name, ...result };
  } finally {
    await target.close();
    await source.close();
  }
}

/** A location, and the store in it while it is open. */
class End {
  readonly #engine: StoreEngine;
  /** Of LevelDB. */
  readonly #directory: string | undefined;
  readonly #isSource: boolean;
  readonly #health = new StoreHealth(undefined);
  #store: OrderedStore | undefined;
  #lost: HeartbeatError | undefined;

  private constructor(location: StoreLocation, clock: Clock, isSource: boolean) {
    this.#isSource = isSource;
    if (location.kind === 'postgres') {
      const lost = (error: HeartbeatError): void => {
        this.#lost = error;
      };
      this.#engine = engineOfDaemon(location.address, { clock, lost });
    } else {
      this.#directory = location.directory;
      this.#engine = new LevelEngine(path.join(location.directory, HISTORY), { clock });
    }
  }

  static async from(location: StoreLocation, clock: Clock): Promise<End> {
    const source = new End(location, clock, true);
    if (location.kind === 'postgres') return source;
    const { directory } = location;
    await source.#undivided(checkPartitions(directory, 1, { clock }));
    const current = await identityOf(path.join(directory, HISTORY, 'CURRENT'));
    if (current === undefined) throw failed(`there is no history in ${directory}`);
    return source;
  }

  static async to(location: StoreLocation, clock: Clock): Promise<End> {
    const target = new End(location, clock, false);
    if (location.kind === 'leveldb')
      await target.#undivided(checkPartitions(location.directory, 1, { clock }));
    return target;
  }

  /** @throws HeartbeatError that says what the copy cannot do, instead of how to start a daemon */
  async #undivided<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof HeartbeatError && error.code === 'HEARTBEAT_WRONG_PARTITIONS')) throw error;
      const { name } = this.place;
      throw failed(
        this.#isSource
          ? `the history in ${name} is divided into partitions: only one that is not divided can be copied`
          : `${name} holds a history that is divided into partitions: choose an empty store to copy to`,
      );
    }
  }

  get place(): StoreEngine['place'] {
    return { ...this.#engine.place, name: this.#directory ?? this.#engine.place.name };
  }

  contains(other: End): boolean {
    const [outer, inner] = [this.#directory, other.#directory];
    if (outer === undefined || inner === undefined) return this.place.name === other.place.name;
    return inner === outer || inner.startsWith(`${outer}${path.sep}`);
  }

  /** A database is claimed by its first opening; a directory is made by it, unless it must exist. */
  async open(): Promise<OrderedStore> {
    return this.#undivided(this.#open(!this.#isSource || this.#directory === undefined));
  }

  async reopen(): Promise<OrderedStore> {
    await this.#store?.close();
    return this.#open(false);
  }

  async #open(mayBegin: boolean): Promise<OrderedStore> {
    this.#store = undefined;
    return (this.#store = await this.#engine.open(mayBegin, this.#health));
  }

  /** @throws HeartbeatError if damage was found while it was open, or a daemon has taken it over */
  refuseTrouble(): void {
    if (this.#lost !== undefined) throw this.#lost;
    if (this.#health.trouble !== undefined)
      throw new HeartbeatError('HEARTBEAT_STORE_CORRUPT', this.#health.trouble.message);
    if (this.#health.refusal !== undefined) throw this.#health.refusal;
  }

  async close(): Promise<void> {
    await this.#store?.close();
    await this.#engine.release();
  }
}

/** By its real path, since a copy that is not finished is known by its source. */
async function resolved(location: StoreLocation): Promise<StoreLocation> {
  if (location.kind === 'postgres') return location;
  const directory = path.resolve(location.directory);
  return { kind: 'leveldb', directory: await realpath(directory).catch(() => directory) };
}

function failed(message: string): HeartbeatError {
  return new HeartbeatError('HEARTBEAT_STORE_FAILED', message);
}
