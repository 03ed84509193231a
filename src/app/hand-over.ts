import { HeartbeatError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Actors } from './assemble.js';
import type { BlindRecord } from './blind-record.js';
import type { Partition, PartitionTree } from './partition.js';

interface HandOverDeps {
  readonly tree: PartitionTree;
  readonly blindness: Pick<BlindRecord, 'keep'>;
  /** What changes in a partition that goes is not heard here from now on. */
  readonly interrupt: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Gives partitions away, and takes them over, while the daemon and its other partitions go on. */
export class HandOver {
  readonly #actors: Pick<Actors, 'partitions' | 'home' | 'memory'>;
  readonly #deps: HandOverDeps;
  readonly #underWay = new Set<Partition>();
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
   * @throws HeartbeatError if its store cannot be opened or read, or holds more than the memory; it is still not here
   * then
   */
  async take(id: string): Promise<void> {
    const { clock, logger, tree } = this.#deps;
    const begun = clock.now();
    const run = await this.#move(id, async (partition) => {
      const room = this.#actors.memory.roomFor(`partition ${id}`);
      await partition.start(tree, room);
      try {
        await partition.recover();
        room.check();
        this.#refuseAtTheEnd();
        this.resume(partition);
      } catch (error) {
        await partition.handOver(tree);
        this.#refuseAtTheEnd();
        throw error;
      }
      return partition.run;
    });
    const milliseconds = Math.round(clock.now() - begun);
    const [users, nodes] = [run?.users.size, run?.watch?.nodes.size];
    logger.info('partition taken over', { partition: id, milliseconds, users, nodes });
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
