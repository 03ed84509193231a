import type * as domain from '../domain/node.js';
import { parseAcknowledgement, type AcknowledgementBody } from '../views/acknowledgement.js';
import { instantOf, refuseBody } from './arguments.js';
import { aDate, expectArgument, isPlain, must } from './checks.js';
import { systemClock } from './clock.js';

/** An acknowledgement: who takes care of a failure, and why. */
export interface Acknowledgement {
  readonly by: string;
  readonly reason?: string | undefined;
  /** When it ends by itself, unless the node recovers sooner or it is taken back. */
  readonly until?: Date | undefined;
}

/** An acknowledgement that is in force. */
export interface Acknowledged extends Acknowledgement {
  readonly at: Date;
}

const anAcknowledgement = must('an object with by, and optionally reason and until', isPlain);

/**
 * Reads an argument by the rules for a body of the API.
 *
 * @throws TypeError for an argument of a wrong kind
 * @throws HeartbeatError `HEARTBEAT_INVALID_BODY` for an invalid value
 */
export function readAcknowledgement(acknowledgement: Acknowledgement): AcknowledgementBody {
  expectArgument('an acknowledgement', acknowledgement, anAcknowledgement);
  const { until, ...others } = acknowledgement;
  if (until !== undefined) expectArgument("an acknowledgement's until", until, aDate);
  const read = parseAcknowledgement(others, systemClock.wall(), instantOf(until));
  return 'problems' in read ? refuseBody('acknowledgement', read.problems) : read;
}

/** An acknowledgement in the form of the library. */
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
