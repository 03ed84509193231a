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
export class Asked implements UserRequest {
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

  answer(reply: UserReply): void {
    this.#batch.answer(this.#index, reply);
  }
}
