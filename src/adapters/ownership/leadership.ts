import { assign, isSameAssignment } from '../../domain/assignment.js';
import { moment, type Millis, type Moment } from '../../domain/time.js';
import type { Cancel, Clock } from '../../ports/clock.js';
import type { Coordination } from '../../ports/coordination.js';
import { ask } from './ask.js';
import {
  ASSIGNMENT_KEY,
  assignmentValue,
  LEADER_KEY,
  stayingMembers,
  type ClusterState,
} from './cluster-state.js';
import type { Membership } from './membership.js';

/**
 * How long the same members must have been there before partitions are assigned to them: several start at once, and one
 * whose lease was ended by mistake is back at once.
 */
const SETTLE: Millis = 1_000;

export interface LeadershipOptions {
  /** All partitions of the cluster. */
  readonly partitions: readonly string[];
  readonly membership: Membership;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly coordination: Coordination;
  /** Called when there may be something to do that no change announces. */
  readonly due: () => void;
}

/** One member assigns the partitions to all. Any may be it. */
export class Leadership {
  readonly #options: LeadershipOptions;
  /** The members, and since when they are the same. */
  #present = '';
  #presentSince: Moment;
  #cancel: Cancel | undefined;

  constructor(options: LeadershipOptions) {
    this.#options = options;
    this.#presentSince = options.clock.now();
  }

  see({ members }: ClusterState): void {
    const present = JSON.stringify([...members].map(([name, { created }]) => [name, created]).sort());
    if (present === this.#present) return;
    this.#present = present;
    this.#presentSince = this.#options.clock.now();
  }

  stop(): void {
    this.#cancel?.();
  }

  /** Becomes the leader if there is none; the leader writes the assignment if another one is due. */
  async act(state: ClusterState): Promise<void> {
    const { membership, partitions, coordination, clock } = this.#options;
    const { lease, name } = membership;
    if (lease === undefined) return;
    if (state.leader === undefined) {
      const condition = { key: LEADER_KEY, created: 0 };
      const change = { key: LEADER_KEY, value: name, lease };
      await ask(clock, (signal) => coordination.commit([condition], [change], signal));
      return;
    }
    if (state.leader.lease !== lease) return;
    const staying = stayingMembers(state);
    const assignment = assign(partitions, staying, state.assignment);
    if (staying.length === 0 || isSameAssignment(assignment, state.assignment)) return;
    if (!this.#hasSettled()) return;
    const conditions = [
      { key: LEADER_KEY, created: state.leader.created },
      { key: ASSIGNMENT_KEY, modified: state.assignedAt },
    ];
    const change = { key: ASSIGNMENT_KEY, value: assignmentValue(assignment) };
    await ask(clock, (signal) => coordination.commit(conditions, [change], signal));
  }

  #hasSettled(): boolean {
    const { clock, due } = this.#options;
    const left = moment(this.#presentSince + SETTLE) - clock.now();
    this.#cancel?.();
    if (left > 0) this.#cancel = clock.after(left, due);
    return left <= 0;
  }
}
