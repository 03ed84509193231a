import type { Moment } from '../../src/domain/time.js';
import type { Cancel, Clock } from '../../src/ports/clock.js';

/** A timer for one moment, which may change until then. */
export class OneShotTimer {
  readonly #clock: Clock;
  readonly #wake: () => void;
  #set: { readonly at: Moment; readonly cancel: Cancel } | undefined;

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  /** @param at undefined: no timer */
  set(at: Moment | undefined): void {
    if (at === this.#set?.at) return;
    this.#set?.cancel();
    this.#set = undefined;
    if (at === undefined) return;
    const cancel = this.#clock.after(Math.max(0, at - this.#clock.now()), () => {
      this.#set = undefined;
      this.#wake();
    });
    this.#set = { at, cancel };
  }
}
