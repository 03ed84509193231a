import pLimit from 'p-limit';
import type { LocalUserShards } from '../../actors/user/user-shards.js';
import type { PartitionParts } from '../../actors/tree.js';
import type { BlindInterval } from '../domain/blindness.js';
import type { Moment } from '../domain/time.js';
import { notHere, type PartitionRun } from './partition-run.js';
import type { Shared } from './shared.js';
import type { Room, StartupMemory } from './startup-memory.js';
import { StoreWatch } from './store-watch.js';
import type { Watch } from './watch.js';

/** Partitions that recover at once. */
const RECOVERIES = 2;

/** What runs of the partitions that are here. */
export function runsOf(partitions: readonly Partition[]): readonly PartitionRun[] {
  return partitions.flatMap(({ run }) => run ?? []);
}

/** Restores all of them. Rejects once each has ended and one of them failed. */
export async function recoverAll(partitions: readonly Partition[]): Promise<void> {
  const turns = pLimit(RECOVERIES);
  const recoveries = partitions.map((partition) => turns(() => partition.recover()));
  for (const outcome of await Promise.allSettled(recoveries))
    if (outcome.status === 'rejected') throw outcome.reason;
}

/** Where the supervisors of partitions come and go. */
export interface PartitionTree {
  add(parts: PartitionParts): void;
  /** Resolves once nothing of it runs. */
  remove(id: string): Promise<void>;
}

/**
 * The unit that is owned, and that may come and go while the process goes on: `start`, `recover` and `resume` take it
 * over, `handOver` gives it away. What this process does not own, or not yet again, it does not answer for.
 */
export class Partition {
  readonly id: string;
  readonly #newRun: (room: Room) => PartitionRun;
  readonly #clock: Shared['clock'];
  #run: PartitionRun | undefined;
  #storeWatch: StoreWatch | undefined;
  #handingOver: Promise<void> | undefined;
  /** How often it was lost. */
  #losses = 0;

  /** @param newRun makes all that runs in it; the first one starts with the supervision tree, unless in a cluster */
  constructor(
    id: string,
    newRun: (room: Room) => PartitionRun,
    { clock, memory, ports }: Pick<Shared, 'clock' | 'memory' | 'ports'>,
  ) {
    this.id = id;
    this.#newRun = newRun;
    this.#clock = clock;
    if (ports.cluster === undefined) this.#run = newRun(() => memory.startRoom);
  }

  /** What runs of it; undefined if it is not here. */
  get run(): PartitionRun | undefined {
    return this.#run;
  }

  /** Its users, if they are answered here. */
  get users(): LocalUserShards | undefined {
    return this.#run?.isAnswering === true ? this.#run.users : undefined;
  }

  /** Its nodes and alerts, if they are answered here and it watches any. */
  get watch(): Watch | undefined {
    return this.#run?.isAnswering === true ? this.#run.watch : undefined;
  }

  /** @throws HeartbeatError `HEARTBEAT_NOT_READY` if it is not answered for here */
  get answering(): PartitionRun {
    if (this.#run?.isAnswering !== true) throw notHere(this.id);
    return this.#run;
  }

  /**
   * Opens its store and starts its actors, below a supervisor of its own, once nothing of an earlier run is left.
   *
   * @param room what it may take of the memory
   * @throws HeartbeatError if the store cannot be opened, or it is lost meanwhile; nothing is left running then
   */
  async start(tree: PartitionTree, room: StartupMemory): Promise<PartitionRun> {
    const losses = this.#losses;
    await this.#handingOver?.catch(() => undefined);
    if (losses !== this.#losses) throw notHere(this.id);
    if (this.#run !== undefined) throw new TypeError(`partition ${this.id} has started already`);
    const run = this.#newRun(() => room);
    this.#run = run;
    const started = run.started();
    tree.add(run.parts);
    try {
      await started;
      return run;
    } catch (error) {
      await this.handOver(tree);
      throw error;
    }
  }

  /** Restores what its last run left, here or elsewhere. Nobody is answered before `resume`. */
  recover(): Promise<void> {
    if (this.#run === undefined) throw new TypeError(`partition ${this.id} has not started`);
    return this.#run.recover();
  }

  /**
   * Its users and nodes are heard from now on, and those restored have their time again.
   *
   * @returns the interval in which nobody was heard, if any
   */
  resume(): BlindInterval | undefined {
    const interval = this.#run?.resume();
    if (this.#run !== undefined) this.#storeWatch = new StoreWatch(this.#run.store, this.#clock);
    this.#storeWatch?.start();
    return interval;
  }

  /**
   * Gives it away: answers nobody any more, lets what was asked come to its end, stores everything, and closes the
   * store. Nobody is offline because of it: the next run gives everyone their time again. See decision 104. It may be
   * called at any time, also to give up a start or a recovery.
   *
   * @returns the same for all who call it meanwhile
   */
  handOver(tree: PartitionTree): Promise<void> {
    this.#handingOver ??= this.#handOver(tree).finally(() => {
      this.#handingOver = undefined;
    });
    return this.#handingOver;
  }

  /**
   * Another process may own it: nothing of it is answered or stored here any more, from this call on.
   *
   * @returns once nothing of it is left here
   */
  lose(tree: PartitionTree): Promise<void> {
    this.#losses++;
    this.#run?.abandon();
    return this.handOver(tree);
  }

  async #handOver(tree: PartitionTree): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    await run.leave();
    run.end();
    await tree.remove(this.id);
    this.stopWatching();
    try {
      await run.close();
    } finally {
      await run.dismiss();
      this.#run = undefined;
    }
  }

  /** The store's files are not watched any more. */
  stopWatching(): void {
    this.#storeWatch?.stop();
    this.#storeWatch = undefined;
  }

  advance(horizon: Moment): void {
    this.#run?.advance(horizon);
  }

  blind(from: Moment, to: Moment, interval: BlindInterval): void {
    this.#run?.blind(from, to, interval);
  }

  checkpoint(): void {
    this.#run?.checkpoint();
  }
}
