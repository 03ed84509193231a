import { assertNever } from '../../src/domain/assert-never.js';
import {
  changed,
  NOTHING_CHOSEN,
  sameSettings,
  type Flip,
  type FlipCause,
  type NodeDefaults,
  type Pause,
  type Registration,
} from '../../src/domain/node.js';
import { instant, moment, type Instant, type Millis, type Moment } from '../../src/domain/time.js';
import type { ErrorCode } from '../../src/errors.js';
import { describe } from './description.js';
import { isDue, type Known } from './known.js';
import { lapse, type Lapse } from './lapse.js';
import type { NodeCommand, NodeReply } from './node.protocol.js';

/** What every heartbeat changes. It belongs to the actor, which moves it as the effects say. */
export interface Lease {
  /** Of who is neither paused nor failed. */
  readonly deadline: Moment;
  readonly lastHeartbeat: Instant | undefined;
  /** How long the daemon had been blind, in all, when the node was last heard. */
  readonly heardBlind: Millis;
  /** Whether it has come to stand in a way that is to be told only once it is on disk, and is not yet. */
  readonly unstored: boolean;
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
  /** How it stood is stored, up to this number of times that it was submitted, or cannot be just now. */
  | { readonly kind: 'standing_settled'; readonly number: number };

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
  /** How it stands goes to disk now. */
  | { readonly kind: 'store'; readonly known: Known }
  /** Keep this message's asker until all that was submitted of how it stands is settled. */
  | { readonly kind: 'wait_for_standing' }
  /** Answer all who wait: with what they asked for, or with the refusal. */
  | { readonly kind: 'release'; readonly refusal: ErrorCode | undefined; readonly created: boolean }
  /** Answer all who wait for what was submitted up to this number. */
  | { readonly kind: 'release_standing'; readonly number: number }
  /** Handle this message again once the disk has settled, and before any that came after it. */
  | { readonly kind: 'defer' }
  | { readonly kind: 'register'; readonly known: Known }
  | {
      readonly kind: 'change';
      readonly known: Known;
      readonly next: Registration;
      readonly pause: Pause | undefined;
      /** Where it begins anew. */
      readonly deadline: Moment | undefined;
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
  /** The most time that anybody is given again after a blindness. */
  readonly blindGrace: Millis;
  /** The wall clock's reading at a moment. */
  wallAt(at: Moment): Instant;
  /**
   * The deadline one timeout from `since`, and later where the daemon has been blind in between.
   *
   * @param heardBlind as in the lease
   */
  deadlineSince(since: Moment, timeout: Millis, heardBlind: Millis): Moment;
  /** How long the daemon had been blind, in all, at a moment just past. */
  blindAt(at: Moment): Millis;
}

export const UNKNOWN: NodePhase = { phase: 'unknown' };

const ACTIVE: NodeReply = { kind: 'active' };
const NOT_KNOWN: NodeReply = { kind: 'refused', code: 'HEARTBEAT_UNKNOWN_NODE' };

const NOTHING: readonly NodeEffect[] = [];
const DEFER: readonly NodeEffect[] = [{ kind: 'defer' }];
const WATCH: readonly NodeEffect[] = [{ kind: 'watch' }];
const WAIT: NodeEffect = { kind: 'wait' };
const WAIT_FOR_STANDING: NodeEffect = { kind: 'wait_for_standing' };
const ANSWER_ACTIVE: NodeEffect = { kind: 'answer', reply: ACTIVE };

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
    case 'standing_settled':
      return { state, effects: [{ kind: 'release_standing', number: message.number }] };
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
        const stored = isStoredFirst(state, lease, rules) ? [{ kind: 'store', known } as const] : NOTHING;
        const answered = stored.length > 0 || lease.unstored ? WAIT_FOR_STANDING : ANSWER_ACTIVE;
        return { state, effects: [beat, ...stored, answered] };
      }
      const turn: Turn = { to: 'active', retries: 0, at: command.readAt, cause: 'heartbeat' };
      const after = flipped(known, turn, lease, rules);
      return {
        state: { ...state, standing: after.known.standing },
        effects: [...effects, beat, after.effect, WAIT_FOR_STANDING],
      };
    }
    default:
      return assertNever(state);
  }
}

/**
 * Whether a heartbeat is on disk before it is answered. The others are checkpointed: whoever has lost one to a kill is
 * given a whole timeout by the restart. That is not so of the first heartbeat since the daemon was last blind, nor where
 * the timeout is longer than what a restart gives.
 */
function isStoredFirst({ registration }: Known, { heardBlind }: Lease, rules: NodeRules): boolean {
  return heardBlind < rules.blind || (registration.settings.timeout ?? rules.timeout) > rules.blindGrace;
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
        const node = describe(known, lease, rules);
        const answered: NodeEffect =
          effects.length > 0 || lease.unstored
            ? WAIT_FOR_STANDING
            : { kind: 'answer', reply: { kind: 'node', node, created: false } };
        return { state: { ...state, standing: known.standing }, effects: [...effects, answered] };
      }
      const turn: Turn = { to: 'failed', retries, at: command.readAt, cause: 'report' };
      const after = flipped(known, turn, lease, rules);
      return {
        state: { ...state, standing: after.known.standing },
        effects: [...effects, { kind: 'rest' }, after.effect, WAIT_FOR_STANDING],
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

/** @returns the timeout that a change of settings begins anew, or undefined when it begins none */
function timeoutBegunBy(
  next: Registration,
  { registration, standing }: Known,
  rules: NodeRules,
): Millis | undefined {
  if (!isDue({ registration: next, standing })) return undefined;
  const timeout = next.settings.timeout ?? rules.timeout;
  const isNew = timeout !== (registration.settings.timeout ?? rules.timeout);
  return isNew || registration.pausedAt !== undefined ? timeout : undefined;
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
  // Of the others the deadline is looked at once the disk has settled: whoever is being paused does not expire.
  if (state.phase !== 'known' || !isDue(state)) return { state, effects: NOTHING };
  if (lease.deadline >= horizon) return { state, effects: WATCH };
  const { known, effects } = missed(state, lease, (at) => at < horizon, rules);
  return { state: { ...state, standing: known.standing }, effects };
}

/** How things stand once the disk has settled. */
export function settle(state: NodePhase, settled: Settled, rules: NodeRules): Decision {
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
      const timeout = timeoutBegunBy(next, { registration: before, standing }, rules);
      if (timeout === undefined) return goOn(after, [release]);
      // Not sooner than it would be from when that was asked for, whatever has happened in between.
      const deadline = moment(settled.at + timeout);
      return { state: { phase: 'known', ...after }, effects: [{ kind: 'await', deadline }, release] };
    }
    default:
      return assertNever(state);
  }
}

function goOn({ registration, standing }: Known, effects: readonly NodeEffect[]): Decision {
  const known: Known = { registration, standing };
  return {
    state: { phase: 'known', ...known },
    effects: [{ kind: isDue(known) ? 'watch' : 'rest' }, ...effects],
  };
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
  const timeout = registration.settings.timeout ?? rules.timeout;
  const maxRetries = registration.settings.maxRetries ?? rules.maxRetries;
  const after = (at: Moment): Moment => rules.deadlineSince(at, timeout, lease.heardBlind);
  const effects: NodeEffect[] = [];
  let known = before;
  let { deadline } = lease;
  for (const miss of lapse(standing, deadline, maxRetries, isPast, after)) {
    deadline = miss.next ?? deadline;
    effects.push(miss.next === undefined ? { kind: 'rest' } : { kind: 'await', deadline });
    if (miss.to === known.standing.state) {
      known = { registration, standing: { ...known.standing, retries: miss.retries } };
      continue;
    }
    const turn = flipped(known, { ...miss, cause: 'silence' }, lease, rules);
    known = turn.known;
    effects.push(turn.effect);
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
