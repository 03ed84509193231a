import { assertNever } from '../../src/domain/assert-never.js';
import { changed, NOTHING_CHOSEN, sameSettings, type Registration } from '../../src/domain/node.js';
import { moment, type Instant, type Millis } from '../../src/domain/time.js';
import { longestTimeout, sameTimeout } from '../../src/domain/timeout.js';
import {
  DEFER,
  NOT_KNOWN,
  NOTHING,
  UNKNOWN,
  WAIT,
  type Decision,
  type Lease,
  type NodeEffect,
  type NodePhase,
  type NodeRules,
  type Settled,
} from './decision.js';
import { describe } from './description.js';
import { isDue, type RegisteredNode } from './registered-node.js';
import { missed } from './missed-heartbeats.js';
import type { NodeCommand, NodeReply } from './node.protocol.js';

const QUOTA_REACHED: NodeReply = { kind: 'refused', code: 'HEARTBEAT_NODE_QUOTA' };

/** Whether a command for an unknown node registers it. */
export function registers({ kind }: NodeCommand, { autoRegister }: Pick<NodeRules, 'autoRegister'>): boolean {
  return kind === 'put' || (autoRegister && (kind === 'heartbeat' || kind === 'fail'));
}

/** Whether the key that sent the command may register one more node. */
export function isWithinQuota({ quota }: NodeCommand, rules: Pick<NodeRules, 'hasQuota'>): boolean {
  return quota === undefined || rules.hasQuota(quota);
}

/** Registers a node. */
export function register(command: NodeCommand, rules: NodeRules, isHeartbeat: boolean): Decision {
  // Checked here, where the node begins to count: several on their way cannot exceed the quota together.
  if (!isWithinQuota(command, rules)) {
    return { state: UNKNOWN, effects: [{ kind: 'answer', reply: QUOTA_REACHED }] };
  }
  const { quota } = command;
  const at = rules.wallAt(command.readAt);
  const change = command.kind === 'put' ? command.change : {};
  const registration: Registration = {
    name: command.name,
    registeredAt: at,
    settings: changed(NOTHING_CHOSEN, change),
    pausedAt: change.paused === true ? at : undefined,
    ...(quota !== undefined && { registeredBy: quota.key }),
  };
  const known: RegisteredNode = { registration, status: { state: 'active', retries: 0, since: at } };
  const timeout = registration.settings.timeout ?? rules.timeout;
  return {
    state: { phase: 'registering', by: command.kind, ...known },
    effects: [
      { kind: 'begin', at: command.readAt, timeout, heartbeat: isHeartbeat },
      { kind: 'register', known },
      WAIT,
    ],
  };
}

/** Changes settings, or begins or ends a pause. */
export function change(state: NodePhase, lease: Lease, command: NodeCommand, rules: NodeRules): Decision {
  switch (state.phase) {
    case 'unknown':
      return { state, effects: [{ kind: 'answer', reply: NOT_KNOWN }] };
    case 'registering':
    case 'changing':
    case 'leaving':
      return { state, effects: DEFER };
    case 'known': {
      const { known, effects, deadline } = missed(state, lease, (at) => at < command.arrivedAt, rules);
      const at = rules.wallAt(command.readAt);
      const next = changedBy(known, command, at);
      const { pausedAt } = known.registration;
      if (next === known.registration) {
        const node = describe(known, { ...lease, deadline }, rules, command.readAt);
        const reply: NodeReply = { kind: 'node', node, created: false };
        return { state: { ...state, ...known }, effects: [...effects, { kind: 'answer', reply }] };
      }
      const pause =
        pausedAt === undefined || next.pausedAt !== undefined ? undefined : { from: pausedAt, to: at };
      const restarts = timeoutBegunBy(next, known, rules);
      const begun = restarts === undefined ? undefined : moment(command.readAt + restarts);
      return {
        state: { phase: 'changing', ...known, next },
        effects: [...effects, { kind: 'change', known, next, pause, deadline: begun }, WAIT],
      };
    }
    default:
      return assertNever(state);
  }
}

/**
 * @returns the timeout that a change of settings starts again; undefined if none. It does not count from a heartbeat,
 * so the heartbeat history says nothing about it.
 */
function timeoutBegunBy(
  next: Registration,
  { registration, status }: RegisteredNode,
  rules: NodeRules,
): Millis | undefined {
  if (!isDue({ registration: next, status })) return undefined;
  const timeout = next.settings.timeout ?? rules.timeout;
  const isNew = !sameTimeout(timeout, registration.settings.timeout ?? rules.timeout);
  return isNew || registration.pausedAt !== undefined ? longestTimeout(timeout) : undefined;
}

/** @returns the same registration if nothing changes */
function changedBy(
  { registration: before, status: { state } }: RegisteredNode,
  command: NodeCommand,
  at: Instant,
): Registration {
  const change = command.kind === 'put' ? command.change : { paused: command.kind === 'pause' };
  const settings = changed(before.settings, change);
  const paused = change.paused === undefined ? before.pausedAt !== undefined : change.paused === true;
  if (sameSettings(before.settings, settings) && paused === (before.pausedAt !== undefined)) return before;
  if (!paused) return { ...unpaused(before), settings };
  if (before.pausedAt !== undefined) return { ...before, settings };
  return { ...before, settings, pausedAt: at, ...(state === 'failed' && { pausedFailed: true }) };
}

function unpaused({ pausedFailed: _, ...registration }: Registration): Registration {
  return { ...registration, pausedAt: undefined };
}

export function forget(state: NodePhase): Decision {
  switch (state.phase) {
    case 'unknown':
      return { state, effects: [{ kind: 'answer', reply: NOT_KNOWN }] };
    case 'registering':
    case 'changing':
    case 'leaving':
      return { state, effects: DEFER };
    case 'known': {
      const known = { registration: state.registration, status: state.status };
      return { state: { phase: 'leaving', ...known }, effects: [{ kind: 'forget', known }, WAIT] };
    }
    default:
      return assertNever(state);
  }
}

/** The state once the disk has settled. */
export function settle(state: NodePhase, settled: Settled, rules: NodeRules): Decision {
  const refusal = settled.stored ? undefined : settled.code;
  const release: NodeEffect = { kind: 'release', refusal, created: state.phase === 'registering' };
  switch (state.phase) {
    case 'unknown':
    case 'known':
      return { state, effects: NOTHING };
    case 'registering':
      if (!settled.stored) return { state: UNKNOWN, effects: [release] };
      return registered(state, [release]);
    case 'leaving':
      return settled.stored
        ? { state: UNKNOWN, effects: [{ kind: 'rest' }, release] }
        : registered(state, [release]);
    case 'changing': {
      const { registration: before, status, next } = state;
      // The status in the same batch may be on disk with it.
      if (!settled.stored) return registered(state, [{ kind: 'note' }, release]);
      const after = { registration: next, status };
      const timeout = timeoutBegunBy(next, { registration: before, status }, rules);
      if (timeout === undefined) return registered(after, [release]);
      // Not sooner than one timeout from the request, whatever has happened in between.
      const deadline = moment(settled.at + timeout);
      const begun: NodeEffect[] = [{ kind: 'interrupt' }, { kind: 'await', deadline }];
      return { state: { phase: 'known', ...after }, effects: [...begun, release] };
    }
    default:
      return assertNever(state);
  }
}

function registered({ registration, status }: RegisteredNode, effects: readonly NodeEffect[]): Decision {
  const known: RegisteredNode = { registration, status };
  return {
    state: { phase: 'known', ...known },
    effects: [{ kind: isDue(known) ? 'watch' : 'rest' }, ...effects],
  };
}
