import { moment, type Millis, type Moment } from '../domain/time.js';

/**
 * Something that is due at a deadline, and moves it as often as it likes: moving it further costs one write, since the
 * wheel looks at it again only when the old one comes round. What has a deadline extends this, since an object beside
 * each would be a million more for a collection to look at.
 */
export abstract class Timer {
  deadline: Moment = moment(0);
  /** @internal */
  slot: Slot<this> | undefined;
  /** @internal The tick it is slotted for. */
  tick = 0;
  /** @internal */
  next: this | undefined;
  /** @internal */
  previous: this | undefined;

  get armed(): boolean {
    return this.slot !== undefined;
  }
}

/** @internal The timers of one slot, in a list through the timers themselves. */
interface Slot<T extends Timer> {
  first: T | undefined;
}

const SLOTS = 1024;

/**
 * A hashed timing wheel (Varghese and Lauck, 1987): arming, moving and disarming cost the same however many timers
 * there are. It has no clock: whoever owns it says how far time has come.
 */
export class TimerWheel<T extends Timer> {
  readonly #slots: Slot<T>[] = Array.from({ length: SLOTS }, () => ({ first: undefined }));
  /** Found to be due, and not handed over yet. */
  readonly #due: Slot<T> = { first: undefined };
  readonly #resolution: Millis;
  #tick: number;
  #size = 0;

  constructor(start: Moment, resolution: Millis) {
    this.#resolution = resolution;
    this.#tick = Math.floor(start / resolution);
  }

  /** Timers that are armed. */
  get size(): number {
    return this.#size;
  }

  /** Whether the last advance has left behind what it found to be due. */
  get isBehind(): boolean {
    return this.#due.first !== undefined;
  }

  /** Arms the timer, or moves it if it is armed. */
  arm(timer: T, deadline: Moment): void {
    timer.deadline = deadline;
    const tick = this.#tickOf(deadline);
    if (timer.slot !== undefined) {
      if (timer.tick <= tick && timer.slot !== this.#due) return;
      this.#unlink(timer);
    }
    this.#link(timer, tick, this.#slotOf(tick));
  }

  disarm(timer: T): void {
    if (timer.slot !== undefined) this.#unlink(timer);
  }

  /**
   * Disarms every timer whose deadline lies before `to`, and hands it to `due`. A deadline at `to` itself is not
   * due: a heal at that very moment may still be under way. What `due` arms waits for the next advance, however
   * long past its deadline is; what it disarms or postpones is left alone.
   *
   * @param most how many to hand over; those past it wait for the next advance
   */
  advance(to: Moment, due: (timer: T) => void, most = Infinity): void {
    const first = this.#tick;
    const last = Math.max(first, Math.floor(to / this.#resolution));
    // Before anything is armed again: what lies behind is looked for here.
    this.#tick = last;
    for (let tick = last; tick >= Math.max(first, last - SLOTS + 1); tick--)
      this.#sweep(this.#slotOf(tick), to);
    let left = most;
    for (let timer = this.#due.first; timer !== undefined && left > 0; timer = this.#due.first) {
      this.#unlink(timer);
      if (timer.deadline < to) {
        left--;
        due(timer);
      } else {
        this.arm(timer, timer.deadline);
      }
    }
  }

  #sweep(slot: Slot<T>, to: Moment): void {
    let timer = slot.first;
    while (timer !== undefined) {
      const { next } = timer;
      const tick = this.#tickOf(timer.deadline);
      const isDue = timer.deadline < to;
      if (isDue || tick !== timer.tick) {
        this.#unlink(timer);
        this.#link(timer, tick, isDue ? this.#due : this.#slotOf(tick));
      }
      timer = next;
    }
  }

  #tickOf(deadline: Moment): number {
    return Math.max(Math.floor(deadline / this.#resolution), this.#tick);
  }

  #slotOf(tick: number): Slot<T> {
    const slot = this.#slots[((tick % SLOTS) + SLOTS) % SLOTS];
    if (slot === undefined) throw new RangeError(`no slot for tick ${String(tick)}`);
    return slot;
  }

  #link(timer: T, tick: number, slot: Slot<T>): void {
    timer.tick = tick;
    timer.slot = slot;
    timer.previous = undefined;
    timer.next = slot.first;
    if (slot.first !== undefined) slot.first.previous = timer;
    slot.first = timer;
    this.#size++;
  }

  #unlink(timer: T): void {
    if (timer.previous !== undefined) timer.previous.next = timer.next;
    else if (timer.slot !== undefined) timer.slot.first = timer.next;
    if (timer.next !== undefined) timer.next.previous = timer.previous;
    timer.slot = undefined;
    timer.next = undefined;
    timer.previous = undefined;
    this.#size--;
  }
}
