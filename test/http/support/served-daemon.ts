import { Agent } from 'undici';
import type { GatewayLimits, GatewayOptions } from '../../../src/http/gateway-options.js';
import type { AuthOptions } from '../../../src/http/security/credentials.js';
import type { SocketsReport } from '../../../src/app/daemon-facts.js';
import { Gateway } from '../../../src/http/gateway.js';
import type { SimulatedApp } from '../../support/simulated-app.js';
import type { Answer } from './gateway-under-test.js';
import { SOCKET_LIMITS } from './socket-limits.js';

/** A daemon on simulated time, behind real HTTP. */
export class ServedDaemon {
  readonly daemon: SimulatedApp;
  readonly #gateway: Gateway;
  readonly #agent = new Agent();
  #url = '';

  constructor(
    daemon: SimulatedApp,
    auth?: AuthOptions,
    more: Partial<GatewayLimits> = {},
    signing: Pick<GatewayOptions, 'links' | 'badges' | 'public_url' | 'cors' | 'statusPages' | 'docs'> = {},
  ) {
    this.daemon = daemon;
    const { clock, logger, app } = daemon;
    const limits = {
      body: 20_000,
      headers: 4096,
      connections: 100,
      in_flight: 100,
      unsent_answers: 64 * 1024 * 1024,
      requests_per_pass: 100,
      pass: 30,
      request_timeout: 3600,
      headers_timeout: 10,
      batch: 100,
      page: 1000,
      ...SOCKET_LIMITS,
      ...more,
    };
    const session_timeout = 7;
    this.#gateway = new Gateway(
      {
        host: '127.0.0.1',
        port: 0,
        session_timeout,
        keep_alive_timeout: 75,
        sign_in: { lifetime: 3600 },
        limits,
        auth,
        ...signing,
      },
      app,
      {
        clock,
        logger,
        failed: (error) => {
          throw error;
        },
      },
    );
  }

  async serve(): Promise<this> {
    await this.daemon.app.start();
    await this.listen();
    return this;
  }

  /** Begins to listen, before the daemon starts or after. */
  async listen(): Promise<void> {
    ({ url: this.#url } = await this.#gateway.listen());
  }

  /** Sends a request with its path exactly as it is given; a body that is neither text nor bytes goes as JSON. */
  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await this.#agent.request({
      origin: this.#url,
      path,
      method,
      headers,
      body: sent(body),
    });
    const text = await answer.body.text();
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text,
      json: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
  }

  /** The body of an answer that is no JSON. */
  async text(path: string): Promise<string> {
    return (await this.plain('GET', path)).text;
  }

  /** An answer that is no JSON. */
  async plain(
    method: 'GET' | 'HEAD' | 'POST',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Omit<Answer, 'json'>> {
    const answer = await this.#agent.request({ origin: this.#url, path, method, headers, body: sent(body) });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  }

  get port(): number {
    return Number(new URL(this.#url).port);
  }

  get url(): string {
    return this.#url;
  }

  /** What sockets have counted. */
  get sockets(): SocketsReport {
    return this.#gateway.inspect().sockets;
  }

  /** Stops HTTP in order, as a stop of the daemon begins. */
  closeGateway(): Promise<void> {
    return this.#gateway.close();
  }

  /** Unix seconds, as they are shown. */
  get now(): number {
    return Math.floor(this.daemon.clock.wall() / 1000);
  }

  async stop(): Promise<void> {
    await this.#agent.destroy();
    await this.#gateway.abort();
    await this.daemon.app.stop();
  }
}

function sent(body: unknown): string | Uint8Array | null {
  if (body === undefined) return null;
  return typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
}
