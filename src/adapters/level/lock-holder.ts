import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** A lock that a process holds: its number, and the file by device and inode. */
const HELD = /^\d+: POSIX +ADVISORY +WRITE +(\d+) \S+:(\d+) /gm;

/** @returns the process that has a database open, where the system tells (Linux, `proc_locks(5)`) */
export async function lockHolder(directory: string): Promise<number | undefined> {
  try {
    const { ino } = await stat(path.join(directory, 'LOCK'));
    const locks = await readFile('/proc/locks', 'utf8');
    const [, holder] = [...locks.matchAll(HELD)].find(([, , inode]) => Number(inode) === ino) ?? [];
    return holder === undefined || holder === '0' ? undefined : Number(holder);
  } catch {
    return undefined;
  }
}
