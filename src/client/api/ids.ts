import type { UserIdLike } from './contract/types.js';
import { HeartbeatRequestError } from './request-error.js';
import type { IdKind } from './client-options.js';

/** An integer as the daemon shows it. */
const CANONICAL = /^(?:0|-?[1-9]\d{0,18})$/;

/**
 * The text of an id. A number must be a safe integer: a greater one may have lost digits before it came here.
 *
 * @throws TypeError if it is none
 */
export function idText(id: UserIdLike): string {
  if (typeof id === 'string' || typeof id === 'bigint' || Number.isSafeInteger(id)) return String(id);
  throw new TypeError(`an id must be a string, a bigint or a safe integer, not ${String(id)}`);
}

/** An id in JSON: integers without quotes, with all their digits. */
export function idJson(id: UserIdLike): string {
  const text = idText(id);
  return CANONICAL.test(text) ? text : JSON.stringify(text);
}

/** Reads the id in an answer: a number or a bigint where ids are integers, and a string where they are texts. */
export function readId<Id>(kind: IdKind, value: string | number | bigint, toId: (text: string) => Id): Id {
  if (kind === 'bigint' && typeof value === 'string')
    throw new HeartbeatRequestError(
      'HEARTBEAT_CLIENT_WRONG_IDS',
      "the daemon's ids of users are texts: create the client without ids: 'bigint'",
      { call: 'an answer' },
    );
  return toId(String(value));
}

/**
 * A part of a path. A name that a URL cannot carry is refused here, as the daemon would refuse it: `..` in a path
 * would be another call.
 *
 * @param code of the error
 */
export function inPath(text: string, code: string, sentence: string): string {
  const encoded = isDots(text) ? undefined : encodedOf(text);
  if (encoded !== undefined) return encoded;
  throw new HeartbeatRequestError(code, sentence, { call: 'a request that was not sent' });
}

export function userInPath(id: UserIdLike): string {
  return inPath(idText(id), 'HEARTBEAT_INVALID_USER_ID', 'invalid user_id format');
}

function isDots(text: string): boolean {
  return text === '' || text === '.' || text === '..';
}

/** @returns undefined if it is no text in Unicode */
function encodedOf(text: string): string | undefined {
  try {
    return encodeURIComponent(text);
  } catch {
    return undefined;
  }
}
