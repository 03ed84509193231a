import * as z from 'zod';
import { parseAlertId } from '../domain/alert-id.js';
import { ALERT_TYPES, DELIVERY_STATES, HOLDS, type AlertId } from '../domain/alert.js';
import { parseNodeName, type NodeName } from '../domain/node-name.js';
import { UUID } from '../domain/ping.js';
import { SILENCE_STATES, type SilenceId } from '../domain/silence.js';
import { parseOverrideId, type OverrideId } from '../domain/rota-override.js';
import { parseSilenceId } from '../domain/silence-id.js';
import { parseUserId, type UserId } from '../domain/user-id.js';

/** A text that is parsed by `read`, which returns undefined for an invalid one. */
export function coded<Value>(
  read: (text: string) => Value | undefined,
  problem: string,
): z.ZodType<Value, string> {
  return z.string().transform((text, context) => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });
}

/*
 * Ids and names in a path, a query or a body. Each is checked by the parser that the hot paths also call. The pattern
 * beside it is for the contract; test/property/contract tests that the two agree.
 */

const LARGEST = '9223372036854775807';
const SMALLEST = '9223372036854775808';

/** An id of a user as text: in a path, or in quotes in a batch. */
export const userIdText = coded<UserId>(parseUserId, 'must be a user id').meta({
  id: 'UserIdText',
  type: 'string',
  pattern: `^(?:[+-]?0*(?:[0-9]{1,18}|${upTo(LARGEST)})|-0*${SMALLEST})$`,
  description: 'A signed 64-bit integer in decimal; a `+` and leading zeros are ignored.',
});

/** A schema counts characters, and there are never more of them than bytes in UTF-8. */
export const NAME_SHAPE = {
  type: 'string',
  minLength: 1,
  maxLength: 255,
  pattern: '^(?!\\.{1,2}$)',
} as const;

export const nodeName = coded<NodeName>(parseNodeName, 'must be the name of a node').meta({
  id: 'NodeName',
  ...NAME_SHAPE,
  description:
    'Any text of 1 to 255 bytes of UTF-8, except `.` and `..`. Percent-encoded in a path, with `/` as `%2F`.',
});

export const silenceId = coded<SilenceId>(parseSilenceId, 'must be the id of a silence').meta({
  id: 'SilenceId',
  type: 'string',
  pattern: '^[0-7][0-9A-HJKMNP-TV-Z]{25}$',
  description: 'A ULID: ids sort by the time at which the silence was made.',
});

export const overrideId = coded<OverrideId>(parseOverrideId, 'must be the id of an override').meta({
  id: 'OverrideId',
  type: 'string',
  pattern: '^[0-7][0-9A-HJKMNP-TV-Z]{25}$',
  description: 'A ULID: ids sort by the time at which the override was made.',
});

export const alertId = coded<AlertId>(parseAlertId, 'must be the id of an alert').meta({
  id: 'AlertId',
  type: 'string',
  pattern: '^[0-7][0-9A-HJKMNP-TV-Z]{25}$',
  description: 'A ULID: ids sort by the time at which the alert was raised.',
});

/** A pattern for numbers with as many digits as the limit, and not above it. */
export function upTo(limit: string): string {
  const less = Array.from(limit).flatMap((digit, at) =>
    digit === '0'
      ? []
      : [`${limit.slice(0, at)}[0-${String(Number(digit) - 1)}][0-9]{${String(limit.length - at - 1)}}`],
  );
  return [...less, limit].join('|');
}

/*
 * The parts of answers. Those with an id have a place of their own in the document.
 */

/** A number in JavaScript, which cannot hold every id. In JSON it has all its digits. */
export const userId = z.number().meta({
  id: 'UserId',
  type: 'integer',
  format: 'int64',
  description: 'A signed 64-bit integer, with all its digits. Do not read it as a double above 2^53.',
});

/** An id of a user in an answer. */
export const userIdInAnswer = z.union([userId, z.string().regex(/^(?:0|-?[1-9][0-9]{0,18})$/)]).meta({
  id: 'UserIdInAnswer',
  description: 'A number; where the request has `ids=text`, its digits as a string.',
});

export const instant = z.int().meta({ id: 'Instant', description: 'Whole Unix seconds, rounded down.' });

export const seconds = z.number().min(0).meta({ description: 'Seconds, to a millisecond.' });

export const count = z.int().min(0);

export const presence = z.enum(['online', 'offline']).meta({ id: 'UserStatus' });

export const nodeState = z.enum(['active', 'inactive', 'failed']).meta({ id: 'NodeState' });

export const flipCause = z.enum(['silence', 'heartbeat', 'report']);

export const alertType = z.enum(ALERT_TYPES).meta({ id: 'AlertType' });

export const deliveryState = z.enum(DELIVERY_STATES);

export const hold = z.enum(HOLDS);

export const silenceState = z.enum(SILENCE_STATES);

/** A UUID in lower case. */
export const uuid = z.string().regex(UUID);

export const nextCursor = z.string().nullable().meta({
  id: 'NextCursor',
  description: 'Pass it as `cursor` to get the next page; null on the last page.',
});
