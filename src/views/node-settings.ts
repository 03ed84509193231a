import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { SettingsChange } from '../domain/node.js';
import { GRACE } from '../domain/schedule.js';
import { toMillis, toSeconds } from '../domain/time.js';
import { SLUG } from '../domain/ping.js';
import { orUnknownField, problemsIn, type BodyProblem } from './body-problems.js';
import { nodeName } from './values.js';
import { probe } from './probe.js';
import { readSchedule, schedule } from './schedule.js';
import { readTimeout, seconds, timeout } from './timeout.js';

const MOST_LABELS = 32;
const MOST_CHANNELS = 100;
const MOST_DEPENDENCIES = 32;
const LONGEST = 255;

const text = (what: string) =>
  z.string(`${what} must be a string`).max(LONGEST, `${what} must have at most ${LONGEST} characters`);

const slug = z
  .string('must be a slug, such as nightly-backup')
  .regex(SLUG, 'must be at most 100 of a-z, 0-9, "-" and "_"')
  .meta({ description: 'For pings by slug, besides its name. No other node may have it.' });

/** `?label=key:value` has to tell the two apart. */
const labelKey = text('a key')
  .min(1, 'a key must not be empty')
  .regex(/^[^:]*$/, 'a key must not have a colon');

/**
 * The body of `PUT /nodes/:name`.
 *
 * @param known the configured channels; any name is accepted without them
 */
export const settingsWith = (known?: readonly string[]) =>
  z
    .strictObject(
      {
        timeout: timeout.nullish(),
        max_retries: z
          .int('must be a whole number')
          .min(0, 'must not be negative')
          .max(1_000_000, 'must be at most 1000000')
          .nullish(),
        schedule: schedule.nullish(),
        grace: seconds
          .nullish()
          .meta({ description: `How long a job may take that has started. Default: ${toSeconds(GRACE)}.` }),
        slug: slug.nullish(),
        probe: probe.nullish(),
        labels: z
          .record(labelKey, text('a value'), 'must be an object of strings')
          .refine(
            (labels) => Object.keys(labels).length <= MOST_LABELS,
            `must have at most ${MOST_LABELS} entries`,
          )
          .meta({ maxProperties: MOST_LABELS })
          .nullish(),
        channels: z
          .array(
            text('a channel').refine(
              (channel) => known === undefined || known.includes(channel),
              `unknown channel; the configured ones are: ${known?.join(', ')}`,
            ),
            'must be an array of names of channels',
          )
          .max(MOST_CHANNELS, `must name at most ${MOST_CHANNELS} channels`)
          .refine((channels) => new Set(channels).size === channels.length, 'must name no channel twice')
          .meta({ uniqueItems: true })
          .nullish(),
        depends_on: z
          .array(nodeName, 'must be an array of names of nodes')
          .max(MOST_DEPENDENCIES, `must name at most ${MOST_DEPENDENCIES} nodes`)
          .refine((names) => new Set(names).size === names.length, 'must name no node twice')
          .meta({ uniqueItems: true })
          .nullish(),
        paused: z.boolean('must be true or false').nullish(),
      },
      orUnknownField('the body must be a JSON object of settings'),
    )
    .superRefine(expectOneTiming)
    .refine(
      ({ schedule: job, probe: chosen }) =>
        (job ?? undefined) === undefined || (chosen ?? undefined) === undefined,
      {
        path: ['probe'],
        error: 'a node with a schedule has none: remove one of the two',
      },
    );

/** A schedule takes the place of a timeout and its retries. */
export function expectOneTiming(
  given: {
    readonly schedule?: unknown;
    readonly timeout?: unknown;
    readonly max_retries?: unknown;
    readonly grace?: unknown;
  },
  context: z.core.$RefinementCtx,
): void {
  if (given.schedule === undefined || given.schedule === null) return;
  for (const other of ['timeout', 'max_retries', 'grace'] as const) {
    if (given[other] === undefined || given[other] === null) continue;
    context.addIssue({
      code: 'custom',
      path: [other],
      message:
        other === 'grace'
          ? 'a schedule has a grace of its own: remove one of the two'
          : 'a node with a schedule has none: remove one of the two',
    });
  }
}

/** Every problem with a body, or the change that it asks for. */
type Read = { readonly change: SettingsChange } | { readonly problems: readonly BodyProblem[] };

/** @param channels the configured channels; they can change while the daemon runs. Undefined accepts any name */
export function settingsReader(channels: () => readonly string[] | undefined): (body: unknown) => Read {
  let known = channels();
  let schema = settingsWith(known);
  return (body) => {
    const now = channels();
    if (!isDeepStrictEqual(now, known)) {
      known = now;
      schema = settingsWith(known);
    }
    return readWith(schema, body);
  };
}

function readWith(schema: ReturnType<typeof settingsWith>, body: unknown): Read {
  const read = schema.safeParse(body);
  if (!read.success) return { problems: problemsIn(read.error) };
  const { max_retries: maxRetries, labels, channels, depends_on: dependsOn, paused } = read.data;
  return {
    change: {
      timeout: readTimeout(read.data.timeout),
      schedule: readSchedule(read.data.schedule),
      maxRetries,
      grace: typeof read.data.grace === 'number' ? toMillis(read.data.grace) : read.data.grace,
      slug: read.data.slug,
      probe: read.data.probe,
      labels,
      channels,
      dependsOn,
      paused,
    },
  };
}
