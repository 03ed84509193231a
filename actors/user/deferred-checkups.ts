import type { Moment } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { PendingUserRequest, UserActor } from './user.actor.js';
import { isOnline } from './user.machine.js';
import type { UserRequest } from './user.protocol.js';

/**
 * Questions about users whose deadline lies in a stall, between when the question may have arrived and when it was
 * read: a heal that came in time may not have been read yet, and if none did, the user is offline. They wait until all
 * that arrived before the deadline has been read.
 */
export class DeferredCheckups {
  #questions: PendingUserRequest[] = [];

  /** Whether it has to wait. */
  concerns(actor: UserActor, { kind, arrivedAt, readAt }: UserRequest): boolean {
    if (kind !== 'checkup' && kind !== 'describe') return false;
    return actor.deadline <= readAt && isOnline(actor.state, actor, { arrivedAt });
  }

  add(question: PendingUserRequest): void {
    this.#questions.push(question);
  }

  /** @returns those of whose users all is known, now that everything that arrived before the horizon has been read */
  takeKnown(
    horizon: Moment,
    deadlineOf: (user: UserId) => Moment | undefined,
  ): readonly PendingUserRequest[] {
    if (this.#questions.length === 0) return this.#questions;
    const known: PendingUserRequest[] = [];
    this.#questions = this.#questions.filter((question) => {
      const deadline = deadlineOf(question.key);
      const waits = deadline !== undefined && deadline >= horizon && deadline <= question.readAt;
      if (!waits) known.push(question);
      return waits;
    });
    return known;
  }

  takeAll(): readonly PendingUserRequest[] {
    return this.#questions.splice(0);
  }
}
