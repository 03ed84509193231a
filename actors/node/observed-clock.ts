import { deadlineAfter, type Blindness } from '../../src/domain/blindness.js';
import { moment, type Instant, type Millis, type Moment } from '../../src/domain/time.js';
import {
  firstResumptionAfter,
  firstResumptionSince,
  afterBlindness,
  type ObservedTime,
  type Resumption,
} from '../../src/domain/observed-time.js';
import { wallAt, type Clock } from '../../src/ports/clock.js';

const NONE: Omit<ObservedTime, 'wall'> = { awake: 0, blind: 0, resumptions: [] };

/** A larger difference between the wall clock and the monotonic clock is no drift: the wall clock was set. */
const STEP: Millis = 1000;

interface StoredDeadline {
  /** In observed time. */
  readonly deadline: Millis;
  readonly heardBlind: Millis;
}

/** The deadlines of nodes found at a restart. */
export interface ResumedDeadlines {
  /** From its stored one. @param longest no deadline is further away */
  ofWait(left: StoredDeadline, wait: Millis, longest: Millis): Moment;
  /** Of a node that is not late for the instant at which it is expected. */
  ofExpected(expected: Instant, grace: Millis): Moment;
}

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
  #storedAt: Moment;
  /** Since when new requests are refused. */
  #refusesNewSince: Moment | undefined;
  #lastBlind: LastBlindness | undefined;
  /** The wall clock minus the monotonic clock, as it was when schedules last followed it. */
  #lead: Millis;

  /** @param grace the most time that a node is given again after a blind interval */
  constructor(clock: Clock, grace: Millis) {
    this.#clock = clock;
    this.#grace = grace;
    this.#at = clock.now();
    this.#storedAt = this.#at;
    const wall = clock.wall();
    this.#observed = { ...NONE, wall };
    this.#lead = wall - this.#at;
  }

  /** The total blind time of the daemon. */
  get blind(): Millis {
    return this.#observed.blind;
  }

  /** The age of what was last returned to be stored. */
  get age(): Millis {
    return this.#clock.now() - this.#storedAt;
  }

  /** The present observed time, to be stored. */
  keep(): ObservedTime {
    const now = this.#refusesNewSince ?? this.#clock.now();
    this.#storedAt = now;
    return { ...this.#observed, awake: this.on(now), wall: wallAt(this.#clock, now) };
  }

  /** Converts a moment since the last blind interval, or a deadline, to observed time. */
  on(at: Moment): Millis {
    return this.#observed.awake + (at - this.#at);
  }

  /** Not everybody can be heard from here on, so observed time ends here. */
  refuseNew(at: Moment): void {
    this.#refusesNewSince ??= at;
  }

  /** @returns whether the wall clock was set since it was last compared */
  followWallClock(): boolean {
    const lead = this.#clock.wall() - this.#clock.now();
    if (Math.abs(lead - this.#lead) < STEP) return false;
    this.#lead = lead;
    return true;
  }

  /** The daemon could hear nobody from `from` to `to`. */
  wake(from: Moment, to: Moment): LastBlindness {
    const { blind } = this.#observed;
    this.#observed = afterBlindness(
      { ...this.#observed, awake: this.on(from) },
      to - from,
      wallAt(this.#clock, to),
    );
    this.#at = to;
    this.#lastBlind = { from, to, previousEnd: undefined, blind };
    return this.#lastBlind;
  }

  /**
   * The restart is over, and time continues. The daemon was blind since the observed time was last stored: each
   * deadline is as far away as it was then, and nodes heard in the last run get the grace.
   *
   * @param deadlines moves every deadline with the given functions
   */
  resume(stored: ObservedTime | undefined, deadlines: (resumed: ResumedDeadlines) => void): void {
    const now = this.#clock.now();
    const wall = this.#clock.wall();
    if (stored !== undefined) {
      // No two blind intervals begin at the same total, whatever the wall clock says.
      const away = Math.max(1, wall - stored.wall);
      this.#observed = afterBlindness(stored, away, wall);
    }
    this.#at = now;
    this.#lead = wall - now;
    const needed = new Set<Resumption>();
    deadlines({
      ofWait: (left, wait, longest) => this.#resumed(left, wait, longest, needed),
      ofExpected: (expected, grace) => this.lateAt(expected, grace, needed),
    });
    this.#observed = {
      ...this.#observed,
      resumptions: this.#observed.resumptions.filter((resumption) => needed.has(resumption)),
    };
  }

  /** The deadline of a node found at a restart, from its stored one. */
  #resumed(
    { deadline, heardBlind }: StoredDeadline,
    wait: Millis,
    longest: Millis,
    needed: Set<Resumption>,
  ): Moment {
    const resumption = firstResumptionSince(this.#observed, heardBlind);
    if (resumption !== undefined) needed.add(resumption);
    const least = resumption === undefined ? -Infinity : resumption.awake + Math.min(wait, this.#grace);
    // A deadline is never further away than one wait, whichever of two writes reached the disk last.
    const left = Math.min(longest, Math.max(deadline, least) - this.#observed.awake);
    return moment(this.#at + left);
  }

  /** See `NodeRules`. @param needed gets the blind interval that makes it later */
  lateAt(expected: Instant, grace: Millis, needed?: Set<Resumption>): Moment {
    const due = moment(expected - this.#lead);
    const resumption = firstResumptionAfter(this.#observed, expected);
    if (resumption === undefined) return due;
    needed?.add(resumption);
    const given = resumption.awake + Math.min(grace, this.#grace) - this.#observed.awake;
    return moment(Math.max(due, this.#at + given));
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
