import { readFileSync } from 'node:fs';

/** Of what a process may have open, the store and the channels may need so much: LevelDB takes a fifth for its tables. */
const FOR_OTHERS = 1 / 4;
/** The gateway lets in so many past its limit, to tell them why they are sent away. */
const SENT_AWAY = 64;

let most: number | undefined;

/** How many file descriptors this process may have; undefined where there is no `/proc`. Read once. */
export function mostDescriptors(): number | undefined {
  try {
    most ??= parseMost(readFileSync('/proc/self/limits', 'latin1'));
  } catch {
    return undefined;
  }
  return most;
}

/** How many connections fit into so many descriptors, beside what else has to be open. */
export function connectionsWithin(descriptors: number | undefined): number {
  if (descriptors === undefined) return Infinity;
  return Math.max(1, Math.floor(descriptors * (1 - FOR_OTHERS)) - SENT_AWAY);
}

/** @param limits as Linux has them in `/proc/self/limits` */
export function parseMost(limits: string): number | undefined {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  return soft === undefined ? undefined : Number(soft);
}
