import type { Moment } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { UserCommand, UserReply } from './user.protocol.js';

/** Gathers the replies to the commands of one call, and hands them over when the last one is in. */
export class Batch {
  readonly #replies: UserReply[];
  readonly #answered: (replies: readonly UserReply[]) => void;
  #missing: number;

  constructor(size: number, answered: (replies: readonly UserReply[]) => void) {
    this.#replies = new Array<UserReply>(size);
    this.#missing = size;
    this.#answered = answered;
  }

  /** The first reply counts: a message that is handled again after a crash may answer twice. */
  answer(index: number, reply: UserReply): void {
    if (this.#replies[index] !== undefined) return;
    this.#replies[index] = reply;
    if (--this.#missing === 0) this.#answered(this.#replies);
  }
}

/** A command on its way to its actor, with the way back for its reply. */
export class Asked implements UserCommand {
  readonly kind: UserCommand['kind'];
  readonly user: UserId;
  readonly arrivedAt: Moment;
  readonly readAt: Moment;
  readonly #batch: Batch;
  readonly #index: number;

  constructor(command: UserCommand, batch: Batch, index: number) {
    this.kind = command.kind;
    this.user = command.user;
    this.arrivedAt = command.arrivedAt;
    this.readAt = command.readAt;
    this.#batch = batch;
    this.#index = index;
  }

  answer(reply: UserReply): void {
    this.#batch.answer(this.#index, reply);
  }
}
