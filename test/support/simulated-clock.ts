import { instant, moment, type Instant, type Millis, type Moment } from '../../src/domain/time.js';
import type { Cancel, Clock } from '../../src/ports/clock.js';

interface Scheduled {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Passes of the event loop in which every message that is under way gets handled, and what it sets off too. */
const PASSES = 12;

/**
 * Time that a test moves. Only the waiting is simulated: messages, promises and the passes of the event loop are
 * the real ones, and `advance` lets them all settle after each timer.
 */
export class SimulatedClock implements Clock {
  #now = 1_000_000;
  #wall: number;
  #order = 0;
  readonly #scheduled = new Set<Scheduled>();
  /** That it takes to read the sockets. */
  passesOfReading = 2;
  /** There is always one more connection to be accepted. */
  moreConnect = false;
  /** Something real is under way that settling has to wait for: a disk. */
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

  /** Lets time pass, with everything that is due in it. */
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

  /** Time passes and nothing runs: the process stood still. What became due meanwhile runs at the next `advance`. */
  standStill(by: Millis): void {
    this.#now += by;
  }

  /** Somebody sets the wall clock. */
  jumpWall(by: Millis): void {
    this.#wall += by;
  }

  /** Nothing that was scheduled will run: the process is gone. */
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
 * The event loop has nothing left to do but wait for timers: no message under way, no socket, file or process open.
 * Standard streams are pipes, and always open.
 */
function isIdle(): boolean {
  return process
    .getActiveResourcesInfo()
    .every((resource) => resource === 'Timeout' || resource === 'PipeWrap' || resource === 'TTYWrap');
}
