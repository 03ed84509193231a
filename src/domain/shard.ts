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

/** The partition of the nodes, and of the users if there is no other. */
export const WATCH = 'watch';

/** The partition of some of the users. */
export function partitionOfUsers(index: number): string {
  return `users-${String(index)}`;
}

/** All partitions, where the users are divided into several. */
export function allPartitions(ofUsers: number): readonly string[] {
  return [...Array.from({ length: ofUsers }, (_, index) => partitionOfUsers(index)), WATCH];
}
