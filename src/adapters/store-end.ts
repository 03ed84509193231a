import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { HeartbeatError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { OrderedStore, StoreEngine } from '../ports/ordered-store.js';
import { StoreHealth } from './history/store-health.js';
import { identityOf } from './level/directory.js';
import { lockHolder } from './level/lock-holder.js';
import { LevelEngine } from './level/level-engine.js';
import { HISTORY, checkPartitions } from './level/partitions.js';
import { engineOfDaemon } from './postgres/postgres-history-store.js';
import { isSameDatabase } from './postgres/postgres-url.js';
import type { StoreLocation } from './store-location.js';
import { storeFailed } from './history/store-errors.js';

/** A location, and the store in it while it is open. */
export class StoreEnd {
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

  /** @throws HeartbeatError if there is no history in the directory, or it is divided into partitions */
  static async from(location: StoreLocation, clock: Clock): Promise<StoreEnd> {
    const source = new StoreEnd(location, clock, true);
    if (location.kind === 'postgres') return source;
    const { directory } = location;
    await source.#undivided(checkPartitions(directory, 1, { clock }));
    const current = await identityOf(path.join(directory, HISTORY, 'CURRENT'));
    if (current === undefined) throw storeFailed(`there is no history in ${directory}`);
    return source;
  }

  /** @throws HeartbeatError if the directory holds a history that is divided into partitions */
  static async to(location: StoreLocation, clock: Clock): Promise<StoreEnd> {
    const target = new StoreEnd(location, clock, false);
    if (location.kind === 'leveldb')
      await target.#undivided(checkPartitions(location.directory, 1, { clock }));
    return target;
  }

  /** @throws HeartbeatError that says what a copy or a backup cannot do, instead of how to start a daemon */
  async #undivided<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof HeartbeatError && error.code === 'HEARTBEAT_WRONG_PARTITIONS')) throw error;
      const { name } = this.place;
      throw storeFailed(
        this.#isSource
          ? `the history in ${name} is divided into partitions: only one that is not divided can be copied`
          : `${name} holds a history that is divided into partitions: choose an empty store to copy to`,
      );
    }
  }

  get place(): StoreEngine['place'] {
    return { ...this.#engine.place, name: this.#directory ?? this.#engine.place.name };
  }

  /**
   * A database is claimed by its first opening; a directory is made by it, unless it must exist.
   *
   * @throws HeartbeatError that says why it cannot be opened
   */
  async open(): Promise<OrderedStore> {
    return this.#undivided(this.#open(!this.#isSource || this.#directory === undefined));
  }

  /** Closes it, and opens it again. @throws HeartbeatError likewise */
  async reopen(): Promise<OrderedStore> {
    await this.#store?.close();
    return this.#open(false);
  }

  async #open(mayBegin: boolean): Promise<OrderedStore> {
    this.#store = undefined;
    return (this.#store = await this.#engine.open(mayBegin, this.#health));
  }

  /** Approximate bytes on disk. */
  size(): Promise<number> {
    return this.#engine.size();
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

/** Whether two resolved locations are the same database, or the same directory, or one directory is in the other. */
export function areOne(one: StoreLocation, other: StoreLocation): boolean {
  if (one.kind === 'postgres') return other.kind === 'postgres' && isSameDatabase(one.address, other.address);
  if (other.kind === 'postgres') return false;
  const [a, b] = [`${one.directory}${path.sep}`, `${other.directory}${path.sep}`];
  return a.startsWith(b) || b.startsWith(a);
}

/** By its real path, since a copy that is not finished is known by its source. */
export async function resolved(location: StoreLocation): Promise<StoreLocation> {
  if (location.kind === 'postgres') return location;
  const directory = path.resolve(location.directory);
  return { kind: 'leveldb', directory: await realpath(directory).catch(() => directory) };
}

/**
 * Says which process has a store open, and what to do.
 *
 * @param locations the stores of a command, of which one is open elsewhere
 * @param canAsk whether the daemon could do what the command does
 * @returns undefined if it is not known which of them it is
 */
export async function lockedError(
  locations: readonly StoreLocation[],
  canAsk: boolean,
): Promise<HeartbeatError | undefined> {
  const otherwise = canAsk ? 'ask it with --url, or stop it' : 'stop it first';
  const locked = (what: string): HeartbeatError =>
    new HeartbeatError('HEARTBEAT_STORE_LOCKED', `${what}: ${otherwise}`);
  for (const location of locations) {
    if (location.kind === 'postgres') continue;
    const { directory } = location;
    const holder = await lockHolder(path.join(directory, HISTORY));
    if (holder !== undefined) return locked(`another daemon, process ${String(holder)}, owns ${directory}`);
  }
  const [only, ...others] = locations;
  if (only === undefined || others.length > 0) return undefined;
  return locked(
    only.kind === 'postgres' ? 'another daemon uses this database' : `another daemon owns ${only.directory}`,
  );
}
