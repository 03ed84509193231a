import type { Acknowledgement, NodeState, Registration } from '../../src/domain/node.js';
import type { Instant } from '../../src/domain/time.js';

interface Standing {
  readonly state: NodeState;
  readonly retries: number;
  readonly since: Instant;
}

/** A node that is on disk. */
export interface RegisteredNode {
  readonly registration: Registration;
  readonly standing: Standing;
}

/** Who takes care of the failure that it is in. @param wall read only where an end was given */
export function acknowledgementOf(
  { registration, standing }: RegisteredNode,
  wall: () => Instant,
): Acknowledgement | undefined {
  const { acknowledged } = registration;
  if (standing.state !== 'failed' || acknowledged?.since !== standing.since) return undefined;
  return acknowledged.until === undefined || wall() < acknowledged.until ? acknowledged : undefined;
}

/** Whether channels were, or are about to be, notified that it has failed. Nobody is notified during a pause. */
export function isNotifiedAsFailed({ registration, standing }: RegisteredNode): boolean {
  const { pausedAt, pausedFailed } = registration;
  return pausedAt === undefined ? standing.state === 'failed' : pausedFailed === true;
}

/** Whether there is a deadline: paused and failed nodes have none. */
export function isDue({ registration, standing }: RegisteredNode): boolean {
  return registration.pausedAt === undefined && standing.state !== 'failed';
}
