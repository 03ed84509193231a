import { randomFillSync } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Daemon } from '../../app/api/daemon.js';
import type { SocketsReport } from '../../app/daemon-facts.js';
import { toMillis, type Millis, type Seconds } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import { signInProblem, socketProblem } from '../../views/messages.js';
import type { AccessControl } from '../security/access-control.js';
import type { Cors } from '../security/cors.js';
import type { LoadShedding } from '../server/load-shedding.js';
import { isAnswering } from '../server/pipeline.js';
import {
  asksForSocket,
  faultOfHandshake,
  SUBPROTOCOL,
  UPGRADE_REQUIRED,
  type SocketRefusal,
} from './handshake.js';
import type { SessionHost, SocketCounts } from './session-host.js';
import { SessionTimers } from './session-timers.js';
import { ConnectedSocket, SocketConnection, type ConnectionHost } from './socket-connection.js';
import type { SocketLimits } from './socket-limits.js';

/** Pings in the time after which a silent user goes offline. */
const PINGS = 3;
const PAYLOAD = 8;
const POOL = 4096;
/** What a message may come in: a client that sends it byte by byte would cost many times its size. */
const MOST_FRAGMENTS = 128;
const LEAST_CHUNKS = 1024;
const SHORTEST_CHUNK = 64;
/** How long a client may take to answer a close frame. */
const CLOSE_TIMEOUT: Millis = 1000;
/** How long a stop waits for frames that are not answered. */
const LAST_ANSWERS: Millis = 1000;
/** Sockets that are closed in one pass. */
const CLOSED_IN_A_PASS = 500;
/** When clients come back after a stop, at the earliest, and over how much of the timeout they are spread. */
const EARLIEST_RETURN: Millis = 200;
const SPREAD = 1 / 3;
const LONGEST_SPREAD: Millis = 10_000;

const TOO_MANY: SocketRefusal = { code: 'HEARTBEAT_OVERLOADED', message: socketProblem.tooMany };
const FORGED: SocketRefusal = { code: 'HEARTBEAT_MALFORMED_REQUEST', message: signInProblem.forged };
const NOT_READY: SocketRefusal = { code: 'HEARTBEAT_NOT_READY' };

/** What the sockets need from the gateway. */
export interface SocketsParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly accessControl: AccessControl;
  /** Those in force. */
  readonly limits: SocketLimits;
  /** After which a silent user goes offline. */
  readonly sessionTimeout: Seconds;
  cors(): Cors;
  loadShedding(): LoadShedding;
  /** Whether a request is refused before anybody looks at what it asks for. */
  isTurnedAway(request: IncomingMessage): boolean;
  /** Whether the gateway stops. */
  isClosing(): boolean;
}

/** The open sockets. */
export class Sockets {
  readonly #daemon: Daemon;
  readonly #parts: SocketsParts;
  readonly #host: SessionHost;
  readonly #connections: ConnectionHost;
  readonly #timers: SessionTimers;
  readonly #open = new Map<Duplex, SocketConnection>();
  #server: SocketServer | undefined;
  #opened = 0;
  #refused = 0;
  /** Called when the last one is closed. */
  #closedAll: (() => void) | undefined;

  constructor(daemon: Daemon, parts: SocketsParts) {
    const { clock, accessControl, sessionTimeout } = parts;
    this.#daemon = daemon;
    this.#parts = parts;
    const pingEvery = toMillis(sessionTimeout) / PINGS;
    const timers = new SessionTimers(clock, pingEvery);
    this.#timers = timers;
    this.#host = {
      clock,
      users: daemon.users,
      events: daemon.events,
      limits: parts.limits,
      counts: noCounts(),
      pingEvery,
      get serving() {
        return daemon.serving;
      },
      get needsAuth() {
        return accessControl.needsCredential;
      },
      observed: () => timers.observed(),
      authenticate: (token) => accessControl.authenticate(token),
      defer: (atMost) => daemon.defer(atMost),
      isOverloaded: () => this.#isOverloaded(),
      exceedsRate: (access) => accessControl.exceedsKeyRate(access),
      schedule: (session, at) => timers.schedule(session, at),
      unschedule: (session) => timers.unschedule(session),
      newPayload: payloads(),
    };
    this.#connections = {
      sessions: this.#host,
      logger: parts.logger,
      closed: (connection) => this.#closed(connection),
    };
  }

  /** Whether a connection is one of them. */
  has(socket: Duplex): boolean {
    return this.#open.size > 0 && this.#open.has(socket);
  }

  get size(): number {
    return this.#open.size;
  }

  /** Whether a request becomes a socket. If not, it is answered like any other, or with what is wrong with it. */
  isUpgraded(request: IncomingMessage): boolean {
    if (!asksForSocket(request) || this.#parts.isTurnedAway(request) || this.#isOverloaded()) return false;
    const refusal = isAnswering(request.socket) ? UPGRADE_REQUIRED : this.#refusalOf(request);
    if (refusal === undefined) return true;
    this.#refused++;
    request.upgradeRefusal = refusal;
    return false;
  }

  #isOverloaded(): boolean {
    const overload = this.#parts.loadShedding().overload();
    if (overload !== undefined) this.#daemon.overloaded(overload);
    return overload === 'shedding';
  }

  #refusalOf(request: IncomingMessage): SocketRefusal | undefined {
    const { accessControl, limits } = this.#parts;
    const fault = faultOfHandshake(request, this.#parts.cors());
    if (fault !== undefined) return fault;
    if (accessControl.isForged(request)) return FORGED;
    const seconds = accessControl.waitOfAddress(request);
    if (seconds > 0) return { code: 'HEARTBEAT_RATE_LIMITED', retryAfter: Math.ceil(seconds) };
    if (this.#parts.isClosing() || !this.#daemon.serving) return NOT_READY;
    return this.#open.size >= limits.sockets ? TOO_MANY : undefined;
  }

  /** Takes over the connection of a request that was accepted. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server ??= newServer(this.#parts.limits.socket_frame);
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      this.#opened++;
      this.#open.set(socket, new SocketConnection(ws, socket, this.#connections));
      // Its requests are over.
      request.socket.pipeline = undefined;
    });
  }

  #closed({ socket, session }: SocketConnection): void {
    this.#open.delete(socket);
    this.#host.counts.closed[session.closing ?? 'client']++;
    if (this.#open.size === 0) this.#closedAll?.();
  }

  /** Other limits are in force, from the next socket on. */
  reconfigure(): void {
    this.#server = undefined;
  }

  /** Other keys are in force: clients have to authenticate again. */
  renew(): void {
    for (const { session } of this.#open.values()) session.renew();
  }

  /** Closes all, and tells each client when to come back: not all at once. Resolves when they are closed. */
  async close(): Promise<void> {
    if (this.#open.size === 0) return;
    const { clock, sessionTimeout } = this.#parts;
    const closed = new Promise<void>((resolve) => {
      this.#closedAll = resolve;
    });
    const spread = Math.min(LONGEST_SPREAD, toMillis(sessionTimeout) * SPREAD);
    const connections = [...this.#open.values()];
    const cancel = clock.after(LAST_ANSWERS, () => {
      for (const { session } of connections) session.restartNow();
    });
    for (const [at, { session }] of connections.entries()) {
      if (at % CLOSED_IN_A_PASS === CLOSED_IN_A_PASS - 1)
        await new Promise<void>((resolve) => clock.soon(resolve));
      const after = EARLIEST_RETURN + (spread * at) / connections.length;
      session.restart(JSON.stringify({ retry_after_ms: Math.round(after) }));
    }
    await closed;
    cancel();
    this.#timers.stop();
  }

  report(): SocketsReport {
    const { closed, ...counts } = this.#host.counts;
    return {
      open: this.#open.size,
      opened: this.#opened,
      refused: this.#refused,
      ...counts,
      closed: { ...closed },
    };
  }
}

type SocketServer = ReturnType<typeof newServer>;

/** @param frame the most bytes of a message */
function newServer(frame: number) {
  // The types of ws know less than it does.
  const options = {
    noServer: true,
    WebSocket: ConnectedSocket,
    clientTracking: false,
    perMessageDeflate: false,
    // They count as frames.
    autoPong: false,
    maxPayload: frame,
    maxFragments: MOST_FRAGMENTS,
    maxBufferedChunks: Math.max(LEAST_CHUNKS, Math.ceil(frame / SHORTEST_CHUNK)),
    closeTimeout: CLOSE_TIMEOUT,
    handleProtocols: () => SUBPROTOCOL,
  };
  return new WebSocketServer(options);
}

function noCounts(): SocketCounts {
  const closed = { client: 0, protocol: 0, unauthorized: 0, flood: 0, idle: 0, unread: 0, restart: 0 };
  return { received: 0, sent: 0, pings: 0, pongs: 0, ignored_pongs: 0, closed };
}

/** Makes random payloads: many at a time, since each call into the system's generator costs more than the bytes. */
function payloads(): () => string {
  const pool = Buffer.alloc(POOL);
  let at = POOL;
  return () => {
    if (at === POOL) {
      randomFillSync(pool);
      at = 0;
    }
    at += PAYLOAD;
    return pool.toString('latin1', at - PAYLOAD, at);
  };
}
