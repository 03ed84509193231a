import { moment, type Millis, type Moment } from '../domain/time.js';

/**
 * Something that is due at a deadline. Its owner moves the deadline as often as it likes: moving it further costs
 * one write, since the wheel looks at it again only when the old one comes round.
 */
export class Timer<Owner> {
  readonly owner: Owner;
  deadline: Moment = moment(0);
  /** @internal */
  slot: Slot<Owner> | undefined;
  /** @internal The tick it is slotted for. */
  tick = 0;
  /** @internal */
  next: Timer<Owner> | undefined;
  /** @internal */
  previous: Timer<Owner> | undefined;

  constructor(owner: Owner) {
    this.owner = owner;
  }

  get armed(): boolean {
    return this.slot !== undefined;
  }
}

/** @internal The timers of one slot, in a list through the timers themselves. */
interface Slot<Owner> {
  first: Timer<Owner> | undefined;
}

const SLOTS = 1024;

/**
 * A hashed timing wheel (Varghese and Lauck, 1987): arming, moving and disarming cost the same however many timers
 * there are. It has no clock: whoever owns it says how far time has come.
 */
export class TimerWheel<Owner> {
  readonly #slots: Slot<Owner>[] = Array.from({ length: SLOTS }, () => ({ first: undefined }));
  readonly #resolution: Millis;
  #tick: number;
  #size = 0;

  constructor(start: Moment, resolution: Millis) {
    this.#resolution = resolution;
    this.#tick = Math.floor(start / resolution);
  }

  get size(): number {
    return this.#size;
  }

  /** Arms the timer, or moves it if it is armed. */
  arm(timer: Timer<Owner>, deadline: Moment): void {
    timer.deadline = deadline;
    const tick = this.#tickOf(deadline);
    if (timer.slot !== undefined) {
      if (timer.tick <= tick) return;
      this.#unlink(timer);
    }
    this.#link(timer, tick);
  }

  disarm(timer: Timer<Owner>): void {
    if (timer.slot !== undefined) this.#unlink(timer);
  }

  /**
   * Disarms every timer whose deadline lies before `to`, and hands it to `due`. A deadline at `to` itself is not
   * due: a heal at that very moment may still be under way.
   */
  advance(to: Moment, due: (timer: Timer<Owner>) => void): void {
    const last = Math.floor(to / this.#resolution);
    const steps = Math.min(last - this.#tick, SLOTS - 1);
    for (let tick = last - steps; tick <= last; tick++) {
      this.#sweep(this.#slotOf(tick), to, due);
    }
    this.#tick = Math.max(this.#tick, last);
  }

  #sweep(slot: Slot<Owner>, to: Moment, due: (timer: Timer<Owner>) => void): void {
    let timer = slot.first;
    while (timer !== undefined) {
      const next = timer.next;
      if (timer.deadline < to) {
        this.#unlink(timer);
        due(timer);
      } else {
        const tick = this.#tickOf(timer.deadline);
        if (tick !== timer.tick) {
          this.#unlink(timer);
          this.#link(timer, tick);
        }
      }
      timer = next;
    }
  }

  #tickOf(deadline: Moment): number {
    return Math.max(Math.floor(deadline / this.#resolution), this.#tick);
  }

  #slotOf(tick: number): Slot<Owner> {
    const slot = this.#slots[((tick % SLOTS) + SLOTS) % SLOTS];
    if (slot === undefined) throw new RangeError(`no slot for tick ${String(tick)}`);
    return slot;
  }

  #link(timer: Timer<Owner>, tick: number): void {
    const slot = this.#slotOf(tick);
    timer.tick = tick;
    timer.slot = slot;
    timer.previous = undefined;
    timer.next = slot.first;
    if (slot.first !== undefined) slot.first.previous = timer;
    slot.first = timer;
    this.#size++;
  }

  #unlink(timer: Timer<Owner>): void {
    if (timer.previous !== undefined) timer.previous.next = timer.next;
    else if (timer.slot !== undefined) timer.slot.first = timer.next;
    if (timer.next !== undefined) timer.next.previous = timer.previous;
    timer.slot = undefined;
    timer.next = undefined;
    timer.previous = undefined;
    this.#size--;
  }
}
