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

/** The device without a name, and those from before a restart, of which nothing else is known. */
const UNNAMED = '';
const FOUND = '*';

/** A device that holds the user online. Its deadline may have passed. */
interface Held {
  readonly device: string;
  readonly deadline: Range;
  /** Whether there was no heal of it since the last blind interval. */
  readonly quiet: boolean;
}

/** The open session; its deadline may have passed unnoticed. */
interface Live {
  readonly onlineAt: Range;
  readonly openedAt: number;
  readonly lastHeal: number;
  /** The latest one of its devices. */
  readonly deadline: Range;
  readonly held: readonly Held[];
  /** Whether the daemon tells devices apart: once one with a name has healed. */
  readonly isTold: boolean;
  /** Set after a restart until the next heal: the end that is stored if no heal comes. */
  readonly endsAt?: Range | undefined;
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

/** The possible arrival of a request, when it was read, the wall clock at that moment, and the device. */
export interface Arrival {
  /** Undefined: the one without a name, or all of them in a goodbye. */
  readonly device?: string | undefined;
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

function latest(held: readonly Held[]): Range | undefined {
  const [first, ...others] = held.map(({ deadline }) => deadline);
  return first && others.reduce((one, other) => atLeast(one, other), first);
}

/** The devices after a heal of one of them. */
function heldAfter({ held, isTold }: Live, device: string, deadline: Range): readonly Held[] {
  const others = held
    .filter((one) => one.device !== device)
    // What was heard of devices from before a restart is forgotten when devices are told apart.
    .map((one) => (!isTold && device !== UNNAMED && one.device === FOUND ? { ...one, quiet: true } : one));
  return [...others, { device, deadline, quiet: false }];
}

function opened(state: State, { readAt, wall, device = UNNAMED }: Arrival, { timeout }: Rules): State {
  const before = state.past.at(-1);
  const earliest = before === undefined ? wall : atLeast(before.offlineAt, plus(before.onlineAt, 1));
  const live: Live = {
    onlineAt: atLeast(wall, earliest),
    openedAt: readAt,
    lastHeal: readAt,
    deadline: exactly(readAt + timeout),
    held: [{ device, deadline: exactly(readAt + timeout), quiet: false }],
    isTold: device !== UNNAMED,
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
    const { device = UNNAMED } = at;
    const extended = {
      ...live,
      deadline,
      held: heldAfter(live, device, deadline),
      isTold: live.isTold || device !== UNNAMED,
      lastHeal: at.readAt,
      endsAt: undefined,
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

/** Another device holds the user, and the session goes on. */
export function leftByDevice(state: State, { device, arrived, readAt }: Arrival): State[] {
  const { live } = state;
  if (live === undefined || device === undefined) return [];
  const held = live.held.filter((one) => one.device !== device);
  const deadline = held.length === live.held.length ? live.deadline : latest(held);
  if (deadline === undefined || arrived.lo >= deadline.hi) return [];
  // Where devices are not told apart, the user was heard.
  const others = live.isTold ? held : held.map((one) => ({ ...one, quiet: false }));
  return [{ ...state, live: { ...live, held: others, deadline, lastHeal: readAt } }];
}

/** Whether a goodbye may end the session: no other device holds the user for certain. */
function mayEnd({ held }: Live, { device, arrived }: Arrival): boolean {
  const others = device === undefined ? undefined : latest(held.filter((one) => one.device !== device));
  return others === undefined || arrived.hi >= others.lo;
}

export function goneByGoodbye(state: State, at: Arrival): State[] {
  const { live } = state;
  if (live === undefined) return [state];
  if (!mayEnd(live, at)) return [];
  const states: State[] = [];
  if (at.arrived.lo < live.deadline.hi) states.push(ended(state, live, instantOf(live, exactly(at.readAt))));
  if (at.arrived.hi >= live.deadline.lo) states.push(ended(state, live, offlineAt(live)));
  return states;
}

export function goodbyeRefusedByDisk(state: State, at: Arrival): State[] {
  const gone = goneByGoodbye(state, at);
  return gone.length === 0 ? [] : [perhapsStored(state, gone)];
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
  const again = exactly(to + Math.min(timeout, grace));
  const isOver = ({ deadline }: Held): boolean => deadline.hi < from - tick;
  const isOne = live.held.filter((one) => !isOver(one)).length === 1;
  const held = live.held.map((one): Held => {
    if (isOver(one)) return one;
    const shifted = plus(one.deadline, to - from, to - from + tick);
    const later = one.quiet ? shifted : atLeast(shifted, again);
    // Of several, one may have been over, whether that was noticed or not.
    const lo = !isOne && one.deadline.lo < from ? one.deadline.lo : later.lo;
    return { ...one, deadline: { lo, hi: later.hi }, quiet: true };
  });
  const given = { ...live, held, deadline: latest(held) ?? live.deadline };
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
  const found = given(live, restart, rules);
  const held = [{ device: FOUND, deadline: found.deadline, quiet: true }];
  return { ...live, ...found, held, isTold: false, openedAt, heard: 'no' };
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
  /** When it was seen. */
  readonly at: number;
  /** The devices of an open session. */
  readonly devices: readonly string[];
  readonly sessions: readonly Session[];
  /** Of the last session, if it is open. */
  readonly lastSeen: number | undefined;
}

/** The state with what was seen, or undefined if it contradicts that. */
export function shown(state: State, view: View): State[] {
  const { sessions, lastSeen } = view;
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
  if (seen !== undefined && lastSeen !== undefined && !fitsDevices(seen, view)) return [];
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
  return within(deadline, seen.deadline) ? withDeadline(seen, deadline) : seen;
}

/** No device holds the user for longer than that, and if only one can, it does. */
function withDeadline(live: Live, deadline: number): Live {
  const able = live.held.filter((one) => one.deadline.hi >= deadline);
  const held = live.held.map((one) => {
    if (!able.includes(one)) return one;
    const lo = able.length === 1 ? deadline : Math.min(one.deadline.lo, deadline);
    return { ...one, deadline: { lo, hi: deadline } };
  });
  return { ...live, held, deadline: exactly(deadline) };
}

/** Every device is shown that holds the user for certain, and none that cannot. */
function fitsDevices({ held }: Live, { at, devices }: View): boolean {
  const known = held.filter(({ device }) => device !== FOUND);
  return (
    known.every(({ device, deadline }) => deadline.lo <= at || devices.includes(device)) &&
    devices.every((name) => known.some(({ device, deadline }) => device === name && deadline.hi > at))
  );
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
