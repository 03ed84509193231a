import type { Access, Permission } from '../../domain/access.js';
import type { ErrorCode } from '../../errors.js';
import { forbidden } from '../../views/messages.js';
import type { ClientFrame, FrameOf, Ref } from './client-frames.js';
import { FrameReply } from './frame-reply.js';
import { errorFrame, okFrame, rejectedFrame } from './server-frames.js';
import { SessionDevices } from './session-devices.js';
import type { SessionHost } from './session-host.js';

/** A frame of a client that is authenticated. */
export type AuthenticatedFrame = Exclude<ClientFrame, FrameOf<'auth'>>;

const NEEDS: Readonly<Record<AuthenticatedFrame['type'], Permission>> = {
  heal: 'heal',
  goodbye: 'heal',
  beat: 'heal',
};

/** What the connection does for its frames. */
interface FrameOutput {
  send(frame: string): void;
  /** No frame waits for its answer any more. */
  answeredAll(): void;
}

/** Does what a client asks for, once it is authenticated, and answers. */
export class SessionFrames {
  readonly #host: SessionHost;
  readonly #output: FrameOutput;
  #devices: SessionDevices | undefined;
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
    return this.#devices?.arePermitted(access) ?? true;
  }

  handle(frame: AuthenticatedFrame, access: Access): void {
    const { ref } = frame;
    const needs = NEEDS[frame.type];
    if (this.#host.exceedsRate(access)) this.refuse(ref, 'HEARTBEAT_RATE_LIMITED');
    else if (!access.may(needs)) this.refuse(ref, 'HEARTBEAT_FORBIDDEN', forbidden.permission(needs));
    else if (!this.#host.serving) this.refuse(ref, 'HEARTBEAT_NOT_READY');
    else this.#do(frame, access);
  }

  #do(frame: AuthenticatedFrame, access: Access): void {
    switch (frame.type) {
      case 'heal':
        return this.#heal(frame, access);
      case 'goodbye':
        return this.#kept().goodbye(frame, access, this.#replyTo(frame));
      case 'beat':
        return this.#beat(frame.ref);
    }
  }

  #heal(frame: FrameOf<'heal'>, access: Access): void {
    if (this.#host.isOverloaded()) this.refuse(frame.ref, 'HEARTBEAT_OVERLOADED');
    else this.#kept().heal(frame, access, this.#host.limits.batch, this.#replyTo(frame));
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

  #replyTo({ ref, devices }: FrameOf<'heal' | 'goodbye'>): FrameReply {
    this.#unanswered++;
    return new FrameReply(devices.length, (accepted, rejected) => {
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
