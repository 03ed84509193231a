import { textHash } from './text-hash.js';

/** A shard is the unit that may run elsewhere: its actors, timers and records. */
export type ShardIndex = number;

export function shardOf(id: string, shards: number): ShardIndex {
  return textHash(id) % shards;
}

/** The partition of a shard, where shards are counted over all partitions. Which a user's is depends on their number alone. */
export function partitionOf(shard: ShardIndex, partitions: number): number {
  return shard % partitions;
}

/** The index of a shard within its partition. */
export function shardWithin(shard: ShardIndex, partitions: number): ShardIndex {
  return Math.floor(shard / partitions);
}
