import type { Moment } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { Batch } from '../shards/batch.js';
import type { UserCommand, UserReply } from './user.protocol.js';

/** A command on its way to its actor, with the way back for its reply. */
export class Asked implements UserCommand {
  readonly kind: UserCommand['kind'];
  readonly user: UserId;
  readonly arrivedAt: Moment;
  readonly readAt: Moment;
  readonly #batch: Batch<UserReply>;
  readonly #index: number;

  constructor(command: UserCommand, batch: Batch<UserReply>, index: number) {
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
