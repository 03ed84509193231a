import type { AlertRecord } from './alert.js';

/** Bytes of the heap that one online user takes, its session, timer and place in the tables with it. */
export const USER_BYTES = 600;
/** The same of a node, its settings with it: 850 were measured with none chosen, and 550 of a user. */
export const NODE_BYTES = 1000;

/** The same of an alert that is still to be told: 1,100 were measured, and it has places in the queues of its channels. */
export const ALERT_BYTES = 2000;
/** Of each node that an alert stands for, beside its labels. */
const GROUPED_BYTES = 250;

interface Use {
  readonly live: number;
  readonly used: number;
  readonly limit: number;
}

/** Bytes that live: what lived at the last collection and what came since, but never more than is used. */
export function livingIn({ live, used }: Use, grown: number): number {
  return Math.min(used, live + grown);
}

/**
 * How many more bytes may be taken, of each memory no more than a share; negative when there is more already.
 *
 * @param grown bytes taken since what lives was last known, or given back
 */
export function roomIn(uses: readonly Use[], share: number, grown: number): number {
  return Math.min(...uses.map((use) => share * use.limit - livingIn(use, grown)));
}

/** Bytes that an alert takes. */
export function bytesOfAlert({ alert: { message, reason, group } }: AlertRecord): number {
  const words = message.length + (reason?.length ?? 0);
  return ALERT_BYTES + words + GROUPED_BYTES * (group?.nodes.length ?? 0);
}

/** Bytes that users and nodes take. */
export function bytesOf({ users, nodes }: { readonly users: number; readonly nodes: number }): number {
  return users * USER_BYTES + nodes * NODE_BYTES;
}
