import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import type { Millis } from '../../domain/time.js';
import { closeWriters, outputPipes } from './output-pipes.js';
import { CANNOT_RUN, FAILED, NOT_FOUND, OF_SIGNAL } from '../exit-codes.js';

/** How a job has ended. */
interface Ended {
  /** As a shell has it: the exit code, or 128 and the number of the signal. */
  readonly code: number;
  /** Why it could not be run at all. */
  readonly problem?: string;
}

export interface JobPlan {
  readonly command: string;
  readonly args: readonly string[];
  /** Gets each part of the output. Undefined: the output is not looked at, and the job sees the terminal. */
  readonly onOutput: ((part: Buffer) => void) | undefined;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Whether a terminal sends Ctrl-C and Ctrl-\ to the job by itself. */
  readonly hasTerminal: boolean;
}

export interface Job {
  /** Resolves when it has exited and its output was read. */
  readonly ended: Promise<Ended>;
  /** Resolves when nobody holds its output any more, such as a process that it left behind. */
  readonly closed: Promise<void>;
}

/** What is passed on to the job. The others cannot be caught, or are for one process. */
const SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGCONT'] as const;
/** A terminal sends these to all processes that it runs. */
const OF_TERMINALS: readonly string[] = ['SIGINT', 'SIGQUIT'];
/** After an exit the output is read to its end, unless a process that was left behind holds it for longer. */
const LEFT_BEHIND: Millis = 500;

/** Runs a job: its input is that of this process, its output goes on at once, and so do signals. */
export function runJob({ command, args, onOutput, stdout, stderr, hasTerminal }: JobPlan): Job {
  const pipes = onOutput === undefined ? undefined : outputPipes();
  const mode = onOutput === undefined ? 'inherit' : 'pipe';
  const [out, err] = pipes ?? [];
  const child = spawn(command, args, { stdio: ['inherit', out?.writer ?? mode, err?.writer ?? mode] });
  closeWriters(pipes ?? []);
  const release = passSignals(child, hasTerminal);
  const exited = new Promise<Ended>((resolve) => {
    child.once('error', (error) => resolve(notStarted(command, error)));
    child.once('exit', (code, signal) =>
      resolve({ code: code ?? OF_SIGNAL + (signal === null ? 0 : constants.signals[signal]) }),
    );
  });
  const read =
    onOutput === undefined
      ? []
      : [
          passOn(out?.reader ?? child.stdout, stdout, onOutput),
          passOn(err?.reader ?? child.stderr, stderr, onOutput),
        ];
  const closed = Promise.all([exited, ...read]).then(release);
  return { ended: exited.then((end) => unlessLeftBehind(closed, end)), closed };
}

/** Resolves when the output is closed, or when a process that was left behind holds it for longer. */
function unlessLeftBehind(closed: Promise<void>, end: Ended): Promise<Ended> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(end), LEFT_BEHIND);
    void closed.then(() => {
      clearTimeout(timer);
      resolve(end);
    });
  });
}

/** Resolves when nobody holds the output any more. */
function passOn(from: Readable | null, to: Writable, onOutput: (part: Buffer) => void): Promise<void> {
  if (from === null) return Promise.resolve();
  from.on('data', onOutput);
  // It waits for whoever reads, so that nothing piles up here.
  from.pipe(to, { end: false });
  // Whoever read has gone: the job learns it as without this process, by SIGPIPE.
  to.on('error', () => from.destroy());
  return new Promise((resolve) => {
    from.once('close', () => resolve());
    from.once('error', () => resolve());
  });
}

/** @returns what ends it */
function passSignals(child: ChildProcess, hasTerminal: boolean): () => void {
  const listeners = SIGNALS.map((signal) => {
    const isSentAnyway = hasTerminal && OF_TERMINALS.includes(signal);
    const listener = (): void => {
      if (!isSentAnyway) child.kill(signal);
    };
    process.on(signal, listener);
    return [signal, listener] as const;
  });
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}

function notStarted(command: string, error: Error): Ended {
  const code: unknown = 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return { code: NOT_FOUND, problem: `${command}: there is no such command` };
  if (code === 'EAGAIN' || code === 'ENOMEM')
    return { code: FAILED, problem: `${command}: the system is out of processes or memory` };
  return { code: CANNOT_RUN, problem: `${command}: cannot be run: ${error.message}` };
}
