import type { Instant, Seconds } from '../domain/time.js';
import { parsePause } from '../views/pause.js';
import { instantOf, refuseBody } from './arguments.js';
import { aDate, expectArgument, isPlain, must } from './checks.js';
import { systemClock } from './clock.js';

/** When a pause ends by itself: after some seconds, or at a time. */
export interface PauseEnd {
  readonly for?: Seconds | undefined;
  readonly until?: Date | undefined;
}

const anEnd = must('an object with for or until', isPlain);

/**
 * Reads an argument by the rules for a body of the API.
 *
 * @throws TypeError for an argument of a wrong kind
 * @throws HeartbeatError `HEARTBEAT_INVALID_BODY` for an invalid value
 */
export function readPause(end: PauseEnd): { readonly until?: Instant } {
  expectArgument("a pause's end", end, anEnd);
  const { until, ...others } = end;
  if (until !== undefined) expectArgument("a pause's until", until, aDate);
  const at = instantOf(until);
  const body = at === undefined ? others : { ...others, until: at / 1000 };
  const read = parsePause(body, systemClock.wall());
  return 'problems' in read ? refuseBody('pause', read.problems) : read;
}
