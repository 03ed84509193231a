import type { UserId, UserIds } from '../../domain/user-id.js';
import { asciiJson } from '../server/json-answer.js';

/** An id as a value in JSON: an integer with all its digits, which a number does not hold, or a string. */
export function idJson({ kind }: UserIds, user: UserId): string {
  return kind === 'integer' ? user : asciiJson(user);
}
