import * as z from 'zod';
import type { Daemon } from '../../app/api/daemon.js';
import type { UserId, UserIds } from '../../domain/user-id.js';
import { queryProblem } from '../../views/messages.js';
import { onlineUsersText, onlineUserText } from '../../views/user-view.js';
import { coded } from '../../views/values.js';
import { answerText } from '../input/batch.js';
import { idsInAnswer, idsParameter } from '../input/ids-in-answer.js';
import { forLimit, limitUpTo, OPAQUE, readQuery, refuseQuery } from '../input/query.js';
import type { Exchange } from '../server/exchange.js';
import { idJson } from '../../views/id-json.js';

/** The default size of a page. */
const PAGE = 1000;

/** The query of the list of users. */
export const onlineQuery = forLimit((largest) =>
  z.strictObject({
    status: z.enum(['online'], queryProblem.status).meta({ description: 'Only `online` can be listed.' }),
    cursor: coded(readCursor, queryProblem.nameCursor).optional().meta({
      type: 'string',
      pattern: OPAQUE,
      description: 'Continues after the page that returned this `next_cursor`.',
    }),
    limit: limitUpTo(largest)
      .default(Math.min(PAGE, largest))
      .meta({ description: 'The largest number of users to return.' }),
    ids: idsParameter,
  }),
);

/** `GET /users?status=online`: by id. */
export async function answerOnline(
  { users }: Daemon,
  exchange: Exchange,
  largestPage: number,
): Promise<void> {
  const { request, access } = exchange;
  const { cursor, limit } = readQuery(request.url ?? '', onlineQuery(largestPage));
  const ids = idsInAnswer(request, users.ids);
  const after = cursor === undefined ? undefined : idIn(users.ids, cursor);
  const page = await users.online(after, limit, access.userReach);
  if (!exchange.open) return;
  const shown = page.users.map(({ id, session }) => onlineUserText(idJson(ids, id), session));
  answerText(exchange, onlineUsersText(shown, page.next === undefined ? undefined : encode(page.next)));
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function readCursor(text: string): string | undefined {
  const read = Buffer.from(text, 'base64url').toString();
  // Node's decoder skips what is no base64url.
  return encode(read) === text ? read : undefined;
}

function idIn({ parse }: UserIds, text: string): UserId {
  const id = parse(text);
  return id === text ? id : refuseQuery(queryProblem.nameCursor);
}
