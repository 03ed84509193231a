import { spawn, type ChildProcess } from 'node:child_process';
import { createClient } from 'redis';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';

/** A real Redis on a free port of the loopback, which forgets everything. */
export class RedisProcess {
  readonly port: number;
  readonly #password: string | undefined;
  #child: ChildProcess | undefined;

  private constructor(port: number, password: string | undefined) {
    this.port = port;
    this.#password = password;
  }

  static async start(password?: string): Promise<RedisProcess> {
    const redis = new RedisProcess(await freePort(), password);
    await redis.run();
    return redis;
  }

  get url(): string {
    const login = this.#password === undefined ? '' : `:${this.#password}@`;
    return `redis://${login}127.0.0.1:${this.port}`;
  }

  /** Starts it, again if it was stopped. */
  async run(): Promise<void> {
    const login = this.#password === undefined ? [] : ['--requirepass', this.#password];
    const given = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', ...login];
    let missing: Error | undefined;
    this.#child = spawn('redis-server', given, { stdio: 'ignore' }).on('error', (error) => {
      missing = new Error('the tests need redis-server: scripts/packages-for-tests', { cause: error });
    });
    await eventually(async () => {
      if (missing !== undefined) throw missing;
      const client = await this.#client();
      await client.ping();
      client.destroy();
    });
  }

  /** What is published on a channel from now on. */
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

  async #client() {
    const client = createClient({ url: this.url, socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }
}
