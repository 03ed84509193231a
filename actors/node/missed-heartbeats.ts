import type { FlipCause, Flip, NodeState } from '../../src/domain/node.js';
import { graceOf, isSchedule, maxRetriesOf, timingOf } from '../../src/domain/schedule.js';
import { instant, type Instant, type Moment } from '../../src/domain/time.js';
import { timeoutInForce } from '../../src/domain/timeout.js';
import { NOTHING, type Lease, type NodeEffect, type NodeRules } from './decision.js';
import { overrunOf } from './job.js';
import { isDue, type RegisteredNode } from './registered-node.js';

/** A missed deadline. */
interface MissedDeadline {
  /** The deadline that passed. */
  readonly at: Moment;
  readonly to: NodeState;
  readonly retries: number;
  /** The deadline after it; undefined once the node has failed. */
  readonly next: Moment | undefined;
}

/**
 * The misses of a node that was silent while deadlines passed. Each costs a retry; the one for which none is left makes
 * the node fail.
 *
 * @param after the deadline that follows a missed one
 */
function* missedDeadlines(
  status: { readonly state: NodeState; readonly retries: number },
  deadline: Moment,
  maxRetries: number,
  isPast: (deadline: Moment) => boolean,
  after: (deadline: Moment) => Moment,
): Generator<MissedDeadline> {
  let { retries } = status;
  let at = deadline;
  while (isPast(at)) {
    if (retries >= maxRetries) {
      yield { at, to: 'failed', retries, next: undefined };
      return;
    }
    retries++;
    const next = after(at);
    yield { at, to: 'inactive', retries, next };
    at = next;
  }
}

/** The node's state after the deadlines that have passed. */
export function missed(
  { registration, status }: RegisteredNode,
  lease: Lease,
  isPast: (deadline: Moment) => boolean,
  rules: NodeRules,
): { readonly known: RegisteredNode; readonly effects: readonly NodeEffect[]; readonly deadline: Moment } {
  const before: RegisteredNode = { registration, status };
  const overrun = overrunOf(lease.job);
  const isOverrun = overrun !== undefined && isPast(overrun);
  if (!isDue(before) || !(isOverrun || isPast(lease.deadline)))
    return { known: before, effects: NOTHING, deadline: lease.deadline };
  const isProbed = registration.settings.probe !== undefined;
  // It has not been shown to fail: its probe did not run, or has not ended.
  if (isProbed && lease.probeFailure === undefined && !isOverrun)
    return { known: before, effects: NOTHING, deadline: lease.deadline };
  const timing = timingOf(registration.settings, rules);
  const wait = isSchedule(timing) ? timing.grace : timeoutInForce(timing, lease.heartbeatHistory);
  const maxRetries = maxRetriesOf(registration.settings, rules);
  const after = (at: Moment): Moment => rules.deadlineSince(at, wait, lease.heardBlind);
  const effects: NodeEffect[] = [];
  let known = before;
  let { deadline } = lease;
  // Each miss takes a failed probe of its own.
  let failures = isProbed ? Number(lease.probeFailure !== undefined) : Infinity;
  const isMissed = (at: Moment): boolean => isPast(at) && failures-- > 0 && !(isOverrun && overrun <= at);
  for (const miss of missedDeadlines(status, deadline, maxRetries, isMissed, after)) {
    deadline = miss.next ?? deadline;
    effects.push(miss.next === undefined ? { kind: 'rest' } : { kind: 'await', deadline });
    if (miss.to === known.status.state) {
      known = { registration, status: { ...known.status, retries: miss.retries } };
      continue;
    }
    const due = dueInstant(lease.expected, miss.to === 'failed' ? wait : 0);
    const reason = probeReason(lease.probeFailure);
    const turn = flipped(known, { ...miss, cause: 'silence', due, reason }, lease, rules);
    known = turn.known;
    effects.push(turn.effect);
  }
  if (isProbed && effects.length > 0) effects.push({ kind: 'probe_failure', reason: undefined });
  if (isOverrun && known.status.state !== 'failed') {
    const { retries } = known.status;
    const reason = `it started and did not end within ${graceOf(registration.settings) / 1_000} s`;
    const turn = flipped(
      known,
      { at: overrun, to: 'failed', retries, cause: 'silence', reason },
      lease,
      rules,
    );
    known = turn.known;
    effects.push({ kind: 'rest' }, turn.effect);
  }
  return { known, effects, deadline };
}

/** As it is shown in flips and alerts. */
function probeReason(failure: string | undefined): string | undefined {
  return failure === undefined ? undefined : `probe failed: ${failure}`;
}

export interface Turn extends Pick<MissedDeadline, 'to' | 'retries' | 'at'> {
  readonly cause: FlipCause;
  readonly reason?: string | undefined;
  /** When it was to happen by the wall clock, if a schedule says that. */
  readonly due?: Instant | undefined;
}

function dueInstant(expected: Instant | undefined, later: number): Instant | undefined {
  return expected === undefined ? undefined : instant(expected + later);
}

/** A deadline was converted to a moment and back, which may be a millisecond off. */
export function exactInstant(at: Instant, due: Instant | undefined): Instant {
  return due !== undefined && Math.abs(at - due) <= 1 ? due : at;
}

export function flipped(
  { registration, status }: RegisteredNode,
  { to, retries, at, cause, reason, due }: Turn,
  lease: Lease,
  rules: NodeRules,
): { readonly known: RegisteredNode; readonly effect: Extract<NodeEffect, { kind: 'flip' }> } {
  // Flips of a node are in order, whatever the wall clock does.
  const since = instant(Math.max(exactInstant(rules.wallAt(at), due), status.since + 1));
  const blind = rules.blind - lease.heardBlind;
  const flip: Flip = {
    node: registration.name,
    from: status.state,
    to,
    at: since,
    cause,
    retries,
    blind,
    ...(reason !== undefined && { reason }),
  };
  const known = { registration, status: { state: to, retries, since } };
  return { known, effect: { kind: 'flip', flip, known } };
}
