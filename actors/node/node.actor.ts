import { assertNever } from '../../src/domain/assert-never.js';
import type { AlertRecord } from '../../src/domain/alert.js';
import type { Flip, NodeStatus, Registration } from '../../src/domain/node.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { KeptPing } from '../../src/domain/ping.js';
import { HeartbeatHistory } from '../../src/domain/heartbeat-history.js';
import type { Instant, Millis, Moment } from '../../src/domain/time.js';
import { isCron, isSchedule, type Timing } from '../../src/domain/schedule.js';
import { timeoutInForce, type AdaptiveTimeout } from '../../src/domain/timeout.js';
import type { ErrorCode } from '../../src/errors.js';
import type { TimerWheel } from '../../src/runtime/timer-wheel.js';
import type { NodeEntry, PingedEntry } from '../history/history.protocol.js';
import { EntityActor, type EntityDeps, type EntityMessage } from '../shards/entity-actor.js';
import { PendingRequest, pendingIn } from '../shards/pending-request.js';
import type { NodeCounts } from './node-counts.js';
import {
  UNKNOWN,
  type Begun,
  type Lease,
  type NodeEffect,
  type NodeEntity,
  type NodePhase,
  type NodeRules,
  type Settled,
} from './decision.js';
import { describe, factsOf } from './description.js';
import { afterClockSet, expectedAfter, Expectation } from './expectation.js';
import { historyEntryOf } from './history-entry.js';
import { overrunOf, storedJob, unwatched, type Job } from './job.js';
import { PingedTimer } from './pinged-timer.js';
import { isDue, type RegisteredNode } from './registered-node.js';
import type { decide } from './node.machine.js';
import type { NodeReply } from './node.protocol.js';
import { AwaitingCommit } from './awaiting-commit.js';
import { PendingNodeRequest } from './pending-node-request.js';
import { settle } from './registering.js';

export type NodeActorMessage = EntityMessage<NodeEntity>;

/** What a node's actor needs from its shard. */
export interface NodeDeps extends EntityDeps<NodeEntity> {
  readonly rules: NodeRules;
  readonly counts: NodeCounts;
  readonly wheel: TimerWheel<NodeActor>;
  readonly decide: typeof decide;
  /** Converts a deadline to its stored form. */
  toObservedTime(deadline: Moment): Millis;
  submit(entry: NodeEntry): void;
  /** Raises the alerts of a flip, and submits both. */
  flip(actor: NodeActor, flip: Flip, known: RegisteredNode, number: number, ping: KeptPing | undefined): void;
  /** Arms the timer of a node's runs; undefined disarms it. */
  watchRuns(actor: NodeActor, deadline: Moment | undefined): void;
  /** The status goes to disk with the next checkpoint. */
  note(actor: NodeActor): void;
  /** The state, settings or phase changed. */
  moved(before: NodePhase, after: NodePhase): void;
  /** The alerts of a change or deletion that is about to be submitted. */
  prepare(
    actor: NodeActor,
    effect: Extract<NodeEffect, { kind: 'change' | 'forget' }>,
  ): readonly AlertRecord[];
  /** A change is on disk, or was refused. */
  changed(actor: NodeActor, stored: boolean): void;
}

/** The liveness of one node: runs what `decide` decides. */
export class NodeActor extends EntityActor<NodeEntity, NodeDeps> implements Lease {
  #state: NodePhase = UNKNOWN;
  lastHeartbeat: Instant | undefined;
  /** The same on the monotonic clock; undefined if it was in an earlier run. */
  heardAt: Moment | undefined;
  heardBlind: Millis = 0;
  /** Of an adaptive timeout, of a schedule, or of a job that is pinged. In one field, since most nodes have none. */
  #timing: HeartbeatHistory | Expectation | PingedTimer<NodeActor> | undefined;
  /** How often its status was submitted, and up to which number it is settled. */
  #submitted = 0;
  #settled = 0;
  /** Whether its status goes to disk with the next checkpoint. */
  isDirty = false;
  #waitingForStatus: AwaitingCommit | undefined;

  get state(): NodePhase {
    return this.#state;
  }

  set state(state: NodePhase) {
    if (state === this.#state) return;
    this.deps.moved(this.#state, state);
    this.#state = state;
    if (state.phase !== 'unknown') return;
    // A request may be waiting to register it anew, and nothing of the old node may be left.
    this.lastHeartbeat = undefined;
    this.heardAt = undefined;
    this.deps.watchRuns(this, undefined);
    this.#timing = undefined;
  }

  /** Of a job that is pinged. */
  get pinged(): PingedTimer<NodeActor> | undefined {
    return this.#timing instanceof PingedTimer ? this.#timing : undefined;
  }

  get job(): Job | undefined {
    return this.pinged?.job;
  }

  set job(job: Job | undefined) {
    if (job === undefined) return;
    if (this.#timing instanceof PingedTimer) this.#timing.job = job;
    else this.#timing = new PingedTimer(this, job, this.#timing);
  }

  private get timing(): HeartbeatHistory | Expectation | undefined {
    return this.#timing instanceof PingedTimer ? this.#timing.timing : this.#timing;
  }

  private set timing(timing: HeartbeatHistory | Expectation | undefined) {
    if (this.#timing instanceof PingedTimer) this.#timing.timing = timing;
    else this.#timing = timing;
  }

  get heartbeatHistory(): HeartbeatHistory | undefined {
    const { timing } = this;
    return timing instanceof HeartbeatHistory ? timing : undefined;
  }

  set heartbeatHistory(history: HeartbeatHistory | undefined) {
    this.timing = history;
  }

  get expectation(): Expectation | undefined {
    const { timing } = this;
    return timing instanceof Expectation ? timing : undefined;
  }

  set expectation(expectation: Expectation | undefined) {
    if (expectation !== undefined || this.expectation !== undefined) this.timing = expectation;
  }

  get expected(): Instant | undefined {
    return this.expectation?.expected;
  }

  get unstored(): boolean {
    return this.#settled < this.#submitted;
  }

  /** Whether it counts towards the limit of nodes. */
  get isKnown(): boolean {
    return this.state.phase !== 'unknown';
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

  /** Until all submitted statuses are settled. */
  private waitForStatus(message: PendingRequest<NodeEntity>): void {
    const pending = (this.#waitingForStatus ??= new AwaitingCommit());
    if (pending.join(message, this.#submitted)) return;
    if (pending.size < this.deps.mailbox) pending.add(message, this.#submitted);
    else this.refuse(message);
  }

  /** Handling the disk's result failed. What is on disk counts, and those who waited get the failure. */
  settleAnyhow(settled: Settled, refusal: ErrorCode): void {
    const decision = settle(this.state, settled, this.deps.rules);
    this.state = decision.state;
    for (const effect of decision.effects) if (effect.kind !== 'release') this.run(effect, settled);
    this.deps.changed(this, settled.stored);
    this.release(refusal, false);
  }

  releaseStatus(upTo: number): void {
    this.#settled = Math.max(this.#settled, upTo);
    const pending = this.#waitingForStatus;
    if (pending === undefined) return;
    const answerable = pending.take(upTo);
    if (pending.size === 0) this.#waitingForStatus = undefined;
    for (const request of answerable) request.answer(this.replyAfterCommit(request, false));
  }

  protected override handle(message: NodeActorMessage): void {
    const input = message instanceof PendingRequest ? message.request : message;
    const decision = this.deps.decide(this.state, this, input, this.deps.rules);
    this.state = decision.state;
    for (const effect of decision.effects) this.run(effect, message);
    if (message.kind === 'settled') this.settledChange(message.stored);
    if (this.pinged !== undefined) this.watchRuns();
  }

  private settledChange(stored: boolean): void {
    const { state, job } = this;
    const isPaused = state.phase !== 'unknown' && state.registration.pausedAt !== undefined;
    if (job !== undefined && isPaused) this.job = unwatched(job);
    this.deps.changed(this, stored);
  }

  /** Arms the timer of its runs, or disarms it. */
  watchRuns(): void {
    const isWatched = this.state.phase !== 'unknown' && isDue(this.state);
    this.deps.watchRuns(this, isWatched ? overrunOf(this.job) : undefined);
  }

  private run(effect: NodeEffect, message: NodeActorMessage): void {
    switch (effect.kind) {
      case 'begin':
        return this.begin(effect, pendingIn(message).size);
      case 'restart':
        return this.restart(effect.at, effect.begun);
      case 'await':
        this.deps.wheel.arm(this, effect.deadline);
        return this.deps.note(this);
      case 'interrupt':
        return this.heartbeatHistory?.interrupt();
      case 'watch':
        return this.watch();
      case 'rest':
        return this.deps.wheel.disarm(this);
      case 'note':
        return this.deps.note(this);
      case 'job':
        this.job = effect.job;
        return;
      case 'flip':
        if (effect.flip.to === 'failed' && this.job !== undefined) this.job = unwatched(this.job);
        this.deps.note(this);
        return this.deps.flip(this, effect.flip, effect.known, ++this.#submitted, effect.ping);
      case 'store':
        if (this.#waitingForStatus?.isLast(pendingIn(message), this.#submitted) === true) return;
        return this.deps.submit({
          kind: 'status',
          ...this.address,
          number: ++this.#submitted,
          status: this.statusOf(effect.known),
          flip: undefined,
          alerts: [],
          ...this.pingedEntry(effect.ping),
        });
      case 'answer':
        return pendingIn(message).answer(effect.reply);
      case 'wait':
        return this.wait(pendingIn(message));
      case 'wait_for_status':
        return this.waitForStatus(pendingIn(message));
      case 'release':
        return this.release(effect.refusal, effect.created);
      case 'release_status':
        return this.releaseStatus(effect.number);
      case 'defer':
        return this.defer(message);
      case 'register':
      case 'change':
      case 'forget':
        return this.submit(effect);
      default:
        assertNever(effect);
    }
  }

  /** The heartbeat may have been read before a blind interval and be handled after it. */
  private begin({ at, timing, heartbeat }: Extract<NodeEffect, { kind: 'begin' }>, heartbeats: number): void {
    const { rules, wheel, counts } = this.deps;
    const blind = rules.blindAt(at);
    const due = this.state.phase !== 'unknown' && isDue(this.state);
    if (heartbeat) {
      counts.heartbeats += heartbeats;
      this.lastHeartbeat = rules.wallAt(at);
      this.heardAt = at;
      if (typeof timing === 'number') this.timing = undefined;
      else if (!isSchedule(timing)) this.listen(at, timing, due && blind === this.heardBlind);
    }
    this.heardBlind = blind;
    const deadline = this.deadlineAfter(at, timing, blind);
    if (due) wheel.arm(this, deadline);
    else this.deadline = deadline;
    this.deps.note(this);
  }

  private deadlineAfter(at: Moment, timing: Timing, blind: Millis): Moment {
    const { rules } = this.deps;
    if (!isSchedule(timing))
      return rules.deadlineSince(at, timeoutInForce(timing, this.heartbeatHistory), blind);
    const { deadline, expected } = expectedAfter(timing, at, rules);
    this.expectation = new Expectation(expected, at);
    return isCron(timing) ? deadline : rules.deadlineSince(at, timing.every, blind);
  }

  private restart(since: Moment | undefined, { deadline, expected }: Begun): void {
    this.expectation = expected === undefined ? undefined : new Expectation(expected, since);
    if (this.state.phase !== 'unknown' && isDue(this.state)) this.deps.wheel.arm(this, deadline);
    this.deps.note(this);
  }

  /** The wall clock was set, by which cron schedules go. */
  clockSet(now: Moment): void {
    const begun = afterClockSet(this.state, this, now, this.deps.rules);
    if (begun !== undefined) this.restart(this.expectation?.since, begun);
  }

  /** A heartbeat that lay in a socket during a blind interval, or came when none was expected, ends no interval. */
  private listen(at: Moment, { max }: AdaptiveTimeout, measures: boolean): void {
    this.heartbeatHistory ??= new HeartbeatHistory();
    if (measures) this.heartbeatHistory.heard(at, max);
    else this.heartbeatHistory.interrupt();
  }

  /** What history stores of the job, beside a status. */
  pingedEntry(ping: KeptPing | undefined): { readonly pinged?: PingedEntry } {
    const { job } = this;
    if (job === undefined) return {};
    const stored = storedJob(job, (deadline) => this.deps.toObservedTime(deadline));
    return { pinged: { job: stored, ...(ping !== undefined && { ping }) } };
  }

  private get address(): { readonly shard: number; readonly node: NodeName } {
    return { shard: this.deps.shard, node: this.key };
  }

  private submit(effect: Extract<NodeEffect, { kind: 'register' | 'change' | 'forget' }>): void {
    const status = this.statusOf(effect.known);
    const alerts = effect.kind === 'register' ? [] : this.deps.prepare(this, effect);
    const toObservedTime = (deadline: Moment) => this.deps.toObservedTime(deadline);
    const pingUuidOf = (node: Registration) => this.deps.rules.pingUuidOf(node);
    this.deps.submit(historyEntryOf(effect, this.address, status, toObservedTime, alerts, pingUuidOf));
  }

  private release(refusal: ErrorCode | undefined, created: boolean): void {
    for (const request of this.takeWaiting()) {
      if (refusal !== undefined) request.answer({ kind: 'refused', code: refusal });
      // The first sign was a failure or a ping: the node is registered now, and may fail.
      else if (created && (request.kind === 'fail' || request.kind === 'ping'))
        this.handleRegistered(request);
      else request.answer(this.replyAfterCommit(request, created));
    }
  }

  private handleRegistered(request: PendingRequest<NodeEntity>): void {
    if (request instanceof PendingNodeRequest) request.hasRegistered = true;
    this.handle(request);
  }

  /** The reply to a request that waited for the disk. */
  private replyAfterCommit(request: PendingRequest<NodeEntity>, created: boolean): NodeReply {
    const { request: command } = request;
    if (command.kind === 'ping')
      return { kind: 'pinged', created: request instanceof PendingNodeRequest && request.hasRegistered };
    if (command.kind === 'heartbeat') return { kind: 'active' };
    if (command.kind === 'forget' || this.state.phase === 'unknown') return { kind: 'forgotten' };
    return { kind: 'node', node: describe(this.state, this, this.deps.rules, command.readAt), created };
  }

  factsOf(known: RegisteredNode): ReturnType<typeof factsOf> {
    return factsOf(known, this, this.deps.rules);
  }
}
