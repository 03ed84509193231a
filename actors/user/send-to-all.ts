import { shardOf } from '../../src/domain/shard.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { Shards, UserCommand, UserReply } from './user.protocol.js';

/** The users of a command who belong to one shard, and their places in the command. */
interface Share {
  readonly users: UserId[];
  readonly places: number[];
}

/** Sends a command on to its users' shards, one call a shard, and puts the replies in the users' order. */
export function sendToAll(
  shards: Shards,
  command: UserCommand,
  answered: (replies: readonly UserReply[]) => void,
): void {
  const { kind, arrivedAt, readAt } = command;
  const shares = divide(command.users, shards.count);
  const replies = new Array<UserReply>(command.users.length);
  let missing = 0;
  for (const share of shares) if (share !== undefined) missing++;
  shares.forEach((share, shard) => {
    if (share === undefined) return;
    const { users, places } = share;
    shards.send(shard, { kind, users, arrivedAt, readAt }, (shareReplies) => {
      shareReplies.forEach((reply, index) => {
        const place = places[index];
        if (place !== undefined) replies[place] = reply;
      });
      if (--missing === 0) answered(replies);
    });
  });
}

function divide(users: readonly UserId[], count: number): readonly (Share | undefined)[] {
  const shares = new Array<Share | undefined>(count).fill(undefined);
  users.forEach((user, place) => {
    const share = (shares[shardOf(user, count)] ??= { users: [], places: [] });
    share.users.push(user);
    share.places.push(place);
  });
  return shares;
}
