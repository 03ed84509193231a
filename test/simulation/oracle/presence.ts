import type { Session } from '../../../src/domain/session.js';
import type { Reading } from '../machine/daemon.js';
import { BrokenPromise, type Ledger, type UserChange } from '../world/ledger.js';
import type { Settings } from '../world/settings.js';
import { clockOf } from './clock-text.js';

/** How much before the standstill the daemon's blind interval may begin. */
const BEFORE = 120;
/** The greatest age of what a ready daemon last stored. */
const STARTING = 50;
/** The greatest delay of a deadline. */
const TICK = 25;

/** A deadline that crashed its actor twice is retried after this time. */
const EXPIRE_AGAIN = 1000;

/** The number of a user's last requests that decide a checkup. */
const RECENT = 100;

/** When a session ends without another heal: not before `lo`, and not after `hi`. */
interface Bounds {
  readonly lo: number;
  readonly hi: number;
}

type Rules = Pick<Settings, 'timeout' | 'grace' | 'blindAfter'>;

/** Checks answers and stored sessions of users against the promises, as an outside observer. */
export class PresenceOracle {
  readonly #ledger: Ledger;
  readonly #rules: Rules;

  constructor(ledger: Ledger, rules: Rules) {
    this.#ledger = ledger;
    this.#rules = rules;
  }

  /** The longest delay until an event is on disk. */
  get #lag(): number {
    const { timeout, blindAfter } = this.#rules;
    return (
      Math.min(1000, timeout / 4) + blindAfter + 2 * TICK + 20 + (this.#ledger.hasCrashed ? EXPIRE_AGAIN : 0)
    );
  }

  /** @param until disturbances after this are ignored */
  deadline(heal: Pick<UserChange, 'at'>, until: number): Bounds {
    const { timeout, grace } = this.#rules;
    const again = Math.min(timeout, grace);
    let lo = heal.at + timeout;
    let hi = lo;
    let isHeard = true;
    let isOfThisRun = true;
    for (const disturbance of this.#ledger.disturbances) {
      const { from, to } = disturbance;
      if (to <= heal.at || from > until) continue;
      if (disturbance.kind === 'blind') {
        // The session was over, although the disk may not know that.
        if (hi < from - BEFORE) continue;
        if (lo >= from) lo = isHeard ? Math.max(lo + to - from, to + again) : lo + to - from;
        hi = Math.max(hi + to - from + BEFORE, to + again);
      } else {
        const isTroubled = this.#ledger.wasTroubled(Math.max(heal.at, from - this.#lag), from);
        if (hi < from - this.#lag && !isTroubled) break;
        const isKnown = !isTroubled && !this.#ledger.hasJumped(heal.at, to);
        const whole = to + timeout;
        if (lo >= from) {
          if (isOfThisRun && !isTroubled) lo = whole - STARTING;
          else lo = isKnown ? Math.min(lo + to - from - STARTING, whole - STARTING) : to - STARTING;
        }
        hi = isOfThisRun || !isKnown ? whole : Math.min(hi + to - from + this.#lag, whole);
        isOfThisRun = false;
      }
      isHeard = false;
    }
    return { lo, hi };
  }

  /** Checks the answer of a checkup. */
  checkup(user: string, asked: Reading, isOnline: boolean, answeredAt: number): void {
    const changes = this.#ledger.users.get(user) ?? [];
    const before = changes.slice(-RECENT).filter(({ at }) => at <= answeredAt);
    const complain = (why: string): never => {
      const said = isOnline ? 'online' : 'offline';
      throw new BrokenPromise(`User ${user} was said to be ${said}, but ${why}.`, asked.at, user);
    };
    if (isOnline) {
      const heals = before.filter((change) => change.kind === 'heal' && this.mayCount(change));
      const last = heals.at(-1);
      if (last === undefined) return complain('never sent a heal');
      const change = before.at(-1);
      if (change !== undefined && change.kind !== 'heal' && isSettled(change, asked.at))
        return complain(`said goodbye at ${clockOf(change.at)}, which was confirmed`);
      const { lo, hi } = this.deadline(last, asked.at);
      const underWay = last.answeredAt === undefined || last.answeredAt > asked.at;
      // Without disturbances, the session is over at the deadline itself.
      const isOver = hi < asked.earliest || (lo === hi && hi === asked.earliest && asked.at === hi);
      if (isOver && !underWay)
        complain(`the time after the last heal, of ${clockOf(last.at)}, was over at ${clockOf(hi)}`);
      return;
    }
    const last = before.findLast(
      (change) => change.kind === 'heal' && change.answer === 'done' && isSettled(change, asked.at),
    );
    if (last === undefined) return;
    const left = before.some(({ kind, at }) => kind !== 'heal' && at >= last.at);
    if (left) return;
    const { lo } = this.deadline(last, asked.at);
    if (asked.at < lo) complain(`the heal of ${clockOf(last.at)} holds until ${clockOf(lo)} at least`);
  }

  /** Checks all stored sessions of an offline user at the end. */
  history(user: string, sessions: readonly Session[], now: number): void {
    const changes = this.#known(user);
    const complain = (what: string): never => {
      throw new BrokenPromise(`User ${user}: ${what}.`, now, user);
    };
    expectOrder(sessions, complain);
    const { isWhole, events } = changes;
    const openers = this.#openers(events, sessions, isWhole ? complain : undefined);
    if (openers.length < sessions.length)
      this.#ledger.count('sessions not judged', sessions.length - openers.length);
    const first = openers[0] ?? (sessions.length === 0 ? events.length : 0);
    for (const event of events.slice(0, isWhole ? first : 0)) {
      if (event.kind === 'heal' && event.answer === 'done')
        complain(`the heal of ${clockOf(event.at)} was confirmed, and no session holds it`);
    }
    openers.forEach((opener, index) => {
      const session = sessions[index];
      const next = openers[index + 1];
      // It is not known where the next session begins.
      if (session === undefined || (next === undefined && index + 1 < sessions.length)) return;
      this.#session(user, session, events.slice(opener, next), events[next ?? events.length], now);
    });
  }

  /**
   * The heals that opened the sessions, found by the starts of the sessions. If the wall clock was set back, a session
   * begins at the end of the previous one. If a restart also restored that one, its length does not tell when that was:
   * nothing is known from there on.
   */
  #openers(
    events: readonly UserChange[],
    sessions: readonly Session[],
    complain: ((what: string) => never) | undefined,
  ): readonly number[] {
    const openers: number[] = [];
    const opening = this.#openings(events);
    for (const [index, session] of sessions.entries()) {
      const before = sessions[index - 1];
      const last = events[openers.at(-1) ?? -1];
      const from = (openers.at(-1) ?? -1) + 1;
      const least =
        before === undefined || last === undefined ? 0 : last.at + before.offlineAt - before.onlineAt;
      const candidates = (opening.get(session.onlineAt) ?? []).filter((at) => at >= from);
      // A restart after the begin of the next session does not concern the previous one.
      const until = events[candidates[0] ?? -1]?.at ?? Infinity;
      const isShifted = before !== undefined && last !== undefined && this.#isShifted(before, last, until);
      let opener = openerIn(events, from, isShifted ? undefined : least, candidates);
      // A session that begins at the end of the previous one was moved there, unless a goodbye ended that one.
      const isMoved = before?.offlineAt === session.onlineAt && !isShifted;
      if (isMoved && (events[opener]?.at ?? 0) <= least && events[opener - 1]?.kind === 'heal') opener = -1;
      const isClamped = opener < 0;
      if (isClamped) {
        const moved = events.flatMap((event, at) =>
          at >= from && event.at >= least && this.#opens(event, session, before) ? [at] : [],
        );
        opener = openerIn(events, from, least, moved);
      }
      if (isClamped && isShifted) return openers.slice(0, -1);
      if (opener < 0) {
        complain?.(`no heal began the session of ${instantOf(session.onlineAt)}`);
        return openers;
      }
      openers.push(opener);
    }
    return openers;
  }

  /** The heals that may have opened a session, in order, by when it begins. */
  #openings(events: readonly UserChange[]): ReadonlyMap<number, readonly number[]> {
    const openings = new Map<number, number[]>();
    for (const [index, event] of events.entries()) {
      if (event.kind !== 'heal' || !this.mayCount(event)) continue;
      for (const lead of new Set(this.#leadsOf(event))) {
        const at = event.at + lead;
        const others = openings.get(at);
        if (others === undefined) openings.set(at, [index]);
        else others.push(index);
      }
    }
    return openings;
  }

  #leadsOf({ at, answeredAt, lead }: UserChange): readonly number[] {
    return this.#ledger.leads(lead, at, answeredAt ?? at + 60_000);
  }

  /** Whether a restart restored the session while the wall clock was wrong about its length. */
  #isShifted({ onlineAt }: Session, opener: UserChange, until: number): boolean {
    const restart = this.#ledger.disturbances.findLast(
      (one) => one.kind === 'restart' && one.from <= until && one.to >= opener.at,
    );
    if (restart === undefined) return false;
    return onlineAt !== opener.at + opener.lead || this.#ledger.hasJumped(opener.at, restart.to);
  }

  /** The known requests: after an erasure, only the later ones. */
  #known(user: string): { readonly events: readonly UserChange[]; readonly isWhole: boolean } {
    const events = this.#ledger.users.get(user) ?? [];
    const erased = events.findLastIndex(({ kind }) => kind === 'erase');
    if (erased < 0) return { events, isWhole: true };
    const isWhole = events[erased]?.answer === 'done';
    return { events: isWhole ? events.slice(erased + 1) : events, isWhole };
  }

  /** A refused request has no effect, unless it had reached the disk and a kill came before that was undone. */
  mayCount({ answer, mayBeOnDisk, at }: Pick<UserChange, 'answer' | 'mayBeOnDisk' | 'at'>): boolean {
    return answer !== 'refused' || (mayBeOnDisk && this.#ledger.diedInTrouble(at));
  }

  /** @param before the previous session, if the wall clock may have been set back to before its end */
  #opens(event: UserChange, { onlineAt }: Session, before: Session | undefined): boolean {
    if (event.kind !== 'heal' || !this.mayCount(event)) return false;
    return this.#leadsOf(event).some((lead) => {
      const proposed = event.at + lead;
      if (proposed === onlineAt) return true;
      if (before === undefined) return false;
      return proposed < onlineAt && onlineAt === Math.max(before.offlineAt, before.onlineAt + 1);
    });
  }

  /** @param mine the requests from its opening to the opening of the next session */
  #session(
    user: string,
    { onlineAt, offlineAt }: Session,
    mine: readonly UserChange[],
    next: UserChange | undefined,
    now: number,
  ): void {
    const [opener] = mine;
    if (opener === undefined) return;
    const endsAt = opener.at + offlineAt - onlineAt;
    const complain = (what: string): never => {
      const session = `the session from ${clockOf(opener.at)}, ${String((offlineAt - onlineAt) / 1000)} s long,`;
      throw new BrokenPromise(
        `User ${user}: ${session} ${what}.`,
        Math.min(now, (next?.at ?? endsAt) + 5000),
        user,
      );
    };
    const goodbye = mine.find(({ kind, answer }) => kind !== 'heal' && answer !== 'refused');
    if (goodbye?.answer === 'done') {
      const late = mine.find(
        ({ kind, answer, at }) => kind === 'heal' && answer === 'done' && at > goodbye.at,
      );
      if (late !== undefined && mine.indexOf(late) > mine.indexOf(goodbye))
        complain(
          `was ended by a goodbye at ${clockOf(goodbye.at)}, and the heal of ${clockOf(late.at)} extended it`,
        );
    }
    this.#separation(mine, complain);
    this.#continuity(mine, next, complain);
    if (this.#isShifted({ onlineAt, offlineAt }, opener, next?.at ?? Infinity)) return;
    this.#least(mine, endsAt, complain);
    this.#most(mine, endsAt, complain);
  }

  /** No heal extends a session after its deadline. */
  #separation(mine: readonly UserChange[], complain: (what: string) => never): void {
    const heals = mine.filter((change) => change.kind === 'heal' && this.mayCount(change));
    heals.forEach((heal, index) => {
      const before = heals[index - 1];
      if (before === undefined || heal.answer !== 'done') return;
      // It waited while the opening was being written.
      if (before.answeredAt === undefined || before.answeredAt >= heal.at) return;
      const { hi } = this.deadline(before, heal.at);
      if (heal.earliest > hi)
        complain(`was over at ${clockOf(hi)}, and the heal of ${clockOf(heal.at)} extended it`);
    });
  }

  /** No session ends before its deadline. */
  #continuity(
    mine: readonly UserChange[],
    next: UserChange | undefined,
    complain: (what: string) => never,
  ): void {
    if (next === undefined) return;
    const last = mine.findLast(({ kind, answer }) => kind === 'heal' && answer === 'done');
    if (last === undefined || mine.slice(mine.indexOf(last)).some(({ kind }) => kind !== 'heal')) return;
    const { lo } = this.deadline(last, next.at);
    // At the very deadline it extends the session.
    if (next.at <= lo)
      complain(
        `was to go on until ${clockOf(lo)} at least, and the heal of ${clockOf(next.at)} began another`,
      );
  }

  #least(mine: readonly UserChange[], endsAt: number, complain: (what: string) => never): void {
    const last = mine.findLast(({ kind, answer }) => kind === 'heal' && answer === 'done');
    if (last === undefined) return;
    const left = mine.find(({ kind, at, answer, mayBeOnDisk }) => {
      return kind !== 'heal' && at >= last.at && (answer !== 'refused' || mayBeOnDisk);
    });
    const { timeout } = this.#rules;
    const deadline = last.at + timeout;
    // The end was in memory while the disk refused it, and was lost in a kill.
    if (this.#ledger.diedInTrouble(deadline)) return;
    const restart = this.#ledger.disturbances.find(
      (one) => one.kind === 'restart' && one.to > last.at && one.from <= deadline + this.#lag + 31_000,
    );
    const isMoot =
      restart !== undefined && (restart.from <= deadline + this.#lag || this.#isTroubledBefore(restart.from));
    if (isMoot && this.#isTroubledBefore(restart.from)) return;
    // It was killed after a standstill, before it had written anything.
    if (restart !== undefined && this.#ledger.wasBlind(restart.from - this.#lag, restart.from)) return;
    const least = isMoot ? last.at : deadline;
    const until = left === undefined ? Infinity : left.at;
    if (endsAt < Math.min(least, until))
      complain(`ends before its time: the heal of ${clockOf(last.at)} was confirmed`);
  }

  #isTroubledBefore(end: number): boolean {
    return this.#ledger.wasTroubled(end - this.#lag, end);
  }

  #most(mine: readonly UserChange[], endsAt: number, complain: (what: string) => never): void {
    const left = mine.find(({ kind, answer }) => kind !== 'heal' && answer === 'done');
    if (left !== undefined) {
      if (endsAt > left.at) complain(`goes on after the goodbye of ${clockOf(left.at)}, which was confirmed`);
      return;
    }
    const last = mine.findLast((change) => change.kind === 'heal' && this.mayCount(change));
    if (last === undefined) return;
    const { timeout } = this.#rules;
    let { hi } = this.deadline(last, Infinity);
    const restart = this.#ledger.disturbances.findLast((one) => one.kind === 'restart' && one.to > last.at);
    if (restart !== undefined && restart.from <= hi + this.#lag) hi += timeout + this.#lag;
    if (endsAt > hi)
      complain(`ends too late: after the heal of ${clockOf(last.at)} it was over at ${clockOf(hi)}`);
  }
}

/** The first of the heals that may have opened it: after the previous session, or exactly at its end after a goodbye. */
function openerIn(
  events: readonly UserChange[],
  from: number,
  endedAt: number | undefined,
  candidates: readonly number[],
): number {
  const after = candidates.find((index) => {
    const at = events[index]?.at ?? 0;
    if (endedAt === undefined)
      return events[index - 1]?.kind !== 'heal' && at === events[candidates[0] ?? -1]?.at;
    if (at !== endedAt) return at > endedAt;
    return events.slice(from - 1, index).some((event) => event.kind !== 'heal' && event.at === at);
  });
  return after ?? candidates[0] ?? -1;
}

export function isSettled(
  { answer, answeredAt }: Pick<UserChange, 'answer' | 'answeredAt'>,
  by: number,
): boolean {
  return answer === 'done' && answeredAt !== undefined && answeredAt <= by;
}

/** Sessions are ordered and unique, and do not overlap. */
export function expectOrder(sessions: readonly Session[], complain: (what: string) => never): void {
  sessions.forEach(({ onlineAt, offlineAt }, index) => {
    if (offlineAt < onlineAt) complain(`the session of ${instantOf(onlineAt)} ends before it begins`);
    const before = sessions[index - 1];
    if (before !== undefined && (onlineAt <= before.onlineAt || onlineAt < before.offlineAt))
      complain(`the session of ${instantOf(onlineAt)} overlaps the one before it, or is stored twice`);
  });
}

function instantOf(at: number): string {
  return new Date(at).toISOString();
}
