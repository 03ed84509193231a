import type { Access, Permission } from '../../domain/access.js';
import { HeartbeatError, type ErrorCode } from '../../errors.js';
import { forbidden, frameProblem } from '../../views/messages.js';
import { parseId, type ClientFrame, type FrameOf, type Ref } from './client-frames.js';
import { FrameReply } from './frame-reply.js';
import { errorFrame, okFrame, rejectedFrame } from './server-frames.js';
import { SessionDevices } from './session-devices.js';
import type { SessionHost } from './session-host.js';
import { roomOf } from './socket-limits.js';
import { SessionWatch } from './session-watch.js';

/** A frame of a client that is authenticated. */
export type AuthenticatedFrame = Exclude<ClientFrame, FrameOf<'auth'>>;

const NEEDS: Readonly<Record<AuthenticatedFrame['type'], Permission>> = {
  heal: 'heal',
  goodbye: 'heal',
  watch: 'checkup',
  unwatch: 'checkup',
  beat: 'heal',
};

/** What the connection does for its frames. */
export interface FrameOutput {
  /** Whether the client has to read before it gets more events. */
  readonly isFull: boolean;
  send(frame: string): void;
  /** The client reads so slowly that events were lost. */
  isTooSlow(): void;
  /** No frame waits for its answer any more. */
  answeredAll(): void;
  /** An error of ours, which ends the connection. */
  failed(error: unknown): void;
}

/** Does what a client asks for, once it is authenticated, and answers. */
export class SessionFrames {
  readonly #host: SessionHost;
  readonly #output: FrameOutput;
  #devices: SessionDevices | undefined;
  #watch: SessionWatch | undefined;
  /** Frames that are not answered yet. */
  #unanswered = 0;

  constructor(host: SessionHost, output: FrameOutput) {
    this.#host = host;
    this.#output = output;
  }

  get unanswered(): number {
    return this.#unanswered;
  }

  /** Whether the caller may do all that the connection goes on doing. */
  arePermitted(access: Access): boolean {
    if (this.#devices?.arePermitted(access) === false) return false;
    const watched = this.#watch?.users ?? [];
    return Array.from(watched).every((user) => access.may('checkup') && access.mayWatchUser(user));
  }

  /** The client has authenticated again. */
  renewed(access: Access): void {
    this.#watch?.restart(access);
  }

  /** The client has read, after it had to. */
  drained(): void {
    this.#watch?.drained();
  }

  /** The connection ends. */
  close(): void {
    this.#watch?.close();
  }

  handle(frame: AuthenticatedFrame, access: Access): void {
    const { ref } = frame;
    const needs = NEEDS[frame.type];
    if (this.#host.exceedsRate(access)) this.refuse(ref, 'HEARTBEAT_RATE_LIMITED');
    else if (!access.may(needs)) this.refuse(ref, 'HEARTBEAT_FORBIDDEN', forbidden.permission(access, needs));
    else if (!this.#host.serving) this.refuse(ref, 'HEARTBEAT_NOT_READY');
    else this.#do(frame, access);
  }

  #do(frame: AuthenticatedFrame, access: Access): void {
    switch (frame.type) {
      case 'heal':
        return this.#heal(frame, access);
      case 'goodbye':
        return this.#kept().goodbye(frame, access, this.#replyTo(frame.ref, frame.devices.length));
      case 'watch':
        return this.#startWatching(frame, access);
      case 'unwatch':
        return this.#stopWatching(frame);
      case 'beat':
        return this.#beat(frame.ref);
    }
  }

  #heal(frame: FrameOf<'heal'>, access: Access): void {
    if (this.#host.isOverloaded()) this.refuse(frame.ref, 'HEARTBEAT_OVERLOADED');
    else this.#kept().heal(frame, access, this.#host.limits, this.#replyTo(frame.ref, frame.devices.length));
  }

  #startWatching(frame: FrameOf<'watch'>, access: Access): void {
    const watch = (this.#watch ??= this.#newWatch());
    if (watch.isBusy) {
      this.refuse(frame.ref, 'HEARTBEAT_OVERLOADED');
      return;
    }
    const most = this.#host.limits.socket_watched;
    const reply = this.#replyTo(frame.ref, frame.users.length);
    const added = frame.users.flatMap((entry, index) => {
      const user = parseId(this.#host.users.ids, entry);
      if (user === undefined) reply.reject(index, 'HEARTBEAT_INVALID_USER_ID');
      else if (!access.mayWatchUser(user))
        reply.reject(index, 'HEARTBEAT_FORBIDDEN', forbidden.userAmong(access, user));
      else if (watch.reserve(user, most)) return [{ user, index }];
      // Not `HEARTBEAT_OVERLOADED`: asking again never helps.
      else reply.reject(index, 'HEARTBEAT_INVALID_FRAME', frameProblem.tooManyWatched(most));
      return [];
    });
    const users = added.map(({ user }) => user);
    const answer = (settle: (index: number) => void): void => {
      for (const { index } of added) settle(index);
    };
    watch.watch(users, access).then(
      () => answer(() => reply.accept()),
      (error: unknown) => answer((index) => reply.reject(index, codeOf(error))),
    );
  }

  #stopWatching({ users, ref }: FrameOf<'unwatch'>): void {
    const watch = this.#watch;
    if (watch?.isBusy === true) {
      this.refuse(ref, 'HEARTBEAT_OVERLOADED');
      return;
    }
    const reply = this.#replyTo(ref, users.length);
    const left = users.flatMap((entry, index) => {
      const user = parseId(this.#host.users.ids, entry);
      if (user === undefined) reply.reject(index, 'HEARTBEAT_INVALID_USER_ID');
      return user ?? [];
    });
    const done = watch?.unwatch(left) ?? Promise.resolve();
    done.then(
      () => {
        for (const _ of left) reply.accept();
      },
      (error: unknown) => {
        this.#output.failed(error);
      },
    );
  }

  #newWatch(): SessionWatch {
    const output = this.#output;
    const { events, limits } = this.#host;
    return new SessionWatch(events, {
      get isFull() {
        return output.isFull;
      },
      get room() {
        return roomOf(limits);
      },
      send: (frame) => output.send(frame),
      ended: (why) => {
        if (why === 'slow') output.isTooSlow();
        else if (why === 'failed') this.refuse(undefined, 'HEARTBEAT_NOT_READY', frameProblem.watchEnded);
      },
    });
  }

  /** The last ping was answered, which heals the devices that did not ask for more. */
  ponged(): void {
    this.#healAll(false, (refusal) => {
      if (refusal !== undefined) this.refuse(undefined, refusal);
    });
  }

  #beat(ref: Ref): void {
    this.#unanswered++;
    this.#healAll(true, (refusal) => {
      if (refusal === undefined) this.ok(ref);
      else this.refuse(ref, refusal);
      this.#answered();
    });
  }

  #healAll(byBeat: boolean, answered: (refusal: ErrorCode | undefined) => void): void {
    if (this.#devices === undefined) answered(undefined);
    else if (!this.#host.serving) answered('HEARTBEAT_NOT_READY');
    else this.#devices.healAll(byBeat, answered);
  }

  #kept(): SessionDevices {
    return (this.#devices ??= new SessionDevices(this.#host.users));
  }

  #replyTo(ref: Ref, entries: number): FrameReply {
    this.#unanswered++;
    return new FrameReply(entries, (accepted, rejected) => {
      if (rejected.length === 0) this.ok(ref);
      else this.#output.send(rejectedFrame(ref, accepted, rejected));
      this.#answered();
    });
  }

  #answered(): void {
    if (--this.#unanswered === 0) this.#output.answeredAll();
  }

  ok(ref: Ref): void {
    if (ref !== undefined) this.#output.send(okFrame(ref));
  }

  refuse(ref: Ref, code: ErrorCode, error?: string): void {
    this.#output.send(errorFrame(ref, code, error));
  }
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof HeartbeatError ? error.code : 'HEARTBEAT_INTERNAL';
}
