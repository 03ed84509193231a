import { assertNever } from '../../src/domain/assert-never.js';
import type { AlertRecord } from '../../src/domain/alert.js';
import type { NodeStatus, Registration } from '../../src/domain/node.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { ShardIndex } from '../../src/domain/shard.js';
import type { Millis, Moment } from '../../src/domain/time.js';
import type { NodeChangeEntry } from '../history/history.protocol.js';
import type { Begun, NodeEffect } from './decision.js';
import { overrunOf, storedJob, unwatched, type Job } from './job.js';

/**
 * The entry for history to store and settle.
 *
 * @param toObservedTime converts a deadline to its stored form
 * @param alerts of a change or a deletion
 * @param pingUuidOf derives the ping UUID of a node
 * @param job whose runs are not watched any more from a pause on, also after a restart
 */
export function historyEntryOf(
  effect: Extract<NodeEffect, { kind: 'register' | 'change' | 'forget' }>,
  address: { readonly shard: ShardIndex; readonly node: NodeName },
  status: NodeStatus,
  toObservedTime: (deadline: Moment) => Millis,
  alerts: readonly AlertRecord[],
  pingUuidOf: (node: Registration) => string,
  job: Job | undefined,
): NodeChangeEntry {
  const { registration } = effect.known;
  switch (effect.kind) {
    case 'register':
      return { kind: 'register', ...address, registration, status, pingUuid: pingUuidOf(registration) };
    case 'change': {
      const { next, pause, begun } = effect;
      return {
        kind: 'change',
        ...address,
        before: registration,
        registration: next,
        status: begun === undefined ? status : restarted(status, begun, toObservedTime),
        pause,
        ...(next.pingUuidAt !== registration.pingUuidAt && {
          pingUuid: { before: pingUuidOf(registration), after: pingUuidOf(next) },
        }),
        ...(next.pausedAt !== undefined &&
          job !== undefined &&
          overrunOf(job) !== undefined && {
            job: { before: storedJob(job, toObservedTime), after: storedJob(unwatched(job), toObservedTime) },
          }),
        alerts,
      };
    }
    case 'forget':
      return {
        kind: 'forget',
        ...address,
        before: registration,
        status,
        pingUuid: pingUuidOf(registration),
        alerts,
      };
    default:
      return assertNever(effect);
  }
}

function restarted(
  { expected: _, ...status }: NodeStatus,
  { deadline, expected }: Begun,
  toObservedTime: (deadline: Moment) => Millis,
): NodeStatus {
  return { ...status, deadline: toObservedTime(deadline), ...(expected !== undefined && { expected }) };
}
