import type { UserReply } from '../../actors/user/user.protocol.js';
import type { UserReach } from '../domain/access.js';
import type { UserId } from '../domain/user-id.js';
import { HeartbeatError } from '../errors.js';
import type { OnlineUser, OnlineUsers } from './api/users-api.js';
import type { OnlineIds } from './online-ids.js';

/** So many users are asked at once; then the event loop has its turn. */
const ASKED = 500;

/** Asks users' actors for their sessions. */
type Describe = (users: readonly UserId[], answered: (replies: readonly UserReply[]) => void) => void;

/**
 * A page of the users who are online, as their actors say. It may hold fewer than the limit while others follow: of those
 * who go offline while a list of ids is used.
 *
 * @param after only users behind this one
 * @throws HeartbeatError if some user cannot be asked
 */
export async function onlineUsers(
  online: OnlineIds,
  describe: Describe,
  { after, limit, reach }: { after: UserId | undefined; limit: number; reach: UserReach | undefined },
): Promise<OnlineUsers> {
  const ids = await online.from(after, reach);
  const users: OnlineUser[] = [];
  let last = after;
  for (let left = limit; left > 0; left -= ASKED) {
    const wanted = Math.min(left, ASKED);
    const asked = take(ids, wanted);
    const replies = asked.length === 0 ? [] : await repliesOf(describe, asked);
    users.push(...asked.flatMap((id, at) => onlineUser(id, replies[at])));
    if (asked.length < wanted) return { users, next: undefined };
    last = asked.at(-1);
    if (left > ASKED) await online.turn();
  }
  return { users, next: ids.next().done === true ? undefined : last };
}

function take(ids: Generator<UserId, undefined>, most: number): readonly UserId[] {
  const taken: UserId[] = [];
  while (taken.length < most) {
    const next = ids.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

function repliesOf(describe: Describe, users: readonly UserId[]): Promise<readonly UserReply[]> {
  return new Promise((resolve) => {
    describe(users, resolve);
  });
}

/** @returns one, or none if the user is offline */
function onlineUser(id: UserId, reply: UserReply | undefined): readonly OnlineUser[] {
  if (reply?.kind === 'refused') throw new HeartbeatError(reply.code, 'a user could not be asked');
  if (reply?.kind !== 'described') throw new TypeError("'describe' was not answered as such");
  return reply.session === undefined ? [] : [{ id, session: reply.session }];
}
