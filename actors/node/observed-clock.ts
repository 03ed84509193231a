import { deadlineAfter, type Blindness } from '../../src/domain/blindness.js';
import { instant, moment, type Instant, type Millis, type Moment } from '../../src/domain/time.js';
import {
  firstResumptionSince,
  woken,
  type ObservedTime,
  type Resumption,
} from '../../src/domain/observed-time.js';
import type { Clock } from '../../src/ports/clock.js';

const NO_VIGIL: Omit<ObservedTime, 'wall'> = { awake: 0, blind: 0, resumptions: [] };

/** The last blindness of this run, and how long the daemon had been blind before it. */
export interface LastBlindness extends Blindness {
  readonly blind: Millis;
}

/** The vigil as it goes on in this process: where deadlines lie on it, and where they lie after a blindness. */
export class ObservedClock {
  readonly #clock: Clock;
  readonly #grace: Millis;
  /** As it was at `#at`; it has grown since with the time that passed. */
  #observed: ObservedTime;
  #at: Moment;
  /** When it was last told, to be kept. */
  #keptAt: Moment;
  /** Since when nobody is let in any more. */
  #notListeningSince: Moment | undefined;
  #lastBlind: LastBlindness | undefined;

  /** @param grace the most time that anybody is given again after a blindness */
  constructor(clock: Clock, grace: Millis) {
    this.#clock = clock;
    this.#grace = grace;
    this.#at = clock.now();
    this.#keptAt = this.#at;
    this.#observed = { ...NO_VIGIL, wall: clock.wall() };
  }

  /** How long the daemon has been blind, in all. */
  get blind(): Millis {
    return this.#observed.blind;
  }

  /** How old is what was last kept of it. */
  get age(): Millis {
    return this.#clock.now() - this.#keptAt;
  }

  /** The vigil as it is now, to be kept. */
  keep(): ObservedTime {
    const now = this.#notListeningSince ?? this.#clock.now();
    this.#keptAt = now;
    return { ...this.#observed, awake: this.on(now), wall: this.wallAt(now) };
  }

  /** A moment since the last blindness, or a deadline, on the vigil. */
  on(at: Moment): Millis {
    return this.#observed.awake + (at - this.#at);
  }

  /** Nobody can be heard from here on, so the vigil ends here. */
  stopListening(at: Moment): void {
    this.#notListeningSince ??= at;
  }

  /** The daemon heard nobody from `from` to `to`. */
  wake(from: Moment, to: Moment): LastBlindness {
    const { blind } = this.#observed;
    this.#observed = woken({ ...this.#observed, awake: this.on(from) }, to - from);
    this.#at = to;
    this.#lastBlind = { from, to, previousEnd: undefined, blind };
    return this.#lastBlind;
  }

  /**
   * The restart is over, and time goes on. From when the vigil was last stored the daemon was blind: each deadline is as
   * far away as it was then, and whoever was heard in the run that ended has the grace.
   *
   * @param deadlines moves every deadline to where the function given says that it lies in this run
   */
  resume(
    stored: ObservedTime | undefined,
    deadlines: (
      deadlineOf: (
        left: { readonly deadline: Millis; readonly heardBlind: Millis },
        timeout: Millis,
      ) => Moment,
    ) => void,
  ): void {
    const now = this.#clock.now();
    const wall = this.#clock.wall();
    if (stored !== undefined) {
      // No two blindnesses begin at the same, whatever the wall clock says.
      const away = Math.max(1, wall - stored.wall);
      this.#observed = woken(stored, away);
    }
    this.#at = now;
    const needed = new Set<Resumption>();
    deadlines(({ deadline, heardBlind }, timeout) => this.#resumed(deadline, heardBlind, timeout, needed));
    this.#observed = {
      ...this.#observed,
      resumptions: this.#observed.resumptions.filter((waking) => needed.has(waking)),
    };
  }

  /** The deadline of a node found at a restart, where it was left on the vigil. */
  #resumed(deadline: Millis, heardBlind: Millis, timeout: Millis, needed: Set<Resumption>): Moment {
    const waking = firstResumptionSince(this.#observed, heardBlind);
    if (waking !== undefined) needed.add(waking);
    const least = waking === undefined ? -Infinity : waking.awake + Math.min(timeout, this.#grace);
    // A deadline is never further away than one timeout, whichever of two writes was the last that reached the disk.
    const left = Math.min(timeout, Math.max(deadline, least) - this.#observed.awake);
    return moment(this.#at + left);
  }

  /** See `NodeRules`. */
  deadlineSince(since: Moment, timeout: Millis, heardBlind: Millis): Moment {
    const deadline = moment(since + timeout);
    const last = this.#lastBlind;
    // Until it was over nobody knew of it, so that whatever was read sooner was read before it.
    if (last === undefined || since >= last.to || deadline < last.from) return deadline;
    return this.beyondBlindness(last, deadline, timeout, heardBlind);
  }

  /** See `NodeRules`. */
  blindAt(at: Moment): Millis {
    const last = this.#lastBlind;
    return last !== undefined && at < last.to ? last.blind : this.#observed.blind;
  }

  /** A deadline that lay behind the beginning of the last blindness. */
  beyondBlindness(last: LastBlindness, deadline: Moment, timeout: Millis, heardBlind: Millis): Moment {
    // Who has not been heard since the blindness before this one has had the grace.
    const previousEnd = heardBlind >= last.blind ? undefined : last.to;
    return deadlineAfter({ ...last, previousEnd }, { deadline, lastSeen: last.from }, timeout, this.#grace);
  }

  /** The wall clock at a moment. Read again when this process was put aside between one clock and the other. */
  wallAt(at: Moment): Instant {
    for (let attempt = 1; ; attempt++) {
      const now = this.#clock.now();
      const wall = this.#clock.wall();
      if (attempt === 4 || this.#clock.now() - now < 1) return instant(wall - (now - at));
    }
  }
}
