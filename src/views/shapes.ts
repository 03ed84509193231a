import { parseAlertId } from '../domain/alert-id.js';
import type { AlertId } from '../domain/alert.js';
import { parseNodeName, type NodeName } from '../domain/node-name.js';
import { parseUserId, type UserId } from '../domain/user-id.js';
import { coded } from './coded.js';

/*
 * What names somebody or something in a request, in a path, a query or a body. Each is checked by the parser that the
 * hot paths call themselves; the pattern beside it is for the contract, and test/property/contract holds the one to
 * the other.
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

/** What a schema can say of a name: it counts characters, of which there are no more than bytes in UTF-8. */
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
    'Any text of 1 to 255 bytes of UTF-8, but `.` and `..`. Percent-encoded in a path, `/` as `%2F`.',
});

export const alertId = coded<AlertId>(parseAlertId, 'must be the id of an alert').meta({
  id: 'AlertId',
  type: 'string',
  pattern: '^[0-7][0-9A-HJKMNP-TV-Z]{25}$',
  description: 'A ULID: ids sort by the time at which the alert was raised.',
});

/** Digits, as many as the limit has, that are no more than it: what agrees with it up to some digit and is less there, or itself. */
export function upTo(limit: string): string {
  const less = Array.from(limit).flatMap((digit, at) =>
    digit === '0'
      ? []
      : [`${limit.slice(0, at)}[0-${String(Number(digit) - 1)}][0-9]{${String(limit.length - at - 1)}}`],
  );
  return [...less, limit].join('|');
}
