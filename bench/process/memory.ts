import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  return residentIn(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
}

export function residentIn(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

const LOOK_EVERY_MS = 1_000;
const STILL = 0.005;

/** Waits until the memory has hardly changed for `stillMs`, but at most `mostMs`, and reads it. */
export async function settledBytes(
  pid: number,
  { stillMs, mostMs, signal }: { stillMs: number; mostMs: number; signal: AbortSignal },
): Promise<number> {
  let reference = residentBytes(pid);
  let stillSince = performance.now();
  for (const end = stillSince + mostMs; performance.now() < end;) {
    await sleep(LOOK_EVERY_MS, undefined, { signal });
    const bytes = residentBytes(pid);
    if (Math.abs(bytes - reference) > reference * STILL) {
      reference = bytes;
      stillSince = performance.now();
    }
    if (performance.now() - stillSince >= stillMs) break;
  }
  return residentBytes(pid);
}
