import { readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second, whatever the kernel's own tick is. */
const MICROSECONDS_A_TICK = 10_000;

/** CPU time that the processes have used so far, in user mode and in the kernel, in microseconds. */
export function cpuMicroseconds(pids: readonly number[]): number {
  return (
    pids.reduce((total, pid) => total + ticksIn(readFileSync(`/proc/${String(pid)}/stat`, 'utf8')), 0) *
    MICROSECONDS_A_TICK
  );
}

/** `utime` and `stime`, the 14th and 15th field. The 2nd field is a name in brackets, which may contain anything. */
export function ticksIn(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
