import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A small file system of its own. */
export interface SmallDisk {
  readonly path: string;
  /** Fills it. */
  fill(): Promise<void>;
  /** Frees it, or so many bytes of it. */
  free(bytes?: number): Promise<void>;
  unmount(): void;
}

export const mountingIsAllowed = isMountingAllowed();

function isMountingAllowed(): boolean {
  try {
    mountSmallDisk('size=64k').unmount();
    return true;
  } catch {
    return false;
  }
}

export function mountSmallDisk(options: string): SmallDisk {
  const mounted = mkdtempSync(path.join(tmpdir(), 'heartbeat-disk-'));
  const remove = (): void => {
    rmSync(mounted, { recursive: true });
  };
  try {
    run('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', mounted);
  } catch (error) {
    remove();
    throw error;
  }
  const filling = path.join(mounted, 'filling');
  return {
    path: mounted,
    fill: () => fillUp(filling),
    free: async (bytes) => {
      if (bytes === undefined) await rm(filling, { force: true });
      else await truncate(filling, (await stat(filling)).size - bytes);
    },
    unmount: () => {
      run('umount', '--lazy', mounted);
      remove();
    },
  };
}

async function fillUp(file: string): Promise<void> {
  const handle = await open(file, 'a');
  try {
    for (;;) await handle.write(Buffer.alloc(4096, 1));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    await handle.close();
  }
}

function run(program: string, ...parameters: string[]): void {
  execFileSync(program, parameters, { stdio: 'pipe' });
}
