import { shardOf, type ShardIndex } from '../../src/domain/shard.js';

/** Shards of any kind, seen from where requests come in. */
interface Sharded<Command, Reply> {
  readonly count: number;
  send(shard: ShardIndex, commands: readonly Command[], answered: (replies: readonly Reply[]) => void): void;
}

/** The commands of one call that go to one shard, and their places in the call. */
interface Share<Command> {
  readonly commands: Command[];
  readonly places: number[];
}

/** Sends each command to the shard of whom it is for, one call a shard, and puts the replies in the commands' order. */
export function sendToAll<Command, Reply>(
  shards: Sharded<Command, Reply>,
  commands: readonly Command[],
  idOf: (command: Command) => string,
  answered: (replies: readonly Reply[]) => void,
): void {
  const shares = new Map<number, Share<Command>>();
  commands.forEach((command, place) => {
    const shard = shardOf(idOf(command), shards.count);
    const share = shares.get(shard) ?? { commands: [], places: [] };
    shares.set(shard, share);
    share.commands.push(command);
    share.places.push(place);
  });
  const replies = new Array<Reply>(commands.length);
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
