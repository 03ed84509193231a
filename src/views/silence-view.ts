import * as z from 'zod';
import { allFitNothing, parseMatcher, type Matcher } from '../domain/matcher.js';
import { silenceStateAt, type Silence, type SilenceRequest } from '../domain/silence.js';
import { instant, unixSeconds, type Instant } from '../domain/time.js';
import type * as answer from './silence-answers.js';
import { orUnknownField, problemsIn, type BodyProblem } from './body-problems.js';
import { parseInstant } from './instants.js';
import { stretch, stretchOf } from './stretch.js';

export { reasonOf } from './stretch.js';

const MOST_MATCHERS = 32;
const LONGEST_MATCHER = 1_000;
/** The latest instant of a `Date`, in Unix seconds. */
const LATEST = 8_640_000_000_000;
const NO_FIXED_INSTANT = 'must be Unix seconds, or an instant of ISO 8601, such as "2027-01-31T12:00:00Z"';
const BODY =
  'the body must be {"matchers": ["env=prod"], "ends_at": …, "by": "…"}, with "starts_at" and "reason" where there are any';
const FITS_ALL = 'at least one must not match the empty string';

/** A silence, and its state now. */
export function silenceView(silence: Silence, now: Instant): z.output<typeof answer.silence> {
  const { id, matchers, startsAt, endsAt, by, reason, updatedAt, nodes, maintenance } = silence;
  return {
    id,
    state: silenceStateAt(silence, now),
    matchers,
    starts_at: unixSeconds(startsAt),
    ends_at: unixSeconds(endsAt),
    by,
    ...(reason !== undefined && { reason }),
    updated_at: unixSeconds(updatedAt),
    ...(nodes !== undefined && { nodes }),
    ...(maintenance !== undefined && { maintenance: true }),
  };
}

/** The matchers of one silence or maintenance window. */
export const matchersOf = z
  .array(
    z
      .string('must be a string')
      .max(LONGEST_MATCHER, `must have at most ${LONGEST_MATCHER} characters`)
      .superRefine((text, context) => {
        const read = parseMatcher(text);
        if ('problem' in read) context.addIssue({ code: 'custom', message: read.problem });
      }),
    'must be an array of matchers, such as "env=prod"',
  )
  .min(1, 'must have at least one matcher')
  .max(MOST_MATCHERS, `must have at most ${MOST_MATCHERS} matchers`)
  .superRefine((texts, context) => {
    const read = texts.map(parseMatcher).filter((each): each is Matcher => !('problem' in each));
    if (read.length === texts.length && texts.length > 0 && allFitNothing(read))
      context.addIssue({ code: 'custom', message: FITS_ALL });
  })
  .meta({
    description:
      'In the syntax of Alertmanager: `env=prod`, `env!=test`, `name=~"web-.*"`, `name!~web-.*`. All of them must fit a node. `name` is the name of the node, any other a label; a label that it does not have is empty. Regular expressions are those of RE2, of at most 256 bytes, and must match the whole value.',
  });

/** An instant in a configuration, in milliseconds. */
export const fixedInstant = z
  .union(
    [
      z.number(NO_FIXED_INSTANT).min(-LATEST, NO_FIXED_INSTANT).max(LATEST, NO_FIXED_INSTANT),
      z.string(NO_FIXED_INSTANT),
    ],
    NO_FIXED_INSTANT,
  )
  .transform((written, context) => {
    const seconds = typeof written === 'number' ? written : parseInstant(written);
    if (seconds !== undefined) return instant(seconds * 1000);
    context.addIssue({ code: 'custom', message: NO_FIXED_INSTANT });
    return z.NEVER;
  });

export const silenceBody = z.strictObject(
  {
    matchers: matchersOf,
    ...stretch,
  },
  orUnknownField(BODY),
);

/**
 * Reads the body of `POST /silences`: every problem with it, or the silence that it asks for.
 *
 * @param maker the key of the caller, and prefixes of the nodes that it may touch; undefined for all
 */
export function parseSilence(
  body: unknown,
  now: Instant,
  { nodes, key }: Pick<SilenceRequest, 'nodes' | 'key'> = {},
): SilenceRequest | { readonly problems: readonly BodyProblem[] } {
  const read = silenceBody.safeParse(body);
  if (!read.success) return { problems: problemsIn(read.error) };
  const { matchers, by, reason, starts_at, ends_at } = read.data;
  const times = stretchOf({ starts_at, ends_at }, now);
  if ('problems' in times) return times;
  return {
    matchers,
    ...times,
    by,
    ...(reason !== undefined && { reason }),
    ...(nodes !== undefined && { nodes }),
    ...(key !== undefined && { key }),
  };
}
