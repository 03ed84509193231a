import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Actors } from './assemble.js';
import type { Partition, PartitionTree } from './partition.js';
import { StartupMemory } from './startup-memory.js';

/** Gives partitions of users away, and takes them over, while the daemon and its other partitions go on. */
export class HandOver {
  readonly #actors: Pick<Actors, 'partitions' | 'home'>;
  readonly #tree: PartitionTree;
  readonly #deps: { readonly clock: Clock; readonly logger: Logger };

  constructor(
    actors: Pick<Actors, 'partitions' | 'home'>,
    tree: PartitionTree,
    deps: { readonly clock: Clock; readonly logger: Logger },
  ) {
    this.#actors = actors;
    this.#tree = tree;
    this.#deps = deps;
  }

  /** From the call on, what is asked of its users is refused, and may be tried again; nobody in another one notices. */
  async give(id: string): Promise<void> {
    const { clock, logger } = this.#deps;
    const begun = clock.now();
    await this.#partition(id).handOver(this.#tree);
    logger.info('partition handed over', { partition: id, milliseconds: Math.round(clock.now() - begun) });
  }

  /** @throws HeartbeatError if its store cannot be opened or read; it is still not here then */
  async take(id: string): Promise<void> {
    const { clock, logger } = this.#deps;
    const begun = clock.now();
    const partition = this.#partition(id);
    await partition.start(this.#tree);
    try {
      // The daemon is past its start, which alone may be refused for lack of memory: from now on openings are.
      await partition.recover(new StartupMemory(undefined));
      partition.resume();
    } catch (error) {
      await partition.handOver(this.#tree);
      throw error;
    }
    const milliseconds = Math.round(clock.now() - begun);
    logger.info('partition taken over', { partition: id, milliseconds, users: partition.run?.size });
  }

  #partition(id: string): Partition {
    const { partitions, home } = this.#actors;
    const found = partitions.find((partition) => partition.id === id && partition.run !== home);
    if (found === undefined) throw new RangeError(`there is no partition ${id} of users`);
    return found;
  }
}
