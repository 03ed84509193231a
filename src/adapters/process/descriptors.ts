import { readFileSync } from 'node:fs';

/** The share of the process's descriptors for the store and the channels: LevelDB takes a fifth for its tables. */
const FOR_OTHERS = 1 / 4;
/** The gateway accepts this many past its limit, to answer them with a refusal. */
const SENT_AWAY = 64;

let most: number | undefined;

/** The file descriptor limit of this process; undefined without `/proc`. Read once. */
export function mostDescriptors(): number | undefined {
  try {
    most ??= parseMost(readFileSync('/proc/self/limits', 'latin1'));
  } catch {
    return undefined;
  }
  return most;
}

/** How many connections fit into this many descriptors, besides everything else. */
export function connectionsWithin(descriptors: number | undefined): number {
  if (descriptors === undefined) return Infinity;
  return Math.max(1, Math.floor(descriptors * (1 - FOR_OTHERS)) - SENT_AWAY);
}

/** @param limits in the form of Linux's `/proc/self/limits` */
export function parseMost(limits: string): number | undefined {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  return soft === undefined ? undefined : Number(soft);
}
