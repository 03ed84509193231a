import { assertNever } from '../../src/domain/assert-never.js';
import type { AlertRecord } from '../../src/domain/alert.js';
import type { Flip, Registration } from '../../src/domain/node.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { KeptPing } from '../../src/domain/ping.js';
import type { Moment } from '../../src/domain/time.js';
import type { ErrorCode } from '../../src/errors.js';
import type { StoredNode } from '../../src/ports/history-store.js';
import type { TimerWheel } from '../../src/runtime/timer-wheel.js';
import type { NodeEntry, PingedEntry } from '../history/history.protocol.js';
import type { EntityMessage } from '../shards/entity-actor.js';
import { PendingRequest, pendingIn } from '../shards/pending-request.js';
import type { NodeCounts } from './node-counts.js';
import {
  UNKNOWN,
  type Begun,
  type NodeEffect,
  type NodeEntity,
  type NodePhase,
  type Settled,
} from './decision.js';
import { describe, factsOf } from './description.js';
import { afterClockSet } from './expectation.js';
import { historyEntryOf } from './history-entry.js';
import { unwatched } from './job.js';
import type { JobTimers } from './job-timers.js';
import { NodeLease, type LeaseDeps } from './node-lease.js';
import { isDue, type RegisteredNode } from './registered-node.js';
import type { decide } from './node.machine.js';
import type { NodeReply } from './node.protocol.js';
import { AwaitingCommit } from './awaiting-commit.js';
import { PendingNodeRequest } from './pending-node-request.js';
import { settle } from './registering.js';

export type NodeActorMessage = EntityMessage<NodeEntity>;

/** What a node's actor needs from its shard. */
export interface NodeDeps extends LeaseDeps {
  readonly counts: NodeCounts;
  readonly wheel: TimerWheel<NodeActor>;
  readonly jobTimers: JobTimers<NodeActor>;
  readonly decide: typeof decide;
  submit(entry: NodeEntry): void;
  /** Raises the alerts of a flip, and submits both. */
  flip(actor: NodeActor, flip: Flip, known: RegisteredNode, number: number, ping: KeptPing | undefined): void;
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
export class NodeActor extends NodeLease<NodeDeps> {
  #state: NodePhase = UNKNOWN;
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
    this.deps.jobTimers.watch(this);
    this.clearLease();
  }

  get unstored(): boolean {
    return this.#settled < this.#submitted;
  }

  /** Whether it counts towards the limit of nodes. */
  get isKnown(): boolean {
    return this.state.phase !== 'unknown';
  }

  /** The node as it was found on disk. It has no deadline before time continues. */
  restore(stored: StoredNode): void {
    const { node: registration, status } = stored;
    const { state, retries, since } = status;
    this.state = { phase: 'known', registration, status: { state, retries, since } };
    this.restoreLease(stored);
  }

  override abandon(reply: NodeReply): void {
    super.abandon(reply);
    for (const request of this.#waitingForStatus?.take(Infinity) ?? []) request.answer(reply);
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
    if (this.jobTimer !== undefined) this.deps.jobTimers.watch(this);
  }

  private settledChange(stored: boolean): void {
    const { state, job } = this;
    const isPaused = state.phase !== 'unknown' && state.registration.pausedAt !== undefined;
    if (job !== undefined && isPaused) this.job = unwatched(job);
    this.deps.changed(this, stored);
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
        this.deps.counts.pings[effect.said]++;
        this.job = effect.job;
        return;
      case 'probe_failure':
        this.probeFailure = effect.reason;
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
  private begin(effect: Extract<NodeEffect, { kind: 'begin' }>, heartbeats: number): void {
    const { wheel, counts } = this.deps;
    const due = this.state.phase !== 'unknown' && isDue(this.state);
    if (effect.heartbeat) counts.heartbeats += heartbeats;
    const deadline = this.renew(effect, due);
    if (due) wheel.arm(this, deadline);
    else this.deadline = deadline;
    this.deps.note(this);
  }

  private restart(since: Moment | undefined, { deadline, expected }: Begun): void {
    this.expect(expected, since);
    this.probeFailure = undefined;
    if (this.state.phase !== 'unknown' && isDue(this.state)) this.deps.wheel.arm(this, deadline);
    this.deps.note(this);
  }

  /** The wall clock was set, by which cron schedules go. */
  clockSet(now: Moment): void {
    const begun = afterClockSet(this.state, this, now, this.deps.rules);
    if (begun !== undefined) this.restart(this.expectation?.since, begun);
  }

  /** What history stores of the job, beside a status. */
  pingedEntry(ping: KeptPing | undefined): { readonly pinged?: PingedEntry } {
    const pinged = this.jobTimer?.entry(ping, (deadline) => this.deps.toObservedTime(deadline));
    return pinged === undefined ? {} : { pinged };
  }

  private get address(): { readonly shard: number; readonly node: NodeName } {
    return { shard: this.deps.shard, node: this.key };
  }

  private submit(effect: Extract<NodeEffect, { kind: 'register' | 'change' | 'forget' }>): void {
    const status = this.statusOf(effect.known);
    const alerts = effect.kind === 'register' ? [] : this.deps.prepare(this, effect);
    const toObservedTime = (deadline: Moment) => this.deps.toObservedTime(deadline);
    const pingUuidOf = (node: Registration) => this.deps.rules.pingUuidOf(node);
    this.deps.submit(
      historyEntryOf(effect, this.address, status, toObservedTime, alerts, pingUuidOf, this.job),
    );
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
    if (command.kind === 'probed') return { kind: 'received' };
    if (command.kind === 'forget' || this.state.phase === 'unknown') return { kind: 'forgotten' };
    return { kind: 'node', node: describe(this.state, this, this.deps.rules, command.readAt), created };
  }

  factsOf(known: RegisteredNode): ReturnType<typeof factsOf> {
    return factsOf(known, this, this.deps.rules);
  }
}
