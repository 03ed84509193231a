import type { Moment } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import { Batch } from '../shards/batch.js';
import type { UserCommand, UserReply, UserRequest } from './user.protocol.js';

/** A command, and the replies that have come to it. */
export class UserBatch extends Batch<UserReply> {
  readonly command: UserCommand;

  constructor(command: UserCommand, answered: (replies: readonly UserReply[]) => void) {
    super(command.users.length, answered);
    this.command = command;
  }
}

/**
 * What one user's actor is told of a command, with the way back for its reply. There is one for every heal, so it
 * is no more than a place in the batch.
 */
export class PendingRequest implements UserRequest {
  readonly #batch: UserBatch;
  readonly #index: number;

  constructor(batch: UserBatch, index: number) {
    this.#batch = batch;
    this.#index = index;
  }

  get kind(): UserRequest['kind'] {
    return this.#batch.command.kind;
  }

  get user(): UserId | undefined {
    return this.#batch.command.users[this.#index];
  }

  get arrivedAt(): Moment {
    return this.#batch.command.arrivedAt;
  }

  get readAt(): Moment {
    return this.#batch.command.readAt;
  }

  /** Requests that are answered with it. */
  get size(): number {
    return 1;
  }

  answer(reply: UserReply): void {
    this.#batch.answer(this.#index, reply);
  }

  /** Takes a request of the same user that asks the same as of the same moment; none that comes between. */
  join(next: object): PendingRequest | undefined {
    return next instanceof PendingRequest && isSame(this, next)
      ? new JoinedRequests(this.#batch, this.#index, next)
      : undefined;
  }
}

/** Equal requests of one user, one behind the other: handled once, and answered together. */
class JoinedRequests extends PendingRequest {
  readonly #others: PendingRequest[];

  constructor(batch: UserBatch, index: number, other: PendingRequest) {
    super(batch, index);
    this.#others = [other];
  }

  override get size(): number {
    let size = 1;
    for (const other of this.#others) size += other.size;
    return size;
  }

  override answer(reply: UserReply): void {
    super.answer(reply);
    for (const other of this.#others) other.answer(reply);
  }

  override join(next: object): PendingRequest | undefined {
    if (!(next instanceof PendingRequest) || !isSame(this, next)) return undefined;
    this.#others.push(next);
    return this;
  }
}

function isSame(one: UserRequest, other: UserRequest): boolean {
  return one.kind === other.kind && one.arrivedAt === other.arrivedAt && one.readAt === other.readAt;
}
