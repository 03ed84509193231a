import type * as domain from '../domain/node.js';
import { parseAcknowledgement, type AcknowledgementBody } from '../views/acknowledgement.js';
import { instantOf, refuseBody } from './arguments.js';
import { aDate, expectArgument, isObject, must } from './checks.js';
import { systemClock } from './clock.js';

/** Who takes care of a failure, and why nobody else has to. */
export interface Acknowledgement {
  readonly by: string;
  readonly reason?: string | undefined;
  /** When it ends by itself, unless the node recovers sooner or it is taken back. */
  readonly until?: Date | undefined;
}

/** One that was given. */
export interface Acknowledged extends Acknowledgement {
  readonly at: Date;
}

const anAcknowledgement = must('an object with by, and reason and until where there are any', isObject);

/**
 * Reads what a program has given, as a body of the API is read.
 *
 * @throws TypeError for an argument of a wrong kind
 * @throws HeartbeatError `HEARTBEAT_INVALID_BODY` for what cannot be
 */
export function readAcknowledgement(acknowledgement: Acknowledgement): AcknowledgementBody {
  expectArgument('an acknowledgement', acknowledgement, anAcknowledgement);
  const { until, ...others } = acknowledgement;
  if (until !== undefined) expectArgument("an acknowledgement's until", until, aDate);
  const read = parseAcknowledgement(others, systemClock.wall(), instantOf(until));
  return 'problems' in read ? refuseBody('acknowledgement', read.problems) : read;
}

/** An acknowledgement as a program is shown it. */
export function acknowledgedOf({
  by,
  reason,
  at,
  until,
}: Omit<domain.Acknowledgement, 'since'>): Acknowledged {
  return {
    by,
    ...(reason !== undefined && { reason }),
    at: new Date(at),
    ...(until !== undefined && { until: new Date(until) }),
  };
}
