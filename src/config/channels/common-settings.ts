import * as z from 'zod';
import { MessageTemplate } from '../../adapters/channels/message-template.js';
import { parseRange } from '../../adapters/channels/http/ssrf-guard.js';
import { ALERT_TYPES, UNCHOSEN_TYPES, type AlertType } from '../../domain/alert.js';
import { STATUS_EVENTS, type StatusEvent } from '../../domain/event-types.js';
import type { UserIdKind } from '../../domain/user-id.js';
import { usersSetting } from '../users-setting.js';
import { seconds, whole, type Kind } from '../value-kinds.js';

const DAY = 86_400;

/** The types of alerts that a channel gets by default. */
const USUAL: readonly AlertType[] = [
  'node.failed',
  'node.reported_failure',
  'node.recovered',
  'mass_failure',
];

/** What a channel may be told to send. */
export type ChannelEvent = AlertType | StatusEvent;

const EVENTS = [...ALERT_TYPES.filter((type) => !UNCHOSEN_TYPES.includes(type)), ...STATUS_EVENTS];

function checked(kind: Kind<z.ZodType<number>>, byDefault: number) {
  const error = `must be ${kind.expects}`;
  return z.custom<number>((value) => kind.type.safeParse(value).success, { error }).default(byDefault);
}

const event = z.enum(EVENTS as [ChannelEvent, ...ChannelEvent[]], {
  error: `must be one of ${EVENTS.join(', ')}`,
});
const address = z
  .string({ error: 'must be an address, or a range such as 10.0.0.0/8' })
  .refine((text) => parseRange(text) !== undefined, {
    error: 'must be an address, or a range such as 10.0.0.0/8',
  });

const text = z.string({ error: 'must be a string, or a list of strings' });
const NO_RULE = 'must have types, labels or users';
const BOTH = 'must have labels or users, not both: labels choose alerts, and users their events';

export function isOfUsers(type: ChannelEvent): type is StatusEvent {
  return STATUS_EVENTS.some((each) => each === type);
}

const ruleFor = (kind: UserIdKind) =>
  z
    .strictObject(
      {
        types: z.array(event, { error: 'must be a list of types' }).min(1).optional(),
        labels: z
          .record(
            z.string(),
            z.preprocess((value): unknown => (Array.isArray(value) ? value : [value]), z.array(text).min(1)),
            { error: 'must be a map from labels to values' },
          )
          .optional(),
        users: usersSetting({ kind, mayBeNone: false }).optional(),
      },
      { error: NO_RULE },
    )
    .refine(({ types, labels, users }) => (types ?? labels ?? users) !== undefined, { error: NO_RULE })
    .refine(({ labels, users }) => labels === undefined || users === undefined, { error: BOTH })
    .refine(({ types, labels }) => labels === undefined || types?.some(isOfUsers) !== true, {
      path: ['types'],
      error: 'must be types of alerts beside labels, which users do not have',
    })
    .refine(({ types, users }) => users === undefined || types?.every(isOfUsers) !== false, {
      path: ['types'],
      error: `must be of ${STATUS_EVENTS.join(', ')} beside users`,
    });

const LONGEST_TEMPLATE = 4_000;
const NO_TEMPLATE = `must be a template of Mustache, of at most ${LONGEST_TEMPLATE} characters`;

/** Checked with an alert of each type. It is shown as it was written. */
const template = z
  .string({ error: NO_TEMPLATE })
  .max(LONGEST_TEMPLATE, { error: NO_TEMPLATE })
  .superRefine((written, context) => {
    try {
      void new MessageTemplate(written);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : NO_TEMPLATE });
    }
  });

/** The settings that every channel has. @param kind of users' ids, which a rule may be about */
export const commonFor = (kind: UserIdKind) =>
  z.strictObject({
    events: z.array(event, { error: 'must be a list of types' }).default([...USUAL]),
    match: z
      .preprocess(
        (value): unknown => (Array.isArray(value) || value === undefined ? value : [value]),
        z.array(ruleFor(kind)).min(1, { error: 'must have at least one rule' }).optional(),
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
    template: template.optional(),
    ca_file: z
      .string({ error: 'must be the path of a file' })
      .min(1, { error: 'must be the path of a file' })
      .optional(),
    allow_addresses: z.array(address, { error: 'must be a list of addresses or ranges' }).default([]),
  });

export type Common = z.output<ReturnType<typeof commonFor>>;

/** As it is written. */
export type CommonGiven = z.input<ReturnType<typeof commonFor>>;

/** Their names. */
export const COMMON: readonly string[] = Object.keys(commonFor('integer').shape);
