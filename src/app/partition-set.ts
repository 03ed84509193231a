import { randomUUID } from 'node:crypto';
import { HeartbeatError } from '../errors.js';
import type { Membership } from '../ports/history-record.js';
import type { Logger } from '../ports/logger.js';
import type { PartitionRun } from './partition-run.js';

/** A partition whose store is open, and in which nothing runs yet. */
type Opened = Pick<PartitionRun, 'id' | 'store' | 'summary'>;

/**
 * Refuses partitions that were not made together: one that is missing, misplaced, or from another backup. Those of a
 * new set are marked before anything else is stored in them, and so are those of a first start that was interrupted.
 *
 * @param acceptsDataLoss whether to go on without what a missing partition held
 * @throws HeartbeatError `HEARTBEAT_WRONG_PARTITIONS`, with what to do
 */
export async function checkPartitionSet(
  all: readonly Opened[],
  logger: Logger,
  acceptsDataLoss: boolean,
): Promise<void> {
  const isUsed = all.some(({ summary }) => summary.recovery !== undefined);
  const marked = isUsed || areMarked(all) ? all.flatMap(({ summary }) => summary.membership ?? []) : [];
  const [{ set } = { set: randomUUID() }] = marked;
  const partitions = all.length - 1;
  for (const { id, summary } of isUsed ? all : []) proveOne(id, summary.membership, { set, partitions });
  const missing = all.filter(({ summary }) => summary.membership?.set !== set);
  const isSomeLost = marked.length > 0 && missing.length > 0;
  if (isSomeLost && !acceptsDataLoss) throw lost(missing);
  for (const { id, store } of missing) {
    if (isSomeLost) logger.error('a partition is lost: what it held is gone', { partition: id });
    await store.write([{ kind: 'membership', membership: { set, partition: id, partitions } }]);
  }
}

/**
 * Refuses a partition that belongs to another set, or to another place in it, and marks one that is new.
 *
 * @param set of the cluster
 * @throws HeartbeatError `HEARTBEAT_WRONG_PARTITIONS`, with what to do
 */
export async function checkPartition(
  { id, store, summary }: Opened,
  set: string,
  partitions: number,
): Promise<void> {
  const { membership } = summary;
  proveOne(id, membership, { set, partitions });
  if (membership === undefined)
    await store.write([{ kind: 'membership', membership: { set, partition: id, partitions } }]);
}

/** Then a start on a full disk, with nothing stored in them but their marks, need not write any. */
function areMarked(all: readonly Opened[]): boolean {
  const set = all[0]?.summary.membership?.set;
  return all.every(({ id, summary: { membership } }) => {
    return (
      membership !== undefined &&
      membership.set === set &&
      membership.partition === id &&
      membership.partitions === all.length - 1
    );
  });
}

function proveOne(
  id: string,
  membership: Membership | undefined,
  { set, partitions }: Pick<Membership, 'set' | 'partitions'>,
): void {
  if (membership === undefined) return;
  if (membership.partition !== id)
    throw wrong(
      `the store of partition ${id} is that of ${membership.partition}: put each back in its place`,
    );
  if (membership.partitions !== partitions)
    throw wrong(
      `partition ${id} is one of ${membership.partitions}: set partitions to ${membership.partitions}`,
    );
  if (membership.set !== set)
    throw wrong(`partition ${id} was not made with the others: restore all of them from one backup`);
}

function lost(missing: readonly Opened[]): HeartbeatError {
  const names = missing.map(({ id }) => id).join(', ');
  return wrong(
    `nothing is stored in ${missing.length === 1 ? 'partition' : 'the partitions'} ${names}, unlike in the others: ` +
      'restore it from a backup, or start with --accept-data-loss to go on without what it held',
  );
}

function wrong(problem: string): HeartbeatError {
  return new HeartbeatError('HEARTBEAT_WRONG_PARTITIONS', problem);
}
