import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { NOBODY, type Access } from '../domain/access.js';
import type { Millis } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import { createApi } from './api.js';
import { Doorkeeper } from './auth/doorkeeper.js';
import { Denied } from './auth/pass.js';
import { Connections } from './connections.js';
import type { Daemon } from './daemon.js';
import type { Exchange } from './exchange.js';
import { Exchanges } from './exchanges.js';
import { isBodiless, takeFastLane } from './fast-lane.js';
import { listen } from './listen.js';
import { MalformedRequests } from './malformed.js';
import type { GatewayOptions } from './options.js';
import { isProbe } from './original-calls.js';
import { PassBudget } from './pass-budget.js';
import { createBoundedServer } from './server.js';

/** The reason that no connection can be accepted is logged this often at most. */
const WARN_EVERY: Millis = 60_000;

/** What the gateway needs of the world. */
export interface GatewayParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told once if the server fails after it has listened; nothing of the gateway runs then. */
  readonly failed: (error: Error) => void;
}

/** What `GET /supervision` shows of the gateway. */
export interface GatewayReport {
  readonly connections: number;
  readonly in_flight: number;
  readonly refused: {
    readonly overloaded: number;
    readonly dropped_connections: number;
    readonly answer_timeouts: number;
    readonly malformed: number;
    readonly unauthorized: number;
  };
}

/** The way in: an HTTP server that lets through what the daemon can bear. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #daemon: Daemon;
  readonly #parts: GatewayParts;
  readonly #server: Server;
  readonly #connections: Connections;
  readonly #exchanges: Exchanges;
  readonly #malformed: MalformedRequests;
  readonly #api: (exchange: Exchange) => void;
  readonly #fastLane: boolean;
  readonly #inFlight: number;
  readonly #passBudget: PassBudget;
  /** Undefined where everybody may do everything. */
  readonly #doorkeeper: Doorkeeper | undefined;
  #unauthorized = 0;
  #overloaded = 0;
  #warnedAt = -Infinity;
  #closing = false;
  #closed: Promise<void> | undefined;

  constructor(options: GatewayOptions, daemon: Daemon, parts: GatewayParts) {
    const { limits } = options;
    const { clock, logger } = parts;
    this.#options = options;
    this.#daemon = daemon;
    this.#parts = parts;
    this.#fastLane = options.fast_lane ?? true;
    this.#inFlight = limits.in_flight;
    this.#passBudget = new PassBudget(clock, limits.pass);
    this.#doorkeeper = options.auth === undefined ? undefined : new Doorkeeper(options.auth, clock);
    this.#server = createBoundedServer(options);
    this.#connections = new Connections(this.#server, limits.connections);
    this.#exchanges = new Exchanges(limits.request_timeout, clock, logger);
    this.#malformed = new MalformedRequests(this.#exchanges, clock);
    this.#api = createApi(daemon, clock, limits);

    const serve = (request: IncomingMessage, response: ServerResponse): void =>
      this.#serve(request, response);
    // Expectations are met, or ignored, where the body is read.
    this.#server.on('request', serve).on('checkContinue', serve).on('checkExpectation', serve);
    this.#server.on('clientError', (error, socket) => this.#malformed.answer(error, socket));
    this.#server.on('connect', (_request, socket) => this.#malformed.refuseTunnel(socket));
  }

  /** @throws HeartbeatError `HEARTBEAT_PORT_IN_USE` or `HEARTBEAT_LISTEN_FAILED` */
  async listen(): Promise<{ readonly url: string }> {
    const url = await listen(this.#server, this.#options.host, this.#options.port);
    this.#server.on('error', (error) => this.#serverFailed(error));
    this.#exchanges.watch();
    return { url };
  }

  /** Stops accepting and answers what is in flight; resolves when every connection is gone. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** Closes every connection now, answered or not. */
  async abort(): Promise<void> {
    this.#server.close();
    this.#connections.destroyAll();
    await this.close();
  }

  inspect(): GatewayReport {
    return {
      connections: this.#connections.size,
      in_flight: this.#exchanges.size,
      refused: {
        overloaded: this.#overloaded,
        dropped_connections: this.#connections.refused,
        answer_timeouts: this.#exchanges.answerTimeouts,
        malformed: this.#malformed.count,
        unauthorized: this.#unauthorized,
      },
    };
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const exchange = this.#exchanges.open(request, response);
    try {
      if (this.#turnsAway(exchange)) return;
      if (this.#doorkeeper === undefined) this.#handOver(exchange);
      else this.#identify(this.#doorkeeper, exchange);
    } catch (error) {
      exchange.fail(error);
    }
  }

  #handOver(exchange: Exchange): void {
    if (this.#fastLane && takeFastLane(this.#daemon, exchange)) return;
    this.#api(exchange);
  }

  #identify(doorkeeper: Doorkeeper, exchange: Exchange): void {
    const { url, headers } = exchange.request;
    if (isProbe(url)) {
      this.#admit(exchange, NOBODY);
      return;
    }
    const who = doorkeeper.identify(headers.authorization);
    if (!(who instanceof Promise)) {
      this.#admit(exchange, who);
      return;
    }
    // Whoever is healed by this may not expire while it is found out who heals.
    const resume = this.#daemon.defer();
    who.then(
      (found) => resume(() => this.#admitLater(exchange, found)),
      (error: unknown) => resume(() => exchange.fail(error)),
    );
  }

  #admitLater(exchange: Exchange, who: Access | Denied): void {
    try {
      this.#admit(exchange, who);
    } catch (error) {
      exchange.fail(error);
    }
  }

  #admit(exchange: Exchange, who: Access | Denied): void {
    if (who instanceof Denied) {
      this.#refuseEntry(exchange, who);
      return;
    }
    exchange.access = who;
    this.#handOver(exchange);
  }

  #refuseEntry(exchange: Exchange, { message }: Denied): void {
    const { headers } = exchange.request;
    this.#unauthorized += 1;
    const invalid = headers.authorization === undefined ? '' : ', error="invalid_token"';
    exchange.refuse('HEARTBEAT_UNAUTHORIZED', {
      message,
      headers: ['www-authenticate', `Bearer realm="heartbeat"${invalid}`],
      // Nobody reads what somebody unknown goes on to send.
      hangUp: !isBodiless(headers),
    });
  }

  #turnsAway(exchange: Exchange): boolean {
    const { request, response } = exchange;
    if (this.#closing) response.shouldKeepAlive = false;
    if (this.#connections.isSurplus(request.socket)) {
      exchange.refuse('HEARTBEAT_OVERLOADED', { hangUp: true });
      return true;
    }
    if (this.#isOverloaded() && !isProbe(request.url)) {
      this.#overloaded += 1;
      this.#daemon.shed();
      exchange.refuse('HEARTBEAT_OVERLOADED');
      return true;
    }
    const { httpVersionMajor: major, httpVersionMinor: minor } = request;
    if (major !== 1 || (minor === 1 && request.headers.host === undefined)) {
      this.#malformed.count += 1;
      exchange.refuse('HEARTBEAT_MALFORMED_REQUEST', { hangUp: true });
      return true;
    }
    return false;
  }

  #isOverloaded(): boolean {
    // Each of them has to be asked.
    const spent = this.#passBudget.isSpent();
    return spent || this.#exchanges.size > this.#inFlight;
  }

  async #close(): Promise<void> {
    const { clock } = this.#parts;
    this.#closing = true;
    // Of pipelined requests only the last may end the connection, or those behind it go unanswered.
    for (const { response } of this.#exchanges.latest().values()) response.shouldKeepAlive = false;
    await new Promise<void>((resolve) => clock.afterReading(resolve));
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#endIdle();
    });
    this.#exchanges.stop();
  }

  /** Ends the connections that owe nobody an answer, now and whenever another one was given. */
  #endIdle(): void {
    const busy = this.#exchanges.latest();
    this.#connections.endUnless((socket) => busy.has(socket));
    this.#exchanges.released = () => {
      this.#exchanges.released = undefined;
      this.#parts.clock.soon(() => this.#endIdle());
    };
  }

  #serverFailed(error: NodeJS.ErrnoException): void {
    // Out of file descriptors, say: the server goes on listening, and a restart would only end the connections it has.
    if (error.syscall === 'accept') {
      this.#connections.refused += 1;
      this.#warnOfAccept(error);
      return;
    }
    void this.abort();
    this.#parts.failed(error);
  }

  #warnOfAccept(error: Error): void {
    const { clock, logger } = this.#parts;
    const now = clock.now();
    if (now - this.#warnedAt < WARN_EVERY) return;
    this.#warnedAt = now;
    logger.warn('connections cannot be accepted', { error });
  }
}

export function createGateway(options: GatewayOptions, daemon: Daemon, parts: GatewayParts): Gateway {
  return new Gateway(options, daemon, parts);
}
