import type { Moment } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { PendingRequest } from '../shards/pending-request.js';
import type { UserActor, UserEntity } from './user.actor.js';
import { isOnline } from './user.machine.js';
import { isReading, type UserRequest } from './user.protocol.js';

/**
 * Checkups of users whose deadline lies in a stall, between when the checkup may have arrived and when it was read. A
 * heal that came in time may be unread; if none came, the user is offline. They wait until everything that arrived
 * before the deadline has been read. See decision 6.
 */
export class DeferredCheckups {
  #waiting: PendingRequest<UserEntity>[] = [];
  readonly #countsUntil: () => Moment;

  /** @param countsUntil from then on no deadline passes, and a checkup would wait for ever */
  constructor(countsUntil: () => Moment) {
    this.#countsUntil = countsUntil;
  }

  /** Whether a request is a checkup that has to wait. */
  mustWait(actor: UserActor, request: UserRequest): boolean {
    return (
      isReading(request.kind) &&
      actor.deadline <= request.readAt &&
      actor.deadline < this.#countsUntil() &&
      isOnline(actor.state, actor, request)
    );
  }

  add(checkup: PendingRequest<UserEntity>): void {
    this.#waiting.push(checkup);
  }

  /** @returns the checkups that can be answered, now that everything before the horizon has been read */
  takeAnswerable(
    horizon: Moment,
    deadlineOf: (user: UserId) => Moment | undefined,
  ): readonly PendingRequest<UserEntity>[] {
    if (this.#waiting.length === 0) return this.#waiting;
    const countsUntil = this.#countsUntil();
    const answerable: PendingRequest<UserEntity>[] = [];
    this.#waiting = this.#waiting.filter((checkup) => {
      const deadline = deadlineOf(checkup.key);
      const waits =
        deadline !== undefined && deadline >= horizon && deadline <= checkup.readAt && deadline < countsUntil;
      if (!waits) answerable.push(checkup);
      return waits;
    });
    return answerable;
  }

  takeAll(): readonly PendingRequest<UserEntity>[] {
    return this.#waiting.splice(0);
  }
}
