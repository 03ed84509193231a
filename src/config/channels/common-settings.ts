import * as z from 'zod';
import { parseRange } from '../../adapters/channels/http/address-guard.js';
import { ALERT_TYPES, UNCHOSEN_TYPES, type AlertType } from '../../domain/alert.js';
import { seconds, whole, type Kind } from '../value-kinds.js';

const DAY = 86_400;

/** The types of alerts that a channel gets by default. */
const USUAL: readonly AlertType[] = [
  'node.failed',
  'node.reported_failure',
  'node.recovered',
  'mass_failure',
];
const EVENTS = ALERT_TYPES.filter((type) => !UNCHOSEN_TYPES.includes(type));

function checked(kind: Kind<z.ZodType<number>>, byDefault: number) {
  const error = `must be ${kind.expects}`;
  return z.custom<number>((value) => kind.type.safeParse(value).success, { error }).default(byDefault);
}

const event = z.enum(EVENTS as [AlertType, ...AlertType[]], { error: `must be one of ${EVENTS.join(', ')}` });
const address = z
  .string({ error: 'must be an address, or a range such as 10.0.0.0/8' })
  .refine((text) => parseRange(text) !== undefined, {
    error: 'must be an address, or a range such as 10.0.0.0/8',
  });

const text = z.string({ error: 'must be a string, or a list of strings' });
const rule = z
  .strictObject(
    {
      types: z.array(event, { error: 'must be a list of alert types' }).min(1).optional(),
      labels: z
        .record(
          z.string(),
          z.preprocess((value): unknown => (Array.isArray(value) ? value : [value]), z.array(text).min(1)),
          { error: 'must be a map from labels to values' },
        )
        .optional(),
    },
    { error: 'must have types, labels, or both' },
  )
  .refine(({ types, labels }) => types !== undefined || labels !== undefined, {
    error: 'must have types, labels, or both',
  });

/** The settings that every channel has. */
export const common = z.strictObject({
  events: z.array(event, { error: 'must be a list of alert types' }).default([...USUAL]),
  match: z
    .preprocess(
      (value): unknown => (Array.isArray(value) || value === undefined ? value : [value]),
      z.array(rule).min(1, { error: 'must have at least one rule' }).optional(),
    )
    .optional(),
  after: checked(seconds(0, DAY), 0),
  fallback: z.string({ error: 'must be the name of another channel' }).optional(),
  concurrency: checked(whole(1, 1000), 4),
  attempt_timeout: checked(seconds(0.1, 3600), 10),
  retry: z
    .strictObject(
      {
        min_delay: checked(seconds(0.01, DAY), 5),
        max_delay: checked(seconds(0.01, DAY), 300),
        give_up_after: checked(seconds(1, 365 * DAY), DAY),
      },
      { error: 'must be a map with min_delay, max_delay or give_up_after' },
    )
    .prefault({}),
  ca_file: z
    .string({ error: 'must be the path of a file' })
    .min(1, { error: 'must be the path of a file' })
    .optional(),
  allow_addresses: z.array(address, { error: 'must be a list of addresses or ranges' }).default([]),
});

export type Common = z.output<typeof common>;

/** Their names. */
export const COMMON: readonly string[] = Object.keys(common.shape);
