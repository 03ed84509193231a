import { instant, moment, type Instant, type Millis, type Moment } from '../../src/domain/time.js';
import type { Cancel, Clock } from '../../src/ports/clock.js';

interface Scheduled {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Passes of the event loop that suffice to handle all messages under way, and those that they cause. */
const PASSES = 12;

/**
 * A clock that a test moves. Only waiting is simulated: messages, promises and passes of the event loop are
 * real, and `advance` lets them all settle after each timer.
 */
export class SimulatedClock implements Clock {
  #now = 1_000_000;
  #wall: number;
  #order = 0;
  readonly #scheduled = new Set<Scheduled>();
  /** The number of passes that reading the sockets takes. */
  passesOfReading = 2;
  /** There is always another connection to accept. */
  moreConnect = false;
  isAccepting = false;
  /** Whether something real is under way that settling must wait for, such as a disk. */
  waitsFor: () => boolean = () => false;

  constructor(wall = 1_700_000_000_000) {
    this.#wall = wall - this.#now;
  }

  now(): Moment {
    return moment(this.#now);
  }

  wall(): Instant {
    return instant(this.#now + this.#wall);
  }

  after(delay: Millis, callback: () => void): Cancel {
    const scheduled = { at: this.#now + delay, order: this.#order++, callback };
    this.#scheduled.add(scheduled);
    return () => {
      this.#scheduled.delete(scheduled);
    };
  }

  afterReading(callback: (all: boolean) => void): Cancel {
    let passes = 0;
    const pass = (): void => {
      if (++passes < this.passesOfReading) immediate = setImmediate(pass);
      else callback(!this.moreConnect);
    };
    let immediate = setImmediate(pass);
    return () => {
      clearImmediate(immediate);
    };
  }

  soon(callback: () => void): void {
    setImmediate(callback);
  }

  /** Advances the time, and runs everything that is due. */
  async advance(by: Millis): Promise<void> {
    const end = this.#now + by;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#scheduled.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await this.settle();
    }
    this.#now = Math.max(this.#now, end);
    await this.settle();
  }

  /** The process stands still: time passes and nothing runs. What became due runs at the next `advance`. */
  standStill(by: Millis): void {
    this.#now += by;
  }

  /** The wall clock is set. */
  jumpWall(by: Millis): void {
    this.#wall += by;
  }

  /** Drops all timers, as the end of a process does. */
  forget(): void {
    this.#scheduled.clear();
  }

  async settle(): Promise<void> {
    for (let pass = 0; pass < PASSES; pass++) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      if (this.waitsFor()) pass = 0;
      else if (isIdle()) return;
    }
  }

  #next(end: number): Scheduled | undefined {
    let first: Scheduled | undefined;
    for (const scheduled of this.#scheduled) {
      if (scheduled.at > end) continue;
      if (
        first === undefined ||
        scheduled.at < first.at ||
        (scheduled.at === first.at && scheduled.order < first.order)
      ) {
        first = scheduled;
      }
    }
    return first;
  }
}

/**
 * The event loop only waits for timers: no message is under way, and no socket, file or process is open.
 * Standard streams are pipes, and always open.
 */
function isIdle(): boolean {
  return process
    .getActiveResourcesInfo()
    .every((resource) => resource === 'Timeout' || resource === 'PipeWrap' || resource === 'TTYWrap');
}
