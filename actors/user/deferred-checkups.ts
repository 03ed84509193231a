import type { Moment } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { PendingRequest } from '../shards/pending-request.js';
import type { UserActor, UserEntity } from './user.actor.js';
import { isOnline } from './user.machine.js';
import type { UserRequest } from './user.protocol.js';

/**
 * Checkups of users whose deadline lies in a stall, between when the checkup may have arrived and when it was read. A
 * heal that came in time may be unread; if none came, the user is offline. They wait until everything that arrived
 * before the deadline has been read. See decision 6.
 */
export class DeferredCheckups {
  #questions: PendingRequest<UserEntity>[] = [];

  /** Whether the checkup has to wait. */
  concerns(actor: UserActor, { kind, arrivedAt, readAt }: UserRequest): boolean {
    if (kind !== 'checkup' && kind !== 'describe') return false;
    return actor.deadline <= readAt && isOnline(actor.state, actor, { arrivedAt });
  }

  add(question: PendingRequest<UserEntity>): void {
    this.#questions.push(question);
  }

  /** @returns the checkups that can be answered, now that everything before the horizon has been read */
  takeKnown(
    horizon: Moment,
    deadlineOf: (user: UserId) => Moment | undefined,
  ): readonly PendingRequest<UserEntity>[] {
    if (this.#questions.length === 0) return this.#questions;
    const known: PendingRequest<UserEntity>[] = [];
    this.#questions = this.#questions.filter((question) => {
      const deadline = deadlineOf(question.key);
      const waits = deadline !== undefined && deadline >= horizon && deadline <= question.readAt;
      if (!waits) known.push(question);
      return waits;
    });
    return known;
  }

  takeAll(): readonly PendingRequest<UserEntity>[] {
    return this.#questions.splice(0);
  }
}
