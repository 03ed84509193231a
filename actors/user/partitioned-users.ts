import { partitionOf, shardWithin, type ShardIndex } from '../../src/domain/shard.js';
import type { UserId } from '../../src/domain/user-id.js';
import { DOWN } from '../shards/shard-supervisor.js';
import type { UserCommand, UserReply, UserRequest, UserShards } from './user.protocol.js';

/** The users of a process. */
export interface Users extends UserShards {
  /** Users that have an actor. */
  readonly size: number;
}

/** A partition whose users this process may or may not answer for at present. */
export interface UsersOfPartition {
  /** Undefined while they are not here: while the partition recovers, is handed over, or is elsewhere. */
  readonly users: Users | undefined;
}

/** The users of several partitions. A shard's index counts over all of them. */
export class PartitionedUsers implements Users {
  readonly count: number;
  readonly #partitions: readonly UsersOfPartition[];

  /** @param shards of each partition */
  constructor(partitions: readonly UsersOfPartition[], shards: number) {
    this.#partitions = partitions;
    this.count = partitions.length * shards;
  }

  get size(): number {
    return this.#partitions.reduce((sum, { users }) => sum + (users?.size ?? 0), 0);
  }

  ask(shard: ShardIndex, user: UserId, request: UserRequest, answered: (reply: UserReply) => void): void {
    const users = this.#holding(shard);
    if (users === undefined) answered(DOWN);
    else users.ask(this.#within(shard), user, request, answered);
  }

  send(shard: ShardIndex, command: UserCommand, answered: (replies: readonly UserReply[]) => void): void {
    const users = this.#holding(shard);
    if (users === undefined) answered(command.users.map(() => DOWN));
    else users.send(this.#within(shard), command, answered);
  }

  #holding(shard: ShardIndex): Users | undefined {
    return this.#partitions[partitionOf(shard, this.#partitions.length)]?.users;
  }

  #within(shard: ShardIndex): ShardIndex {
    return shardWithin(shard, this.#partitions.length);
  }
}
