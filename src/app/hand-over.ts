import { HeartbeatError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Actors } from './assemble.js';
import type { BlindRecord } from './blind-record.js';
import type { Partition, PartitionTree } from './partition.js';
import { notHere, type PartitionRun } from './partition-run.js';

interface HandOverDeps {
  readonly tree: PartitionTree;
  readonly blindness: Pick<BlindRecord, 'keep'>;
  /** What changes in a partition that goes is not heard here from now on. */
  readonly interrupt: () => void;
  /** @throws HeartbeatError if the store of a run is not one of this daemon's */
  readonly check: (run: PartitionRun) => Promise<void>;
  /** It is answered for here from now on. */
  readonly arrived: (partition: Partition) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Gives partitions away, and takes them over, while the daemon and its other partitions go on. */
export class HandOver {
  readonly #actors: Pick<Actors, 'partitions' | 'home' | 'memory'>;
  readonly #deps: HandOverDeps;
  readonly #underWay = new Set<Partition>();
  /** What is left of lost partitions, and ends by itself. */
  readonly #losses = new Set<Promise<void>>();
  #isEnding = false;

  constructor(actors: Pick<Actors, 'partitions' | 'home' | 'memory'>, deps: HandOverDeps) {
    this.#actors = actors;
    this.#deps = deps;
  }

  /**
   * From the call on, what is asked of its users and nodes is refused, and may be tried again; nobody in another one
   * notices.
   */
  async give(id: string): Promise<void> {
    const { clock, logger, tree, interrupt } = this.#deps;
    const begun = clock.now();
    await this.#move(id, (partition) => {
      interrupt();
      return partition.handOver(tree);
    });
    logger.info('partition handed over', { partition: id, milliseconds: Math.round(clock.now() - begun) });
  }

  /**
   * @throws HeartbeatError if its store cannot be opened or read, is not of this daemon's partitions, or holds more than
   * the memory, or if it is lost meanwhile; it is still not here then
   */
  async take(id: string): Promise<void> {
    const { clock, logger, tree, check, arrived } = this.#deps;
    const begun = clock.now();
    await this.#move(id, async (partition) => {
      const room = this.#actors.memory.roomFor(`partition ${id}`);
      const run = await partition.start(tree, room);
      try {
        await check(run);
        await run.recover();
        room.check();
        this.#refuseAtTheEnd();
        if (run.isLost) throw notHere(id);
        this.resume(partition);
      } catch (error) {
        // If it was lost, it may have been taken over again.
        if (partition.run === run) await partition.handOver(tree);
        this.#refuseAtTheEnd();
        throw error;
      }
      const milliseconds = Math.round(clock.now() - begun);
      const [users, nodes] = [run.users.size, run.watch?.nodes.size];
      logger.info('partition taken over', { partition: id, milliseconds, users, nodes });
      arrived(partition);
    });
  }

  /** Another process may own it: nothing of it is answered or stored here from this call on, and the process goes on. */
  lose(id: string): void {
    const { logger, tree, interrupt } = this.#deps;
    const partition = this.#partition(id);
    const lost = partition.lose(tree).catch((error: unknown) => {
      logger.debug('the store of a lost partition could not be closed in order', { partition: id, error });
    });
    interrupt();
    logger.warn('partition lost', { partition: id });
    this.#losses.add(lost);
    void lost.then(() => this.#losses.delete(lost));
  }

  /** Lets time continue in a partition that has recovered. */
  resume(partition: Partition): void {
    const interval = partition.resume();
    // The others did not run for about the same time.
    if (partition === this.#actors.home && interval !== undefined) this.#deps.blindness.keep(interval);
  }

  /** The daemon stops: nothing goes or comes any more, and what is under way is given away. */
  async end(): Promise<void> {
    this.#isEnding = true;
    const { tree } = this.#deps;
    await Promise.allSettled(Array.from(this.#underWay, (partition) => partition.handOver(tree)));
    await Promise.all(this.#losses);
  }

  async #move<Result>(id: string, move: (partition: Partition) => Promise<Result>): Promise<Result> {
    this.#refuseAtTheEnd();
    const partition = this.#partition(id);
    this.#underWay.add(partition);
    try {
      return await move(partition);
    } finally {
      this.#underWay.delete(partition);
    }
  }

  #refuseAtTheEnd(): void {
    if (this.#isEnding) throw new HeartbeatError('HEARTBEAT_NOT_READY', 'the daemon is stopping');
  }

  /** The only one is always here. */
  #partition(id: string): Partition {
    const { partitions } = this.#actors;
    const found = partitions.length === 1 ? undefined : partitions.find((partition) => partition.id === id);
    if (found === undefined) throw new RangeError(`there is no partition ${id} that can be handed over`);
    return found;
  }
}
