import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { DaemonProcess, HEARTBEAT } from '../../test/support/daemon-process.js';
import { endLife, lifeOf, outagesOf, type Life } from '../../test/support/outages.js';
import type { Outage } from '../../test/support/history-comparison.js';
import { LimitedDisk } from '../../test/support/small-disk.js';
import { ready } from '../../test/support/test-resources.js';

/** A daemon that is killed, stopped, frozen and started again at one address, with one data directory. */
export class MortalDaemon {
  readonly #disk = new LimitedDisk();
  readonly #port: number;
  readonly #config: (reloads: number) => object;
  #lives: Life[] = [];
  #process: DaemonProcess | undefined;
  #reloads = 0;

  /** @param config the content of its configuration file after so many reloads */
  constructor(port: number, config: (reloads: number) => object) {
    this.#port = port;
    this.#config = config;
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.#port)}`;
  }

  get dataDirectory(): string {
    return path.join(this.#disk.directory, 'data');
  }

  /** @throws Error while it does not run */
  get pid(): number {
    return this.#running.pid;
  }

  /** It ended by itself. The end of its log says why. */
  get hasCrashed(): string | undefined {
    return this.#process?.running === false ? this.#process.stderr.slice(-2_000) : undefined;
  }

  /** Resolves once it is ready. */
  async start(): Promise<void> {
    const file = this.#configure();
    const flags = ['--config', file, '--port', String(this.#port), '--data-dir', this.dataDirectory];
    this.#process = new DaemonProcess({ command: [process.execPath, HEARTBEAT, 'start', ...flags] });
    await ready(this.#process);
  }

  async kill(): Promise<void> {
    this.#lives.push(await endLife(this.#running));
    this.#process = undefined;
  }

  /** @throws Error if it does not end in order */
  async stop(): Promise<void> {
    const stopping = this.#running;
    const earliest = Date.now();
    stopping.signal('SIGTERM');
    const { code } = await stopping.ended;
    this.#lives.push({ ...lifeOf(stopping), killed: { earliest, latest: Date.now() } });
    this.#process = undefined;
    if (code !== 0) throw new Error(`it ended with ${String(code)}:\n${stopping.stderr.slice(-2_000)}`);
  }

  freeze(): void {
    this.#running.signal('SIGSTOP');
  }

  thaw(): void {
    this.#running.signal('SIGCONT');
  }

  fillDisk(): void {
    this.#disk.fill(this.#running);
  }

  freeDisk(): void {
    this.#disk.free(this.#running);
  }

  reload(): void {
    this.#reloads++;
    this.#configure();
    this.#running.signal('SIGHUP');
  }

  /** The outages between the starts and ends since it was last asked. */
  takeOutages(): Outage[] {
    const lives = this.#lives.splice(0);
    const last = lives.at(-1);
    return last === undefined ? [] : outagesOf(undefined, lives.slice(0, -1), last);
  }

  async remove(): Promise<void> {
    await this.#process?.kill();
    this.#disk.remove();
  }

  get #running(): DaemonProcess {
    if (this.#process === undefined) throw new Error('the daemon is not running');
    return this.#process;
  }

  #configure(): string {
    const file = path.join(this.#disk.directory, 'heartbeat.yaml');
    writeFileSync(file, stringify(this.#config(this.#reloads)));
    return file;
  }
}
