import type { Acknowledgement, NodeStatus, Registration } from '../../src/domain/node.js';
import type { Instant } from '../../src/domain/time.js';

/** A node that is on disk. */
export interface RegisteredNode {
  readonly registration: Registration;
  readonly status: Pick<NodeStatus, 'state' | 'retries' | 'since'>;
}

/** Who takes care of the failure that it is in. @param wall read only where an end was given */
export function acknowledgementOf(
  { registration, status }: RegisteredNode,
  wall: () => Instant,
): Acknowledgement | undefined {
  const { acknowledged } = registration;
  if (status.state !== 'failed' || acknowledged?.since !== status.since) return undefined;
  return acknowledged.until === undefined || wall() < acknowledged.until ? acknowledged : undefined;
}

/** Whether channels were, or are about to be, notified that it has failed. Nobody is notified during a pause. */
export function isNotifiedAsFailed({ registration, status }: RegisteredNode): boolean {
  const { pausedAt, pausedFailed } = registration;
  return pausedAt === undefined ? status.state === 'failed' : pausedFailed === true;
}

/** Whether there is a deadline: paused and failed nodes have none. */
export function isDue({ registration, status }: RegisteredNode): boolean {
  return registration.pausedAt === undefined && status.state !== 'failed';
}
