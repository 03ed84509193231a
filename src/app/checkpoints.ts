import { toMillis, type Millis, type Seconds } from '../domain/time.js';
import type { Cancel, Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Partition } from './partition.js';
import type { Hearing } from './shared.js';

/** The interval of the watermark, or a quarter of the session timeout if that is shorter. */
const USERS: Millis = 1000;
/** A larger difference between the wall clock and the monotonic clock is no drift: the wall clock was set. */
const STEP: Millis = 1000;

interface CheckpointDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly hearing: Hearing;
}

/** Takes checkpoints of users at intervals. Those of the nodes run by themselves while there are nodes. */
export class Checkpoints {
  readonly #partitions: readonly Pick<Partition, 'checkpoint'>[];
  readonly #clock: Clock;
  readonly #interval: Millis;
  readonly #logger: Logger;
  readonly #hearing: Hearing;
  #cancel: Cancel | undefined;
  /** The wall clock minus the monotonic clock. */
  #lead: Millis;
  /** How often the wall clock was set. */
  wallSteps = 0;

  constructor(
    partitions: readonly Pick<Partition, 'checkpoint'>[],
    { clock, logger, hearing }: CheckpointDeps,
    sessionTimeout: Seconds,
  ) {
    this.#partitions = partitions;
    this.#clock = clock;
    this.#logger = logger;
    this.#hearing = hearing;
    this.#lead = clock.wall() - clock.now();
    this.#interval = Math.min(USERS, toMillis(sessionTimeout) / 4);
  }

  start(): void {
    this.#cancel = this.#clock.after(this.#interval, () => {
      this.#hearing.look();
      this.#checkWallClock();
      // While nobody is heard the daemon is as good as dead, and a restart must not take that time for watched.
      if (this.#hearing.isHearing) for (const partition of this.#partitions) partition.checkpoint();
      this.start();
    });
  }

  #checkWallClock(): void {
    const lead = this.#clock.wall() - this.#clock.now();
    const step = lead - this.#lead;
    this.#lead = lead;
    if (Math.abs(step) < STEP) return;
    this.wallSteps++;
    this.#logger.warn('wall clock was set', { seconds: Math.round(step / 100) / 10 });
  }

  stop(): void {
    this.#cancel?.();
  }
}
