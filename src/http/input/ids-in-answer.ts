import type { IncomingMessage } from 'node:http';
import * as z from 'zod';
import type { UserIds } from '../../domain/user-id.js';
import { queryProblem } from '../../views/messages.js';
import { refuseQuery } from './query.js';

const NAME = 'ids';
const TEXT = { kind: 'text' } as const;

/** `ids`, in the query of each call whose answer has ids of users. */
export const idsParameter = z.enum(['text'], queryProblem.ids).optional().meta({
  description:
    'With `text`, ids of users in the answer are strings. A client that reads numbers as doubles loses digits of ids above 2^53 otherwise.',
});

/**
 * How ids of users are written in the answer to a request: as `user_ids` says, or as strings if it asks for them.
 *
 * @throws HeartbeatError `HEARTBEAT_INVALID_QUERY`
 */
export function idsInAnswer(
  { url = '' }: Pick<IncomingMessage, 'url'>,
  ids: Pick<UserIds, 'kind'>,
): Pick<UserIds, 'kind'> {
  return asksForTextIds(url) ? TEXT : ids;
}

/** @throws HeartbeatError `HEARTBEAT_INVALID_QUERY` */
export function asksForTextIds(url: string): boolean {
  const query = url.indexOf('?');
  if (query < 0) return false;
  const [form, ...more] = new URLSearchParams(url.slice(query + 1)).getAll(NAME);
  if (more.length > 0) refuseQuery(queryProblem.repeated(NAME));
  return form === undefined || form === 'text' ? form !== undefined : refuseQuery(queryProblem.ids);
}
