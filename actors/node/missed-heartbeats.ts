import type { NodeState } from '../../src/domain/node.js';
import type { Moment } from '../../src/domain/time.js';

/** A missed deadline. */
export interface MissedDeadline {
  /** The deadline that passed. */
  readonly at: Moment;
  readonly to: NodeState;
  readonly retries: number;
  /** The deadline after it; undefined once the node has failed. */
  readonly next: Moment | undefined;
}

/**
 * The misses of a node that was silent while deadlines passed. Each costs a retry; the one for which none is left makes
 * the node fail.
 *
 * @param after the deadline that follows a missed one
 */
export function* lapse(
  standing: { readonly state: NodeState; readonly retries: number },
  deadline: Moment,
  maxRetries: number,
  isPast: (deadline: Moment) => boolean,
  after: (deadline: Moment) => Moment,
): Generator<MissedDeadline> {
  let { retries } = standing;
  let at = deadline;
  while (isPast(at)) {
    if (retries >= maxRetries) {
      yield { at, to: 'failed', retries, next: undefined };
      return;
    }
    retries++;
    const next = after(at);
    yield { at, to: 'inactive', retries, next };
    at = next;
  }
}
