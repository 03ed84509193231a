/** A shard is the unit that may run elsewhere: its actors, timers and records. */
export type ShardIndex = number;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a over the characters, then murmur3's finaliser: FNV alone spreads consecutive ids unevenly in its low bits. */
export function shardOf(id: string, shards: number): ShardIndex {
  let hash = FNV_OFFSET;
  for (let i = 0; i < id.length; i++) {
    hash = Math.imul(hash ^ id.charCodeAt(i), FNV_PRIME);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % shards;
}

/** The partition of a shard, where shards are counted over all partitions. Which a user's is depends on their number alone. */
export function partitionOf(shard: ShardIndex, partitions: number): number {
  return shard % partitions;
}

/** The index of a shard within its partition. */
export function shardWithin(shard: ShardIndex, partitions: number): ShardIndex {
  return Math.floor(shard / partitions);
}
