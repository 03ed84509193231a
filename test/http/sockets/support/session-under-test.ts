import { ANYBODY, type Access } from '../../../../src/domain/access.js';
import { instant, toMillis, type Millis } from '../../../../src/domain/time.js';
import type { Daemon } from '../../../../src/app/api/daemon.js';
import type { EventsApi } from '../../../../src/app/events/events-api.js';
import { Denied, type Credential } from '../../../../src/http/security/credentials.js';
import type { SessionHost, SocketCounts, SocketPeer } from '../../../../src/http/sockets/session-host.js';
import { SessionTimers } from '../../../../src/http/sockets/session-timers.js';
import { SocketSession } from '../../../../src/http/sockets/socket-session.js';
import type { SocketLimits } from '../../../../src/http/sockets/socket-limits.js';
import type { SimulatedClock } from '../../../support/simulated-clock.js';
import { SOCKET_LIMITS } from '../../support/socket-limits.js';

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** What sessions share, in a test that decides about it. */
export class FakeHost implements SessionHost {
  readonly clock: SimulatedClock;
  readonly users: SessionHost['users'];
  readonly events: EventsApi;
  readonly limits: Mutable<SocketLimits> = { ...SOCKET_LIMITS, batch: 100 };
  readonly counts: SocketCounts = {
    received: 0,
    sent: 0,
    pings: 0,
    pongs: 0,
    ignored_pongs: 0,
    closed: { client: 0, protocol: 0, unauthorized: 0, flood: 0, idle: 0, unread: 0, restart: 0 },
  };
  readonly pingEvery: Millis;
  serving = true;
  needsAuth = false;
  overloaded = false;
  deferred = 0;
  /** By token. Any other is unknown. */
  readonly credentials = new Map<string, Credential | Promise<Credential | Denied>>();
  readonly #timers: SessionTimers;
  #payloads = 0;

  constructor(
    clock: SimulatedClock,
    { users, events }: Pick<Daemon, 'users' | 'events'>,
    timeout = toMillis(7),
  ) {
    this.clock = clock;
    this.users = users;
    this.events = events;
    this.pingEvery = timeout / 3;
    this.#timers = new SessionTimers(clock, this.pingEvery);
  }

  /** @param lives milliseconds from now */
  allow(token: string, access: Access = ANYBODY, lives?: Millis): void {
    const expires = lives === undefined ? undefined : instant(this.clock.wall() + lives);
    this.credentials.set(token, { access, expires, whenExpired: new Denied('the token has expired') });
    this.needsAuth = true;
  }

  observed() {
    return this.#timers.observed();
  }

  authenticate(token: string) {
    return this.credentials.get(token) ?? new Denied('the key is unknown');
  }

  defer() {
    this.deferred++;
    return (handle: () => void): void => {
      this.deferred--;
      handle();
    };
  }

  isOverloaded(): boolean {
    return this.overloaded;
  }

  exceedsRate(): boolean {
    return false;
  }

  schedule: SessionHost['schedule'] = (session, at) => this.#timers.schedule(session, at);
  unschedule: SessionHost['unschedule'] = (session) => this.#timers.unschedule(session);

  newPayload(): string {
    return `payload${String(this.#payloads++)}`;
  }
}

/** A session, and what its client gets. */
export class SessionUnderTest implements SocketPeer {
  readonly session: SocketSession;
  readonly frames: unknown[] = [];
  readonly pings: string[] = [];
  readonly pongs: string[] = [];
  unsent = 0;
  closed: { readonly code: number; readonly reason: string } | undefined;
  /** Whether pings are answered, as a browser does. */
  answers = false;
  /** If set, pings and frames throw this. */
  fault: Error | undefined;
  failure: unknown;
  isPaused = false;

  constructor(host: SessionHost) {
    this.session = new SocketSession(host, this);
  }

  /** A frame of the client; a text is sent as it is. */
  says(frame: object | string): this {
    this.session.received(typeof frame === 'string' ? frame : JSON.stringify(frame));
    return this;
  }

  /** The frames since the last call. */
  heard(): unknown[] {
    return this.frames.splice(0);
  }

  send(frame: string): void {
    if (this.fault !== undefined) throw this.fault;
    this.frames.push(JSON.parse(frame) as unknown);
  }

  ping(payload: string): void {
    if (this.fault !== undefined) throw this.fault;
    this.pings.push(payload);
    if (this.answers) setImmediate(() => this.session.ponged(payload));
  }

  pong(payload: Buffer): void {
    this.pongs.push(payload.toString());
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }

  failed(error: unknown): void {
    this.failure = error;
  }
}
