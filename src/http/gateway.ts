import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { NodeQuota } from '../domain/access.js';
import { toMillis, type Seconds } from '../domain/time.js';
import { unixPathOf } from '../domain/unix-address.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import { createApi, type Api } from './express-api.js';
import { AcceptWarning } from './server/accept-warning.js';
import { AccessControl } from './security/access-control.js';
import { Connections } from './server/connections.js';
import type { Daemon } from '../app/api/daemon.js';
import { Cors } from './security/cors.js';
import { drain } from './draining.js';
import type { Exchange } from './server/exchange.js';
import { Exchanges } from './server/exchanges.js';
import { EventStreams } from './events/event-streams.js';
import { publicOptionsOf, type PublicOptions } from './public-options.js';
import { takeFastLane } from './fast-lane.js';
import type { GatewayReport } from '../app/daemon-facts.js';
import { IdleConnections } from './server/idle-connections.js';
import { listen, localUrlOf } from './server/listen.js';
import { listenOnUnixSocket } from './server/listen-on-unix-socket.js';
import { MalformedRequests } from './server/malformed-requests.js';
import { hostRulesOf, quotasIn, type GatewayLimits, type GatewayOptions } from './gateway-options.js';
import { pipelineOf } from './server/pipeline.js';
import { Pipelines, readThroughStream } from './server/pipelines.js';
import { LoadShedding } from './server/load-shedding.js';
import type { OpenIdDesk } from './sign-in/openid-routes.js';
import { refusesUpgrade } from './sockets/handshake.js';
import { Sockets } from './sockets/sockets.js';
import { isBodiless, RequestHeads } from './server/request-head.js';
import { bound, createBoundedServer } from './server/bounded-server.js';

const OWNER_ALONE = '600';

/** What the gateway needs from outside. */
export interface GatewayParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Bytes that V8's heap may have; if it is not given, it bounds nothing. */
  readonly heapLimit?: number;
  /** Called once if the server fails after it listened; nothing of the gateway runs then. */
  readonly failed: (error: Error) => void;
}

/** The gateway: the HTTP server, which admits what the daemon can handle. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #daemon: Daemon;
  readonly #parts: GatewayParts;
  readonly #server: Server;
  readonly #connections: Connections;
  readonly #idle: IdleConnections;
  readonly #exchanges: Exchanges;
  readonly #pipelines: Pipelines;
  readonly #malformed: MalformedRequests;
  readonly #heads = new RequestHeads();
  readonly #api: Api;
  readonly #streams: EventStreams;
  readonly #fastLane: boolean;
  readonly #accessControl: AccessControl;
  readonly #sockets: Sockets;
  /** The limits in force, shared by the whole gateway. They may change while it runs. */
  readonly #limits: GatewayLimits;
  #loadShedding: LoadShedding;
  #cors: Cors;
  #quotas: readonly NodeQuota[];
  #links: GatewayOptions['links'];
  #public: PublicOptions;
  /** Where this machine reaches it, once it listens. */
  #localUrl = '';
  #signInLifetime: Seconds;
  #identityProvider: GatewayOptions['identityProvider'];
  readonly #acceptWarning: AcceptWarning;
  #overloaded = 0;
  #closing = false;
  #closed: Promise<void> | undefined;

  constructor(options: GatewayOptions, daemon: Daemon, parts: GatewayParts) {
    const { limits } = options;
    const { clock, logger } = parts;
    this.#options = options;
    this.#daemon = daemon;
    this.#parts = parts;
    this.#fastLane = options.fast_lane ?? true;
    this.#acceptWarning = new AcceptWarning(clock, logger);
    this.#limits = { ...limits };
    this.#loadShedding = new LoadShedding(clock, limits.pass);
    this.#cors = corsOf(options);
    this.#streams = new EventStreams(clock);
    this.#signInLifetime = options.sign_in.lifetime;
    this.#identityProvider = options.identityProvider;
    this.#api = createApi(
      daemon,
      clock,
      this.#limits,
      () => ({ ...this.inspect(), quotas: this.#quotas }),
      () => this.#cors,
      this.#streams,
      (key) => this.#accessControl.ofPingKey(key),
      () => this.#links,
      () => this.#public,
      this.#signInDesk(),
    );
    const { routes } = this.#api;
    this.#accessControl = new AccessControl(
      daemon,
      clock,
      routes,
      (exchange) => this.#handOver(exchange),
      (access) => this.#streams.endOf(access),
    );
    this.#accessControl.configure(options);
    this.#heads.configure(hostRulesOf(options));
    this.#quotas = quotasIn(options);
    this.#links = options.links;
    this.#public = publicOptionsOf(options, this.#localUrl);
    this.#sockets = new Sockets(daemon, {
      clock,
      logger,
      accessControl: this.#accessControl,
      limits: this.#limits,
      sessionTimeout: options.session_timeout,
      cors: () => this.#cors,
      loadShedding: () => this.#loadShedding,
      isTurnedAway: (request) =>
        this.#connections.isSurplus(request.socket) || this.#heads.faultOf(request) !== undefined,
      isClosing: () => this.#closing,
    });
    daemon.connected = connectedTo(this.#sockets, this.#streams);
    this.#server = createBoundedServer(options, (request) => this.#sockets.isUpgraded(request));
    this.#connections = new Connections(this.#server, limits.connections, (open, limit) => {
      logger.warn('connections are running out', { open, limit });
    });
    this.#idle = new IdleConnections(clock, toMillis(options.keep_alive_timeout));
    const connected = options.tls === undefined ? 'connection' : 'secureConnection';
    this.#server.on(connected, (socket: Socket) => this.#idle.watch(socket));
    if (options.tls !== undefined) this.#server.on(connected, readThroughStream);
    this.#pipelines = new Pipelines({
      clock,
      loadShedding: () => this.#loadShedding,
      most: () => this.#limits.requests_per_pass,
      defer: (atMost) => daemon.defer(atMost),
      handle: (exchange) => this.#handle(exchange),
    });
    this.#exchanges = new Exchanges(limits, clock, logger, {
      routes,
      addressOf: (request) => this.#accessControl.addresses.of(request),
      answerBegan: (pipeline) => this.#pipelines.answerBegan(pipeline),
      reset: (socket) => this.#connections.reset(socket),
      heapLimit: parts.heapLimit,
    });
    this.#malformed = new MalformedRequests(this.#exchanges, clock, (spoken) =>
      this.#connections.beneath(spoken),
    );

    const serve = (request: IncomingMessage, response: ServerResponse): void =>
      this.#serve(request, response);
    // `Expect` is handled where the body is read.
    this.#server.on('request', serve).on('checkContinue', serve).on('checkExpectation', serve);
    this.#server.on('clientError', (error, socket) => this.#malformed.answer(error, socket));
    this.#server.on('upgrade', (request, socket, head) => {
      this.#exchanges.responded(101);
      this.#sockets.accept(request, socket, head);
    });
    this.#server.on('connect', (_request, socket) => this.#malformed.refuseTunnel(socket));
  }

  /** @throws HeartbeatError `HEARTBEAT_PORT_IN_USE` or `HEARTBEAT_LISTEN_FAILED` */
  async listen(): Promise<{ readonly url: string }> {
    const { host, port, tls, unix_socket_mode: mode = OWNER_ALONE } = this.#options;
    const path = unixPathOf(host);
    const url =
      path === undefined
        ? await listen(this.#server, tls === undefined ? 'http' : 'https', host, port)
        : await listenOnUnixSocket(this.#server, path, Number.parseInt(mode, 8));
    this.#localUrl = localUrlOf(url);
    this.#public = publicOptionsOf(this.#options, this.#localUrl);
    this.#server.on('error', (error) => this.#serverFailed(error));
    this.#exchanges.watch();
    this.#idle.start();
    return { url };
  }

  /** Applies other limits, keys, origins and certificates. The address stays. */
  reconfigure(options: GatewayOptions): void {
    const { limits } = options;
    Object.assign(this.#limits, limits);
    bound(this.#server, options);
    this.#connections.allow(limits.connections);
    this.#exchanges.allow(limits);
    this.#exchanges.heads.forget();
    this.#idle.allow(toMillis(options.keep_alive_timeout));
    this.#loadShedding = new LoadShedding(this.#parts.clock, limits.pass);
    this.#cors = corsOf(options);
    if (this.#accessControl.configure(options)) {
      this.#sockets.renew();
      this.#streams.reconfigured(options.auth !== undefined);
    }
    this.#sockets.reconfigure();
    this.#heads.configure(hostRulesOf(options));
    this.#quotas = quotasIn(options);
    this.#links = options.links;
    this.#public = publicOptionsOf(options, this.#localUrl);
    this.#signInLifetime = options.sign_in.lifetime;
    this.#identityProvider = options.identityProvider;
  }

  /** Stops accepting and answers what is in flight. Resolves when every connection is closed. */
  close(): Promise<void> {
    this.#closing = true;
    this.#closed ??= drain(this.#server, {
      clock: this.#parts.clock,
      connections: this.#connections,
      exchanges: this.#exchanges,
      idle: this.#idle,
      sockets: this.#sockets,
      streams: this.#streams,
    });
    return this.#closed;
  }

  /** Closes every connection now, answered or not. */
  async abort(): Promise<void> {
    this.#server.close();
    this.cut();
    await this.close();
  }

  /** Ends every connection at once; those with an unfinished answer by a reset. */
  cut(): void {
    this.#connections.destroyAll((socket) => pipelineOf(socket).latest !== undefined);
  }

  inspect(): GatewayReport {
    return {
      connections: this.#connections.size,
      in_flight: this.#exchanges.size - this.#pipelines.waiting,
      pipelined: this.#pipelines.waiting,
      unsent_bytes: this.#exchanges.unsent.size,
      sockets: this.#sockets.report(),
      responses: this.#exchanges.responses,
      refused: {
        overloaded: this.#overloaded,
        dropped_connections: this.#connections.refused,
        answer_timeouts: this.#exchanges.answerTimeouts,
        large_answers: this.#exchanges.large.refused,
        unread_answers: this.#exchanges.unsent.cutOff,
        malformed: this.#malformed.count,
        unauthorized: this.#accessControl.unauthorized,
        rate_limited: this.#accessControl.rateLimited,
        dropped_pings: this.#api.droppedPings(),
      },
    };
  }

  #signInDesk(): OpenIdDesk {
    const accessControl = (): AccessControl => this.#accessControl;
    const lifetime = (): Seconds => this.#signInLifetime;
    const provider = (): GatewayOptions['identityProvider'] => this.#identityProvider;
    return {
      get place() {
        return accessControl().signInPlace;
      },
      get lifetime() {
        return lifetime();
      },
      get provider() {
        return provider();
      },
      get providerName() {
        return provider()?.name;
      },
      accessOf: (who) => accessControl().accessOf(who),
      authenticate: (key) => accessControl().authenticate(key),
      exceedsKeyRate: (access) => accessControl().exceedsKeyRate(access),
      signInOf: (access) => accessControl().signInOf(access),
    };
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    if (this.#exchanges.lingeringCloses.isOut(request.socket)) return;
    const exchange = this.#exchanges.open(request, response);
    const asksForUpgrade = request.headers.upgrade !== undefined;
    // It was not upgraded, and Node's parser drops what came behind such a request in the same read.
    if (this.#closing || asksForUpgrade) response.shouldKeepAlive = false;
    try {
      if (this.#cors.greet(exchange)) return;
      if (this.#turnsAway(exchange)) return;
      if (asksForUpgrade && refusesUpgrade(exchange)) return;
      this.#pipelines.enter(exchange);
    } catch (error) {
      exchange.fail(error);
    }
  }

  #handle(exchange: Exchange): void {
    const { request } = exchange;
    if (request.destroyed && !isBodiless(request.headers)) {
      // The connection was closed before the request's turn, and its body is lost.
      exchange.abandon();
      return;
    }
    try {
      this.#accessControl.admit(exchange);
    } catch (error) {
      exchange.fail(error);
    }
  }

  #handOver(exchange: Exchange): void {
    if (this.#fastLane && takeFastLane(this.#daemon, this.#limits, exchange)) return;
    this.#api.handle(exchange);
  }

  #turnsAway(exchange: Exchange): boolean {
    const { request } = exchange;
    if (this.#connections.isSurplus(request.socket)) {
      exchange.refuse('HEARTBEAT_OVERLOADED', { hangUp: true });
      return true;
    }
    // Called for every request, since it measures the pass.
    const ofPass = this.#loadShedding.overload();
    const overload = this.#inFlight(exchange) > this.#limits.in_flight ? 'shedding' : ofPass;
    if (overload !== undefined) this.#daemon.overloaded(overload);
    if (overload === 'shedding' && !this.#api.routes.isProbe(request.url)) {
      this.#overloaded += 1;
      exchange.refuse('HEARTBEAT_OVERLOADED');
      return true;
    }
    const fault = this.#heads.faultOf(request);
    if (fault === undefined) return false;
    if (fault === 'HEARTBEAT_MALFORMED_REQUEST') this.#malformed.count += 1;
    exchange.refuse(fault, { hangUp: true });
    return true;
  }

  /** A request that waits for others of its connection takes no place from other connections. */
  #inFlight({ pipeline }: Exchange): number {
    return pipeline.waiting > 0 ? this.#exchanges.size : this.#exchanges.size - this.#pipelines.waiting;
  }

  #serverFailed(error: NodeJS.ErrnoException): void {
    // For instance without file descriptors: the server goes on listening, and a restart would only end the connections
    // that it has.
    if (error.syscall === 'accept') {
      this.#connections.refused += 1;
      this.#acceptWarning.warn(error);
      return;
    }
    void this.abort();
    this.#parts.failed(error);
  }
}

/** Counted by those who serve them, whenever somebody asks. */
function connectedTo(sockets: Sockets, streams: EventStreams): Daemon['connected'] {
  return {
    get sockets() {
      return sockets.size;
    },
    get eventReaders() {
      return streams.size;
    },
  };
}

function corsOf({ cors, public_url }: GatewayOptions): Cors {
  return new Cors(cors?.origins ?? [], public_url);
}
