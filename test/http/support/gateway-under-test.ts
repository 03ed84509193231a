import { Readable } from 'node:stream';
import { Agent } from 'undici';
import { parseUserId, userIdsOf, type UserId, type UserIdKind } from '../../../src/domain/user-id.js';
import type { AuthOptions } from '../../../src/http/security/credentials.js';
import { Gateway } from '../../../src/http/gateway.js';
import type { GatewayLimits, GatewayOptions } from '../../../src/http/gateway-options.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { FakeDaemon } from './fake-daemon.js';
import { MemorySignIns } from './memory-sign-ins.js';
import { RawClient } from './raw-client.js';
import { SOCKET_LIMITS } from './socket-limits.js';

export interface StartOptions {
  readonly limits?: Partial<GatewayLimits>;
  readonly keep_alive_timeout?: number;
  readonly auth?: AuthOptions;
  readonly cors?: GatewayOptions['cors'];
  readonly host?: string;
  readonly unix_socket_mode?: string;
  readonly allowed_hosts?: GatewayOptions['allowed_hosts'];
  readonly public_url?: GatewayOptions['public_url'];
  readonly trusted_proxies?: GatewayOptions['trusted_proxies'];
  readonly identityProvider?: GatewayOptions['identityProvider'];
  readonly tls?: GatewayOptions['tls'];
  readonly userIds?: UserIdKind;
}

/** Starts a gateway for one test. */
export type Start = (options?: StartOptions) => Promise<GatewayUnderTest>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly json: unknown;
}

export interface Sent {
  readonly headers?: Record<string, string>;
  readonly body?: string | AsyncIterable<Buffer>;
  /** Whether the response is JSON. */
  readonly parse?: boolean;
}

const LIMITS: GatewayLimits = {
  body: 1024,
  headers: 4096,
  connections: 1000,
  in_flight: 1000,
  unsent_answers: 64 * 1024 * 1024,
  requests_per_pass: 100,
  pass: 30,
  request_timeout: 30,
  headers_timeout: 10,
  batch: 100,
  page: 1000,
  ...SOCKET_LIMITS,
};

/** A real gateway on a free port, with a fake daemon and clients. */
export class GatewayUnderTest {
  readonly daemon = new FakeDaemon();
  readonly clock = new SimulatedClock();
  readonly logger = new RecordingLogger();
  readonly gateway: Gateway;
  readonly failures: Error[] = [];
  readonly #fastLane: boolean;
  readonly #agent = new Agent({ connect: { rejectUnauthorized: false } });
  readonly #raw: RawClient[] = [];
  url = '';

  constructor(fastLane: boolean, options: StartOptions) {
    this.#fastLane = fastLane;
    this.daemon.ids = userIdsOf(options.userIds ?? 'integer');
    this.daemon.signIns = new MemorySignIns(this.clock);
    this.gateway = new Gateway(this.#optionsOf(options), this.daemon, {
      clock: this.clock,
      logger: this.logger,
      failed: (error) => this.failures.push(error),
    });
  }

  reconfigure(options: StartOptions): void {
    this.gateway.reconfigure(this.#optionsOf(options));
  }

  #optionsOf({ limits, keep_alive_timeout = 75, ...more }: StartOptions): GatewayOptions {
    return {
      host: '127.0.0.1',
      // Raw clients send another name.
      allowed_hosts: ['*'],
      port: 0,
      session_timeout: 7,
      sign_in: { lifetime: 3600 },
      keep_alive_timeout,
      fast_lane: this.#fastLane,
      limits: { ...LIMITS, ...limits },
      ...more,
    };
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  async listen(): Promise<this> {
    ({ url: this.url } = await this.gateway.listen());
    return this;
  }

  /** Sends a request with its path unchanged. */
  async call(method: string, path: string, { headers = {}, body, parse = true }: Sent = {}): Promise<Answer> {
    const answer = await this.#agent.request({
      origin: this.url,
      path,
      method,
      headers,
      body: typeof body === 'object' ? Readable.from(body) : (body ?? null),
    });
    const text = await answer.body.text();
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text,
      json: text === '' || !parse ? undefined : (JSON.parse(text) as unknown),
    };
  }

  raw(): RawClient {
    const client = new RawClient(this.port);
    this.#raw.push(client);
    return client;
  }

  async stop(): Promise<void> {
    this.daemon.release();
    await this.#agent.destroy();
    for (const { socket } of this.#raw) socket.destroy();
    await this.gateway.abort();
  }
}

/** Call it in a `describe`. What a test starts is stopped after the test. */
export function starting(fastLane: boolean): Start {
  const running: GatewayUnderTest[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((gateway) => gateway.stop()));
  });
  return async (options = {}) => {
    const gateway = new GatewayUnderTest(fastLane, options);
    running.push(gateway);
    return gateway.listen();
  };
}

export function userId(text: string | number): UserId {
  const user = parseUserId(String(text));
  if (user === undefined) throw new TypeError(`${text} is no user id`);
  return user;
}
