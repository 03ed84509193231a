import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { environmentOfOthers } from '../../config/environment.js';
import { type Millis, toSeconds } from '../../domain/time.js';

export interface ServerPlan {
  /** What it is called in messages, as in "the daemon did not start". */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment of this process, of which nothing that configures a daemon is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** Reads a line of its standard output: the address it is ready at, or undefined for any other line. */
  readonly ready: (line: string) => string | undefined;
  readonly startMs: Millis;
  /** How long it may take to end when it is asked to; then it is killed. */
  readonly stopMs: Millis;
  /** Told each line that it writes to standard error. */
  readonly onLog: (line: string) => void;
  /** Told, with how, when the process ended by itself after it had been ready. */
  readonly onLost: (how: string) => void;
  /** Told once the process is no more, however it ended. */
  readonly onGone: () => void;
  /** Aborted: the server is no longer wanted, and starting it rejects. */
  readonly signal: AbortSignal;
}

export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** Ends it, with SIGKILL if the signal does not do it in time. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/** The bench could not have a server it needs. The message says why, in one line. */
export class ServerProcessError extends Error {
  override readonly name = 'ServerProcessError';
}

/** The line with which the daemon, and every peer in Node, says that it is ready. */
export function listeningLine(line: string): string | undefined {
  return /^listening on (http:\/\/\S+)$/.exec(line)?.[1];
}

/** Starts a server that ends with this process at the latest; resolves when it is ready. */
export async function startServerProcess(plan: ServerPlan): Promise<ServerProcess> {
  const child = spawn(plan.command, plan.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environmentOfOthers(), ...plan.env },
    // Out of the terminal's group: Ctrl-C is for the bench, which still has to do with the server before it ends it.
    detached: true,
  });
  const lastResort = (): void => {
    child.kill('SIGKILL');
    killGroup(child);
    plan.onGone();
  };
  process.on('exit', lastResort);

  let stopping = false;
  const ended = endOf(child).finally(() => {
    process.off('exit', lastResort);
    killGroup(child);
    plan.onGone();
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    stopping = true;
    child.kill(signal);
    const kill = setTimeout(() => child.kill('SIGKILL'), plan.stopMs);
    await ended;
    clearTimeout(kill);
  };
  createInterface(child.stderr).on('line', plan.onLog);
  try {
    const url = await ready(child, ended, plan);
    void ended.then((how) => {
      if (!stopping) plan.onLost(how);
    });
    return { url, pid: child.pid ?? 0, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the server itself started and has left behind. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left of the group.
  }
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

async function ready(child: ChildProcess, ended: Promise<string>, plan: ServerPlan): Promise<string> {
  const { stdout } = child;
  const { name, startMs, signal } = plan;
  if (stdout === null) throw new ServerProcessError(`${name} has no standard output`);
  let timer: NodeJS.Timeout | undefined;
  let interrupted = (): void => undefined;
  try {
    return await new Promise<string>((resolve, reject) => {
      const fail = (why: string): void => {
        reject(new ServerProcessError(why));
      };
      interrupted = () => {
        fail(`interrupted before ${name} was ready`);
      };
      createInterface(stdout).on('line', (line) => {
        const url = plan.ready(line);
        if (url !== undefined) resolve(url);
      });
      void ended.then((how) => {
        fail(`${name} did not start: ${how}`);
      });
      timer = setTimeout(fail, startMs, `${name} was not ready within ${String(toSeconds(startMs))} s`);
      if (signal.aborted) interrupted();
      signal.addEventListener('abort', interrupted);
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', interrupted);
  }
}
