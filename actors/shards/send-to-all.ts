import { shardOf, type ShardIndex } from '../../src/domain/shard.js';

/** The items for one shard, and their places among all. */
interface Share<Item> {
  readonly items: Item[];
  readonly places: number[];
}

/**
 * Sends each item to its shard, with one call for each shard, and returns the replies in the order of the items.
 *
 * @param count the number of shards
 */
export function sendToAll<Item, Reply>(
  count: number,
  items: readonly Item[],
  idOf: (item: Item) => string,
  send: (shard: ShardIndex, items: readonly Item[], answered: (replies: readonly Reply[]) => void) => void,
  answered: (replies: readonly Reply[]) => void,
): void {
  const shares = divide(count, items, idOf);
  const replies = new Array<Reply>(items.length);
  let missing = 0;
  for (const share of shares) if (share !== undefined) missing++;
  shares.forEach((share, shard) => {
    if (share === undefined) return;
    const { places } = share;
    send(shard, share.items, (shareReplies) => {
      shareReplies.forEach((reply, index) => {
        const place = places[index];
        if (place !== undefined) replies[place] = reply;
      });
      if (--missing === 0) answered(replies);
    });
  });
}

function divide<Item>(
  count: number,
  items: readonly Item[],
  idOf: (item: Item) => string,
): readonly (Share<Item> | undefined)[] {
  const shares = new Array<Share<Item> | undefined>(count).fill(undefined);
  items.forEach((item, place) => {
    const share = (shares[shardOf(idOf(item), count)] ??= { items: [], places: [] });
    share.items.push(item);
    share.places.push(place);
  });
  return shares;
}
