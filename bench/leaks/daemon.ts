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
import { environmentOfOthers } from '../../src/cli/bench/server-process.js';
import { heapCountsOf, type HeapCounts } from './heap.js';

const BUILT = fileURLToPath(new URL('../../dist/', import.meta.url));
const SNAPSHOT = /\.heapsnapshot$/;
/** The interval of polls and the longest wait, in milliseconds. */
const [EVERY, WITHIN] = [50, 120_000];

/** A real daemon with its own directory, which is removed when it stops. */
export class SnapshotDaemon {
  readonly #directory = mkdtempSync(join(tmpdir(), 'heartbeat-leaks-'));
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
        // Keeps the beginning and the end of its log; the failures that the load causes do not matter.
        this.#said = (this.#said + text).slice(-4000);
        this.#url ||= /^listening on (\S+)$/m.exec(this.#said)?.[1] ?? '';
      });
    this.#child.once('close', () => {
      this.#hasEnded = true;
    });
  }

  /** @param config the content of its configuration file */
  static async start(config: object): Promise<SnapshotDaemon> {
    const daemon = new SnapshotDaemon(config);
    await daemon.until('it listens', () => daemon.#url !== '');
    return daemon;
  }

  /** The directory of the built daemon. */
  static get built(): string {
    return BUILT;
  }

  get url(): string {
    return this.#url;
  }

  /** The directory for modules of its configuration. */
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
   * Counts its live objects. It stands still meanwhile.
   *
   * @param keep the path for a copy of the heap snapshot
   */
  async heapCounts(keep?: string): Promise<HeapCounts> {
    for (const file of this.#snapshots()) rmSync(file);
    this.#child.kill('SIGUSR2');
    await this.until('there is a snapshot', () => this.#snapshots().length > 0);
    // It answers once the snapshot is written.
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

  async hasFailed(node: string): Promise<boolean> {
    const answer = await fetch(`${this.#url}/nodes/${node}`, { headers: { connection: 'close' } });
    return ((await answer.json()) as { readonly state: string }).state === 'failed';
  }

  async #metrics(): Promise<string> {
    return (await fetch(`${this.#url}/metrics`, { headers: { connection: 'close' } })).text();
  }

  /** Nobody is online, no node is registered, and nothing waits to be sent, stored or answered. */
  async idle(): Promise<void> {
    await this.until('it is idle', async () => {
      const text = await this.#metrics();
      const open = OPEN.map((name) => metricIn(text, name));
      // This request itself, and its connection.
      return open.every((value) => value === 0) && metricIn(text, 'heartbeat_http_connections') <= 1;
    });
  }

  /** @throws Error if the daemon ends, or the condition is not met in time */
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
