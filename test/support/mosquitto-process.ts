import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Certificate } from './certificate.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { temporaryDirectory, type TemporaryDirectory } from './temporary-directory.js';

export interface MosquittoOptions {
  /** The required name and password. */
  readonly login?: readonly [name: string, password: string];
  /** TLS only, with this certificate. */
  readonly certificate?: Certificate;
  /** Anybody may read everything and write this topic alone. */
  readonly writable?: string;
  /** The most bytes of a packet. */
  readonly largest?: number;
}

/** Debian has it where only administrators look. */
const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };

/** A message as a subscriber hears it. */
export interface HeardMessage {
  readonly text: string;
  readonly qos: number;
}

/** A real MQTT broker, Debian's mosquitto, on a free port of the loopback, without persistence. */
export class MosquittoProcess {
  readonly port: number;
  readonly #options: MosquittoOptions;
  readonly #directory: TemporaryDirectory;
  #child: ChildProcess | undefined;

  private constructor(port: number, options: MosquittoOptions, directory: TemporaryDirectory) {
    this.port = port;
    this.#options = options;
    this.#directory = directory;
  }

  static async start(options: MosquittoOptions = {}): Promise<MosquittoProcess> {
    const broker = new MosquittoProcess(await freePort(), options, await temporaryDirectory());
    await broker.run();
    return broker;
  }

  get url(): string {
    const { login, certificate } = this.#options;
    const credentials = login === undefined ? '' : `${login.map(encodeURIComponent).join(':')}@`;
    return `${certificate === undefined ? 'mqtt' : 'mqtts'}://${credentials}127.0.0.1:${String(this.port)}`;
  }

  /** Starts it, or starts it again. */
  async run(): Promise<void> {
    const config = path.join(this.#directory.path, 'mosquitto.conf');
    writeFileSync(config, `${this.#lines().join('\n')}\n`);
    let missing: Error | undefined;
    this.#child = spawn('mosquitto', ['-c', config], { stdio: 'ignore', env }).on('error', (error) => {
      missing = new Error('the tests need mosquitto: scripts/tools-for-tests', { cause: error });
    });
    await eventually(async () => {
      if (missing !== undefined) throw missing;
      const client = await this.#client();
      await client.endAsync(true);
    });
  }

  /** Messages published on a topic from now on, and the retained one. */
  async listen(topic: string): Promise<{ readonly heard: readonly HeardMessage[]; stop(): Promise<void> }> {
    const client = await this.#client();
    const heard: HeardMessage[] = [];
    client.on('message', (_topic, payload, { qos }) => heard.push({ text: payload.toString(), qos }));
    await client.subscribeAsync(topic, { qos: 2 });
    return { heard, stop: () => client.endAsync(true) };
  }

  /** Stops it, but not for good. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** It accepts connections and messages, and answers nothing, until `resume`. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.kill();
    await this.#directory.remove();
  }

  #lines(): string[] {
    const { login, certificate, writable, largest } = this.#options;
    const file = (name: string): string => path.join(this.#directory.path, name);
    // Started by root, it would become another user, who cannot read the files.
    const lines = [
      `listener ${String(this.port)} 127.0.0.1`,
      'user root',
      'log_type none',
      'persistence false',
    ];
    lines.push(`allow_anonymous ${String(login === undefined)}`);
    if (login !== undefined) {
      execFileSync('mosquitto_passwd', ['-b', '-c', file('passwords'), ...login], { stdio: 'ignore', env });
      lines.push(`password_file ${file('passwords')}`);
    }
    if (certificate !== undefined)
      lines.push(`certfile ${certificate.files.certificate}`, `keyfile ${certificate.files.key}`);
    if (writable !== undefined) {
      writeFileSync(file('acl'), `topic write ${writable}\ntopic read #\n`);
      lines.push(`acl_file ${file('acl')}`);
    }
    if (largest !== undefined) lines.push(`max_packet_size ${String(largest)}`);
    return lines;
  }

  #client(): Promise<MqttClient> {
    const { login: [username, password] = [], certificate } = this.#options;
    return connectAsync({
      protocol: certificate === undefined ? 'mqtt' : 'mqtts',
      host: '127.0.0.1',
      port: this.port,
      reconnectPeriod: 0,
      rejectUnauthorized: false,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
    });
  }
}
