import { deadlineAfter, type Blindness } from '../../src/domain/blindness.js';
import { moment, type Millis, type Moment } from '../../src/domain/time.js';
import {
  firstResumptionSince,
  afterBlindness,
  type ObservedTime,
  type Resumption,
} from '../../src/domain/observed-time.js';
import { wallAt, type Clock } from '../../src/ports/clock.js';

const NONE: Omit<ObservedTime, 'wall'> = { awake: 0, blind: 0, resumptions: [] };

/** The last blind interval of this run, and the total blind time before it. */
export interface LastBlindness extends Blindness {
  readonly blind: Millis;
}

/** The observed time in this process: converts deadlines, and moves them after a blind interval. */
export class ObservedClock {
  readonly #clock: Clock;
  readonly #grace: Millis;
  /** As it was at `#at`. It has grown since by the time that passed. */
  #observed: ObservedTime;
  #at: Moment;
  /** When it was last returned to be stored. */
  #keptAt: Moment;
  /** Since when no requests are accepted. */
  #notListeningSince: Moment | undefined;
  #lastBlind: LastBlindness | undefined;

  /** @param grace the most time that a node is given again after a blind interval */
  constructor(clock: Clock, grace: Millis) {
    this.#clock = clock;
    this.#grace = grace;
    this.#at = clock.now();
    this.#keptAt = this.#at;
    this.#observed = { ...NONE, wall: clock.wall() };
  }

  /** The total blind time of the daemon. */
  get blind(): Millis {
    return this.#observed.blind;
  }

  /** The age of what was last returned to be stored. */
  get age(): Millis {
    return this.#clock.now() - this.#keptAt;
  }

  /** The present observed time, to be stored. */
  keep(): ObservedTime {
    const now = this.#notListeningSince ?? this.#clock.now();
    this.#keptAt = now;
    return { ...this.#observed, awake: this.on(now), wall: wallAt(this.#clock, now) };
  }

  /** Converts a moment since the last blind interval, or a deadline, to observed time. */
  on(at: Moment): Millis {
    return this.#observed.awake + (at - this.#at);
  }

  /** Nobody can be heard from here on, so observed time ends here. */
  stopListening(at: Moment): void {
    this.#notListeningSince ??= at;
  }

  /** The daemon could hear nobody from `from` to `to`. */
  wake(from: Moment, to: Moment): LastBlindness {
    const { blind } = this.#observed;
    this.#observed = afterBlindness({ ...this.#observed, awake: this.on(from) }, to - from);
    this.#at = to;
    this.#lastBlind = { from, to, previousEnd: undefined, blind };
    return this.#lastBlind;
  }

  /**
   * The restart is over, and time continues. The daemon was blind since the observed time was last stored: each
   * deadline is as far away as it was then, and nodes heard in the last run get the grace.
   *
   * @param deadlines moves every deadline with the given function, which converts it to this run
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
      // No two blind intervals begin at the same total, whatever the wall clock says.
      const away = Math.max(1, wall - stored.wall);
      this.#observed = afterBlindness(stored, away);
    }
    this.#at = now;
    const needed = new Set<Resumption>();
    deadlines(({ deadline, heardBlind }, timeout) => this.#resumed(deadline, heardBlind, timeout, needed));
    this.#observed = {
      ...this.#observed,
      resumptions: this.#observed.resumptions.filter((resumption) => needed.has(resumption)),
    };
  }

  /** The deadline of a node found at a restart, from its stored one. */
  #resumed(deadline: Millis, heardBlind: Millis, timeout: Millis, needed: Set<Resumption>): Moment {
    const resumption = firstResumptionSince(this.#observed, heardBlind);
    if (resumption !== undefined) needed.add(resumption);
    const least = resumption === undefined ? -Infinity : resumption.awake + Math.min(timeout, this.#grace);
    // A deadline is never further away than one timeout, whichever of two writes reached the disk last.
    const left = Math.min(timeout, Math.max(deadline, least) - this.#observed.awake);
    return moment(this.#at + left);
  }

  /** See `NodeRules`. */
  deadlineSince(since: Moment, timeout: Millis, heardBlind: Millis): Moment {
    const deadline = moment(since + timeout);
    const last = this.#lastBlind;
    // Nobody knew of the interval until it was over, so what was read earlier was read before it.
    if (last === undefined || since >= last.to || deadline < last.from) return deadline;
    return this.beyondBlindness(last, deadline, timeout, heardBlind);
  }

  /** See `NodeRules`. */
  blindAt(at: Moment): Millis {
    const last = this.#lastBlind;
    return last !== undefined && at < last.to ? last.blind : this.#observed.blind;
  }

  /** Moves a deadline that lay after the beginning of the last blind interval. */
  beyondBlindness(last: LastBlindness, deadline: Moment, timeout: Millis, heardBlind: Millis): Moment {
    // A node that was not heard since the interval before has had the grace already.
    const previousEnd = heardBlind >= last.blind ? undefined : last.to;
    return deadlineAfter({ ...last, previousEnd }, { deadline, lastSeen: last.from }, timeout, this.#grace);
  }
}
