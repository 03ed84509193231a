import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface OwnDaemonPlan {
  /** The built `main.js`. */
  readonly mainPath: string;
  /** Flags for node itself, before the path. */
  readonly nodeArguments: readonly string[];
  readonly sessionTimeoutSeconds: number;
  /** Told each line that the daemon logs. */
  readonly onLog: (line: string) => void;
  /** Told, with how, when the process ended by itself after it had been ready. */
  readonly onLost: (how: string) => void;
  /** Aborted: the daemon is no longer wanted, and starting it rejects. */
  readonly signal: AbortSignal;
}

export interface OwnDaemon {
  readonly url: string;
  /** Ends it, with SIGKILL if SIGTERM does not do it in time, and removes its directory. */
  readonly stop: () => Promise<void>;
}

/** The bench could not have its daemon. The message says why, in one line. */
export class OwnDaemonError extends Error {
  override readonly name = 'OwnDaemonError';
}

const START_MS = 30_000;
/** Longer than the daemon's own `shutdown_timeout`. */
const STOP_MS = 15_000;
const READY = /^listening on (http:\/\/\S+)$/;

/** Starts a daemon on a free port and a temporary directory; resolves when it is ready. */
export async function startOwnDaemon(plan: OwnDaemonPlan): Promise<OwnDaemon> {
  const directory = mkdtempSync(join(tmpdir(), 'heartbeat-bench-'));
  const removeDirectory = (): void => {
    rmSync(directory, { recursive: true, force: true });
  };
  const child = spawn(process.execPath, argumentsOf(plan, directory), {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Out of the terminal's group: Ctrl-C is for the bench, which still reads the histories before it ends this.
    detached: true,
  });
  const lastResort = (): void => {
    child.kill('SIGKILL');
    removeDirectory();
  };
  process.on('exit', lastResort);

  const ended = endOf(child);
  let stopping = false;
  const stop = async (): Promise<void> => {
    stopping = true;
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(kill);
    process.off('exit', lastResort);
    removeDirectory();
  };
  createInterface(child.stderr).on('line', plan.onLog);
  try {
    const url = await ready(child, ended, plan.signal);
    void ended.then((how) => {
      if (!stopping) plan.onLost(how);
    });
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function argumentsOf(plan: OwnDaemonPlan, directory: string): string[] {
  const timeout = String(plan.sessionTimeoutSeconds);
  const start = [
    'start',
    '--port',
    '0',
    '--data-dir',
    directory,
    '--log-level',
    'warn',
    '--session-timeout',
    timeout,
  ];
  return [...plan.nodeArguments, plan.mainPath, ...start];
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('exit', (code, signal) => {
      resolve(signal === null ? `exit code ${String(code)}` : `killed by ${signal}`);
    });
  });
}

async function ready(child: ChildProcess, ended: Promise<string>, signal: AbortSignal): Promise<string> {
  const { stdout } = child;
  if (stdout === null) throw new OwnDaemonError('the daemon has no standard output');
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<string>((resolve, reject) => {
      const fail = (why: string): void => {
        reject(new OwnDaemonError(why));
      };
      createInterface(stdout).on('line', (line) => {
        const url = READY.exec(line)?.[1];
        if (url !== undefined) resolve(url);
      });
      void ended.then((how) => {
        fail(`the daemon did not start: ${how}`);
      });
      timer = setTimeout(fail, START_MS, `the daemon was not ready within ${String(START_MS / 1000)} s`);
      signal.addEventListener('abort', () => {
        fail('interrupted before the daemon was ready');
      });
    });
  } finally {
    clearTimeout(timer);
  }
}
