import { partitionOf, shardOf } from '../../src/domain/shard.js';
import type { UserId } from '../../src/domain/user-id.js';

/** The number of partitions of users in tests of the daemon: 1, or TEST_PARTITIONS. */
export const PARTITIONS = Number(process.env['TEST_PARTITIONS'] ?? 1);

/** Undefined: the only one. */
export const PARTITION_IDS: readonly (string | undefined)[] =
  PARTITIONS === 1
    ? [undefined]
    : [...Array.from({ length: PARTITIONS }, (_, index) => `users-${String(index)}`), 'watch'];

/** The partition of a user. */
export function partitionHolding(user: UserId, partitions = PARTITIONS): string | undefined {
  if (partitions === 1) return undefined;
  return `users-${String(partitionOf(shardOf(user, partitions), partitions))}`;
}

/** Whether a user belongs to a partition. */
export function isIn(partition: string | undefined, user: UserId): boolean {
  return partition === partitionHolding(user);
}

/** The path in the supervision tree from the root to the supervisor of a user's partition. */
export function placeOf(user: UserId): readonly string[] {
  const partition = partitionHolding(user);
  return partition === undefined ? [] : [partition];
}
