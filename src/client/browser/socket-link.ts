import type { Cancel, Environment, Socket } from './environment.js';
import { isRecord, parseFrame, parseJson, type ServerFrame } from './frames.js';
import type { Answered, Link, LinkEvents, LinkTarget, SentDevice, Watched } from './link.js';
import { statusOf } from './refusal.js';
import { HeartbeatClientError } from './types.js';

const PROTOCOL = 'heartbeat.v1';
/** A connection that was cut may stay silent for hours, so it is tried so often, and up to a third later. */
const PROBE_EVERY = 18_000;
/** How long an answer, or the connection itself, may take. */
const PATIENCE = 10_000;
/** A frame may have 64 KiB, and an id 255 bytes. */
const USERS_A_FRAME = 200;

type Reply = (error?: HeartbeatClientError, rejected?: readonly number[]) => void;

/** The daemon over a WebSocket: see docs/socket.md. */
export class SocketLink implements Link {
  readonly #env: Environment;
  readonly #events: LinkEvents;
  readonly #user: string | undefined;
  readonly #socket: Socket | undefined;
  readonly #pending = new Map<number, Reply>();
  #ref = 0;
  #isClosed = false;
  /** Ends the wait for something from the daemon. */
  #patience: Cancel | undefined;
  #probing: Cancel | undefined;

  constructor(env: Environment, { url, user, token }: LinkTarget, events: LinkEvents) {
    this.#env = env;
    this.#events = events;
    this.#user = user;
    this.#expectAnswer();
    try {
      this.#socket = env.openSocket(`${url.replace(/^http/, 'ws')}/socket`, PROTOCOL, {
        opened: () => this.#opened(token),
        received: (data) => this.#received(data),
        closed: (code, reason) => this.#ended(code === 1012 ? retryAfterIn(reason) : undefined),
      });
    } catch {
      env.after(0, () => this.#ended());
    }
  }

  heal(devices: readonly SentDevice[], answered: Answered): void {
    this.#ask({ type: 'heal', devices: devices.map((each) => ({ id: this.#user, ...each })) }, answered);
  }

  goodbye(device: string, answered: Answered): void {
    this.#ask({ type: 'goodbye', devices: [{ id: this.#user, device }] }, answered);
  }

  watch(users: readonly string[], watched: Watched): void {
    const some = users.slice(0, USERS_A_FRAME);
    if (some.length === 0) return;
    this.#ask({ type: 'watch', users: some }, (error, rejected) => {
      const taken =
        error === undefined ? some : some.filter((_, index) => rejected?.includes(index) === false);
      watched(taken, error);
      // One after the other: the daemon sends the state of each part before it takes many more.
      if (!this.#isClosed) this.watch(users.slice(USERS_A_FRAME), watched);
    });
  }

  unwatch(users: readonly string[]): void {
    for (let from = 0; from < users.length; from += USERS_A_FRAME)
      this.#send({ type: 'unwatch', users: users.slice(from, from + USERS_A_FRAME) });
  }

  renew(token: string): void {
    this.#ask({ type: 'auth', token }, (error) => this.#refused(error));
  }

  probe(): void {
    this.#probing?.();
    if (this.#isClosed) return;
    this.#probing = this.#env.after(PROBE_EVERY * (1 + this.#env.random() / 3), () => this.probe());
    this.#ask({ type: 'beat' }, () => undefined);
  }

  close(): void {
    this.#isClosed = true;
    this.#patience?.();
    this.#probing?.();
    this.#socket?.close();
    const lost = new HeartbeatClientError('HEARTBEAT_CLIENT_UNREACHABLE', 'the connection was lost');
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const answered of pending) answered(lost);
  }

  #opened(token: string | undefined): void {
    if (this.#isClosed) return;
    const up = (): void => {
      this.#events.up();
      this.probe();
    };
    if (token === undefined) up();
    else
      this.#ask({ type: 'auth', token }, (error) => {
        if (error === undefined) up();
        else this.#refused(error);
      });
  }

  #refused(error: HeartbeatClientError | undefined): void {
    if (error !== undefined && !this.#isClosed) this.#events.error(error);
  }

  #received(data: unknown): void {
    if (this.#isClosed) return;
    this.#patience?.();
    this.#patience = undefined;
    const frame = parseFrame(data);
    if (frame?.type === 'users') this.#events.users(frame.users);
    else if (frame?.type === 'expiring') this.#events.expiring();
    else if (frame !== undefined) this.#answered(frame);
    // What else was asked is still to be answered.
    if (this.#pending.size > 0) this.#expectAnswer();
  }

  #answered(frame: Extract<ServerFrame, { ref: unknown }>): void {
    const { ref } = frame;
    const refused =
      frame.type === 'error'
        ? new HeartbeatClientError(frame.code, frame.error, statusOf(frame.code))
        : undefined;
    const answered = typeof ref === 'number' ? this.#pending.get(ref) : undefined;
    if (answered !== undefined && typeof ref === 'number') {
      this.#pending.delete(ref);
      answered(refused, frame.type === 'error' ? frame.rejected : undefined);
    } else if (refused !== undefined) this.#events.error(refused);
  }

  #ask(frame: object, answered: Reply): void {
    const ref = ++this.#ref;
    this.#pending.set(ref, answered);
    this.#expectAnswer();
    this.#send({ ...frame, ref });
  }

  #send(frame: object): void {
    if (this.#isClosed) return;
    try {
      this.#socket?.send(JSON.stringify(frame));
    } catch {
      this.#env.after(0, () => this.#ended());
    }
  }

  #expectAnswer(): void {
    this.#patience ??= this.#env.after(PATIENCE, () => this.#ended());
  }

  #ended(retryAfter?: number): void {
    if (this.#isClosed) return;
    this.close();
    this.#events.down({ retryAfter });
  }
}

function retryAfterIn(reason: string): number | undefined {
  const said = parseJson(reason);
  const milliseconds = isRecord(said) ? said.retry_after_ms : undefined;
  return typeof milliseconds === 'number' && milliseconds >= 0 ? milliseconds : undefined;
}
