import { partitionOf, shardWithin, type ShardIndex } from '../../src/domain/shard.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { UserCommand, UserReply, UserRequest, UserShards } from './user.protocol.js';

/** The users of a process. */
export interface Users extends UserShards {
  /** Users that have an actor. */
  readonly size: number;
  online(): Iterable<UserId>;
}

/** The users of several partitions. A shard's index counts over all of them. */
export class PartitionedUsers implements Users {
  readonly #partitions: readonly Users[];

  /** @param partitions with equally many shards */
  constructor(partitions: readonly Users[]) {
    this.#partitions = partitions;
  }

  get count(): number {
    return this.#partitions.reduce((sum, { count }) => sum + count, 0);
  }

  get size(): number {
    return this.#partitions.reduce((sum, { size }) => sum + size, 0);
  }

  *online(): Generator<UserId> {
    for (const users of this.#partitions) yield* users.online();
  }

  ask(shard: ShardIndex, user: UserId, request: UserRequest, answered: (reply: UserReply) => void): void {
    this.#holding(shard).ask(this.#within(shard), user, request, answered);
  }

  send(shard: ShardIndex, command: UserCommand, answered: (replies: readonly UserReply[]) => void): void {
    this.#holding(shard).send(this.#within(shard), command, answered);
  }

  #holding(shard: ShardIndex): Users {
    const found = this.#partitions[partitionOf(shard, this.#partitions.length)];
    if (found === undefined) throw new RangeError(`there is no shard ${String(shard)}`);
    return found;
  }

  #within(shard: ShardIndex): ShardIndex {
    return shardWithin(shard, this.#partitions.length);
  }
}
