import { spawn, type ChildProcess } from 'node:child_process';
import { createClient } from '@redis/client';
import type { Certificate } from './certificate.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';

/** A real Redis on a free port of the loopback, without persistence. */
export class RedisProcess {
  readonly port: number;
  readonly #password: string | undefined;
  readonly #certificate: Certificate | undefined;
  #child: ChildProcess | undefined;

  private constructor(port: number, password: string | undefined, certificate: Certificate | undefined) {
    this.port = port;
    this.#password = password;
    this.#certificate = certificate;
  }

  /** @param certificate for TLS only, with this certificate */
  static async start(password?: string, certificate?: Certificate): Promise<RedisProcess> {
    const redis = new RedisProcess(await freePort(), password, certificate);
    await redis.run();
    return redis;
  }

  get url(): string {
    const login = this.#password === undefined ? '' : `:${this.#password}@`;
    return `${this.#certificate === undefined ? 'redis' : 'rediss'}://${login}127.0.0.1:${this.port}`;
  }

  /** Starts it, or starts it again. */
  async run(): Promise<void> {
    const login = this.#password === undefined ? [] : ['--requirepass', this.#password];
    const given = [...this.#listening(), '--bind', '127.0.0.1', '--save', '', ...login];
    let missing: Error | undefined;
    this.#child = spawn('redis-server', given, { stdio: 'ignore' }).on('error', (error) => {
      missing = new Error('the tests need redis-server: scripts/tools-for-tests', { cause: error });
    });
    await eventually(async () => {
      if (missing !== undefined) throw missing;
      const client = await this.#client();
      await client.ping();
      client.destroy();
    });
  }

  /** Messages published on a channel from now on. */
  async listen(channel: string): Promise<{ readonly heard: readonly string[]; stop(): void }> {
    const client = await this.#client();
    const heard: string[] = [];
    await client.subscribe(channel, (message) => heard.push(message));
    return { heard, stop: () => client.destroy() };
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  #listening(): string[] {
    const port = String(this.port);
    if (this.#certificate === undefined) return ['--port', port];
    const { certificate, key } = this.#certificate.files;
    const files = ['--tls-cert-file', certificate, '--tls-key-file', key];
    return [
      '--port',
      '0',
      '--tls-port',
      port,
      ...files,
      '--tls-auth-clients',
      'no',
      '--tls-ca-cert-file',
      certificate,
    ];
  }

  async #client() {
    const own = { reconnectStrategy: false } as const;
    const socket =
      this.#certificate === undefined ? own : ({ ...own, tls: true, rejectUnauthorized: false } as const);
    const client = createClient({ url: this.url, socket });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }
}
