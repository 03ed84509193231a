import type { UsersApi } from '../../app/api/users-api.js';
import type { EventsApi } from '../../app/events/events-api.js';
import type { Access } from '../../domain/access.js';
import type { Millis, Moment } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';
import type { Credential, Denied } from '../security/credentials.js';
import type { DueTimer } from './session-timers.js';
import type { SocketLimits } from './socket-limits.js';

/** The other end of a connection, as its session sees it. */
export interface SocketPeer {
  /** Bytes that wait to be sent. */
  readonly unsent: number;
  /** If it leaves more than `roomOf` waiting, the session is told once it has been sent: so are pings and pongs. */
  send(frame: string): void;
  /** @param payload in Latin-1 */
  ping(payload: string): void;
  pong(payload: Buffer): void;
  /** Reads no more, so that the client has to wait. */
  pause(): void;
  /** Reads again. Idempotent. */
  resume(): void;
  close(code: number, reason: string): void;
  /** Closes the connection after an error of ours. */
  failed(error: unknown): void;
}

/** What all sessions share. */
export interface SessionHost {
  readonly clock: Pick<Clock, 'now' | 'wall'>;
  readonly users: Pick<UsersApi, 'ids' | 'ask' | 'askMany'>;
  readonly events: EventsApi;
  readonly limits: SocketLimits;
  readonly counts: SocketCounts;
  /** Time between two pings. */
  readonly pingEvery: Millis;
  /** Whether users can be asked. */
  readonly serving: boolean;
  /** Whether clients have to authenticate. */
  readonly needsAuth: boolean;
  /** Time during which the daemon could hear its clients: a standstill of it is not their silence. */
  observed(): Moment;
  authenticate(token: string): Credential | Denied | Promise<Credential | Denied>;
  /** As `Daemon.defer`. */
  defer(atMost: Millis): (handle: () => void) => void;
  /** Whether a frame is to be refused for lack of capacity. Call it for each that opens sessions. */
  isOverloaded(): boolean;
  /** Counts a frame as a request of its key. @returns whether it came too soon */
  exceedsRate(access: Access): boolean;
  /** Has `due` called at this moment, instead of at the one that was given before. */
  schedule(session: DueTimer, at: Moment): void;
  unschedule(session: DueTimer): void;
  /** Random, for a ping. */
  newPayload(): string;
}

/** Why a socket was closed. */
export type Closing = 'client' | 'protocol' | 'unauthorized' | 'flood' | 'idle' | 'unread' | 'restart';

/** Counted since the gateway started. */
export interface SocketCounts {
  /** Frames of clients, and of the daemon. Pings and pongs are not among them. */
  received: number;
  sent: number;
  pings: number;
  /** Pongs that were heals, and others. */
  pongs: number;
  ignored_pongs: number;
  readonly closed: Record<Closing, number>;
}
