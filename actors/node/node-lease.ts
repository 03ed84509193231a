import type { NodeStatus } from '../../src/domain/node.js';
import type { NodeName } from '../../src/domain/node-name.js';
import { HeartbeatHistory } from '../../src/domain/heartbeat-history.js';
import { moment, type Instant, type Millis, type Moment } from '../../src/domain/time.js';
import { isCron, isSchedule, type Timing } from '../../src/domain/schedule.js';
import { timeoutInForce, type AdaptiveTimeout } from '../../src/domain/timeout.js';
import type { StoredNode } from '../../src/ports/history-store.js';
import { EntityActor, type EntityDeps } from '../shards/entity-actor.js';
import type { Lease, NodeEffect, NodeEntity, NodeRules } from './decision.js';
import { expectedAfter, Expectation } from './expectation.js';
import { restoredJob, unwatched, type Job } from './job.js';
import { JobTimer } from './job-timers.js';
import type { RegisteredNode } from './registered-node.js';

export interface LeaseDeps extends EntityDeps<NodeEntity> {
  readonly rules: NodeRules;
  /** Why the probes of nodes failed. In one place, since most nodes have none. */
  readonly probeFailures: Map<NodeName, string>;
  /** Converts a deadline to its stored form. */
  toObservedTime(deadline: Moment): Millis;
}

/**
 * The part of a node's actor that every heartbeat changes: when the node was heard, and what its next deadline is
 * computed from. The deadline itself is a field of the actor as a timer.
 */
export abstract class NodeLease<Deps extends LeaseDeps>
  extends EntityActor<NodeEntity, Deps>
  implements Lease
{
  lastHeartbeat: Instant | undefined;
  /** The same on the monotonic clock; undefined if it was in an earlier run. */
  heardAt: Moment | undefined;
  heardBlind: Millis = 0;
  /** Of an adaptive timeout, of a schedule, or of a job that is pinged. In one field, since most nodes have none. */
  #timing: HeartbeatHistory | Expectation | JobTimer<this> | undefined;

  abstract get unstored(): boolean;

  /** Of a job that is pinged. */
  get jobTimer(): JobTimer<this> | undefined {
    return this.#timing instanceof JobTimer ? this.#timing : undefined;
  }

  get job(): Job | undefined {
    return this.jobTimer?.job;
  }

  set job(job: Job | undefined) {
    if (job === undefined) return;
    if (this.#timing instanceof JobTimer) this.#timing.job = job;
    else this.#timing = new JobTimer(this, job, this.#timing);
  }

  private get timing(): HeartbeatHistory | Expectation | undefined {
    return this.#timing instanceof JobTimer ? this.#timing.timing : this.#timing;
  }

  private set timing(timing: HeartbeatHistory | Expectation | undefined) {
    if (this.#timing instanceof JobTimer) this.#timing.timing = timing;
    else this.#timing = timing;
  }

  get heartbeatHistory(): HeartbeatHistory | undefined {
    const { timing } = this;
    return timing instanceof HeartbeatHistory ? timing : undefined;
  }

  get expectation(): Expectation | undefined {
    const { timing } = this;
    return timing instanceof Expectation ? timing : undefined;
  }

  get probeFailure(): string | undefined {
    return this.deps.probeFailures.get(this.key);
  }

  set probeFailure(reason: string | undefined) {
    if (reason === undefined) this.deps.probeFailures.delete(this.key);
    else this.deps.probeFailures.set(this.key, reason);
  }

  get expected(): Instant | undefined {
    return this.expectation?.expected;
  }

  /** @param since what it counts from, if that was in this run */
  protected expect(expected: Instant | undefined, since: Moment | undefined): void {
    if (expected !== undefined) this.timing = new Expectation(expected, since);
    else if (this.expectation !== undefined) this.timing = undefined;
  }

  /**
   * Begins one timeout, or the wait of a schedule.
   *
   * @param isDue whether the node had a deadline: only then an interval between heartbeats has been measured
   * @returns the deadline
   */
  protected renew({ at, timing, heartbeat }: Extract<NodeEffect, { kind: 'begin' }>, isDue: boolean): Moment {
    const { rules } = this.deps;
    const blind = rules.blindAt(at);
    if (heartbeat) {
      this.lastHeartbeat = rules.wallAt(at);
      this.heardAt = at;
      this.probeFailure = undefined;
      if (typeof timing === 'number') this.timing = undefined;
      else if (!isSchedule(timing)) this.listen(at, timing, isDue && blind === this.heardBlind);
    }
    this.heardBlind = blind;
    return this.deadlineAfter(at, timing, blind);
  }

  /** A heartbeat that lay in a socket during a blind interval, or came when none was expected, ends no interval. */
  private listen(at: Moment, { max }: AdaptiveTimeout, measures: boolean): void {
    const history = this.heartbeatHistory ?? new HeartbeatHistory();
    this.timing = history;
    if (measures) history.heard(at, max);
    else history.interrupt();
  }

  private deadlineAfter(at: Moment, timing: Timing, blind: Millis): Moment {
    const { rules } = this.deps;
    if (!isSchedule(timing))
      return rules.deadlineSince(at, timeoutInForce(timing, this.heartbeatHistory), blind);
    const { deadline, expected } = expectedAfter(timing, at, rules);
    this.expect(expected, at);
    return isCron(timing) ? deadline : rules.deadlineSince(at, timing.every, blind);
  }

  statusOf({ status: { state, retries, since } }: RegisteredNode): NodeStatus {
    // Field by field: a checkpoint makes very many of these, and spreading took most of its time.
    const status: NodeStatus = {
      state,
      retries,
      since,
      lastHeartbeat: this.lastHeartbeat,
      deadline: this.deps.toObservedTime(this.deadline),
      heardBlind: this.heardBlind,
    };
    const { timing } = this;
    if (timing === undefined) return status;
    if (timing instanceof Expectation) return { ...status, expected: timing.expected };
    return timing.learnt === undefined ? status : { ...status, heartbeatHistory: timing.learnt };
  }

  /** As it was found on disk. Its deadlines are in observed time until all nodes are found and time continues. */
  protected restoreLease({ node: { settings, pausedAt }, status, job }: StoredNode): void {
    const { lastHeartbeat, heardBlind, heartbeatHistory, expected, deadline } = status;
    this.lastHeartbeat = lastHeartbeat;
    this.heardBlind = heardBlind;
    if (typeof settings.timeout === 'object' && heartbeatHistory !== undefined)
      this.timing = new HeartbeatHistory(heartbeatHistory);
    if (settings.schedule !== undefined) this.expect(expected, undefined);
    if (job !== undefined) {
      const restored = restoredJob(job);
      this.job = pausedAt === undefined ? restored : unwatched(restored);
    }
    this.deadline = moment(deadline);
  }

  /** The node is no more: a request may be waiting to register it anew, and nothing of the old one may be left. */
  protected clearLease(): void {
    this.lastHeartbeat = undefined;
    this.heardAt = undefined;
    this.#timing = undefined;
    this.probeFailure = undefined;
  }
}
