import { shardOf } from '../../src/domain/shard.js';
import type { Shards, UserCommand, UserReply } from './user.protocol.js';

/** The commands of one call that go to one shard, and their places in the call. */
interface Share {
  readonly commands: UserCommand[];
  readonly places: number[];
}

/** Sends each command to its user's shard, one call a shard, and puts the replies in the commands' order. */
export function sendToAll(
  shards: Shards,
  commands: readonly UserCommand[],
  answered: (replies: readonly UserReply[]) => void,
): void {
  const shares = new Map<number, Share>();
  commands.forEach((command, place) => {
    const shard = shardOf(command.user, shards.count);
    const share = shares.get(shard) ?? { commands: [], places: [] };
    shares.set(shard, share);
    share.commands.push(command);
    share.places.push(place);
  });
  const replies = new Array<UserReply>(commands.length);
  let missing = shares.size;
  for (const [shard, share] of shares) {
    shards.send(shard, share.commands, (shareReplies) => {
      shareReplies.forEach((reply, index) => {
        const place = share.places[index];
        if (place !== undefined) replies[place] = reply;
      });
      if (--missing === 0) answered(replies);
    });
  }
}
