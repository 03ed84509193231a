import { moment, type Millis, type Moment } from '../domain/time.js';

/**
 * Something with a deadline that may move as often as it likes. Moving it later costs one write, because the wheel
 * looks at it only when the old deadline comes round. Subclassed rather than referenced: an object beside each timer
 * would be a million more for the garbage collector.
 */
export abstract class Timer {
  deadline: Moment = moment(0);
  /** @internal */
  slot: Slot<this> | undefined;
  /** @internal The tick of its slot. */
  tick = 0;
  /** @internal */
  next: this | undefined;
  /** @internal */
  previous: this | undefined;

  get armed(): boolean {
    return this.slot !== undefined;
  }
}

/** @internal The timers of one slot, as a list linked through the timers themselves. */
interface Slot<T extends Timer> {
  first: T | undefined;
}

const SLOTS = 1024;

/**
 * The expiry timers, in a hashed timing wheel (Varghese and Lauck, 1987): arming, moving and disarming cost the same
 * however many timers there are. It has no clock: its owner passes the time in. Not `setTimeout`: it keeps an object of
 * 215 bytes for each timer, and moving a deadline takes 0.16 µs against 0.01 here.
 */
export class TimerWheel<T extends Timer> {
  /** Each slot is made when it is first used: an idle daemon has many wheels. */
  readonly #slots = new Array<Slot<T> | undefined>(SLOTS).fill(undefined);
  /** Due timers that are not handed over yet. */
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

  /** Whether the last advance left due timers behind. */
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
   * Disarms every timer with a deadline before `to` and passes it to `due`. A deadline at `to` itself is not due: a
   * heal at that very moment may still be under way. A timer that `due` arms waits for the next advance, however late
   * it is. A timer that `due` disarms or postpones is left alone.
   *
   * @param most how many to pass on; the others wait for the next advance
   */
  advance(to: Moment, due: (timer: T) => void, most = Infinity): void {
    const first = this.#tick;
    const last = Math.max(first, Math.floor(to / this.#resolution));
    // Set before anything is armed again: deadlines in the past are looked for here.
    this.#tick = last;
    for (let tick = last; tick >= Math.max(first, last - SLOTS + 1); tick--) {
      const slot = this.#slots[indexOf(tick)];
      if (slot !== undefined) this.#sweep(slot, to);
    }
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
    return (this.#slots[indexOf(tick)] ??= { first: undefined });
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

function indexOf(tick: number): number {
  return ((tick % SLOTS) + SLOTS) % SLOTS;
}
