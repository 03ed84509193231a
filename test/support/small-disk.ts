import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DaemonProcess } from './daemon-process.js';

/** A directory for a daemon's data that a test can fill. */
export interface SmallDisk {
  readonly directory: string;
  fill(daemon: DaemonProcess): void;
  free(daemon: DaemonProcess): void;
  remove(): void;
}

export interface KindOfDisk {
  readonly name: string;
  readonly make: () => SmallDisk;
}

/** A tmpfs if mounting is allowed, and a limit on the size of files, which refuses every write. */
export function kindsOfDisk(): readonly KindOfDisk[] {
  const limited = { name: 'writes refused by a limit on the size of files', make: () => new LimitedDisk() };
  return mayMount() ? [{ name: 'a full tmpfs', make: () => new MountedDisk() }, limited] : [limited];
}

function mayMount(): boolean {
  try {
    new MountedDisk().remove();
    return true;
  } catch {
    return false;
  }
}

class MountedDisk implements SmallDisk {
  readonly directory = temporary();

  constructor() {
    try {
      run('mount', '-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', this.directory);
    } catch (error) {
      rmSync(this.directory, { recursive: true });
      throw error;
    }
  }

  fill(): void {
    const file = openSync(this.#filler, 'a');
    try {
      const page = Buffer.alloc(4096);
      for (;;) writeSync(file, page);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.#filler);
  }

  remove(): void {
    run('umount', this.directory);
    rmSync(this.directory, { recursive: true });
  }

  get #filler(): string {
    return path.join(this.directory, 'filler');
  }
}

/** Every write to a file fails with "File too large" under the limit. It applies to one daemon at a time. */
export class LimitedDisk implements SmallDisk {
  readonly directory = temporary();

  fill({ pid }: DaemonProcess): void {
    run('prlimit', '--pid', String(pid), '--fsize=0:');
  }

  free({ pid, running }: DaemonProcess): void {
    if (running) run('prlimit', '--pid', String(pid), '--fsize=unlimited:');
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}

function temporary(): string {
  return mkdtempSync(path.join(tmpdir(), 'heartbeat-disk-'));
}

function run(program: string, ...given: string[]): void {
  execFileSync(program, given, { stdio: 'pipe' });
}
