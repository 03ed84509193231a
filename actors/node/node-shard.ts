import type { AlertRecord } from '../../src/domain/alert.js';
import type { Blindness } from '../../src/domain/blindness.js';
import type { Flip, Registration } from '../../src/domain/node.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { KeptPing } from '../../src/domain/ping.js';
import type { ShardIndex } from '../../src/domain/shard.js';
import { moment, type Millis, type Moment } from '../../src/domain/time.js';
import type { NamedStatus } from '../../src/ports/history-record.js';
import type { StoredNode } from '../../src/ports/history-store.js';
import type { NodeEntry, NodeSettlement } from '../history/history.protocol.js';
import type { Alerting } from '../notifier/notifier.protocol.js';
import type { ChangeFeed } from '../shards/change-feed.js';
import { BatchReplies, type Refusal, type Replies } from '../shards/pending-request.js';
import {
  RESOLUTION,
  ShardSupervisor,
  type ShardOptions,
  type ShardSupervisorDeps,
} from '../shards/shard-supervisor.js';
import type { NodeCounts } from './node-counts.js';
import {
  NOT_KNOWN,
  type NodeEffect,
  type NodeEntity,
  type NodePhase,
  type NodeRules,
  type Settled,
  type StatusSettled,
} from './decision.js';
import { deadlineAfterBlindness, deadlineAfterRestart, type MovedDeadline } from './deadlines-after-gaps.js';
import { describe } from './description.js';
import { DirtyNodes } from './dirty-nodes.js';
import { FlipPublisher } from './flip-publisher.js';
import { NodeActor, type NodeDeps } from './node.actor.js';
import { PendingNodeRequest } from './pending-node-request.js';
import { replyToDescribe, type decide } from './node.machine.js';
import type { DescribedNode, NodeCommand, NodeFlip, NodeReply } from './node.protocol.js';
import type { ResumedDeadlines } from './observed-clock.js';
import type { Quotas } from './quotas.js';
import type { ProbedNodes } from './probed-nodes.js';
import type { Slugs } from './slugs.js';
import { registers } from './registering.js';
import { JobTimers } from './job-timers.js';
import { isDue, type RegisteredNode } from './registered-node.js';
import { TimedPauses } from './timed-pauses.js';
import type { StateCounts } from './state-counts.js';

const TOO_MANY: Refusal = { kind: 'refused', code: 'HEARTBEAT_TOO_MANY_NODES' };
const MEMORY_SHORT: Refusal = { kind: 'refused', code: 'HEARTBEAT_MEMORY_SHORT' };

export interface NodeShardOptions extends ShardOptions {
  readonly decide: typeof decide;
}

/** What a shard of nodes needs from outside. */
export interface NodeShardDeps extends ShardSupervisorDeps {
  readonly alerting: Alerting;
  readonly changes: ChangeFeed<NodeFlip>;
  readonly rules: NodeRules;
  readonly stateCounts: StateCounts;
  readonly quotas: Quotas;
  readonly slugs: Slugs;
  readonly probed: ProbedNodes;
  readonly counts: NodeCounts;
  /** Whether one more node may be registered. */
  hasRoom(): boolean;
  /** Whether memory has room for one more. */
  hasMemory(): boolean;
  toObservedTime(deadline: Moment): Millis;
  submit(entry: NodeEntry): void;
}

/** The supervisor of the nodes of one shard. */
export class NodeShard extends ShardSupervisor<NodeEntity, NodeActor> implements NodeDeps {
  readonly decide: typeof decide;
  readonly #deps: NodeShardDeps;
  readonly #options: NodeShardOptions;
  readonly #publisher: FlipPublisher;
  readonly #dirtyNodes = new DirtyNodes();
  readonly probeFailures = new Map<NodeName, string>();
  readonly #pauses = new TimedPauses<NodeActor>();
  readonly jobTimers: JobTimers<NodeActor>;

  constructor(shard: ShardIndex, options: NodeShardOptions, deps: NodeShardDeps) {
    super(shard, options, deps);
    this.decide = options.decide;
    this.#options = options;
    this.#deps = deps;
    this.#publisher = new FlipPublisher(shard, deps);
    this.jobTimers = new JobTimers(this.horizon, RESOLUTION);
  }

  get counts(): NodeCounts {
    return this.#deps.counts;
  }

  get rules(): NodeRules {
    return this.#deps.rules;
  }

  send(commands: readonly NodeCommand[], answered: (replies: readonly NodeReply[]) => void): void {
    const batch = new BatchReplies<NodeReply>(commands.length, answered);
    commands.forEach((command, index) => {
      this.route(command.name, command, batch, index);
    });
  }

  protected override replyOfNone(command: NodeCommand): NodeReply | undefined {
    if (!registers(command, this.rules)) return NOT_KNOWN;
    if (!this.#deps.hasRoom()) return TOO_MANY;
    return this.#deps.hasMemory() ? undefined : MEMORY_SHORT;
  }

  protected override replyAtOnce(actor: NodeActor, command: NodeCommand): NodeReply | undefined {
    // With an empty mailbox, the state is what the actor would answer from.
    if (command.kind !== 'describe' || actor.cell?.waiting !== 0) return undefined;
    return replyToDescribe(actor.state, actor, command, this.rules);
  }

  protected override create(name: NodeName): NodeActor {
    return new NodeActor(name, this);
  }

  protected override pending(
    name: NodeName,
    command: NodeCommand,
    replies: Replies<NodeReply>,
    index: number,
  ): PendingNodeRequest {
    return new PendingNodeRequest(name, command, replies, index);
  }

  /** nact allows few characters in a name. */
  protected override cellName(name: NodeName): string {
    return Buffer.from(name).toString('base64url');
  }

  protected override watch(actor: NodeActor): void {
    const { state } = actor;
    if (state.phase !== 'unknown' && isDue(state)) this.wheel.arm(actor, actor.deadline);
    this.jobTimers.watch(actor);
  }

  protected override settleAnyhow(actor: NodeActor, signal: Settled | StatusSettled): void {
    if (signal.kind === 'settled') actor.settleAnyhow(signal, 'HEARTBEAT_INTERNAL');
    else actor.releaseStatus(signal.number);
  }

  /** Restores a node found at a restart. It has no deadline before `resume`. */
  recover(stored: StoredNode): void {
    const actor = new NodeActor(stored.node.name, this);
    actor.restore(stored);
    this.add(actor);
    this.#publisher.found(actor);
    this.#setPause(actor);
  }

  #setPause(actor: NodeActor): void {
    const { clock } = this.#deps;
    const { state } = actor;
    const until = state.phase === 'unknown' ? undefined : state.registration.pausedUntil;
    if (until !== undefined || this.#pauses.size > 0)
      this.#pauses.set(actor, until, clock.now(), clock.wall());
  }

  /** Ends pauses whose time is over, as a request of somebody would. */
  #endPauses(): void {
    const { clock } = this.#deps;
    const now = clock.now();
    if (now < this.#pauses.nextAt) return;
    for (const [{ key: name }, until] of this.#pauses.over(now, clock.wall(), this.#options.expiries))
      this.ask(name, { kind: 'resume', name, until, arrivedAt: now, readAt: now }, () => undefined);
  }

  /** Time continues after a restart. */
  resume(resumed: ResumedDeadlines): void {
    for (const actor of this.actors.values()) {
      const { state } = actor;
      if (state.phase === 'unknown') continue;
      this.jobTimers.resume(actor, state, resumed);
      if (isDue(state)) this.wheel.arm(actor, deadlineAfterRestart(state, actor, this.rules, resumed));
    }
  }

  /** The nodes that have a schedule. May miss changes during the iteration. */
  *scheduled(): Generator<NodeActor> {
    for (const actor of this.actors.values()) if (actor.expectation !== undefined) yield actor;
  }

  /** A node as far as time has been acted on: misses that no tick has noticed are left out. */
  node(name: NodeName): DescribedNode | undefined {
    const actor = this.actors.get(name);
    return actor && this.#describedNow(actor);
  }

  /** Whether a node is known, or about to be registered. */
  has(name: NodeName): boolean {
    return this.actors.get(name)?.isKnown === true;
  }

  /** All of its nodes, likewise. May miss changes during the iteration. */
  *nodes(): Generator<DescribedNode> {
    for (const actor of this.actors.values()) {
      const node = this.#describedNow(actor);
      if (node !== undefined) yield node;
    }
  }

  /** What is chosen for its nodes; of a change that is being written, what comes. May miss changes likewise. */
  *registrations(): Generator<Registration> {
    for (const { state } of this.actors.values()) {
      if (state.phase === 'unknown') continue;
      yield state.phase === 'changing' ? state.next : state.registration;
    }
  }

  #describedNow(actor: NodeActor): DescribedNode | undefined {
    const { state } = actor;
    return state.phase === 'unknown' || state.phase === 'registering'
      ? undefined
      : this.#describe(state, actor);
  }

  #describe(known: RegisteredNode, actor: NodeActor): DescribedNode {
    return describe(known, actor, this.rules, this.#deps.clock.now());
  }

  settle(settlement: NodeSettlement): void {
    this.tellSettled(settlement.node, this.#signalOf(settlement));
  }

  #signalOf(settlement: NodeSettlement): Settled | StatusSettled {
    if ('number' in settlement) return { kind: 'status_settled', number: settlement.number };
    const at = this.#deps.clock.now();
    return settlement.stored
      ? { kind: 'settled', at, stored: true }
      : { kind: 'settled', at, stored: false, code: settlement.code };
  }

  override advance(horizon: Moment): void {
    if (!this.isUp) return;
    super.advance(horizon);
    this.jobTimers.advance(horizon, (actor) => this.expire(actor), this.#options.expiries);
    this.#publisher.advance(this.#options.expiries);
    this.#endPauses();
  }

  /** The daemon was blind. Deadlines that had passed before stay where they are: their nodes are about to expire. */
  blind(blindness: Blindness, deadlineAfterIt: MovedDeadline): void {
    this.horizon = moment(this.horizon + blindness.to - blindness.from);
    // A probe has to fail again, now that it can be seen.
    this.probeFailures.clear();
    for (const actor of this.actors.values()) {
      const { state, deadline } = actor;
      if (state.phase === 'unknown') continue;
      this.jobTimers.blind(actor, state, blindness, deadlineAfterIt);
      if (deadline >= blindness.from)
        actor.deadline = deadlineAfterBlindness(state, actor, this.rules, deadlineAfterIt);
    }
  }

  /** Returns the statuses that changed since the last call. */
  takeDirty(): NamedStatus[] {
    return this.#dirtyNodes.take();
  }

  note(actor: NodeActor): void {
    this.#dirtyNodes.add(actor);
  }

  moved(before: NodePhase, after: NodePhase): void {
    this.#deps.stateCounts.moved(before, after);
    this.#deps.quotas.moved(before, after);
    this.#deps.slugs.moved(before, after);
    this.#deps.probed.moved(before, after);
  }

  toObservedTime(deadline: Moment): Millis {
    return this.#deps.toObservedTime(deadline);
  }

  submit(entry: NodeEntry): void {
    this.#deps.submit(entry);
  }

  flip(actor: NodeActor, flip: Flip, known: RegisteredNode, number: number, ping?: KeptPing): void {
    const { listener } = this.#deps.changes;
    if (listener !== undefined) listener({ flip, node: this.#describe(known, actor) });
    this.#publisher.flip(actor, flip, known, number, ping);
  }

  prepare(
    actor: NodeActor,
    effect: Extract<NodeEffect, { kind: 'change' | 'forget' }>,
  ): readonly AlertRecord[] {
    return this.#publisher.prepare(actor, effect);
  }

  changed(actor: NodeActor, stored: boolean): void {
    this.#publisher.changed(actor, stored);
    this.#setPause(actor);
  }

  override departed(actor: NodeActor): void {
    super.departed(actor);
    // Without a node there is no next checkpoint.
    if (this.size === 0) this.#dirtyNodes.clear();
  }
}
