import type { Moment } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { UserCommand, UserReply, UserRequest } from './user.protocol.js';

/** Gathers the replies to a command, and hands them over when the last one is in. */
export class Batch {
  readonly command: UserCommand;
  readonly #replies: UserReply[];
  readonly #answered: (replies: readonly UserReply[]) => void;
  #missing: number;

  constructor(command: UserCommand, answered: (replies: readonly UserReply[]) => void) {
    this.command = command;
    this.#replies = new Array<UserReply>(command.users.length);
    this.#missing = command.users.length;
    this.#answered = answered;
  }

  /** The first reply counts: a message that is handled again after a crash may answer twice. */
  answer(index: number, reply: UserReply): void {
    if (this.#replies[index] !== undefined) return;
    this.#replies[index] = reply;
    if (--this.#missing === 0) this.#answered(this.#replies);
  }
}

/**
 * What one user's actor is told of a command, with the way back for its reply. There is one for every heal, so it
 * is no more than a place in the batch.
 */
export class Asked implements UserRequest {
  readonly #batch: Batch;
  readonly #index: number;

  constructor(batch: Batch, index: number) {
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
