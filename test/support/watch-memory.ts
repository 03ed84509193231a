import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** The largest resident memory of a process since the call, in bytes. */
export function watchMemory(pid: number): { stop(): Promise<number> } {
  let most = 0;
  let watching = true;
  const watch = async (): Promise<void> => {
    while (watching) {
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      most = Math.max(most, Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) * 1024);
      await pause(200);
    }
  };
  const watched = watch();
  return {
    stop: async () => {
      watching = false;
      await watched;
      return most;
    },
  };
}
