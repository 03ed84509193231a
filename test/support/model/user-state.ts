/**
 * The promises about one user, as plain values. A state is one possibility: if a promise
 * leaves something open (was the batch on disk before the kill?), there is a state for each answer, and what
 * is seen later rules some of them out. If no state is left, a promise was broken.
 *
 * Moments and instants are plain numbers here: milliseconds of the monotonic and of the wall clock.
 */

export interface Range {
  readonly lo: number;
  readonly hi: number;
}

/** A session with the ranges of its start and end. */
export interface Past {
  readonly onlineAt: Range;
  readonly offlineAt: Range;
}

/** The open session; its deadline may have passed unnoticed. */
interface Live {
  readonly onlineAt: Range;
  readonly openedAt: number;
  readonly lastHeal: number;
  readonly deadline: Range;
  /** Set after a restart until the next heal: the end that is stored if no heal comes. */
  readonly endsAt?: Range | undefined;
  /** Whether there was a heal since the last blind interval. */
  readonly quiet: boolean;
  /** Whether there was a heal since the last restart; `perhaps` if it may not be on disk. */
  readonly heard: 'yes' | 'no' | 'perhaps';
}

export interface State {
  readonly past: readonly Past[];
  readonly live: Live | undefined;
  /** What may be on disk instead after a kill: something was refused, but had reached the disk. */
  readonly ifKilled: readonly State[];
}

export const STRANGER: State = { past: [], live: undefined, ifKilled: [] };

/** The possible arrival of a request, when it was read, and the wall clock at that moment. */
export interface Arrival {
  readonly arrived: Range;
  readonly readAt: number;
  readonly wall: Range;
}

export interface Session {
  readonly onlineAt: number;
  readonly offlineAt: number;
}

export interface Rules {
  readonly timeout: number;
  readonly grace: number;
  /** The largest delay of the daemon. */
  readonly tick: number;
  /** The largest age of the stored "last alive", if the disk works. */
  readonly lag: number;
}

export function exactly(at: number): Range {
  return { lo: at, hi: at };
}

function plus(range: Range, by: number, atMost = by): Range {
  return { lo: range.lo + by, hi: range.hi + atMost };
}

function atLeast(range: Range, least: Range): Range {
  return { lo: Math.max(range.lo, least.lo), hi: Math.max(range.hi, least.hi) };
}

export function hull(a: Range, b: Range): Range {
  return { lo: Math.min(a.lo, b.lo), hi: Math.max(a.hi, b.hi) };
}

/** A moment on the session's wall clock: its start plus the time that the monotonic clock counted. */
function instantOf({ onlineAt, openedAt }: Live, at: Range): Range {
  return atLeast({ lo: onlineAt.lo + at.lo - openedAt, hi: onlineAt.hi + at.hi - openedAt }, onlineAt);
}

function offlineAt(live: Live): Range {
  return live.endsAt ?? instantOf(live, live.deadline);
}

function ended(state: State, live: Live, at: Range): State {
  const offline = atLeast(at, live.onlineAt);
  return {
    ...state,
    past: [...state.past, { onlineAt: live.onlineAt, offlineAt: offline }],
    live: undefined,
  };
}

/** The deadline has passed, and the end is on disk. */
export function expired(state: State, now: number): State {
  const { live } = state;
  if (live === undefined || live.deadline.hi >= now) return state;
  return ended(state, live, offlineAt(live));
}

function opened(state: State, { readAt, wall }: Arrival, { timeout }: Rules): State {
  const before = state.past.at(-1);
  const earliest = before === undefined ? wall : atLeast(before.offlineAt, plus(before.onlineAt, 1));
  const live: Live = {
    onlineAt: atLeast(wall, earliest),
    openedAt: readAt,
    lastHeal: readAt,
    deadline: exactly(readAt + timeout),
    quiet: false,
    heard: 'yes',
  };
  return { ...state, live };
}

/** @param joins an opening was under way, so the heal extends it however late it is */
export function healed(
  state: State,
  at: Arrival,
  rules: Rules,
  disk: 'works' | 'fails',
  joins: boolean,
): State[] {
  const { live } = state;
  if (live === undefined) return [opened(state, at, rules)];
  const states: State[] = [];
  if (joins || at.arrived.lo <= live.deadline.hi) {
    const heard = live.heard === 'yes' || disk === 'works' ? 'yes' : 'perhaps';
    const deadline = exactly(at.readAt + rules.timeout);
    const extended = {
      ...live,
      deadline,
      lastHeal: at.readAt,
      endsAt: undefined,
      quiet: false,
      heard,
    } as const;
    states.push({ ...state, live: extended });
  }
  if (at.arrived.hi > live.deadline.lo) {
    states.push(opened(ended(state, live, offlineAt(live)), at, rules));
  }
  return states;
}

/** Heals without a write are not refused when the disk refuses writes. */
export function healRefusedByDisk(state: State, at: Arrival, rules: Rules, joins: boolean): State[] {
  if (state.live !== undefined && !joins && at.arrived.hi <= state.live.deadline.lo) return [];
  return [perhapsStored(state, healed(state, at, rules, 'works', false))];
}

export function goneByGoodbye(state: State, at: Arrival): State[] {
  const { live } = state;
  if (live === undefined) return [state];
  const states: State[] = [];
  if (at.arrived.lo < live.deadline.hi) states.push(ended(state, live, instantOf(live, exactly(at.readAt))));
  if (at.arrived.hi >= live.deadline.lo) states.push(ended(state, live, offlineAt(live)));
  return states;
}

export function goodbyeRefusedByDisk(state: State, at: Arrival): State[] {
  return [perhapsStored(state, goneByGoodbye(state, at))];
}

export function erased(state: State): State[] {
  return [{ ...STRANGER, ifKilled: state.ifKilled }];
}

/** The open session continues. Whether earlier sessions are still stored is unknown. */
export function eraseRefusedByDisk(state: State, { arrived }: Arrival): State[] {
  const states = [state, { ...state, past: [] }];
  if (state.live !== undefined && state.live.deadline.lo < arrived.hi)
    states.push({ ...STRANGER, ifKilled: state.ifKilled });
  return states.map((one) => perhapsStored(one, [STRANGER]));
}

/** A refused write may have reached the disk, which a restart shows. */
export function perhapsStored(state: State, onDisk: readonly State[]): State {
  return { ...state, ifKilled: [...state.ifKilled, ...onDisk.map((one) => ({ ...one, ifKilled: [] }))] };
}

export interface Stall {
  readonly from: number;
  readonly to: number;
  readonly blind: boolean;
}

/** After blindness no deadline is earlier than before, nor earlier than a timeout (or the grace) away. */
export function stalled(state: State, { from, to, blind }: Stall, { timeout, grace, tick }: Rules): State[] {
  const { live } = state;
  if (live === undefined || !blind) return [state];
  const shifted = plus(live.deadline, to - from, to - from + tick);
  const again = exactly(to + Math.min(timeout, grace));
  const given = { ...live, deadline: live.quiet ? shifted : atLeast(shifted, again), quiet: true };
  const states: State[] = [];
  if (live.deadline.hi >= from - tick) states.push({ ...state, live: given });
  // It had ended, whether that was noticed or not.
  if (live.deadline.lo < from) states.push(state);
  return states;
}

export interface Restart {
  readonly killedAt: number;
  readonly at: number;
  readonly wall: number;
  /** The largest age of the stored "last alive" at the kill. */
  readonly unheard: number;
  /** Since when nothing may have been stored, if the disk refused writes or was slow. */
  readonly refusingSince: number | undefined;
  /** How late the daemon may have noticed a deadline. */
  readonly late: number;
  /** The wall clock was set after the previous restart. */
  readonly jumped: boolean;
}

/** Online users get one more timeout; in a crash loop, only what was left of it. */
export function restarted(state: State, restart: Restart, rules: Rules): State[] {
  return [state, ...state.ifKilled].flatMap((one) => {
    const { live } = one;
    const found: State = { past: one.past, live, ifKilled: [] };
    if (live === undefined) return [found];
    const states: State[] = [{ ...found, live: recovered(live, restart, rules) }];
    if (live.deadline.lo < restart.killedAt) states.push(ended(found, live, offlineAt(live)));
    return states;
  });
}

function recovered(live: Live, restart: Restart, rules: Rules): Live {
  const { at, wall } = restart;
  // Across a restart, only the wall clock measures time.
  const openedAt = at - Math.max(0, wall - live.onlineAt.lo);
  return { ...live, ...given(live, restart, rules), openedAt, quiet: true, heard: 'no' };
}

function given(live: Live, restart: Restart, rules: Rules): Pick<Live, 'deadline' | 'endsAt'> {
  const { killedAt, at, unheard, jumped } = restart;
  const whole = at + rules.timeout;
  const end = endOfSilent(live, restart, rules);
  if (live.heard === 'yes') return { deadline: exactly(whole), endsAt: end };
  // If the disk refused the heal, the session may end where it was found before.
  if (live.heard === 'perhaps') return { deadline: { lo: at, hi: whole }, endsAt: hull(end, live.onlineAt) };
  // The wall clock measured how long the daemon was away.
  if (jumped) return { deadline: { lo: at, hi: whole }, endsAt: end };
  const left = plus(live.deadline, at - killedAt, at - killedAt + unheard);
  const endsAt = live.endsAt ?? end;
  // A session that expired just then may count as healed.
  if (live.deadline.lo <= killedAt)
    return { deadline: { lo: left.lo, hi: whole }, endsAt: hull(endsAt, end) };
  return { deadline: { lo: Math.min(left.lo, whole), hi: Math.min(left.hi, whole) }, endsAt };
}

/** Not before the last heal, and at most one timeout after its end would have been noticed, unless the disk refused writes. */
function endOfSilent(live: Live, restart: Restart, { timeout, tick, lag }: Rules): Range {
  const { killedAt, wall, refusingSince, late, jumped } = restart;
  if (jumped) return { lo: live.onlineAt.lo, hi: Infinity };
  const lastKnown =
    refusingSince === undefined ? live.lastHeal : Math.min(live.lastHeal, refusingSince - lag + timeout);
  const over = refusingSince === undefined ? live.deadline.hi : Math.max(live.deadline.hi, killedAt);
  const end = instantOf(live, { lo: lastKnown, hi: over + late + tick + timeout });
  // If the wall clock was set back before the start of the session, it cannot measure the session.
  return wall < live.onlineAt.hi ? { lo: live.onlineAt.lo, hi: end.hi } : end;
}

/** The state if the user was seen online, or offline. */
export function saidOnline(state: State, arrived: Range, online: boolean): State[] {
  const { live } = state;
  if (online) return live !== undefined && arrived.lo < live.deadline.hi ? [state] : [];
  return live === undefined || arrived.hi >= live.deadline.lo ? [state] : [];
}

/** The visible state of a user. */
export interface View {
  readonly sessions: readonly Session[];
  /** Of the last session, if it is open. */
  readonly lastSeen: number | undefined;
}

/** The state with what was seen, or undefined if it contradicts that. */
export function shown(state: State, { sessions, lastSeen }: View): State[] {
  const { past, live } = state;
  const before = sessions.slice(0, past.length);
  if (before.length < past.length || !before.every((session, index) => fits(session, past[index]))) return [];
  const known = before.map(({ onlineAt, offlineAt }) => ({
    onlineAt: exactly(onlineAt),
    offlineAt: exactly(offlineAt),
  }));
  const [last, ...more] = sessions.slice(past.length);
  if (more.length > 0 || (last === undefined) !== (live === undefined)) return [];
  if (last === undefined || live === undefined) return [{ ...state, past: known }];
  const seen = fitted(live, last, lastSeen);
  return seen === undefined ? [] : [{ ...state, past: known, live: seen }];
}

function fitted(
  live: Live,
  { onlineAt, offlineAt }: Session,
  lastSeen: number | undefined,
): Live | undefined {
  if (!within(onlineAt, live.onlineAt)) return undefined;
  const seen = { ...live, onlineAt: exactly(onlineAt) };
  if (lastSeen === undefined && seen.endsAt !== undefined) {
    return within(offlineAt, seen.endsAt) ? { ...seen, endsAt: exactly(offlineAt) } : undefined;
  }
  const isSeen = lastSeen === undefined || within(lastSeen, instantOf(seen, exactly(seen.lastHeal)));
  if (seen.endsAt === undefined && !isSeen) return undefined;
  if (!within(offlineAt, instantOf(seen, seen.deadline))) return undefined;
  const deadline = seen.openedAt + offlineAt - onlineAt;
  return within(deadline, seen.deadline) ? { ...seen, deadline: exactly(deadline) } : seen;
}

/** The sessions that the history must contain, with their ends if known. */
export function certain(states: readonly State[]): readonly Past[] {
  const [one, ...others] = states.map(({ past, live }) =>
    live === undefined
      ? past
      : [...past, { onlineAt: live.onlineAt, offlineAt: { lo: -Infinity, hi: Infinity } }],
  );
  return (one ?? []).filter(
    (session) =>
      session.onlineAt.lo === session.onlineAt.hi &&
      others.every((other) => other.some((its) => isSame(its, session))),
  );
}

function isSame(a: Past, b: Past): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function fits(session: Session, past: Past | undefined): boolean {
  return (
    past !== undefined && within(session.onlineAt, past.onlineAt) && within(session.offlineAt, past.offlineAt)
  );
}

function within(value: number, { lo, hi }: Range): boolean {
  return value >= lo && value <= hi;
}
