import { toMillis, type Millis, type Seconds } from '../domain/time.js';
import type { Cancel, Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Actors } from './assemble.js';

/** The interval of the watermark, or a quarter of the session timeout if that is shorter. */
const USERS: Millis = 1000;
/** A larger difference between the wall clock and the monotonic clock is no drift: the wall clock was set. */
const STEP: Millis = 1000;

/** Takes checkpoints at intervals. Those of the nodes run by themselves while there are nodes. */
export class Checkpoints {
  readonly #actors: Pick<Actors, 'shards' | 'nodes'>;
  readonly #clock: Clock;
  readonly #interval: Millis;
  readonly #logger: Logger;
  #cancel: Cancel | undefined;
  /** The wall clock minus the monotonic clock. */
  #lead: Millis;
  /** How often the wall clock was set. */
  wallSteps = 0;

  constructor(
    actors: Pick<Actors, 'shards' | 'nodes'>,
    { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
    sessionTimeout: Seconds,
  ) {
    this.#actors = actors;
    this.#clock = clock;
    this.#logger = logger;
    this.#lead = clock.wall() - clock.now();
    this.#interval = Math.min(USERS, toMillis(sessionTimeout) / 4);
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

  /** The last checkpoint of a daemon that had started. */
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
