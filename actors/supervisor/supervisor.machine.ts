import type { Seconds } from '../../src/domain/time.js';
import { assertNever } from '../../src/domain/assert-never.js';
import { restartDelay } from './backoff.js';
import { afterRun, checkChildSpecs, isAlive, isSettled, neverStarted } from './child-spec.js';
import type { ChildPolicy, ChildState, SupervisorPolicy } from './child-spec.js';
import { recordRestart, type RestartHistory } from './intensity.js';

export interface SupervisorState {
  readonly policy: SupervisorPolicy;
  /** In start order. A temporary child that ended is removed, as in OTP. */
  readonly children: readonly ChildState[];
  readonly phase: 'idle' | 'starting' | 'running' | 'stopping' | 'stopped';
  readonly restartHistory: RestartHistory;
  /** The outcome to report once every child is down. */
  readonly outcome: Outcome;
}

type ChildRef = { readonly id: string; readonly incarnation: number };

/** `child_exited`: an end that nobody asked for. `child_stopped`: a stop is complete, even a forced one. */
export type SupervisorEvent =
  | { readonly kind: 'start' | 'shutdown' }
  /** OTP's `start_child`; and `terminate_child` with `delete_child`. */
  | { readonly kind: 'child_added'; readonly child: ChildPolicy; readonly before?: string | undefined }
  | { readonly kind: 'child_removed'; readonly id: string }
  | (ChildRef & { readonly kind: 'child_started' | 'child_stopped' | 'restart_due' })
  | (ChildRef & { readonly kind: 'child_start_failed'; readonly error: string })
  | (ChildRef & { readonly kind: 'child_exited'; readonly reason: 'normal' })
  | (ChildRef & { readonly kind: 'child_exited'; readonly reason: 'crash'; readonly error: string });

/**
 * `timeout` is in seconds. `started` (all children, for the first time) and `child_restarting` are facts to pass on or
 * log.
 */
export type SupervisorEffect =
  | { readonly kind: 'started' }
  | (ChildRef & { readonly kind: 'start_child' })
  | (ChildRef & { readonly kind: 'stop_child'; readonly timeout: Seconds })
  | (ChildRef & { readonly kind: 'restart_later'; readonly delayMs: number })
  | (ChildRef & { readonly kind: 'child_restarting'; readonly restarts: number; readonly delayMs: number })
  | Outcome;

type Outcome =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'escalate'; readonly reason: EscalationReason };

/** Why a supervisor gave up, in OTP's words. `error` is null if a permanent child ended normally. */
export interface EscalationReason {
  readonly kind: 'reached_max_restart_intensity' | 'failed_to_start_child';
  readonly id: string;
  readonly error: string | null;
}

export interface Decision {
  readonly state: SupervisorState;
  readonly effects: readonly SupervisorEffect[];
}

/** A supervisor before its `start`. Throws what `checkChildSpecs` throws. */
export function initialState(policy: SupervisorPolicy, specs: readonly ChildPolicy[]): SupervisorState {
  checkChildSpecs(policy, specs);
  return {
    policy,
    children: specs.map(neverStarted),
    phase: 'idle',
    restartHistory: [],
    outcome: { kind: 'stopped' },
  };
}

/**
 * The state machine of a supervisor: the rules of OTP's supervisor.erl, for children that start and stop
 * asynchronously. `now` is in monotonic milliseconds. Events of an incarnation that is no longer alive change nothing.
 */
export function decide(state: SupervisorState, event: SupervisorEvent, now: number): Decision {
  switch (event.kind) {
    case 'start':
      return state.phase === 'idle' ? advance({ ...state, phase: 'starting' }) : unchanged(state);
    case 'shutdown':
      return shutdown(state);
    case 'child_added':
      return childAdded(state, event.child, event.before);
    case 'child_removed':
      return childRemoved(state, event.id);
    case 'child_started':
      return childStarted(state, event, now);
    case 'restart_due':
      return restartDue(state, event);
    case 'child_start_failed':
      return childEnded(state, event, event.error, now);
    case 'child_exited':
      return childEnded(state, event, event.reason === 'crash' ? event.error : null, now);
    case 'child_stopped':
      return childEnded(state, event, null, now);
    default:
      return assertNever(event);
  }
}

/** Also answered after an escalation, so that every shutdown completes. */
function shutdown(state: SupervisorState): Decision {
  const ending = state.phase === 'stopping' || state.phase === 'stopped';
  return ending && state.outcome.kind === 'stopped' ? unchanged(state) : end(state, { kind: 'stopped' });
}

/** If its start fails, it is retried, as for a child that has run before. */
/** @param before the child in whose place it comes; the last place if absent */
function childAdded(state: SupervisorState, child: ChildPolicy, before?: string): Decision {
  const { children } = state;
  if (children.some(({ id }) => id === child.id)) return unchanged(state);
  const found = children.findIndex(({ id }) => id === before);
  const place = found < 0 ? children.length : found;
  const added = { ...neverStarted(child), hasStarted: true };
  return advance({ ...state, children: [...children.slice(0, place), added, ...children.slice(place)] });
}

/** Like a temporary child, it is forgotten once it has stopped. */
function childRemoved(state: SupervisorState, id: string): Decision {
  const child = state.children.find((other) => other.id === id);
  if (child === undefined) return unchanged(state);
  if (isAlive(child)) return advance(put(state, { ...child, restart: 'temporary', status: 'stopping' }));
  return advance({ ...state, children: state.children.filter((other) => other !== child) });
}

function childStarted(state: SupervisorState, ref: ChildRef, now: number): Decision {
  const child = find(state, ref);
  if (child?.status !== 'starting') return unchanged(state);
  return advance(put(state, { ...child, status: 'running', hasStarted: true, startedAt: now }));
}

function restartDue(state: SupervisorState, ref: ChildRef): Decision {
  const child = find(state, ref);
  if (!child?.backingOff) return unchanged(state);
  return advance(put(state, { ...child, backingOff: false }));
}

function childEnded(state: SupervisorState, ref: ChildRef, error: string | null, now: number): Decision {
  const child = find(state, ref);
  if (child === undefined) return unchanged(state);
  const ended = afterRun(child, error, now, state.policy.period);
  switch (child.status) {
    case 'stopping': // However it ended, it has stopped, which is what was asked of it.
      return advance(putDown(state, ended, state.phase === 'stopping' ? 'stopped' : 'waiting'));
    case 'starting':
      return startFailed(state, ended, error ?? 'ended before it had started', now);
    case 'running':
      return exited(state, ended, error, now);
    case 'waiting':
    case 'stopped':
      return unchanged(state);
    default:
      return assertNever(child.status);
  }
}

/** In OTP a first start that fails ends the supervisor (`init_children`); a later one is retried. */
function startFailed(state: SupervisorState, child: ChildState, error: string, now: number): Decision {
  if (child.hasStarted) return restart(state, child, error, now);
  return giveUp(state, child, { kind: 'failed_to_start_child', id: child.id, error });
}

/** OTP `do_restart`. */
function exited(state: SupervisorState, child: ChildState, error: string | null, now: number): Decision {
  const again = child.restart === 'permanent' || (child.restart === 'transient' && error !== null);
  return again ? restart(state, child, error, now) : advance(putDown(state, child, 'stopped'));
}

/** OTP `restart`: counts the restart, then takes down the child and those that its strategy names. */
function restart(state: SupervisorState, child: ChildState, error: string | null, now: number): Decision {
  const { id, incarnation } = child;
  const { history, exceeded } = recordRestart(state.restartHistory, now, state.policy);
  const counted = { ...state, restartHistory: history };
  if (exceeded) return giveUp(counted, child, { kind: 'reached_max_restart_intensity', id, error });

  const restarts = child.restarts + 1;
  const restartsInRow = child.restartsInRow + 1;
  const delayMs = restartDelay(restartsInRow, state.policy.backoff);
  const ended = { ...child, restarts, restartsInRow, backingOff: delayMs > 0 };
  const facts: SupervisorEffect[] = [{ kind: 'child_restarting', id, incarnation, restarts, delayMs }];
  if (delayMs > 0) facts.push({ kind: 'restart_later', id, incarnation, delayMs });
  return after(
    facts,
    advance(takeDown(putDown(counted, ended, 'waiting'), groupStart(counted, id), 'waiting')),
  );
}

/** Children that restart together are always the last ones in start order, from this index on. */
function groupStart({ policy, children }: SupervisorState, crashed: string): number {
  switch (policy.strategy) {
    case 'one_for_one':
      return children.length;
    case 'one_for_all':
      return 0;
    case 'rest_for_one':
      return children.findIndex(({ id }) => id === crashed);
    default:
      return assertNever(policy.strategy);
  }
}

function giveUp(state: SupervisorState, child: ChildState, reason: EscalationReason): Decision {
  return end(putDown(state, child, 'stopped'), { kind: 'escalate', reason });
}

function end(state: SupervisorState, outcome: Outcome): Decision {
  return advance(takeDown({ ...state, phase: 'stopping', outcome }, 0, 'stopped'));
}

/**
 * Marks all children from index `from` on to be stopped, and those already down as `then`. As in OTP, a transient child
 * that ended normally restarts with its group.
 */
function takeDown(state: SupervisorState, from: number, then: 'waiting' | 'stopped'): SupervisorState {
  const down = (child: ChildState): ChildState => ({ ...child, status: isAlive(child) ? 'stopping' : then });
  return { ...state, children: state.children.map((child, index) => (index < from ? child : down(child))) };
}

/** The next step: stop the last child that is to stop. When none is left, start those that wait. */
function advance(state: SupervisorState): Decision {
  const last = state.children.findLast((child) => child.status === 'stopping');
  if (last !== undefined) return last.stopAsked ? unchanged(state) : stopChild(state, last);
  switch (state.phase) {
    case 'starting':
    case 'running':
      return startChildren(state);
    case 'stopping':
      return { state: { ...state, phase: 'stopped' }, effects: [state.outcome] };
    case 'idle':
    case 'stopped':
      return unchanged(state);
    default:
      return assertNever(state.phase);
  }
}

function stopChild(state: SupervisorState, child: ChildState): Decision {
  const { id, incarnation, shutdown: timeout } = child;
  return {
    state: put(state, { ...child, stopAsked: true }),
    effects: [{ kind: 'stop_child', id, incarnation, timeout }],
  };
}

function startChildren(state: SupervisorState): Decision {
  const next = state.children.find((child, index) => mayStart(state, child, index));
  if (next !== undefined) return startChild(state, next);
  const complete = state.phase === 'starting' && state.children.every((child) => child.hasStarted);
  return complete
    ? { state: { ...state, phase: 'running' }, effects: [{ kind: 'started' }] }
    : unchanged(state);
}

function startChild(state: SupervisorState, child: ChildState): Decision {
  const { id } = child;
  const incarnation = child.incarnation + 1;
  const starting = put(state, { ...child, status: 'starting', incarnation });
  return after([{ kind: 'start_child', id, incarnation }], advance(starting));
}

function mayStart({ policy, children }: SupervisorState, child: ChildState, index: number): boolean {
  if (child.status !== 'waiting' || child.backingOff) return false;
  const before = children.slice(0, index);
  switch (policy.strategy) {
    case 'one_for_one':
      return before.every((earlier) => earlier.hasStarted);
    case 'one_for_all':
      return before.every(isSettled) && !children.some((other) => other.backingOff);
    case 'rest_for_one':
      return before.every(isSettled);
    default:
      return assertNever(policy.strategy);
  }
}

function find(state: SupervisorState, { id, incarnation }: ChildRef): ChildState | undefined {
  return state.children.find((child) => child.id === id && child.incarnation === incarnation);
}

function put(state: SupervisorState, child: ChildState): SupervisorState {
  return { ...state, children: state.children.map((other) => (other.id === child.id ? child : other)) };
}

/** OTP deletes the spec of a temporary child when it ends. */
function putDown(state: SupervisorState, child: ChildState, status: 'waiting' | 'stopped'): SupervisorState {
  if (child.restart !== 'temporary') return put(state, { ...child, status });
  return { ...state, children: state.children.filter(({ id }) => id !== child.id) };
}

function after(effects: readonly SupervisorEffect[], decision: Decision): Decision {
  return { state: decision.state, effects: [...effects, ...decision.effects] };
}

function unchanged(state: SupervisorState): Decision {
  return { state, effects: [] };
}
