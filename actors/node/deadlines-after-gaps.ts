import { isCron, isSchedule, longestWaitOf, timingOf, waitOf } from '../../src/domain/schedule.js';
import type { Millis, Moment } from '../../src/domain/time.js';
import { timeoutInForce } from '../../src/domain/timeout.js';
import type { Lease, NodeRules } from './decision.js';
import type { ResumedDeadlines } from './observed-clock.js';
import type { RegisteredNode } from './registered-node.js';

type Due = Pick<Lease, 'deadline' | 'heardBlind' | 'heartbeatHistory' | 'expected'>;

/** A deadline after a blind interval. @param heardBlind how much of the blind time lay before its last heartbeat */
export type MovedDeadline = (deadline: Moment, wait: Millis, heardBlind: Millis) => Moment;

export function deadlineAfterRestart(
  state: RegisteredNode,
  due: Due,
  rules: NodeRules,
  resumed: ResumedDeadlines,
): Moment {
  const { expected } = due;
  const timing = timingOf(state.registration.settings, rules);
  const isLate = state.status.state === 'inactive';
  if (isCron(timing) && !isLate && expected !== undefined) return resumed.ofExpected(expected, timing.grace);
  const wait = waitFor(state, due, rules);
  return resumed.ofWait(due, wait, isSchedule(timing) ? longestWaitOf(timing, isLate) : wait);
}

export function deadlineAfterBlindness(
  state: RegisteredNode,
  due: Due,
  rules: NodeRules,
  moved: MovedDeadline,
): Moment {
  const { deadline, expected, heardBlind } = due;
  const { schedule } = state.registration.settings;
  // What a wall clock shows is not put off by blindness that ends before it.
  return schedule !== undefined &&
    isCron(schedule) &&
    expected !== undefined &&
    state.status.state === 'active'
    ? rules.lateAt(expected, schedule.grace)
    : moved(deadline, waitFor(state, due, rules), heardBlind);
}

function waitFor(
  { registration, status }: RegisteredNode,
  { heartbeatHistory }: Pick<Due, 'heartbeatHistory'>,
  rules: NodeRules,
): Millis {
  const timing = timingOf(registration.settings, rules);
  return isSchedule(timing)
    ? waitOf(timing, status.state === 'inactive')
    : timeoutInForce(timing, heartbeatHistory);
}
