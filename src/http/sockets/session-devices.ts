import type { UserDevice, UserReply } from '../../../actors/user/user.protocol.js';
import type { UsersApi } from '../../app/api/users-api.js';
import type { Access } from '../../domain/access.js';
import type { UserId } from '../../domain/user-id.js';
import type { ErrorCode } from '../../errors.js';
import { forbidden, frameProblem } from '../../views/messages.js';
import { parseHealing, parseLeaving, WRONG_ENTRY, type FrameOf } from './client-frames.js';
import type { FrameReply } from './frame-reply.js';
import { TrackedDevices, type MostDevices, type TrackedDevice } from './tracked-devices.js';

interface Asked {
  readonly index: number;
  readonly healing: UserDevice;
  readonly tracked: TrackedDevice;
}

/** The devices that one connection keeps online: what its frames and pongs do to them. */
export class SessionDevices {
  readonly #users: Pick<UsersApi, 'ids' | 'ask' | 'askMany'>;
  readonly #tracked = new TrackedDevices();

  constructor(users: Pick<UsersApi, 'ids' | 'ask' | 'askMany'>) {
    this.#users = users;
  }

  get size(): number {
    return this.#tracked.size;
  }

  /** Whether the caller may heal all of them. */
  arePermitted(access: Access): boolean {
    return this.#tracked.every((user) => access.may('heal') && access.mayTouchUser(user));
  }

  /**
   * Heals devices, and keeps those that are accepted.
   *
   * @param most devices of this connection, and of one user among them
   */
  heal({ devices, liveness }: FrameOf<'heal'>, access: Access, most: MostDevices, reply: FrameReply): void {
    const asked: Asked[] = [];
    for (const [index, entry] of devices.entries()) {
      const healing = parseHealing(this.#users.ids, entry);
      if (healing === undefined) reply.reject(index, 'HEARTBEAT_INVALID_FRAME', WRONG_ENTRY.heal);
      else if (!access.mayTouchUser(healing.user))
        reply.reject(index, 'HEARTBEAT_FORBIDDEN', forbidden.user(access));
      else {
        const tracked = this.#tracked.track(healing, liveness === 'page', most);
        if (tracked === 'full')
          reply.reject(index, 'HEARTBEAT_OVERLOADED', frameProblem.tooManyDevices(most.batch));
        // They would take each other's place for ever.
        else if (tracked === 'full of this user')
          reply.reject(index, 'HEARTBEAT_TOO_MANY_DEVICES', frameProblem.tooManyOfUser(most.devices));
        else asked.push({ index, healing, tracked });
      }
    }
    if (asked.length === 0) return;
    for (const { tracked } of asked) tracked.pending++;
    this.#users.askMany(
      'heal',
      asked.map(({ healing }) => healing),
      (replies) => {
        for (const [at, each] of asked.entries()) this.#healed(each, replies[at], reply);
      },
    );
  }

  /** What was not accepted is not kept online by pongs either. */
  #healed({ index, tracked }: Asked, answer: UserReply | undefined, reply: FrameReply): void {
    tracked.pending--;
    if (answer?.kind === 'online') {
      tracked.isAccepted = true;
      reply.accept();
      return;
    }
    if (!tracked.isAccepted && tracked.pending === 0) this.#tracked.untrack(tracked);
    reply.reject(index, codeOf(answer));
  }

  /** Ends devices. Each is answered once its end is on disk. */
  goodbye({ devices }: FrameOf<'goodbye'>, access: Access, reply: FrameReply): void {
    for (const [index, entry] of devices.entries()) {
      const leaving = parseLeaving(this.#users.ids, entry);
      if (leaving === undefined) reply.reject(index, 'HEARTBEAT_INVALID_FRAME', WRONG_ENTRY.goodbye);
      else if (!access.mayTouchUser(leaving.user))
        reply.reject(index, 'HEARTBEAT_FORBIDDEN', forbidden.user(access));
      else this.#leave(index, leaving, reply);
    }
  }

  #leave(index: number, leaving: UserDevice, reply: FrameReply): void {
    this.#tracked.remove(leaving);
    const answered = (answer: UserReply): void => {
      if (answer.kind === 'offline' || answer.kind === 'online') reply.accept();
      else reply.reject(index, codeOf(answer));
    };
    this.#users.ask('goodbye', leaving.user, answered, { device: leaving.device });
  }

  /**
   * Heals all that are kept: after a pong, or after a `beat`, which also counts for devices that asked for it.
   *
   * @param answered gets the first refusal, if there is one
   */
  healAll(byBeat: boolean, answered: (refusal: ErrorCode | undefined) => void): void {
    const devices = this.#tracked.toHeal(byBeat);
    const [first] = devices;
    if (first === undefined) answered(undefined);
    else if (devices.length > 1)
      this.#users.askMany('heal', devices.map(withoutDevice), (replies) => answered(refusalIn(replies)));
    else
      this.#users.ask('heal', first.user, (answer) => answered(refusalIn([answer])), {
        device: first.device,
        metaIfNew: first.metaIfNew,
      });
  }
}

/** A user alone costs less than a device without a name and meta, and is the same. */
function withoutDevice(tracked: TrackedDevice): UserId | UserDevice {
  return tracked.device === undefined && tracked.metaIfNew === undefined ? tracked.user : tracked;
}

function refusalIn(replies: readonly UserReply[]): ErrorCode | undefined {
  const refused = replies.find(({ kind }) => kind !== 'online');
  return refused && codeOf(refused);
}

function codeOf(answer: UserReply | undefined): ErrorCode {
  return answer?.kind === 'refused' ? answer.code : 'HEARTBEAT_INTERNAL';
}
