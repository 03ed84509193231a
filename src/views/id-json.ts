import type { UserId, UserIds } from '../domain/user-id.js';
import { inAscii } from './in-ascii.js';

/** An id as a value in JSON: an integer with all its digits, which a number does not hold, or a string. */
export function idJson({ kind }: Pick<UserIds, 'kind'>, user: UserId): string {
  return kind === 'integer' ? user : inAscii(JSON.stringify(user));
}
