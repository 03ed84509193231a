import type { Seconds } from '../../src/domain/time.js';
import type { Place } from '../../src/runtime/actor-system.js';
import { restartsInRow, type Backoff } from './backoff.js';

/** When a child that ended is restarted (OTP `restart`). */
export type RestartType = 'permanent' | 'transient' | 'temporary';

/** Which children are restarted together with one that crashed (OTP `strategy`). */
export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one';

/** The supervisor's settings for a child. */
export interface ChildPolicy {
  readonly id: string;
  readonly restart: RestartType;
  /** How long it may take to stop before it is abandoned; 0 is OTP's `brutal_kill`. */
  readonly shutdown: Seconds;
}

/** Tells a child's supervisor that the child has ended. Only the first call counts. */
export interface ExitSignal {
  crashed(error: Error): void;
}

/** A running child. */
export interface RunningChild {
  /** Resolves once nothing of it runs. */
  stop(): Promise<void>;
  /** What `GET /supervision` shows of the child besides the supervisor's own data. */
  inspect(): object;
}

/** OTP's child spec. Starting is asynchronous and may fail. */
export interface ChildSpec extends ChildPolicy {
  /** @param place where its actors are spawned; the same at every start */
  start(exitSignal: ExitSignal, place: Place): RunningChild | Promise<RunningChild>;
}

/** OTP's `sup_flags`, plus a back-off, which OTP does not have. */
export interface SupervisorPolicy {
  readonly strategy: Strategy;
  /** This many restarts within `period` are allowed. At one more the supervisor gives up. */
  readonly intensity: number;
  /** The time in which restarts are counted. */
  readonly period: Seconds;
  readonly backoff: Backoff;
}

/** `waiting`: down, and to be started in its turn, after its back-off. */
type ChildStatus = 'waiting' | 'starting' | 'running' | 'stopping' | 'stopped';

/** The state of a child in its supervisor. Instants are monotonic milliseconds. */
export interface ChildState extends ChildPolicy {
  readonly status: ChildStatus;
  /** The number of its starts; 0 before the first. */
  readonly incarnation: number;
  /** Restarts that its own crashes caused. Restarts because of a sibling show only in `incarnation`. */
  readonly restarts: number;
  /** A failed start counts as a crash. */
  readonly lastCrash: { readonly at: number; readonly error: string } | null;
  readonly hasStarted: boolean;
  readonly startedAt: number | null;
  readonly restartsInRow: number;
  readonly backingOff: boolean;
  readonly stopAsked: boolean;
}

export function neverStarted(policy: ChildPolicy): ChildState {
  return {
    ...policy,
    status: 'waiting',
    incarnation: 0,
    restarts: 0,
    lastCrash: null,
    hasStarted: false,
    startedAt: null,
    restartsInRow: 0,
    backingOff: false,
    stopAsked: false,
  };
}

/** The child after its run ended at `now`; `error` is null if it ended normally. The caller sets its status. */
export function afterRun(child: ChildState, error: string | null, now: number, period: Seconds): ChildState {
  const uptime = child.startedAt === null ? null : now - child.startedAt;
  return {
    ...child,
    startedAt: null,
    stopAsked: false,
    restartsInRow: restartsInRow(child.restartsInRow, uptime, period),
    lastCrash: error === null ? child.lastCrash : { at: now, error },
  };
}

export function isAlive({ status }: ChildState): boolean {
  return status === 'starting' || status === 'running' || status === 'stopping';
}

/** Nothing is under way with the child, so later ones may start. */
export function isSettled({ status }: ChildState): boolean {
  return status === 'running' || status === 'stopped';
}

/**
 * Throws one error with every problem (OTP's `check_childspecs` stops at the first). Every number must be finite,
 * because an infinite shutdown may never end.
 */
export function checkChildSpecs(policy: SupervisorPolicy, children: readonly ChildPolicy[]): void {
  const problems = [...policyProblems(policy), ...childProblems(children)];
  if (problems.length > 0) throw new Error(`invalid supervisor: ${problems.join('; ')}`);
}

function policyProblems({ intensity, period, backoff }: SupervisorPolicy): string[] {
  const problems: string[] = [];
  if (!Number.isInteger(intensity) || intensity < 0)
    problems.push(`intensity must be a whole number from 0, not ${intensity}`);
  if (!isDuration(period) || period === 0) problems.push(`period must be more than 0 seconds, not ${period}`);
  if (!isDuration(backoff.min)) problems.push(`backoff.min must be seconds from 0, not ${backoff.min}`);
  if (!isDuration(backoff.max) || backoff.max < backoff.min)
    problems.push(`backoff.max must be seconds from backoff.min, not ${backoff.max}`);
  return problems;
}

function childProblems(children: readonly ChildPolicy[]): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const { id, shutdown } of children) {
    if (id === '') problems.push('a child has an empty id');
    if (seen.has(id)) problems.push(`two children have the id "${id}"`);
    if (!isDuration(shutdown)) problems.push(`shutdown of "${id}" must be seconds from 0, not ${shutdown}`);
    seen.add(id);
  }
  return problems;
}

function isDuration(seconds: number): boolean {
  return Number.isFinite(seconds) && seconds >= 0;
}
