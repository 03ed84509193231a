import { assertNever } from '../../src/domain/assert-never.js';
import {
  changed,
  NOTHING_CHOSEN,
  sameSettings,
  type Registration,
  type SettingsChange,
} from '../../src/domain/node.js';
import { sameProbe } from '../../src/domain/probe.js';
import { GRACE, isSchedule, sameTiming, timingOf } from '../../src/domain/schedule.js';
import { instant, type Instant, type Moment } from '../../src/domain/time.js';
import {
  DEFER,
  NOT_KNOWN,
  NOTHING,
  UNKNOWN,
  WAIT,
  withDeadline,
  type Begun,
  type Decision,
  type Lease,
  type NodeEffect,
  type NodePhase,
  type NodeRules,
  type Settled,
} from './decision.js';
import { describe } from './description.js';
import { beginning } from './expectation.js';
import { isDue, type RegisteredNode } from './registered-node.js';
import { missed } from './missed-heartbeats.js';
import type { NodeCommand, NodeReply } from './node.protocol.js';

const SLUG_TAKEN: NodeReply = { kind: 'refused', code: 'HEARTBEAT_SLUG_TAKEN' };

/** The settings of a node that its first ping registers: a job of every day, as healthchecks has it. */
const OF_PINGED: SettingsChange = { schedule: { every: 86_400_000, grace: GRACE } };

const DECLARED: NodeReply = { kind: 'refused', code: 'HEARTBEAT_DECLARED_NODE' };
const QUOTA_REACHED: NodeReply = { kind: 'refused', code: 'HEARTBEAT_NODE_QUOTA' };

/** Whether a command for an unknown node registers it. */
export function registers(command: NodeCommand, { autoRegister }: Pick<NodeRules, 'autoRegister'>): boolean {
  const { kind } = command;
  if (kind === 'ping') return command.creates;
  return kind === 'put' || kind === 'declare' || (autoRegister && (kind === 'heartbeat' || kind === 'fail'));
}

/** Whether the key that sent the command may register one more node. */
export function isWithinQuota({ quota }: NodeCommand, rules: Pick<NodeRules, 'hasQuota'>): boolean {
  return quota === undefined || rules.hasQuota(quota);
}

/** Registers a node. */
export function register(command: NodeCommand, rules: NodeRules, isHeartbeat: boolean): Decision {
  // Checked here, where the node begins to count: several on their way cannot exceed the quota together.
  if (!isWithinQuota(command, rules)) return refused(UNKNOWN, QUOTA_REACHED);
  const change = command.kind === 'put' ? command.change : command.kind === 'ping' ? OF_PINGED : {};
  if (takesSlug(command, rules)) return refused(UNKNOWN, SLUG_TAKEN);
  const { quota } = command;
  const at = rules.wallAt(command.readAt);
  const registration: Registration = {
    name: command.name,
    registeredAt: at,
    settings: command.kind === 'declare' ? command.settings : changed(NOTHING_CHOSEN, change),
    pausedAt: change.paused === true ? at : undefined,
    ...(command.kind === 'declare' && { declared: command.mark }),
    ...(quota !== undefined && { registeredBy: quota.key }),
  };
  const known: RegisteredNode = { registration, status: { state: 'active', retries: 0, since: at } };
  const timing = timingOf(registration.settings, rules);
  return {
    state: { phase: 'registering', by: command.kind, ...known },
    effects: [
      { kind: 'begin', at: command.readAt, timing, heartbeat: isHeartbeat },
      { kind: 'register', known },
      WAIT,
    ],
  };
}

/** Whether the slug that a command chooses belongs to another node. */
function takesSlug(command: NodeCommand, rules: NodeRules): boolean {
  const { name, kind } = command;
  if (kind !== 'put' && kind !== 'declare') return false;
  const { slug } = kind === 'put' ? command.change : command.settings;
  return typeof slug === 'string' && rules.isSlugTaken(slug, name);
}

function refused(state: NodePhase, reply: NodeReply): Decision {
  return { state, effects: [{ kind: 'answer', reply }] };
}

/** Changes settings, begins or ends a pause, or gives another ping UUID. */
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
      const refuse = (reply: NodeReply): Decision => ({
        state: { ...state, ...known },
        effects: [...effects, { kind: 'answer', reply }],
      });
      if (takesSlug(command, rules)) return refuse(SLUG_TAKEN);
      const at = rules.wallAt(command.readAt);
      const next = changedBy(known, command, at);
      if (command.kind === 'put' && isOverruled(known.registration, next)) return refuse(DECLARED);
      const { pausedAt } = known.registration;
      if (next === known.registration) {
        const node = describe(known, withDeadline(lease, deadline), rules, command.readAt);
        const reply: NodeReply = { kind: 'node', node, created: false };
        return { state: { ...state, ...known }, effects: [...effects, { kind: 'answer', reply }] };
      }
      const pause =
        pausedAt === undefined || next.pausedAt !== undefined ? undefined : { from: pausedAt, to: at };
      const begun = begunBy(next, known, command.readAt, rules);
      return {
        state: { phase: 'changing', ...known, next },
        effects: [...effects, { kind: 'change', known, next, pause, begun }, WAIT],
      };
    }
    default:
      return assertNever(state);
  }
}

/** Whether the file of declared nodes has chosen other settings than a request wants. */
function isOverruled({ declared, settings }: Registration, next: Registration): boolean {
  return declared !== undefined && !sameSettings(settings, next.settings);
}

/** @returns what a change of settings starts again at a moment; undefined if nothing */
function begunBy(
  next: Registration,
  { registration, status }: RegisteredNode,
  at: Moment,
  rules: NodeRules,
): Begun | undefined {
  const timing = timingOf(next.settings, rules);
  const before = timingOf(registration.settings, rules);
  // Another probe has its time, too.
  const isNew = !sameTiming(timing, before) || !sameProbe(next.settings.probe, registration.settings.probe);
  const isResumed = registration.pausedAt !== undefined && next.pausedAt === undefined;
  if (!isNew && !isResumed) return undefined;
  // A node that is not due has no deadline, but it shows when it is expected.
  const isShown = isSchedule(timing) || isSchedule(before);
  if (!isShown && !isDue({ registration: next, status })) return undefined;
  return beginning(timing, at, status.state === 'inactive', rules);
}

/** @returns the same registration if nothing changes */
function changedBy(
  { registration: before, status: { state } }: RegisteredNode,
  command: NodeCommand,
  at: Instant,
): Registration {
  // Meanwhile somebody has resumed it, or given the pause another end.
  if (command.kind === 'resume' && command.until !== undefined && command.until !== before.pausedUntil)
    return before;
  if (command.kind === 'renew_ping_uuid')
    return { ...before, pingUuidAt: instant(Math.max(at, (before.pingUuidAt ?? before.registeredAt) + 1)) };
  if (command.kind === 'release') return withoutMark(before);
  if (command.kind === 'declare') {
    const { settings, mark } = command;
    const isSame = before.declared !== undefined && sameSettings(before.settings, settings);
    return isSame ? before : { ...before, settings, declared: before.declared ?? mark };
  }
  const change = command.kind === 'put' ? command.change : { paused: command.kind === 'pause' };
  const settings = changed(before.settings, change);
  const paused = change.paused === undefined ? before.pausedAt !== undefined : change.paused === true;
  const until = command.kind === 'pause' ? command.until : before.pausedUntil;
  const isSamePause = paused === (before.pausedAt !== undefined) && (!paused || until === before.pausedUntil);
  if (sameSettings(before.settings, settings) && isSamePause) return before;
  if (!paused) return { ...unpaused(before), settings };
  const { pausedUntil: _, ...others } = before;
  const pausing = { ...others, settings, ...(until !== undefined && { pausedUntil: until }) };
  if (before.pausedAt !== undefined) return pausing;
  return { ...pausing, pausedAt: at, ...(state === 'failed' && { pausedFailed: true }) };
}

function withoutMark(before: Registration): Registration {
  if (before.declared === undefined) return before;
  const { declared: _, ...released } = before;
  return released;
}

function unpaused({ pausedFailed: _, pausedUntil: __, ...registration }: Registration): Registration {
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
    case 'known':
      if (state.registration.declared !== undefined) return refused(state, DECLARED);
      return leave(state);
    default:
      return assertNever(state);
  }
}

/** Deletes a node that a file of declared nodes registered, and no other. */
export function prune(state: NodePhase, lease: Lease, command: NodeCommand, rules: NodeRules): Decision {
  const isLeaving = state.phase === 'known' && state.registration.declared === 'created';
  if (isLeaving) return leave(state);
  return state.phase === 'known'
    ? {
        state,
        effects: [
          {
            kind: 'answer',
            reply: { kind: 'node', node: describe(state, lease, rules, command.readAt), created: false },
          },
        ],
      }
    : forget(state);
}

function leave({ registration, status }: RegisteredNode): Decision {
  const known = { registration, status };
  return { state: { phase: 'leaving', ...known }, effects: [{ kind: 'forget', known }, WAIT] };
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
      // Not sooner than one timeout from the request, whatever has happened in between.
      const begun = begunBy(next, { registration: before, status }, settled.at, rules);
      if (begun === undefined) return registered(after, [release]);
      return registered(after, [{ kind: 'interrupt' }, { kind: 'restart', at: settled.at, begun }, release]);
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
