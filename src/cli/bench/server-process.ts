import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Millis, toSeconds } from '../../domain/time.js';

export interface ServerPlan {
  /** Its name in messages, as in "the daemon did not start". */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to this process's environment. Variables that configure a daemon are not passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** Reads a line of its standard output. Returns the address where it is ready; undefined for any other line. */
  readonly ready: (line: string) => string | undefined;
  readonly startMs: Millis;
  /** How long it may take to stop before it is killed. */
  readonly stopMs: Millis;
  /** Gets each line of its standard error. */
  readonly onLog: (line: string) => void;
  /** Called with the reason when the process ends by itself after it was ready. */
  readonly onLost: (how: string) => void;
  /** Called once the process has ended, for whatever reason. */
  readonly onGone: () => void;
  /** Once aborted, the server is no longer needed, and its start rejects. */
  readonly signal: AbortSignal;
}

export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** Stops it, with SIGKILL if it does not stop in time. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/** A server that the bench needs could not be started. The message says why, in one line. */
export class ServerProcessError extends Error {
  override readonly name = 'ServerProcessError';
}

/** The line by which the daemon, and every peer in Node, reports that it is ready. */
export function listeningLine(line: string): string | undefined {
  return /^listening on (http:\/\/\S+)$/.exec(line)?.[1];
}

/** Starts a server, which ends with this process at the latest. Resolves when it is ready. */
export async function startServerProcess(plan: ServerPlan): Promise<ServerProcess> {
  const child = spawn(plan.command, plan.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environmentOfOthers(), ...plan.env },
    // Outside the terminal's process group: on Ctrl-C the bench still uses the server before it stops it.
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

/** Ends processes that the server started and left behind. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is empty.
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

/**
 * The environment without variables that would configure a daemon: for a daemon that somebody else starts and
 * configures.
 */
export function environmentOfOthers(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HEARTBEAT_')));
}
