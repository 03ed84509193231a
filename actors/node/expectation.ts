import { isCron, isSchedule, timingOf, type Schedule, type Timing } from '../../src/domain/schedule.js';
import { instant, moment, type Instant, type Moment } from '../../src/domain/time.js';
import { longestTimeout } from '../../src/domain/timeout.js';
import type { Begun, NodePhase, NodeRules } from './decision.js';

/** When the next heartbeat of a node with a schedule is expected. */
export class Expectation {
  readonly expected: Instant;
  /** What it counts from, if that was in this run: the last heartbeat, or a change of settings. */
  readonly since: Moment | undefined;

  constructor(expected: Instant, since: Moment | undefined) {
    this.expected = expected;
    this.since = since;
  }
}

/**
 * What begins at a moment that is no heartbeat, such as a change of settings. A timeout is the longest then: the
 * heartbeat history says nothing about it.
 *
 * @param isLate the node is inactive: its next deadline makes it fail
 */
export function beginning(timing: Timing, at: Moment, isLate: boolean, rules: NodeRules): Begun {
  if (!isSchedule(timing)) return { deadline: moment(at + longestTimeout(timing)), expected: undefined };
  const begun = expectedAfter(timing, at, rules);
  return isLate ? { ...begun, deadline: moment(begun.deadline + timing.grace) } : begun;
}

/** When a heartbeat is expected after one at a moment, and the deadline of a node that is not late. */
export function expectedAfter(
  schedule: Schedule,
  at: Moment,
  rules: Pick<NodeRules, 'wallAt' | 'nextExpected' | 'lateAt'>,
): Begun & { readonly expected: Instant } {
  const wall = rules.wallAt(at);
  if (!isCron(schedule)) {
    return { deadline: moment(at + schedule.every), expected: instant(wall + schedule.every) };
  }
  const expected = rules.nextExpected(schedule, wall);
  // By the clock of this very moment: that it was set may not have been noticed yet.
  const due = at + (expected - wall);
  return { deadline: moment(Math.max(due, rules.lateAt(expected, schedule.grace))), expected };
}

/**
 * The same after the wall clock was set: an expected instant is by the wall clock. A node that the clock makes late is
 * late from now on, so it has its whole grace.
 *
 * @returns undefined if it concerns no schedule of the node
 */
export function afterClockSet(
  state: NodePhase,
  { expectation, deadline }: { readonly expectation: Expectation | undefined; readonly deadline: Moment },
  now: Moment,
  rules: NodeRules,
): Begun | undefined {
  if (state.phase === 'unknown' || expectation === undefined) return undefined;
  const schedule = timingOf(state.registration.settings, rules);
  if (!isCron(schedule)) return undefined;
  const { expected: before, since } = expectation;
  const next = rules.nextExpected(schedule, rules.wallAt(since ?? now));
  // Of an earlier run only the instant is known. It may have been far ahead of a clock that was set back.
  const expected = since === undefined ? instant(Math.min(before, next)) : next;
  const late = rules.lateAt(expected, schedule.grace);
  const isLate = state.status.state === 'inactive';
  return {
    expected,
    deadline: moment(isLate ? Math.max(deadline, late + schedule.grace) : Math.max(late, now)),
  };
}
