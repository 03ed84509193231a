import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startOwnDaemon } from '../../src/cli/bench/own-daemon.js';
import {
  listeningLine,
  startServerProcess,
  type ServerPlan,
  type ServerProcess,
} from '../../src/cli/bench/server-process.js';

const MAIN = pathOf('../../dist/src/main.js');
const START_MS = 30_000;
const STOP_MS = 5_000;

export interface DaemonOptions {
  readonly sessionTimeoutSeconds: number;
  /** An existing directory for its data; a temporary one if absent. */
  readonly directory?: string;
  /** A configuration file. */
  readonly configuration?: string | undefined;
  readonly logLevel?: 'info';
  readonly onLog?: (line: string) => void;
}

/** The daemon and its peers. Each is started for a row, and ends with it at the latest. */
export class Servers {
  readonly #running = new Set<ServerProcess>();
  readonly #directories = new Set<string>();
  readonly #signal: AbortSignal;
  readonly #onLost: (how: string) => void;

  /** @param onLost called when one of them ends by itself */
  constructor(signal: AbortSignal, onLost: (how: string) => void) {
    this.#signal = signal;
    this.#onLost = onLost;
  }

  /** The built daemon, with the usual flags. */
  async daemon(options: DaemonOptions): Promise<ServerProcess> {
    const daemon = await startOwnDaemon({
      ...options,
      mainPath: MAIN,
      nodeArguments: v8Flags(),
      onLog: options.onLog ?? (() => undefined),
      onLost: (how) => {
        this.#onLost(`the daemon ended by itself: ${how}`);
      },
      signal: this.#signal,
    });
    return this.#tracked(daemon);
  }

  bare(): Promise<ServerProcess> {
    return this.#peer({ name: 'bare', command: process.execPath, args: [pathOf('../peers/bare.mjs')] });
  }

  otp(sessionTimeoutSeconds: number): Promise<ServerProcess> {
    const env = { TTL: String(sessionTimeoutSeconds), DATA: this.temporaryDirectory() };
    return this.#peer({ name: 'the OTP peer', command: pathOf('../peers/otp/run'), args: [], env });
  }

  /** @returns Redis itself, without storage on disk; its URL has the port */
  async redis(): Promise<ServerProcess> {
    const port = await freePort();
    return this.#peer({
      name: 'redis-server',
      command: 'redis-server',
      args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', this.temporaryDirectory()],
      ready: (line) =>
        line.includes('Ready to accept connections') ? `redis://127.0.0.1:${String(port)}` : undefined,
    });
  }

  behindHttp(
    kind: 'bare' | 'express',
    redis: ServerProcess,
    sessionTimeoutSeconds: number,
  ): Promise<ServerProcess> {
    return this.#peer({
      name: `Redis behind ${kind}`,
      command: process.execPath,
      args: [pathOf('../peers/redis/server.mjs'), kind, new URL(redis.url).port],
      env: { TTL: String(sessionTimeoutSeconds) },
    });
  }

  /** An empty directory, which is removed with the servers. */
  temporaryDirectory(): string {
    const directory = mkdtempSync(join(tmpdir(), 'heartbeat-bench-'));
    if (this.#directories.size === 0) process.on('exit', this.#removeDirectories);
    this.#directories.add(directory);
    return directory;
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#running].map((server) => server.stop()));
    this.#removeDirectories();
  }

  async #peer(
    peer: Pick<ServerPlan, 'name' | 'command' | 'args' | 'env'> & Partial<ServerPlan>,
  ): Promise<ServerProcess> {
    const server = await startServerProcess({
      ready: listeningLine,
      startMs: START_MS,
      stopMs: STOP_MS,
      onLog: () => undefined,
      onLost: (how) => {
        this.#onLost(`${peer.name} ended by itself: ${how}`);
      },
      onGone: () => undefined,
      signal: this.#signal,
      ...peer,
    });
    return this.#tracked(server);
  }

  #tracked(server: ServerProcess): ServerProcess {
    const tracked = {
      ...server,
      stop: async (signal?: NodeJS.Signals) => {
        this.#running.delete(tracked);
        await server.stop(signal);
      },
    };
    this.#running.add(tracked);
    return tracked;
  }

  readonly #removeDirectories = (): void => {
    for (const directory of this.#directories) rmSync(directory, { recursive: true, force: true });
    this.#directories.clear();
    process.off('exit', this.#removeDirectories);
  };
}

/** The V8 flags with which the daemon is started everywhere. */
function v8Flags(): string[] {
  const lines = readFileSync(pathOf('../../scripts/v8-flags'), 'utf8').split('\n');
  return lines.filter((line) => line.startsWith('--'));
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}
