import { Timer } from '../../src/runtime/timer-wheel.js';
import type { HeartbeatHistory } from '../../src/domain/heartbeat-history.js';
import type { Expectation } from './expectation.js';
import type { Job } from './job.js';

/**
 * What the actor of a pinged node has besides, in the place of its timing: the job, and the timer of its runs. Nodes that
 * nobody pings have none.
 */
export class PingedTimer<Owner> extends Timer {
  readonly owner: Owner;
  job: Job;
  timing: HeartbeatHistory | Expectation | undefined;

  constructor(owner: Owner, job: Job, timing: HeartbeatHistory | Expectation | undefined) {
    super();
    this.owner = owner;
    this.job = job;
    this.timing = timing;
  }
}
