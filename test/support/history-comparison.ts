/** A call of a client for one user, as its own process logged it. Times are in milliseconds of the wall clock. */
export interface Call {
  readonly user: string;
  readonly kind: 'heal' | 'goodbye';
  readonly sent: number;
  /** When the answer came, or the error. */
  readonly answered: number;
  /** `refused`: without effect. `lost`: with or without. */
  readonly outcome: 'acknowledged' | 'refused' | 'lost';
}

/**
 * The calls of each user, in order.
 *
 * @param journal a JSON object of each call on a line of its own. A last line that is cut off is ignored
 */
export function callsByUser(journal: string): ReadonlyMap<string, Call[]> {
  const calls = new Map<string, Call[]>();
  for (const line of journal.split('\n').slice(0, -1)) {
    const call = JSON.parse(line) as Call;
    const earlier = calls.get(call.user);
    if (earlier === undefined) calls.set(call.user, [call]);
    else earlier.push(call);
  }
  return calls;
}

/** A stored session, in milliseconds. */
export interface Session {
  readonly onlineAt: number;
  readonly offlineAt: number;
}

/** A time in which the daemon received nothing. The bounds of its start and end are known. */
export type Outage = Stretch & (Stall | Kill);

interface Stretch {
  readonly began: { readonly earliest: number; readonly latest: number };
  readonly ended: { readonly earliest: number; readonly latest: number };
}

interface Stall {
  readonly cause: 'stalled';
}

/** Or an orderly stop, which begins when it is asked for. What the next start found on disk, from its log. */
interface Kill {
  readonly cause: 'killed';
  /** When the daemon was last known to be alive. The ends of silent users count from it. */
  readonly aliveAt: number;
  /** All earlier ends are on disk. */
  readonly settled: number;
}

export interface Circumstances {
  /** The session timeout, in milliseconds. */
  readonly timeout: number;
  /** In order. */
  readonly outages: readonly Outage[];
  /** The largest apparent difference between the clocks of two processes. */
  readonly tolerance: number;
  /** The longest time that a heal may wait unread: it counts from its possible arrival. */
  readonly stall: number;
}

/**
 * Compares the stored sessions of one user with all calls of the user's client, one after another.
 *
 * Every acknowledged heal must have opened a session or be inside one. Every session must have been opened by a
 * heal, and start and end by the calls, as exactly as their sending and answers tell. If a stall is between the
 * last heal and its deadline, the end may be later by as much as the stall moved the deadline. If a kill is, it may
 * be one timeout after the daemon was last known to be alive, and not before a heal acknowledged before the kill;
 * a user who came back in time must have kept the same session.
 *
 * @returns the problems, one sentence each
 */
export function compareHistory(
  calls: readonly Call[],
  stored: readonly Session[],
  circumstances: Circumstances,
): string[] {
  const overlaps = stored.flatMap((session, index) => {
    const before = stored[index - 1];
    if (session.offlineAt < session.onlineAt) return [`${shown(session)} ends before it begins`];
    if (before === undefined || session.onlineAt >= before.offlineAt) return [];
    return [`${shown(session)} overlaps with ${shown(before)}`];
  });
  return overlaps.length > 0 ? overlaps : new Comparison(stored, circumstances).of(calls);
}

/** One reading of the calls so far: a number of ended sessions, and maybe an open one. */
interface Reading {
  readonly ended: number;
  /** The last call that extended the open session. */
  readonly heard: Call | undefined;
}

class Comparison {
  readonly #stored: readonly Session[];
  readonly #circumstances: Circumstances;
  #reasons: string[] = [];

  constructor(stored: readonly Session[], circumstances: Circumstances) {
    this.#stored = stored;
    this.#circumstances = circumstances;
  }

  /** Follows every reading of the calls that fits the stored sessions, until none is left. */
  of(calls: readonly Call[]): string[] {
    let readings: readonly Reading[] = [{ ended: 0, heard: undefined }];
    for (const call of calls) {
      if (call.outcome === 'refused') continue;
      this.#reasons = [];
      const next = readings.flatMap((reading) => this.#after(reading, call));
      if (next.length === 0) return [`${told(call)} fits no session: ${this.#why()}`];
      readings = distinct(next);
    }
    this.#reasons = [];
    const complete = readings
      .flatMap((reading) => (reading.heard === undefined ? [reading] : this.#expire(reading, undefined)))
      .some(({ ended }) => ended === this.#stored.length);
    if (complete) return [];
    return this.#reasons.length > 0
      ? [`the last session: ${this.#why()}`]
      : [`${this.#stored.length} sessions are stored, and nobody opened so many`];
  }

  #after(reading: Reading, call: Call): Reading[] {
    const effective =
      call.kind === 'heal' ? this.#afterHeal(reading, call) : this.#afterGoodbye(reading, call);
    return call.outcome === 'lost' ? [reading, ...effective] : effective;
  }

  #afterHeal(reading: Reading, call: Call): Reading[] {
    if (reading.heard === undefined) return this.#open(reading, call);
    const extended = this.#mayExtend(reading.heard, call) ? [{ ended: reading.ended, heard: call }] : [];
    return [...extended, ...this.#expire(reading, call).flatMap((closed) => this.#open(closed, call))];
  }

  #afterGoodbye(reading: Reading, call: Call): Reading[] {
    if (reading.heard === undefined) return [reading];
    return [...this.#sayGoodbye(reading, call), ...this.#expire(reading, call)];
  }

  #open({ ended }: Reading, call: Call): Reading[] {
    const session = this.#stored[ended];
    if (session === undefined) return this.#refuse('no session is stored for it');
    if (this.#within(session.onlineAt, call.sent, call.answered)) return [{ ended, heard: call }];
    return this.#refuse(`${shown(session)} does not begin then`);
  }

  #sayGoodbye({ ended }: Reading, call: Call): Reading[] {
    const session = this.#stored[ended];
    if (session !== undefined && this.#within(session.offlineAt, call.sent, call.answered)) {
      return [{ ended: ended + 1, heard: undefined }];
    }
    return this.#refuse(`${shown(session)} does not end then`);
  }

  /** The session expires, before `next` if that is given. */
  #expire({ ended, heard }: Reading, next: Call | undefined): Reading[] {
    const session = this.#stored[ended];
    if (heard === undefined || session === undefined) return [];
    const [earliest, latest] = this.#endOf(heard);
    if (!this.#within(session.offlineAt, earliest, latest)) {
      return this.#refuse(
        `${shown(session)} was last heard by ${told(heard)} and should end between ${earliest} and ${latest}`,
      );
    }
    const held = this.#surelyOnlineUntil(heard);
    if (next !== undefined && next.answered <= held) {
      return this.#refuse(`${shown(session)} ended although its user had time until ${held}`);
    }
    return [{ ended: ended + 1, heard: undefined }];
  }

  /** The earliest and latest stored end of a session whose last call is `call`. */
  #endOf(call: Call): [number, number] {
    const { timeout, outages } = this.#circumstances;
    let over = call.answered + timeout;
    let earliest = call.sent + timeout;
    let given = -Infinity;
    for (const outage of outages) {
      if (outage.ended.latest <= call.sent) continue;
      if (over < this.#touchesFrom(outage)) break;
      earliest = call.sent;
      if (outage.cause === 'killed') {
        // The next start decides the end of a user who is silent after a kill.
        given = Math.max(given, outage.aliveAt + timeout);
        earliest = Math.min(earliest, outage.aliveAt + timeout);
        if (call.answered < outage.ended.earliest) break;
        // Or the user was heard by that start only.
      } else over = shifted(over, outage, timeout);
    }
    return [earliest, Math.max(over, given)];
  }

  #mayExtend(heard: Call, call: Call): boolean {
    const until = this.#surelyOfflineFrom(heard);
    if (call.sent <= until) return true;
    this.#refuse(`it cannot extend a session that was over by ${until}`);
    return false;
  }

  /** Until then, the user of an acknowledged heal was certainly online, outages included. */
  #surelyOnlineUntil(call: Call): number {
    const { timeout, outages } = this.#circumstances;
    let until = call.sent + timeout;
    let heardSince = call.outcome === 'acknowledged';
    for (const { began, ended } of outages) {
      if (began.earliest <= call.sent) continue;
      // It may have ended before the outage.
      if (until <= began.latest) return until;
      const shifted = until + Math.max(0, ended.earliest - began.latest);
      const anew = ended.earliest + timeout;
      until = heardSince ? Math.max(shifted, anew) : Math.min(shifted, anew);
      heardSince = false;
    }
    return until - this.#circumstances.tolerance;
  }

  /** From then on, the user was certainly offline, whatever time outages added. */
  #surelyOfflineFrom(call: Call): number {
    const { timeout, outages, stall } = this.#circumstances;
    let from = call.answered + timeout;
    for (const outage of outages) {
      if (outage.ended.latest <= call.sent) continue;
      if (from < this.#touchesFrom(outage)) break;
      from = shifted(from, outage, timeout);
    }
    return from + stall;
  }

  /** The outage moves no deadline before this: it had passed, or its end was on disk. */
  #touchesFrom(outage: Outage): number {
    // In an orderly stop no deadline passes from its beginning on, and the daemon is alive for a while.
    const from =
      outage.cause === 'killed' ? Math.min(outage.settled, outage.began.earliest) : outage.began.earliest;
    return from - this.#circumstances.tolerance;
  }

  #within(at: number, earliest: number, latest: number): boolean {
    const { tolerance } = this.#circumstances;
    return at >= earliest - tolerance && at <= latest + tolerance;
  }

  #refuse(reason: string): [] {
    this.#reasons.push(reason);
    return [];
  }

  #why(): string {
    return [...new Set(this.#reasons)].join('; ');
  }
}

/** The latest deadline after an outage that moved it. */
function shifted(deadline: number, { began, ended }: Outage, timeout: number): number {
  return Math.max(deadline + ended.latest - began.earliest, ended.latest + timeout);
}

function distinct(readings: readonly Reading[]): Reading[] {
  return readings.filter(
    (reading, index) =>
      readings.findIndex(({ ended, heard }) => ended === reading.ended && heard === reading.heard) === index,
  );
}

function told({ kind, outcome, sent, answered }: Call): string {
  return `the ${outcome} ${kind} of ${sent} to ${answered}`;
}

function shown(session: Session | undefined): string {
  return session === undefined ? 'no session' : `the session ${session.onlineAt} to ${session.offlineAt}`;
}
