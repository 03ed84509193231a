import { spawn, type ChildProcess } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { environmentOfOthers } from '../../src/config/environment.js';
import { heapCountsOf, type HeapCounts } from './heap.js';

const BUILT = fileURLToPath(new URL('../../dist/', import.meta.url));
const SNAPSHOT = /\.heapsnapshot$/;
/** Milliseconds between two looks, and how long to look at the most. */
const [EVERY, WITHIN] = [50, 120_000];

/** A real daemon in a directory of its own, which is gone when it is stopped. */
export class SoakDaemon {
  readonly #directory = mkdtempSync(join(tmpdir(), 'heartbeat-soak-'));
  readonly #child: ChildProcess;
  #said = '';
  #hasEnded = false;
  #url = '';

  private constructor(config: object) {
    this.configure(config);
    const main = join(BUILT, 'src/main.js');
    const flags = ['--config', join(this.#directory, 'heartbeat.yaml'), '--port', '0', '--log-level', 'warn'];
    const node = ['--heapsnapshot-signal=SIGUSR2', main, 'start', ...flags];
    this.#child = spawn(process.execPath, node, {
      cwd: this.#directory,
      env: environmentOfOthers(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        // What it says of failures that the load makes is of no interest; how it began is, and how it ended.
        this.#said = (this.#said + text).slice(-4000);
        this.#url ||= /^listening on (\S+)$/m.exec(this.#said)?.[1] ?? '';
      });
    this.#child.once('close', () => {
      this.#hasEnded = true;
    });
  }

  /** @param config what its configuration file holds */
  static async start(config: object): Promise<SoakDaemon> {
    const daemon = new SoakDaemon(config);
    await daemon.until('it listens', () => daemon.#url !== '');
    return daemon;
  }

  /** Where a built daemon lies. */
  static get built(): string {
    return BUILT;
  }

  get url(): string {
    return this.#url;
  }

  /** Where modules of its configuration may lie. */
  get directory(): string {
    return this.#directory;
  }

  configure(config: object): void {
    const text = stringify({ ...config, data_dir: join(this.#directory, 'data') });
    writeFileSync(join(this.#directory, 'heartbeat.yaml'), text);
  }

  reload(): void {
    this.#child.kill('SIGHUP');
  }

  /**
   * What is alive in it. It stands still meanwhile.
   *
   * @param keep where a copy of the heap snapshot goes
   */
  async heapCounts(keep?: string): Promise<HeapCounts> {
    for (const file of this.#snapshots()) rmSync(file);
    this.#child.kill('SIGUSR2');
    await this.until('there is a snapshot', () => this.#snapshots().length > 0);
    // It answers when it has written all of it.
    await fetch(`${this.#url}/healthz`);
    const [file = ''] = this.#snapshots();
    const heapCounts = heapCountsOf(readFileSync(file, 'utf8'));
    if (keep !== undefined) copyFileSync(file, keep);
    rmSync(file);
    return heapCounts;
  }

  #snapshots(): readonly string[] {
    const files = readdirSync(this.#directory).filter((name) => SNAPSHOT.test(name));
    return files.map((name) => join(this.#directory, name));
  }

  /** The value of a metric, over all its labels. */
  async metric(name: string): Promise<number> {
    return metricIn(await this.#metrics(), name);
  }

  async #metrics(): Promise<string> {
    return (await fetch(`${this.#url}/metrics`, { headers: { connection: 'close' } })).text();
  }

  /** Nobody is online, no node is registered, and nothing is left to be told, stored or answered. */
  async idle(): Promise<void> {
    await this.until('it is idle', async () => {
      const text = await this.#metrics();
      const open = OPEN.map((name) => metricIn(text, name));
      // This very request, and its connection.
      return open.every((value) => value === 0) && metricIn(text, 'heartbeat_http_connections') <= 1;
    });
  }

  /** @throws Error when it has ended, or does not come to this */
  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const giveUpAt = performance.now() + WITHIN;
    while (!(await isSo())) {
      if (this.#hasEnded) throw new Error(`the daemon has ended before ${what}:\n${this.#said}`);
      if (performance.now() > giveUpAt) throw new Error(`gave up waiting until ${what}:\n${this.#said}`);
      await pause(EVERY);
    }
  }

  async stop(): Promise<void> {
    if (!this.#hasEnded) {
      const ended = new Promise((resolve) => this.#child.once('close', resolve));
      this.#child.kill('SIGKILL');
      await ended;
    }
    if (existsSync(this.#directory)) rmSync(this.#directory, { recursive: true, force: true });
  }
}

const OPEN = [
  'heartbeat_users_online',
  'heartbeat_nodes',
  'heartbeat_alerts_open',
  'heartbeat_store_queue_entries',
  'heartbeat_mailbox_messages',
];

function metricIn(text: string, name: string): number {
  let sum = 0;
  for (const [, value] of text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm')))
    sum += Number(value);
  return sum;
}
