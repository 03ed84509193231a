import { Agent } from 'undici';
import type { AuthOptions } from '../../../src/http/security/credentials.js';
import { createGateway, type Gateway } from '../../../src/http/gateway.js';
import { recordingChannel } from '../../support/recording-channel.js';
import { RecordingAlerting } from '../../support/recording-alerting.js';
import { RefusingStore } from '../../support/refusing-store.js';
import { SimulatedApp } from '../../support/simulated-app.js';
import type { Answer } from '../support/gateway-under-test.js';

/** The whole daemon on simulated time, behind real HTTP. */
export class DaemonOverHttp {
  readonly store = new RefusingStore();
  readonly alerting = new RecordingAlerting();
  readonly daemon: SimulatedApp;
  readonly #gateway: Gateway;
  readonly #agent = new Agent();
  #url = '';

  constructor(flags: Readonly<Record<string, string>> = {}, auth?: AuthOptions) {
    this.daemon = new SimulatedApp({
      flags,
      store: this.store,
      alerting: this.alerting,
      channels: [recordingChannel('ops').channel, recordingChannel('chat').channel],
    });
    const { clock, logger, app } = this.daemon;
    const limits = {
      body: 20_000,
      headers: 4096,
      connections: 100,
      in_flight: 100,
      requests_per_pass: 100,
      pass: 30,
      request_timeout: 3600,
      headers_timeout: 10,
      batch: 100,
      page: 1000,
    };
    this.#gateway = createGateway({ host: '127.0.0.1', port: 0, keep_alive_timeout: 75, limits, auth }, app, {
      clock,
      logger,
      failed: (error) => {
        throw error;
      },
    });
  }

  static async start(flags?: Readonly<Record<string, string>>, auth?: AuthOptions): Promise<DaemonOverHttp> {
    const started = new DaemonOverHttp(flags, auth);
    await started.daemon.app.start();
    ({ url: started.#url } = await started.#gateway.listen());
    return started;
  }

  /** Sends a request with its path unchanged. A body other than text or bytes is sent as JSON. */
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

  get port(): number {
    return Number(new URL(this.#url).port);
  }

  /** Unix seconds, as they are shown. */
  get now(): number {
    return Math.floor(this.daemon.clock.wall() / 1000);
  }

  async stop(): Promise<void> {
    this.store.full = false;
    await this.#agent.destroy();
    await this.#gateway.abort();
    await this.daemon.app.stop();
  }
}

function sent(body: unknown): string | Uint8Array | null {
  if (body === undefined) return null;
  return typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
}
