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
  /** Says what could not be done for the job. */
  readonly note: (problem: string) => void;
}

export interface Job {
  /** Resolves when it has exited and its output was read. */
  readonly ended: Promise<Ended>;
  /**
   * Resolves when nobody holds its output any more, such as a process that it left behind, and all of it was written;
   * or soon after a signal that came after its exit. Then signals do again what they do without a job.
   */
  readonly finish: () => Promise<void>;
}

/** What is passed on to the job. The others cannot be caught, or are for one process. */
const SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGCONT'] as const;
/** A terminal sends these to all processes that it runs. */
const OF_TERMINALS: readonly string[] = ['SIGINT', 'SIGQUIT'];
/** Those that ask to end. After the exit of the job they are for this process. */
const ENDING: readonly string[] = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'];
/** After an exit the output is read to its end, unless a process that was left behind holds it for longer. */
const LEFT_BEHIND: Millis = 500;
/** What a pipe or a socket holds at the exit of a job is less. */
const MOST_HELD = 1024 * 1024;

/** Runs a job: its input is that of this process, its output goes on at once, and so do signals. */
export function runJob({ command, args, onOutput, stdout, stderr, hasTerminal, note }: JobPlan): Job {
  const pipes = onOutput === undefined ? undefined : outputPipes();
  const mode = onOutput === undefined ? 'inherit' : 'pipe';
  const [out, err] = pipes ?? [];
  const streams = onOutput === undefined ? [stderr] : [stdout, stderr];
  let child: ChildProcess;
  // Before the job begins: a signal in between would end this process alone, and leave the job.
  const signals = passSignals((signal) => child.kill(signal), hasTerminal);
  try {
    child = spawn(command, args, { stdio: ['inherit', out?.writer ?? mode, err?.writer ?? mode] });
  } catch (error) {
    // Node emits only some of the errors of the system, and throws the others.
    for (const { reader } of pipes ?? []) reader.destroy();
    signals.release();
    return { ended: Promise.resolve(notStarted(command, error)), finish: () => written(streams) };
  } finally {
    closeWriters(pipes ?? []);
  }
  const exited = new Promise<Ended>((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(notStarted(command, error));
      // Such as a job that runs as another user.
      else note(`a signal could not be passed on to the command: ${error.message}`);
    });
    child.once('exit', (code, signal) =>
      resolve({ code: code ?? OF_SIGNAL + (signal === null ? 0 : constants.signals[signal]) }),
    );
  });
  void exited.then(signals.exited);
  const read =
    onOutput === undefined
      ? []
      : [
          passOn(out?.reader ?? child.stdout, stdout, onOutput, exited),
          passOn(err?.reader ?? child.stderr, stderr, onOutput, exited),
        ];
  const closed = Promise.all([exited, ...read]);
  return {
    ended: exited.then(async (end) => {
      await unlessLong(closed);
      return end;
    }),
    finish: async () => {
      const told = signals.told.then(() => unlessLong(written(streams)));
      await Promise.race([closed.then(() => written(streams)), told]);
      signals.release();
    },
  };
}

/** Resolves when something is done, or when it takes longer than what is not held by others. */
function unlessLong(done: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    // What has come meanwhile is read first, also where this process stood still.
    const timer = setTimeout(() => setTimeout(resolve), LEFT_BEHIND);
    void done.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Resolves when nobody holds the output any more. */
function passOn(
  from: Readable | null | undefined,
  to: Writable,
  onOutput: (part: Buffer) => void,
  exited: Promise<unknown>,
): Promise<void> {
  // There is none if the system had no descriptors left for it.
  if (from === null || from === undefined) return Promise.resolve();
  let isFree = 0;
  from.on('data', (part: Buffer) => {
    onOutput(part);
    isFree -= part.length;
    // It waits for whoever reads, so that nothing piles up here.
    if (to.write(part) || isFree > 0) return;
    from.pause();
    to.once('drain', () => from.resume());
  });
  // The end of the output is to be reported, however slow the reader is.
  void exited.then(() => {
    isFree = MOST_HELD;
    from.resume();
  });
  // Whoever read has gone: the job learns it as without this process, by SIGPIPE.
  to.on('error', () => from.destroy());
  return new Promise((resolve) => {
    from.once('close', () => resolve());
    from.once('error', () => resolve());
  });
}

/** Resolves when all that was written to the streams has gone to those who read them, or they have gone. */
async function written(streams: readonly Writable[]): Promise<void> {
  await Promise.all(
    streams.map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))),
  );
}

interface Signals {
  /** The job has exited. */
  readonly exited: () => void;
  /** Resolves at one that asks to end after the exit of the job. */
  readonly told: Promise<void>;
  /** Ends it. */
  readonly release: () => void;
}

/** Passes signals on while the job runs. */
function passSignals(kill: (signal: NodeJS.Signals) => void, hasTerminal: boolean): Signals {
  let hasExited = false;
  let tell: () => void = () => undefined;
  const told = new Promise<void>((resolve) => (tell = resolve));
  const listeners = SIGNALS.map((signal) => {
    const isSentAnyway = hasTerminal && OF_TERMINALS.includes(signal);
    const listener = (): void => {
      if (hasExited) {
        if (ENDING.includes(signal)) tell();
      } else if (!isSentAnyway) kill(signal);
    };
    process.on(signal, listener);
    return [signal, listener] as const;
  });
  return {
    told,
    exited: () => {
      hasExited = true;
    },
    release: () => {
      for (const [signal, listener] of listeners) process.off(signal, listener);
    },
  };
}

function notStarted(command: string, error: unknown): Ended {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  const name = command === '' ? "''" : command;
  if (code === 'ENOENT' || command === '')
    return { code: NOT_FOUND, problem: `${name}: there is no such command` };
  if (code === 'EAGAIN' || code === 'ENOMEM')
    return { code: FAILED, problem: `${name}: the system is out of processes or memory` };
  const why = error instanceof Error ? error.message : String(error);
  return { code: CANNOT_RUN, problem: `${name}: cannot be run: ${why}` };
}
