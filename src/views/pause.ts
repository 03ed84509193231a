import * as z from 'zod';
import { instant, type Instant } from '../domain/time.js';
import { until } from './acknowledgement.js';
import { orUnknownField, problemsIn, type BodyProblem } from './body-problems.js';

/** Longer than anybody plans. */
const LONGEST = 100 * 365 * 86_400;
const NO_TIME = `must be a number of seconds, more than 0 and at most ${LONGEST}`;

/** The body of `POST /nodes/:name/pause`. */
export const pauseBody = z.strictObject(
  {
    for: z
      .number(NO_TIME)
      .gt(0, NO_TIME)
      .max(LONGEST, NO_TIME)
      .optional()
      .meta({ description: 'Seconds after which the pause ends by itself.' }),
    until: until.optional(),
  },
  orUnknownField('the body must be {"for": …} or {"until": …}, or absent'),
);

/** Reads a body: every problem with it, or when the pause ends by itself, if it does. */
export function parsePause(
  body: unknown,
  now: Instant,
): { readonly until?: Instant } | { readonly problems: readonly BodyProblem[] } {
  const read = pauseBody.safeParse(body);
  if (!read.success) return { problems: problemsIn(read.error) };
  const { for: seconds, until: end } = read.data;
  if (seconds !== undefined && end !== undefined)
    return { problems: [{ path: '', problem: 'give either "for" or "until"' }] };
  if (seconds !== undefined) return { until: instant(now + Math.ceil(seconds * 1000)) };
  if (end === undefined) return {};
  const at = instant(end * 1000);
  return at <= now ? { problems: [{ path: 'until', problem: 'must lie ahead' }] } : { until: at };
}
