import type { AlertRecord } from './alert.js';

/** Heap bytes for one online user, with session, timer and table entries. */
export const USER_BYTES = 600;
/** The same for a node with its settings. Measured: 850 for a node without settings, 550 for a user. */
export const NODE_BYTES = 1000;

/** The same for an open alert. Measured: 1,100, and it has entries in the queues of its channels. */
export const ALERT_BYTES = 2000;
/** For each node in a group, without its labels. */
const GROUPED_BYTES = 250;

interface Use {
  readonly live: number;
  readonly used: number;
  readonly limit: number;
}

/** Live bytes: what survived the last collection plus what was allocated since, but never more than is in use. */
export function liveBytes({ live, used }: Use, grown: number): number {
  return Math.min(used, live + grown);
}

/**
 * How many more bytes may be taken so that no memory exceeds its share; negative if one does already.
 *
 * @param grown bytes taken (or, if negative, given back) since live memory was last measured
 */
export function roomIn(uses: readonly Use[], share: number, grown: number): number {
  return Math.min(...uses.map((use) => share * use.limit - liveBytes(use, grown)));
}

/** Estimated heap bytes of an alert. */
export function bytesOfAlert({ alert: { message, reason, group } }: AlertRecord): number {
  const words = message.length + (reason?.length ?? 0);
  return ALERT_BYTES + words + GROUPED_BYTES * (group?.nodes.length ?? 0);
}

/** Estimated heap bytes of users and nodes. */
export function bytesOf({ users, nodes }: { readonly users: number; readonly nodes: number }): number {
  return users * USER_BYTES + nodes * NODE_BYTES;
}
