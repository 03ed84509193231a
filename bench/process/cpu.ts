import { readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second, whatever the kernel's own tick is. */
const MICROSECONDS_A_TICK = 10_000;

/** Processor time that the processes have used so far, in their own code and in the kernel, in microseconds. */
export function cpuMicroseconds(pids: readonly number[]): number {
  return (
    pids.reduce((total, pid) => total + ticksIn(readFileSync(`/proc/${String(pid)}/stat`, 'utf8')), 0) *
    MICROSECONDS_A_TICK
  );
}

/** `utime` and `stime`, the 14th and 15th field; the 2nd is a name in brackets that may hold anything. */
export function ticksIn(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
