import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';

/** A pipe: this process reads what a job writes. */
export interface OutputPipe {
  readonly reader: Readable;
  /** The descriptor for the job, which this process closes once the job has it. */
  readonly writer: number;
}

/**
 * Two pipes, for standard output and standard error. Node itself gives a child sockets, and those cannot be opened as
 * `/dev/stdout`, which scripts do.
 *
 * @returns undefined where the system has no `mkfifo` or no writable temporary directory
 */
export function outputPipes(): readonly [OutputPipe, OutputPipe] | undefined {
  let directory: string | undefined;
  try {
    directory = mkdtempSync(path.join(tmpdir(), 'heartbeat-run-'));
    const [out, err] = [path.join(directory, 'out'), path.join(directory, 'err')] as const;
    if (spawnSync('mkfifo', ['-m', '600', out, err], { stdio: 'ignore' }).status !== 0) return undefined;
    return [openPipe(out), openPipe(err)];
  } catch {
    return undefined;
  } finally {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  }
}

/** The reader first, and without waiting: a writer can be opened only where somebody reads. */
function openPipe(file: string): OutputPipe {
  const reader = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(file, constants.O_WRONLY);
  return { reader: new Socket({ fd: reader, readable: true, writable: false }), writer };
}

export function closeWriters(pipes: readonly OutputPipe[]): void {
  for (const { writer } of pipes) closeSync(writer);
}
