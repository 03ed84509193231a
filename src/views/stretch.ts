import * as z from 'zod';
import { instant, type Instant } from '../domain/time.js';
import { until } from './acknowledgement.js';
import type { BodyProblem } from './body-problems.js';
import { parseWhen, secondsOf, WHEN } from './instants.js';

const LONGEST_NAME = 255;
const LONGEST_REASON = 1_000;
/** The latest instant of a `Date`, in Unix seconds. */
const LATEST = 8_640_000_000_000;
const NO_INSTANT =
  'must be Unix seconds, an instant of ISO 8601, such as "2027-01-31T12:00:00Z", or a time before now, such as "-1h"';

const when = z.union(
  [
    z.number(NO_INSTANT).min(-LATEST, NO_INSTANT).max(LATEST, NO_INSTANT),
    z.string(NO_INSTANT).regex(new RegExp(WHEN), NO_INSTANT),
  ],
  NO_INSTANT,
);

const text = (most: number) =>
  z
    .string('must be a string')
    .regex(/\S/, 'must not be empty')
    .trim()
    .max(most, `must have at most ${most} characters`);

export const reasonOf = text(LONGEST_REASON);

/** When something begins and ends, who made it, and why: the fields of a silence and of an override of a rota. */
export const stretch = {
  starts_at: when.optional().meta({
    description: 'Unix seconds, ISO 8601, or a time before now: `-1h`. Now, if absent or in the past.',
  }),
  ends_at: until.meta({
    description: 'Unix seconds or ISO 8601. It must be in the future, and after `starts_at`.',
  }),
  by: text(LONGEST_NAME).meta({ description: 'Who makes it.' }),
  reason: reasonOf.optional(),
};

/** Checks the times of a body. */
export function stretchOf(
  { starts_at, ends_at }: { readonly starts_at: number | string | undefined; readonly ends_at: number },
  now: Instant,
): { readonly startsAt: Instant; readonly endsAt: Instant } | { readonly problems: readonly BodyProblem[] } {
  const startsAt = starts_at === undefined ? now : instantOf(starts_at, now);
  const endsAt = instant(ends_at * 1000);
  if (startsAt === undefined) return { problems: [{ path: 'starts_at', problem: NO_INSTANT }] };
  if (endsAt <= now) return { problems: [{ path: 'ends_at', problem: 'must lie ahead' }] };
  if (endsAt <= startsAt) return { problems: [{ path: 'ends_at', problem: 'must be later than starts_at' }] };
  return { startsAt, endsAt };
}

function instantOf(written: number | string, now: Instant): Instant | undefined {
  if (typeof written === 'number') return instant(written * 1000);
  const read = parseWhen(written);
  return read === undefined ? undefined : instant(secondsOf(read, now) * 1000);
}
