import * as z from 'zod';
import type { Acknowledgement } from '../domain/node.js';
import { instant, type Instant } from '../domain/time.js';
import { orUnknownField, problemsIn, type BodyProblem } from './body-problems.js';
import { INSTANT, parseInstant } from './instants.js';

const LONGEST_NAME = 255;
const LONGEST_REASON = 1_000;
/** The latest instant of a `Date`, in Unix seconds. */
const LATEST = 8_640_000_000_000;
const NO_INSTANT = 'must be Unix seconds or an instant of ISO 8601, such as "2027-01-31T12:00:00Z"';
const BODY = 'the body must be {"by": "…"}, with "reason" and "until" where there are any';

/** The body of `POST /nodes/:name/acknowledge`, as it was read. */
export type AcknowledgementBody = Pick<Acknowledgement, 'by' | 'reason' | 'until'>;

const text = (most: number) =>
  z
    .string('must be a string')
    .regex(/\S/, 'must not be empty')
    .trim()
    .max(most, `must have at most ${most} characters`);

export const until = z
  .union(
    [
      z.number(NO_INSTANT).min(-LATEST, NO_INSTANT).max(LATEST, NO_INSTANT),
      z
        .string(NO_INSTANT)
        .regex(new RegExp(INSTANT), NO_INSTANT)
        .transform((written, context) => {
          const seconds = parseInstant(written);
          if (seconds !== undefined) return seconds;
          context.addIssue({ code: 'custom', message: NO_INSTANT });
          return z.NEVER;
        }),
    ],
    NO_INSTANT,
  )
  .meta({
    description:
      'When it ends by itself: Unix seconds, or ISO 8601 (`2027-01-31`, `2027-01-31T12:00:00Z`). It must be in the future.',
  });

export const acknowledgementBody = z.strictObject(
  { by: text(LONGEST_NAME), reason: text(LONGEST_REASON).optional(), until: until.optional() },
  orUnknownField(BODY),
);

/**
 * Reads a body: every problem with it, or who takes care of the node, why and until when.
 *
 * @param given when it ends, for a caller that has this as an instant
 */
export function parseAcknowledgement(
  body: unknown,
  now: Instant,
  given?: Instant,
): AcknowledgementBody | { readonly problems: readonly BodyProblem[] } {
  const read = acknowledgementBody.safeParse(body);
  if (!read.success) return { problems: problemsIn(read.error) };
  const { by, reason, until: seconds } = read.data;
  const end = seconds === undefined ? given : instant(seconds * 1000);
  if (end !== undefined && end <= now) return { problems: [{ path: 'until', problem: 'must lie ahead' }] };
  return { by, ...(reason !== undefined && { reason }), ...(end !== undefined && { until: end }) };
}
