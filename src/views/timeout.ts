import * as z from 'zod';
import { toMillis } from '../domain/time.js';
import type { Timeout } from '../domain/timeout.js';
import { orUnknownField } from './body-problems.js';

const YEAR = 365 * 86_400;

/** A duration, as settings of nodes have it. */
export const seconds = z
  .number('must be a number of seconds')
  .min(0.001, 'must be at least 0.001 seconds')
  .max(YEAR, `must be at most ${YEAR} seconds`);

const adaptive = z
  .strictObject(
    {
      adaptive: z.literal(true, 'must be true; a timeout that is fixed is a number of seconds'),
      min: seconds.meta({ description: 'The shortest timeout, however regular the heartbeats are.' }),
      max: seconds.meta({
        description: 'The longest timeout, however irregular the heartbeats are. It is also the first one.',
      }),
      threshold: z
        .number('must be a number')
        .min(1, 'must be at least 1')
        .max(100, 'must be at most 100')
        .optional()
        .meta({ description: 'The φ at which a silence counts as a miss. Default: 8.' }),
    },
    orUnknownField(),
  )
  .refine(({ min, max }) => min <= max, { path: ['max'], error: 'must not be less than min' })
  .meta({
    id: 'AdaptiveTimeout',
    description: 'A timeout that is learnt from the intervals between heartbeats. Durations in seconds.',
  });

/** In requests and answers: seconds, or `{ adaptive: true, min, max }` for one that is learnt from heartbeats. */
export const timeout = z
  .union([seconds, adaptive])
  .meta({ description: 'Seconds, or the bounds of an adaptive timeout.' });

export function readTimeout(read: z.output<typeof timeout> | null | undefined): Timeout | null | undefined {
  if (typeof read === 'number') return toMillis(read);
  if (typeof read !== 'object' || read === null) return read;
  const { min, max, threshold } = read;
  return { min: toMillis(min), max: toMillis(max), ...(threshold !== undefined && { threshold }) };
}
