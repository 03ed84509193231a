import { assertNever } from '../../src/domain/assert-never.js';
import {
  changed,
  NOTHING_CHOSEN,
  sameSettings,
  type Flip,
  type FlipCause,
  type NodeDefaults,
  type NodeState,
  type Pause,
  type Registration,
} from '../../src/domain/node.js';
import type { NodeName } from '../../src/domain/node-name.js';
import { instant, moment, type Instant, type Millis, type Moment } from '../../src/domain/time.js';
import type { ErrorCode } from '../../src/errors.js';
import { describe } from './description.js';
import { lapse, type Lapse } from './lapse.js';
import type { NodeCommand, NodeReply } from './node.protocol.js';

/** What every heartbeat changes. It belongs to the actor, which moves it as the effects say. */
export interface Lease {
  /** Of who is neither paused nor failed. */
  readonly deadline: Moment;
  readonly lastHeartbeat: Instant | undefined;
  /** How long the daemon had been blind, in all, when the node was last heard. */
  readonly heardBlind: Millis;
  /** The last flip that is not stored yet. */
  readonly unstored: Instant | undefined;
}

export interface Standing {
  readonly state: NodeState;
  readonly retries: number;
  readonly since: Instant;
}

/** A node that is on disk. */
export interface Known {
  readonly registration: Registration;
  readonly standing: Standing;
}

export type NodePhase =
  | { readonly phase: 'unknown' }
  /** It is being written that there is such a node. */
  | ({ readonly phase: 'registering' } & Known)
  | ({ readonly phase: 'known' } & Known)
  /** Other settings are being written; until they are, the old ones hold. */
  | ({ readonly phase: 'changing'; readonly next: Registration } & Known)
  /** It is being written that it is forgotten; until then it is known, and its time stands still. */
  | ({ readonly phase: 'leaving' } & Known);

/** What became of the registration, the change or the removal that was asked for. */
export type Settled = { readonly kind: 'settled'; readonly at: Moment } & (
  { readonly stored: true } | { readonly stored: false; readonly code: ErrorCode }
);

export type NodeMessage =
  | NodeCommand
  /** Every request that arrived before `horizon` has been told. */
  | { readonly kind: 'expire'; readonly horizon: Moment }
  | Settled
  /** The flip at this instant is stored, or cannot be just now. */
  | { readonly kind: 'flip_settled'; readonly at: Instant };

export type NodeEffect =
  /** Heard: one timeout from `at`. A registration begins the same way, and is no heartbeat. */
  | { readonly kind: 'begin'; readonly at: Moment; readonly timeout: Millis; readonly heartbeat: boolean }
  /** From here on this is the deadline. */
  | { readonly kind: 'await'; readonly deadline: Moment }
  /** Look at the deadline again when it comes round. */
  | { readonly kind: 'watch' }
  /** There is no deadline. */
  | { readonly kind: 'rest' }
  /** How it stands is to go to disk with the next checkpoint. */
  | { readonly kind: 'note' }
  | { readonly kind: 'flip'; readonly flip: Flip; readonly known: Known }
  | { readonly kind: 'answer'; readonly reply: NodeReply }
  /** Keep this message's asker until the disk has settled what was submitted. */
  | { readonly kind: 'wait' }
  /** Keep this message's asker until the flip at this instant is settled. */
  | { readonly kind: 'wait_for_flip'; readonly at: Instant }
  /** Answer all who wait: with what they asked for, or with the refusal. */
  | { readonly kind: 'release'; readonly refusal: ErrorCode | undefined; readonly created: boolean }
  /** Answer all who wait for flips up to this instant. */
  | { readonly kind: 'release_flips'; readonly at: Instant }
  /** Handle this message again once the disk has settled, and before any that came after it. */
  | { readonly kind: 'defer' }
  | { readonly kind: 'register'; readonly known: Known }
  | {
      readonly kind: 'change';
      readonly known: Known;
      readonly next: Registration;
      readonly pause: Pause | undefined;
    }
  | { readonly kind: 'forget'; readonly known: Known };

export interface Decision {
  readonly state: NodePhase;
  readonly effects: readonly NodeEffect[];
}

/** What holds for all nodes, and how time is told. */
export interface NodeRules extends NodeDefaults {
  /** Whether a heartbeat registers a node that nobody has heard of. */
  readonly autoRegister: boolean;
  /** How long the daemon has been blind, in all. */
  readonly blind: Millis;
  /** The wall clock's reading at a moment. */
  wallAt(at: Moment): Instant;
}

export const UNKNOWN: NodePhase = { phase: 'unknown' };

const ACTIVE: NodeReply = { kind: 'active' };
const NOT_KNOWN: NodeReply = { kind: 'refused', code: 'HEARTBEAT_UNKNOWN_NODE' };

const NOTHING: readonly NodeEffect[] = [];
const DEFER: readonly NodeEffect[] = [{ kind: 'defer' }];
const WATCH: readonly NodeEffect[] = [{ kind: 'watch' }];
const WAIT: NodeEffect = { kind: 'wait' };

/**
 * What one message means to one node. Pure: it reads the lease and changes nothing. A heartbeat at the deadline itself
 * is in time; one after it comes after the misses, whether or not anybody had noticed them.
 */
export function decide(state: NodePhase, lease: Lease, message: NodeMessage, rules: NodeRules): Decision {
  switch (message.kind) {
    case 'heartbeat':
      return heartbeat(state, lease, message, rules);
    case 'describe':
      return { state, effects: [{ kind: 'answer', reply: shown(state, lease, message, rules) }] };
    case 'fail':
      return fail(state, lease, message, rules);
    case 'put':
      if (state.phase === 'unknown') return register(message, rules, false);
      return change(state, lease, message, rules);
    case 'pause':
    case 'resume':
      return change(state, lease, message, rules);
    case 'forget':
      return forget(state);
    case 'expire':
      return expire(state, lease, message.horizon, rules);
    case 'settled':
      return settle(state, message, rules);
    case 'flip_settled':
      return { state, effects: [{ kind: 'release_flips', at: message.at }] };
    default:
      return assertNever(message);
  }
}

/** What somebody who asks is told: only what is on disk, with the misses that nobody has noticed yet. */
export function shown(
  state: NodePhase,
  lease: Lease,
  asked: { readonly arrivedAt: Moment },
  rules: NodeRules,
): NodeReply {
  if (state.phase === 'unknown' || state.phase === 'registering') return NOT_KNOWN;
  // At the deadline it has missed its heartbeat, unless one comes at that very moment.
  const { known, deadline } = missed(state, lease, (at) => at <= asked.arrivedAt, rules);
  return { kind: 'node', node: describe(known, { ...lease, deadline }, rules), created: false };
}

function heartbeat(state: NodePhase, lease: Lease, command: NodeCommand, rules: NodeRules): Decision {
  switch (state.phase) {
    case 'unknown':
      if (!rules.autoRegister) return { state, effects: [{ kind: 'answer', reply: NOT_KNOWN }] };
      return register(command, rules, true);
    case 'registering':
      return { state, effects: [heard(state, command, rules), WAIT] };
    case 'leaving':
      return { state, effects: DEFER };
    case 'known':
    case 'changing': {
      const { known, effects } = missed(state, lease, (at) => at < command.arrivedAt, rules);
      const beat = heard(state, command, rules);
      if (known.standing.state === 'active') {
        const answered: NodeEffect =
          lease.unstored === undefined
            ? { kind: 'answer', reply: ACTIVE }
            : { kind: 'wait_for_flip', at: lease.unstored };
        return { state, effects: [beat, answered] };
      }
      const after = flipped(
        known,
        { to: 'active', retries: 0, at: command.readAt, cause: 'heartbeat' },
        lease,
        rules,
      );
      return {
        state: { ...state, standing: after.known.standing },
        effects: [...effects, beat, after.effect, { kind: 'wait_for_flip', at: after.known.standing.since }],
      };
    }
    default:
      return assertNever(state);
  }
}

function fail(state: NodePhase, lease: Lease, command: NodeCommand, rules: NodeRules): Decision {
  switch (state.phase) {
    case 'unknown':
      return { state, effects: [{ kind: 'answer', reply: NOT_KNOWN }] };
    case 'registering':
    case 'leaving':
      return { state, effects: DEFER };
    case 'known':
    case 'changing': {
      const { known, effects } = missed(state, lease, (at) => at < command.arrivedAt, rules);
      const { retries } = known.standing;
      if (known.standing.state === 'failed') {
        // Told once it is on disk that it has failed.
        const unstored = effects.length > 0 ? known.standing.since : lease.unstored;
        const node = describe(known, lease, rules);
        const answered: NodeEffect =
          unstored === undefined
            ? { kind: 'answer', reply: { kind: 'node', node, created: false } }
            : { kind: 'wait_for_flip', at: unstored };
        return { state: { ...state, standing: known.standing }, effects: [...effects, answered] };
      }
      const after = flipped(
        known,
        { to: 'failed', retries, at: command.readAt, cause: 'report' },
        lease,
        rules,
      );
      const { standing } = after.known;
      return {
        state: { ...state, standing },
        effects: [...effects, { kind: 'rest' }, after.effect, { kind: 'wait_for_flip', at: standing.since }],
      };
    }
    default:
      return assertNever(state);
  }
}

function register(command: NodeCommand, rules: NodeRules, isHeartbeat: boolean): Decision {
  const at = rules.wallAt(command.readAt);
  const change = command.kind === 'put' ? command.change : {};
  const registration: Registration = {
    name: command.name,
    registeredAt: at,
    settings: changed(NOTHING_CHOSEN, change),
    pausedAt: change.paused === true ? at : undefined,
  };
  const known: Known = { registration, standing: { state: 'active', retries: 0, since: at } };
  const timeout = registration.settings.timeout ?? rules.timeout;
  return {
    state: { phase: 'registering', ...known },
    effects: [
      { kind: 'begin', at: command.readAt, timeout, heartbeat: isHeartbeat },
      { kind: 'register', known },
      WAIT,
    ],
  };
}

function change(state: NodePhase, lease: Lease, command: NodeCommand, rules: NodeRules): Decision {
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
      const next = changedBy(known.registration, command, at);
      const { pausedAt } = known.registration;
      if (next === known.registration) {
        const node = describe(known, { ...lease, deadline }, rules);
        const reply: NodeReply = { kind: 'node', node, created: false };
        return { state: { ...state, ...known }, effects: [...effects, { kind: 'answer', reply }] };
      }
      const pause =
        pausedAt === undefined || next.pausedAt !== undefined ? undefined : { from: pausedAt, to: at };
      return {
        state: { phase: 'changing', ...known, next },
        effects: [...effects, { kind: 'change', known, next, pause }, WAIT],
      };
    }
    default:
      return assertNever(state);
  }
}

/** @returns the same registration when nothing changes */
function changedBy(before: Registration, command: NodeCommand, at: Instant): Registration {
  const change = command.kind === 'put' ? command.change : { paused: command.kind === 'pause' };
  const settings = changed(before.settings, change);
  const paused = change.paused === undefined ? before.pausedAt !== undefined : change.paused === true;
  if (sameSettings(before.settings, settings) && paused === (before.pausedAt !== undefined)) return before;
  return { ...before, settings, pausedAt: paused ? (before.pausedAt ?? at) : undefined };
}

function forget(state: NodePhase): Decision {
  switch (state.phase) {
    case 'unknown':
      return { state, effects: [{ kind: 'answer', reply: NOT_KNOWN }] };
    case 'registering':
    case 'changing':
    case 'leaving':
      return { state, effects: DEFER };
    case 'known': {
      const known = { registration: state.registration, standing: state.standing };
      return { state: { phase: 'leaving', ...known }, effects: [{ kind: 'forget', known }, WAIT] };
    }
    default:
      return assertNever(state);
  }
}

function expire(state: NodePhase, lease: Lease, horizon: Moment, rules: NodeRules): Decision {
  // Of the others the deadline is looked at once the disk has settled.
  if (state.phase !== 'known' && state.phase !== 'changing') return { state, effects: NOTHING };
  if (!isDue(state)) return { state, effects: NOTHING };
  if (lease.deadline >= horizon) return { state, effects: WATCH };
  const { known, effects } = missed(state, lease, (at) => at < horizon, rules);
  return { state: { ...state, standing: known.standing }, effects };
}

function settle(state: NodePhase, settled: Settled, rules: NodeRules): Decision {
  const refusal = settled.stored ? undefined : settled.code;
  const release: NodeEffect = { kind: 'release', refusal, created: state.phase === 'registering' };
  switch (state.phase) {
    case 'unknown':
    case 'known':
      return { state, effects: NOTHING };
    case 'registering':
      if (!settled.stored) return { state: UNKNOWN, effects: [release] };
      return goOn(state, [release]);
    case 'leaving':
      return settled.stored
        ? { state: UNKNOWN, effects: [{ kind: 'rest' }, release] }
        : goOn(state, [release]);
    case 'changing': {
      const { registration: before, standing, next } = state;
      // What the batch carried of its status may be on disk with it.
      if (!settled.stored) return goOn(state, [{ kind: 'note' }, release]);
      const after = { registration: next, standing };
      const timeout = next.settings.timeout ?? rules.timeout;
      const restarts =
        timeout !== (before.settings.timeout ?? rules.timeout) ||
        (before.pausedAt !== undefined && next.pausedAt === undefined);
      if (!restarts || !isDue(after)) return goOn(after, [release]);
      const deadline = moment(settled.at + timeout);
      return { state: { phase: 'known', ...after }, effects: [{ kind: 'await', deadline }, release] };
    }
    default:
      return assertNever(state);
  }
}

/** How things stand once the disk has settled, whoever waits for it. */
export function afterSettling(state: NodePhase, settled: Settled, rules: NodeRules): NodePhase {
  return settle(state, settled, rules).state;
}

function goOn({ registration, standing }: Known, effects: readonly NodeEffect[]): Decision {
  const known: Known = { registration, standing };
  return {
    state: { phase: 'known', ...known },
    effects: [{ kind: isDue(known) ? 'watch' : 'rest' }, ...effects],
  };
}

/** Whether there is a deadline: paused nodes and failed ones have none. */
export function isDue({ registration, standing }: Known): boolean {
  return registration.pausedAt === undefined && standing.state !== 'failed';
}

function heard(known: Known, command: NodeCommand, rules: NodeRules): NodeEffect {
  const timeout = known.registration.settings.timeout ?? rules.timeout;
  return { kind: 'begin', at: command.readAt, timeout, heartbeat: true };
}

/** What the deadlines that have passed make of a node. */
function missed(
  { registration, standing }: Known,
  lease: Lease,
  isPast: (deadline: Moment) => boolean,
  rules: NodeRules,
): { readonly known: Known; readonly effects: readonly NodeEffect[]; readonly deadline: Moment } {
  const before: Known = { registration, standing };
  if (!isDue(before) || !isPast(lease.deadline))
    return { known: before, effects: NOTHING, deadline: lease.deadline };
  const settings = {
    timeout: registration.settings.timeout ?? rules.timeout,
    maxRetries: registration.settings.maxRetries ?? rules.maxRetries,
  };
  const effects: NodeEffect[] = [];
  let known = before;
  let { deadline } = lease;
  for (const miss of lapse(standing, deadline, settings, isPast)) {
    deadline = miss.next ?? deadline;
    effects.push(miss.next === undefined ? { kind: 'rest' } : { kind: 'await', deadline });
    if (miss.to === known.standing.state) {
      known = { registration, standing: { ...known.standing, retries: miss.retries } };
      continue;
    }
    const after = flipped(known, { ...miss, cause: 'silence' }, lease, rules);
    known = after.known;
    effects.push(after.effect);
  }
  return { known, effects, deadline };
}

interface Turn extends Pick<Lapse, 'to' | 'retries' | 'at'> {
  readonly cause: FlipCause;
}

function flipped(
  { registration, standing }: Known,
  { to, retries, at, cause }: Turn,
  lease: Lease,
  rules: NodeRules,
): { readonly known: Known; readonly effect: NodeEffect } {
  // Whatever the wall clock does, flips of a node are in order.
  const since = instant(Math.max(rules.wallAt(at), standing.since + 1));
  const blind = rules.blind - lease.heardBlind;
  const flip: Flip = { node: registration.name, from: standing.state, to, at: since, cause, retries, blind };
  const known = { registration, standing: { state: to, retries, since } };
  return { known, effect: { kind: 'flip', flip, known } };
}
