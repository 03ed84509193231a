import { assertNever } from '../../src/domain/assert-never.js';
import type { EndedSession } from '../../src/domain/session.js';
import type { Instant, Moment } from '../../src/domain/time.js';
import type { ErrorCode } from '../../src/errors.js';
import { describe, endedAt, type Lease, type RunningSession } from './running-session.js';
import type { UserReply, UserRequest } from './user.protocol.js';

/** State and session in one object, because there is one for each online user. */
export interface OnlineUser extends RunningSession {
  readonly phase: 'online';
}

export type UserState =
  | { readonly phase: 'absent' }
  /** The record of a new session is being written. Heals wait for it. */
  | { readonly phase: 'opening'; readonly openedAt: Moment }
  | OnlineUser
  /** The first heal since a restart is being written. Heals wait for it. */
  | { readonly phase: 'resuming'; readonly session: RunningSession }
  /** A goodbye or an erasure is being written. Until it is, the session (if any) goes on. */
  | {
      readonly phase: 'leaving';
      readonly session: RunningSession | undefined;
      readonly reply: UserReply;
      /** The session as a goodbye ends it. */
      readonly ended?: EndedSession;
      /** When the erasure was read. */
      readonly erasedAt?: Moment;
    };

/** The disk's result for what the user waits for. */
export type Settled =
  | { readonly kind: 'settled'; readonly stored: true; readonly onlineAt: Instant | undefined }
  | { readonly kind: 'settled'; readonly stored: false; readonly code: ErrorCode };

export type UserMessage =
  | UserRequest
  /** Every request that arrived before `horizon` has been passed on. */
  | { readonly kind: 'expire'; readonly horizon: Moment }
  | Settled;

export type UserEffect =
  /**
   * Keep the user online for one timeout from when the message was read. `heldBy` is what kept the user online before,
   * where devices are not told apart: nothing, the device without a name, or devices found at a restart.
   */
  | { readonly kind: 'extend'; readonly heldBy: 'nobody' | 'unnamed' | 'found' }
  /** End one device. Another one keeps the user online. */
  | { readonly kind: 'leave' }
  /** Check the deadline again when it comes round. */
  | { readonly kind: 'watch' }
  | { readonly kind: 'answer'; readonly reply: UserReply }
  /** Answer this message once the disk has settled. */
  | { readonly kind: 'wait' }
  /** Answer everybody who waits. */
  | { readonly kind: 'release'; readonly reply: UserReply }
  /** Handle this message again once the disk has settled, before later ones. */
  | { readonly kind: 'defer' }
  | { readonly kind: 'submit'; readonly entry: 'open' | 'resume' | 'flush' | 'erase' }
  | { readonly kind: 'submit'; readonly entry: 'end' | 'close'; readonly session: EndedSession };

export interface Decision {
  readonly state: UserState;
  readonly effects: readonly UserEffect[];
}

export const ABSENT: UserState = { phase: 'absent' };

const ONLINE: UserReply = { kind: 'online' };
const OFFLINE: UserReply = { kind: 'offline' };
const ERASED: UserReply = { kind: 'erased' };

const NOTHING: readonly UserEffect[] = [];
const EXTEND: UserEffect = { kind: 'extend', heldBy: 'unnamed' };
const EXTEND_AND_ANSWER: readonly UserEffect[] = [EXTEND, { kind: 'answer', reply: ONLINE }];
const OPEN: readonly UserEffect[] = [
  { kind: 'submit', entry: 'open' },
  { kind: 'extend', heldBy: 'nobody' },
  { kind: 'wait' },
];
const JOIN: readonly UserEffect[] = [EXTEND, { kind: 'wait' }];
const RESUME: readonly UserEffect[] = [
  { kind: 'submit', entry: 'resume' },
  { kind: 'extend', heldBy: 'found' },
  { kind: 'wait' },
];
const LEAVE: readonly UserEffect[] = [{ kind: 'leave' }, { kind: 'answer', reply: ONLINE }];
const WAIT: readonly UserEffect[] = [{ kind: 'wait' }];
const DEFER: readonly UserEffect[] = [{ kind: 'defer' }];
const WATCH: readonly UserEffect[] = [{ kind: 'watch' }];
const FLUSH: readonly UserEffect[] = [{ kind: 'submit', entry: 'flush' }, { kind: 'wait' }];
const ERASE: readonly UserEffect[] = [{ kind: 'submit', entry: 'erase' }, { kind: 'wait' }];

/**
 * The state machine of a user: decides what one message means. Pure: it reads the lease and changes nothing. A user is
 * online while the deadline lies ahead; a heal at the deadline itself still extends the session.
 */
export function decide(state: UserState, lease: Lease, message: UserMessage): Decision {
  switch (message.kind) {
    case 'heal':
      return heal(state, lease, message);
    case 'goodbye':
      return goodbye(state, lease, message);
    case 'erase':
      return erase(state, message);
    case 'checkup':
      return {
        state,
        effects: [{ kind: 'answer', reply: isOnline(state, lease, message) ? ONLINE : OFFLINE }],
      };
    case 'describe':
      return {
        state,
        effects: [{ kind: 'answer', reply: describe(sessionOf(state), lease, message.arrivedAt) }],
      };
    case 'expire':
      return expire(state, lease, message.horizon);
    case 'settled':
      return settle(state, message);
    default:
      return assertNever(message);
  }
}

/** Whether a checkup says `online`: only what is on disk counts, and a goodbye only once it is. */
export function isOnline(state: UserState, lease: Lease, request: { readonly arrivedAt: Moment }): boolean {
  return sessionOf(state) !== undefined && request.arrivedAt < lease.deadline;
}

function heal(state: UserState, lease: Lease, command: UserRequest): Decision {
  switch (state.phase) {
    case 'absent':
      return { state: { phase: 'opening', openedAt: command.readAt }, effects: OPEN };
    case 'opening':
    case 'resuming':
      return { state, effects: JOIN };
    case 'online': {
      if (command.arrivedAt <= lease.deadline) {
        if (state.endsAt === undefined) return { state, effects: EXTEND_AND_ANSWER };
        const { onlineAt, openedAt } = state;
        return { state: { phase: 'resuming', session: { onlineAt, openedAt } }, effects: RESUME };
      }
      return {
        state: { phase: 'opening', openedAt: command.readAt },
        effects: [silentEnd(state, lease), ...OPEN],
      };
    }
    case 'leaving':
      return { state, effects: DEFER };
    default:
      return assertNever(state);
  }
}

function goodbye(state: UserState, lease: Lease, command: UserRequest): Decision {
  switch (state.phase) {
    case 'absent':
      // The end of the previous session may still be on its way to the disk.
      return { state: { phase: 'leaving', session: undefined, reply: OFFLINE }, effects: FLUSH };
    case 'opening':
    case 'resuming':
      return { state, effects: DEFER };
    case 'online': {
      const inTime = command.arrivedAt < lease.deadline;
      const { device } = command;
      if (inTime && device !== undefined && command.arrivedAt < lease.othersUntil(device))
        return { state, effects: LEAVE };
      const session = inTime
        ? endedAt(state, { ...lease, lastSeen: command.readAt }, command.readAt, 'seen')
        : endedAt(state, lease, lease.deadline);
      return {
        state: { phase: 'leaving', session: state, reply: OFFLINE, ended: session },
        effects: [{ kind: 'submit', entry: 'close', session }, { kind: 'wait' }],
      };
    }
    case 'leaving':
      return { state, effects: state.reply.kind === 'offline' ? WAIT : DEFER };
    default:
      return assertNever(state);
  }
}

function erase(state: UserState, { readAt: erasedAt }: UserRequest): Decision {
  switch (state.phase) {
    case 'absent':
      return { state: { phase: 'leaving', session: undefined, reply: ERASED, erasedAt }, effects: ERASE };
    case 'opening':
    case 'resuming':
      return { state, effects: DEFER };
    case 'online':
      return { state: { phase: 'leaving', session: state, reply: ERASED, erasedAt }, effects: ERASE };
    case 'leaving':
      return { state, effects: state.reply.kind === 'erased' ? WAIT : DEFER };
    default:
      return assertNever(state);
  }
}

function expire(state: UserState, lease: Lease, horizon: Moment): Decision {
  if (state.phase !== 'online') return { state, effects: NOTHING };
  if (lease.deadline >= horizon) return { state, effects: WATCH };
  return { state: ABSENT, effects: [silentEnd(state, lease)] };
}

function silentEnd(session: RunningSession, lease: Lease): UserEffect {
  return { kind: 'submit', entry: 'end', session: endedAt(session, lease, lease.deadline) };
}

function settle(state: UserState, settled: Settled): Decision {
  switch (state.phase) {
    case 'opening':
      return release(
        afterSettling(state, settled),
        settled.stored ? ONLINE : { kind: 'refused', code: settled.code },
      );
    case 'resuming':
      // An extending heal needs no write, so a disk that refuses writes makes no difference to it.
      return release(afterSettling(state, settled), ONLINE);
    case 'leaving':
      return release(
        afterSettling(state, settled),
        settled.stored ? state.reply : { kind: 'refused', code: settled.code },
      );
    case 'absent':
    case 'online':
      return { state, effects: NOTHING };
    default:
      return assertNever(state);
  }
}

/** The state once the disk has settled. */
export function afterSettling(state: UserState, settled: Settled): UserState {
  switch (state.phase) {
    case 'opening':
      if (!settled.stored) return ABSENT;
      if (settled.onlineAt === undefined) throw new TypeError('an opening was settled without its instant');
      return online({ onlineAt: settled.onlineAt, openedAt: state.openedAt });
    case 'resuming':
      return online(state.session);
    case 'leaving':
      return settled.stored || state.session === undefined ? ABSENT : online(state.session);
    case 'absent':
    case 'online':
      return state;
    default:
      return assertNever(state);
  }
}

function release(state: UserState, reply: UserReply): Decision {
  const watch = state.phase === 'online' ? WATCH : NOTHING;
  return { state, effects: [...watch, { kind: 'release', reply }] };
}

/** The current session, if any. */
export function sessionOf(state: UserState): RunningSession | undefined {
  switch (state.phase) {
    case 'absent':
    case 'opening':
      return undefined;
    case 'online':
      return state;
    case 'resuming':
    case 'leaving':
      return state.session;
    default:
      return assertNever(state);
  }
}

export function online({ onlineAt, openedAt, endsAt }: RunningSession): OnlineUser {
  return endsAt === undefined
    ? { phase: 'online', onlineAt, openedAt }
    : { phase: 'online', onlineAt, openedAt, endsAt };
}
