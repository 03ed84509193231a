import { millis, type Millis } from '../domain/time.js';
import type { Cancel, Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Actors } from './assemble.js';

/** The watermark is written this often, or four times in a session timeout if that is more often. */
const USERS: Millis = 1000;
/** What the wall clock gains or loses between two of them that is no drift: somebody has set it. */
const STEP: Millis = 1000;

/** What goes to disk from time to time. The nodes begin by themselves, while there are any. */
export class Checkpoints {
  readonly #actors: Pick<Actors, 'shards' | 'nodes'>;
  readonly #clock: Clock;
  readonly #interval: Millis;
  readonly #logger: Logger;
  #cancel: Cancel | undefined;
  /** By how much the wall clock is ahead of the one that does not jump. */
  #lead: Millis;
  /** How often the wall clock was set. */
  wallSteps = 0;

  /** @param sessionTimeout in seconds */
  constructor(
    actors: Pick<Actors, 'shards' | 'nodes'>,
    { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
    sessionTimeout: number,
  ) {
    this.#actors = actors;
    this.#clock = clock;
    this.#logger = logger;
    this.#lead = clock.wall() - clock.now();
    this.#interval = Math.min(USERS, millis(sessionTimeout) / 4);
  }

  start(): void {
    this.#cancel = this.#clock.after(this.#interval, () => {
      this.#lookAtTheWall();
      this.#actors.shards.checkpoint();
      this.start();
    });
  }

  #lookAtTheWall(): void {
    const lead = this.#clock.wall() - this.#clock.now();
    const step = lead - this.#lead;
    this.#lead = lead;
    if (Math.abs(step) < STEP) return;
    this.wallSteps++;
    this.#logger.warn('wall clock was set', { seconds: Math.round(step / 100) / 10 });
  }

  /** The last one, of a daemon that had come to run. */
  takeLast(): void {
    if (this.#cancel === undefined) return;
    this.#actors.shards.checkpoint();
    this.#actors.nodes.checkpoint();
  }

  stop(): void {
    this.#cancel?.();
    this.#actors.nodes.stopCheckpoints();
  }
}
