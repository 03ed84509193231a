import { assertNever } from '../../src/domain/assert-never.js';
import { isSchedule, timingOf } from '../../src/domain/schedule.js';
import type { Moment } from '../../src/domain/time.js';
import { longestTimeout, timeoutInForce } from '../../src/domain/timeout.js';
import {
  DEFER,
  NOT_KNOWN,
  NOTHING,
  WAIT,
  withDeadline,
  type Decision,
  type Lease,
  type NodeEffect,
  type NodePhase,
  type NodeRules,
} from './decision.js';
import { describe } from './description.js';
import { overrunOf } from './job.js';
import { isDue, type RegisteredNode } from './registered-node.js';
import { flipped, missed, type Turn } from './missed-heartbeats.js';
import type { NodeCommand } from './node.protocol.js';
import { register } from './registering.js';

const WATCH: readonly NodeEffect[] = [{ kind: 'watch' }];
const INTERRUPT: NodeEffect = { kind: 'interrupt' };
const WAIT_FOR_STATUS: NodeEffect = { kind: 'wait_for_status' };
const ANSWER_ACTIVE: NodeEffect = { kind: 'answer', reply: { kind: 'active' } };

/** A heartbeat. */
export function heartbeat(state: NodePhase, lease: Lease, command: NodeCommand, rules: NodeRules): Decision {
  switch (state.phase) {
    case 'unknown':
      if (!rules.autoRegister) return { state, effects: [{ kind: 'answer', reply: NOT_KNOWN }] };
      return register(command, rules, true);
    case 'registering':
      // If its first sign was a failure or a ping, that comes first, and is handled once the disk has settled.
      if (state.by === 'fail' || state.by === 'ping') return { state, effects: DEFER };
      return { state, effects: [heard(state, command, rules), WAIT] };
    case 'leaving':
      return { state, effects: DEFER };
    case 'known':
    case 'changing': {
      if (isPausing(state)) return { state, effects: DEFER };
      const { known, effects } = missed(state, lease, (at) => at < command.arrivedAt, rules);
      const beat = heard(state, command, rules);
      if (known.status.state === 'active') {
        const stored = isStoredFirst(state, lease, command.readAt, rules)
          ? [{ kind: 'store', known } as const]
          : NOTHING;
        const answered = stored.length > 0 || lease.unstored ? WAIT_FOR_STATUS : ANSWER_ACTIVE;
        return { state, effects: [beat, ...stored, answered] };
      }
      const turn: Turn = { to: 'active', retries: 0, at: command.readAt, cause: 'heartbeat' };
      const after = flipped(known, turn, lease, rules);
      return {
        state: { ...state, status: after.known.status },
        effects: [...effects, beat, after.effect, WAIT_FOR_STATUS],
      };
    }
    default:
      return assertNever(state);
  }
}

/**
 * Whether a heartbeat is on disk before it is answered (see decision 12). The others are checkpointed: a restart gives
 * a whole timeout to a node whose last heartbeat a kill has lost. It does not for the first heartbeat after a blind
 * interval, nor if the timeout is longer than what a restart gives. Those of jobs with a schedule are rare, and the next
 * one may be expected tomorrow.
 */
function isStoredFirst(
  { registration }: RegisteredNode,
  { heardBlind, heartbeatHistory }: Lease,
  at: Moment,
  rules: NodeRules,
): boolean {
  if (heardBlind < rules.blind) return true;
  const timeout = timingOf(registration.settings, rules);
  if (isSchedule(timeout)) return true;
  if (longestTimeout(timeout) <= rules.blindGrace) return false;
  const after = heartbeatHistory?.copy();
  after?.heard(at, longestTimeout(timeout));
  return timeoutInForce(timeout, after) > rules.blindGrace;
}

/** The node reports a failure itself. */
export function fail(
  state: NodePhase,
  lease: Lease,
  command: Extract<NodeCommand, { kind: 'fail' }>,
  rules: NodeRules,
): Decision {
  switch (state.phase) {
    case 'unknown':
      if (!rules.autoRegister) return { state, effects: [{ kind: 'answer', reply: NOT_KNOWN }] };
      // It fails once its registration is on disk.
      return register(command, rules, false);
    case 'registering':
    case 'leaving':
      return { state, effects: DEFER };
    case 'known':
    case 'changing': {
      if (isPausing(state)) return { state, effects: DEFER };
      const { known, effects } = missed(state, lease, (at) => at < command.arrivedAt, rules);
      const { retries } = known.status;
      if (known.status.state === 'failed') {
        // Answered once the failure is on disk.
        const node = describe(known, lease, rules, command.readAt);
        const answered: NodeEffect =
          effects.length > 0 || lease.unstored
            ? WAIT_FOR_STATUS
            : { kind: 'answer', reply: { kind: 'node', node, created: false } };
        return { state: { ...state, status: known.status }, effects: [...effects, answered] };
      }
      const { readAt: at, reason } = command;
      const turn: Turn = { to: 'failed', retries, at, cause: 'report', reason };
      const after = flipped(known, turn, lease, rules);
      return {
        state: { ...state, status: after.known.status },
        effects: [...effects, { kind: 'rest' }, after.effect, INTERRUPT, WAIT_FOR_STATUS],
      };
    }
    default:
      return assertNever(state);
  }
}

/** A heartbeat that is known not to come. */
export function miss(state: NodePhase, lease: Lease, command: NodeCommand, rules: NodeRules): Decision {
  switch (state.phase) {
    case 'unknown':
      return { state, effects: [{ kind: 'answer', reply: NOT_KNOWN }] };
    case 'registering':
    case 'leaving':
      return { state, effects: DEFER };
    case 'known':
    case 'changing': {
      if (isPausing(state)) return { state, effects: DEFER };
      const noticed = missed(state, lease, (at) => at < command.arrivedAt, rules);
      const due = withDeadline(lease, command.readAt);
      const after = missed(noticed.known, due, (at) => at === command.readAt, rules);
      const effects = [...noticed.effects, ...after.effects];
      const node = describe(after.known, withDeadline(lease, after.deadline), rules, command.readAt);
      // If the state does not change, nothing has to be written first.
      const flips = effects.some(({ kind }) => kind === 'flip');
      const answered: NodeEffect =
        flips || lease.unstored
          ? WAIT_FOR_STATUS
          : { kind: 'answer', reply: { kind: 'node', node, created: false } };
      return { state: { ...state, status: after.known.status }, effects: [...effects, answered] };
    }
    default:
      return assertNever(state);
  }
}

/** Time has reached the deadline, or passed it. */
export function expire(state: NodePhase, lease: Lease, horizon: Moment, rules: NodeRules): Decision {
  // In other phases the deadline is checked once the disk has settled: a node that is being paused does not expire.
  if (state.phase !== 'known' || !isDue(state)) return { state, effects: NOTHING };
  const overrun = overrunOf(lease.job);
  if (lease.deadline >= horizon && !(overrun !== undefined && overrun < horizon))
    return { state, effects: WATCH };
  const { known, effects } = missed(state, lease, (at) => at < horizon, rules);
  return { state: { ...state, status: known.status }, effects };
}

/** A pause begins or ends: until that is on disk, it is open whether somebody is notified of what happens now. */
export function isPausing(state: Extract<NodePhase, { readonly phase: 'known' | 'changing' }>): boolean {
  if (state.phase === 'known') return false;
  return (state.next.pausedAt === undefined) !== (state.registration.pausedAt === undefined);
}

export function heard(known: RegisteredNode, command: NodeCommand, rules: NodeRules): NodeEffect {
  const timing = timingOf(known.registration.settings, rules);
  return { kind: 'begin', at: command.readAt, timing, heartbeat: true };
}
