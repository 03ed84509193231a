import * as z from 'zod';
import { CronExpression } from '../calendar/cron-expression.js';
import { GRACE, isCron, type Schedule } from '../domain/schedule.js';
import { toMillis, toSeconds } from '../domain/time.js';
import { isTimeZone } from '../domain/time-zone.js';
import { seconds } from './timeout.js';

const MOST_EXPRESSIONS = 10;
const LONGEST_ZONE = 100;
export const UTC = 'UTC';

const grace = seconds.optional().meta({
  description: `The node has failed this long after it became late. Default: ${toSeconds(GRACE)}.`,
});

const expression = z
  .string('must be a cron expression, such as "0 4 * * 1-5"')
  .meta({ examples: ['0 4 * * 1-5'] });

export const expressions = z
  .union([
    expression,
    z
      .array(expression, 'must be a cron expression, or a list of them')
      .min(1, 'must have at least one cron expression')
      .max(MOST_EXPRESSIONS, `must have at most ${MOST_EXPRESSIONS} cron expressions`),
  ])
  .superRefine((given, context) => {
    const list = typeof given === 'string' ? [given] : given;
    // Only the first problem: it takes some milliseconds to see that an expression never comes.
    for (const [index, text] of list.entries()) {
      const problem = problemOf(text);
      if (problem === undefined) continue;
      context.addIssue({ code: 'custom', path: typeof given === 'string' ? [] : [index], message: problem });
      return;
    }
  })
  .meta({
    description:
      'Five fields: minute, hour, day of the month, month, day of the week. Or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. A heartbeat is expected at each of these times.',
  });

const interval = z
  .strictObject(
    {
      every: seconds.meta({ description: 'A heartbeat is expected at most this long after the last one.' }),
      grace,
    },
    { error: wrongField },
  )
  .meta({ id: 'IntervalSchedule', description: 'Durations in seconds.' });

export const timeZone = z
  .string('must be a time zone, such as "Europe/Berlin"')
  .max(LONGEST_ZONE, `must have at most ${LONGEST_ZONE} characters`)
  .refine(isTimeZone, 'unknown time zone; it must be a name such as "Europe/Berlin"')
  .optional()
  .meta({
    description: `The name of an IANA time zone. Default: ${UTC}.`,
    examples: ['Europe/Berlin'],
  });

const cron = z
  .strictObject(
    {
      cron: expressions,
      time_zone: timeZone,
      grace,
    },
    { error: wrongField },
  )
  .meta({ id: 'CronSchedule', description: 'Durations in seconds.' });

/** In requests and answers: an interval, or cron expressions and their time zone; both with a grace. */
export const schedule = z.union([interval, cron]).meta({
  description: 'When heartbeats of a job are expected: an interval, or cron expressions with a time zone.',
});

export function readSchedule(
  read: z.output<typeof schedule> | null | undefined,
): Schedule | null | undefined {
  if (read === null || read === undefined) return read;
  const after = read.grace === undefined ? GRACE : toMillis(read.grace);
  if ('every' in read) return { every: toMillis(read.every), grace: after };
  const list = typeof read.cron === 'string' ? [read.cron] : read.cron;
  return { cron: list, timeZone: read.time_zone ?? UTC, grace: after };
}

/** The schedule in the form in which it was given. */
export function scheduleView(chosen: Schedule): z.output<typeof schedule> {
  if (!isCron(chosen)) return { every: toSeconds(chosen.every), grace: toSeconds(chosen.grace) };
  const [first = '', ...others] = chosen.cron;
  return {
    cron: others.length === 0 ? first : [first, ...others],
    time_zone: chosen.timeZone,
    grace: toSeconds(chosen.grace),
  };
}

function problemOf(text: string): string | undefined {
  try {
    void new CronExpression(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function wrongField(issue: { readonly code?: string | undefined }): string | undefined {
  return issue.code === 'unrecognized_keys'
    ? 'unknown field; a schedule has every, or cron and time_zone, and a grace'
    : 'must be an object with every, or with cron and time_zone';
}
