import type { EndedSession } from '../../src/domain/session.js';
import { instant, type Instant, type Moment } from '../../src/domain/time.js';
import type { LiveDevice, LiveSession, UserReply } from './user.protocol.js';

/** A session that has begun. It stays the same session whatever the wall clock jumps to. */
export interface RunningSession {
  readonly onlineAt: Instant;
  readonly openedAt: Moment;
  /** Set until a session found at a restart is healed: the end that is stored if it never is. */
  readonly endsAt?: Instant;
}

/** How long the user stays online. It belongs to the actor, which moves it on `extend`. */
export interface Lease {
  readonly deadline: Moment;
  readonly lastSeen: Moment;
  /** Until when devices other than this one keep the user online. */
  othersUntil(device: string): Moment;
  /** The devices that keep the user online at a moment; undefined if they are not told apart. */
  devicesAt(at: Moment): readonly HeldBy[] | undefined;
}

/** A device, as its shard keeps it. */
interface HeldBy {
  readonly name: string | undefined;
  readonly since: Moment;
  readonly lastSeen: Moment;
  readonly deadline: Moment;
  readonly meta: string | undefined;
}

/** The reply to `describe`. */
export function describe(session: RunningSession | undefined, lease: Lease, at: Moment): UserReply {
  if (session === undefined) return { kind: 'described', session: undefined };
  if (at >= lease.deadline) {
    return { kind: 'described', session: undefined, ended: endedAt(session, lease, lease.deadline) };
  }
  return { kind: 'described', session: liveSession(session, lease, at) };
}

/** @param at devices whose deadline has passed by then are left out */
export function liveSession(session: RunningSession, lease: Lease, at: Moment): LiveSession {
  return {
    onlineAt: session.onlineAt,
    lastSeen: instantIn(session, lease.lastSeen),
    deadline: instantIn(session, lease.deadline),
    devices: devicesOf(session, lease, at),
  };
}

function devicesOf(session: RunningSession, lease: Lease, at: Moment): readonly LiveDevice[] {
  const { lastSeen, deadline } = lease;
  const unnamed = { name: undefined, since: session.openedAt, lastSeen, deadline, meta: undefined };
  const held = lease.devicesAt(at) ?? (session.endsAt === undefined ? [unnamed] : []);
  return held.map(({ name, since, meta, ...device }) => ({
    name,
    since: instantIn(session, since),
    lastSeen: instantIn(session, device.lastSeen),
    deadline: instantIn(session, device.deadline),
    meta,
  }));
}

/** The session as it is stored. @param how what ended it */
export function endedAt(
  session: RunningSession,
  lease: Pick<Lease, 'lastSeen'>,
  at: Moment,
  how: 'silent' | 'seen' = 'silent',
): EndedSession {
  const lastSeen = instantIn(session, lease.lastSeen);
  const offlineAt = session.endsAt === undefined || how === 'seen' ? instantIn(session, at) : session.endsAt;
  return { onlineAt: session.onlineAt, offlineAt: later(offlineAt, session.onlineAt), lastSeen };
}

/** A moment as an instant of this session: as far from its beginning as the monotonic clock says. */
function instantIn(session: RunningSession, at: Moment): Instant {
  return instant(session.onlineAt + Math.max(0, at - session.openedAt));
}

function later(a: Instant, b: Instant): Instant {
  return a > b ? a : b;
}
