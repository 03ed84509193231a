import type { AlertRecord } from '../../src/domain/alert.js';
import type { Blindness } from '../../src/domain/blindness.js';
import type { Flip, NodeStatus, Registration } from '../../src/domain/node.js';
import type { NodeName } from '../../src/domain/node-name.js';
import { HeartbeatHistory } from '../../src/domain/heartbeat-history.js';
import type { ShardIndex } from '../../src/domain/shard.js';
import { moment, type Millis, type Moment } from '../../src/domain/time.js';
import type { Clock } from '../../src/ports/clock.js';
import type { NodeStanding } from '../../src/ports/history-store.js';
import type { Logger } from '../../src/ports/logger.js';
import type { ActorSystem, Place } from '../../src/runtime/actor-system.js';
import type { Crash } from '../../src/runtime/actor.js';
import type { TimerWheel } from '../../src/runtime/timer-wheel.js';
import type { NodeEntry, NodeSettlement } from '../history/history.protocol.js';
import type { Alerting } from '../notifier/notifier.protocol.js';
import { Batch } from '../shards/batch.js';
import type { ExitSignal, RunningChild } from '../supervisor/child.js';
import type { SupervisorPolicy } from '../supervisor/child-spec.js';
import { FlipPublisher } from './flip-publisher.js';
import { PendingRequest } from './pending-request.js';
import { Cells } from './cells.js';
import type { StateCounts } from './state-counts.js';
import { Crashes } from './crashes.js';
import { NOT_KNOWN, type NodeEffect, type NodePhase, type NodeRules } from './decision.js';
import type { NodeCounts } from './counts.js';
import { Deadlines } from './deadlines.js';
import type { RegisteredNode } from './registered-node.js';
import { NodeActor, type NodeDeps, type NodeActorMessage } from './node.actor.js';
import { shown, type decide } from './node.machine.js';
import type { NodeCommand, NodeReply } from './node.protocol.js';
import { DirtyNodes } from './dirty-nodes.js';
import type { Quotas } from './quotas.js';

const TOO_MANY: NodeReply = { kind: 'refused', code: 'HEARTBEAT_TOO_MANY_NODES' };
const OVERLOADED: NodeReply = { kind: 'refused', code: 'HEARTBEAT_OVERLOADED' };
const MEMORY_SHORT: NodeReply = { kind: 'refused', code: 'HEARTBEAT_MEMORY_SHORT' };
const DOWN: NodeReply = { kind: 'refused', code: 'HEARTBEAT_NOT_READY' };

/** Whether the command is a sign of life, or a report, from the node itself. */
function isSign({ kind }: NodeCommand): boolean {
  return kind === 'heartbeat' || kind === 'fail';
}

export interface NodeShardOptions {
  readonly mailbox: number;
  /** The most deadlines handled in one tick. The others come with the next ones. */
  readonly expiries: number;
  readonly restarts: Pick<SupervisorPolicy, 'intensity' | 'period'>;
  readonly decide: typeof decide;
}

/** What a shard needs from outside. */
export interface NodeShardDeps {
  readonly system: ActorSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly alerting: Alerting;
  readonly rules: NodeRules;
  readonly stateCounts: StateCounts;
  readonly quotas: Quotas;
  readonly counts: NodeCounts;
  /** Whether one more node may be registered. */
  hasRoom(): boolean;
  /** Whether memory has room for one more. */
  hasMemory(): boolean;
  /** Whether the whole system is ending, with its actors. */
  ending(): boolean;
  toObservedTime(deadline: Moment): Millis;
  submit(entry: NodeEntry): void;
}

/**
 * Supervises the nodes of one shard, as the shards of users do: spawns an actor for each node, and keeps what it needs
 * to restart one after a crash.
 */
export class NodeShard implements NodeDeps {
  readonly shard: ShardIndex;
  readonly decide: typeof decide;
  readonly #options: NodeShardOptions;
  readonly #deps: NodeShardDeps;
  readonly #nodes = new Map<NodeName, NodeActor>();
  readonly #cells: Cells;
  readonly #deadlines: Deadlines;
  readonly #publisher: FlipPublisher;
  readonly #crashes: Crashes;
  readonly #dirtyNodes = new DirtyNodes();
  #exitSignal: ExitSignal | undefined;

  constructor(shard: ShardIndex, options: NodeShardOptions, deps: NodeShardDeps) {
    this.shard = shard;
    this.decide = options.decide;
    this.#options = options;
    this.#deps = deps;
    this.#cells = new Cells(deps.system);
    this.#deadlines = new Deadlines(deps.clock.now(), deps.rules);
    this.#publisher = new FlipPublisher(shard, deps);
    this.#crashes = new Crashes(options.restarts, deps);
  }

  get wheel(): TimerWheel<NodeActor> {
    return this.#deadlines.wheel;
  }

  get counts(): NodeCounts {
    return this.#deps.counts;
  }

  get rules(): NodeRules {
    return this.#deps.rules;
  }

  get mailbox(): number {
    return this.#options.mailbox;
  }

  /** Nodes that have an actor. */
  get size(): number {
    return this.#nodes.size;
  }

  start(exitSignal: ExitSignal, place: Place): RunningChild {
    this.#cells.open(place, `shard-${String(this.shard)}`);
    this.#exitSignal = exitSignal;
    this.#crashes.reset();
    for (const actor of this.#nodes.values()) {
      this.#deadlines.watch(actor);
      this.#cells.revive(actor, this.#options.mailbox);
    }
    return { stop: () => this.#stop(), inspect: () => this.inspect() };
  }

  /** Nodes stay in the table with their unhandled messages, for the next start. */
  async #stop(): Promise<void> {
    this.#exitSignal = undefined;
    if (this.#deps.ending()) return;
    await Promise.all([...this.#nodes.values()].map((actor) => this.#cells.stop(actor)));
  }

  send(commands: readonly NodeCommand[], answered: (replies: readonly NodeReply[]) => void): void {
    const batch = new Batch<NodeReply>(commands.length, answered);
    commands.forEach((command, index) => {
      const reply = this.#route(command, batch, index);
      if (reply !== undefined) batch.answer(index, reply);
    });
  }

  /** @returns the reply, if no actor has to be asked */
  #route(command: NodeCommand, batch: Batch<NodeReply>, index: number): NodeReply | undefined {
    if (this.#exitSignal === undefined) return DOWN;
    const actor = this.#nodes.get(command.name) ?? this.#arrive(command);
    if (!(actor instanceof NodeActor)) return actor;
    const { cell } = actor;
    if (cell === undefined) return DOWN;
    // With an empty mailbox, the state is what the actor would answer from.
    if (command.kind === 'describe' && cell.waiting === 0) {
      return shown(actor.state, actor, command, this.rules);
    }
    return cell.tellNow(new PendingRequest(command, batch, index)) === 'queued' ? undefined : OVERLOADED;
  }

  #arrive(command: NodeCommand): NodeActor | NodeReply {
    const registers = command.kind === 'put' || (isSign(command) && this.rules.autoRegister);
    if (!registers) return NOT_KNOWN;
    if (!this.#deps.hasRoom()) return TOO_MANY;
    if (!this.#deps.hasMemory()) return MEMORY_SHORT;
    const actor = new NodeActor(command.name, this);
    this.#nodes.set(command.name, actor);
    this.#cells.spawn(actor, this.#options.mailbox);
    return actor;
  }

  /** Restores a node found at a restart. It has no deadline before `resume`. */
  recover(registration: Registration, status: NodeStatus): void {
    const { state, retries, since, lastHeartbeat, heardBlind, rhythm } = status;
    const actor = new NodeActor(registration.name, this);
    actor.state = { phase: 'known', registration, standing: { state, retries, since } };
    actor.lastHeartbeat = lastHeartbeat;
    actor.heardBlind = heardBlind;
    if (typeof registration.settings.timeout === 'object' && rhythm !== undefined)
      actor.rhythm = new HeartbeatHistory(rhythm);
    // In observed time, until all nodes are found and time continues.
    actor.deadline = moment(status.deadline);
    this.#nodes.set(registration.name, actor);
    this.#cells.spawn(actor, this.#options.mailbox);
    this.#publisher.found(actor);
  }

  /** Time continues after a restart. @param deadlineOf converts a deadline in observed time to this run */
  resume(deadlineOf: (actor: NodeActor, timeout: Millis) => Moment): void {
    this.#deadlines.resume(this.#nodes.values(), deadlineOf);
  }

  settle(settlement: NodeSettlement): void {
    const actor = this.#nodes.get(settlement.node);
    const message = this.#messageOf(settlement);
    // It must arrive even where requests are refused, and there are few at a time for a node.
    if (actor === undefined) return;
    if (this.#exitSignal === undefined) (actor.left ??= []).push(message);
    else actor.cell?.tellUnbounded(message);
  }

  #messageOf(settlement: NodeSettlement): NodeActorMessage {
    if ('number' in settlement) return { kind: 'standing_settled', number: settlement.number };
    const at = this.#deps.clock.now();
    return settlement.stored
      ? { kind: 'settled', at, stored: true }
      : { kind: 'settled', at, stored: false, code: settlement.code };
  }

  /** Time stands still for a shard that is down. */
  advance(horizon: Moment): void {
    if (this.#exitSignal === undefined) return;
    for (const actor of this.#crashes.expiringAgain(horizon)) {
      if (this.#nodes.get(actor.name) === actor) this.wheel.arm(actor, actor.deadline);
    }
    this.#deadlines.advance(horizon, this.#options.expiries);
    this.#publisher.advance(this.#options.expiries);
  }

  /** The daemon was blind. */
  blind(
    blindness: Blindness,
    deadlineAfterIt: (deadline: Moment, timeout: Millis, heardBlind: Millis) => Moment,
  ): void {
    this.#deadlines.blind(this.#nodes.values(), blindness, deadlineAfterIt);
  }

  /** Returns the statuses that changed since the last call. */
  takeDirty(): NodeStanding[] {
    return this.#dirtyNodes.take();
  }

  note(actor: NodeActor): void {
    this.#dirtyNodes.add(actor);
  }

  moved(before: NodePhase, after: NodePhase): void {
    this.#deps.stateCounts.moved(before, after);
    this.#deps.quotas.moved(before, after);
  }

  toObservedTime(deadline: Moment): Millis {
    return this.#deps.toObservedTime(deadline);
  }

  submit(entry: NodeEntry): void {
    this.#deps.submit(entry);
  }

  flip(actor: NodeActor, flip: Flip, known: RegisteredNode, number: number): void {
    this.#publisher.flip(actor, flip, known, number);
  }

  prepare(
    actor: NodeActor,
    effect: Extract<NodeEffect, { kind: 'change' | 'forget' }>,
  ): readonly AlertRecord[] {
    return this.#publisher.prepare(actor, effect);
  }

  changed(actor: NodeActor, stored: boolean): void {
    this.#publisher.changed(actor, stored);
  }

  departed(actor: NodeActor): void {
    if (actor.cell?.stopIfIdle() !== true) return;
    this.wheel.disarm(actor);
    this.#nodes.delete(actor.name);
    // Without a node there is no next checkpoint.
    if (this.#nodes.size === 0) this.#dirtyNodes.clear();
  }

  crashed(actor: NodeActor, crash: Crash<NodeActorMessage>): void {
    const verdict = this.#crashes.crashed(actor, crash, this.#deadlines.horizon);
    actor.cell?.restart(actor.retried);
    if (verdict === 'dead_letter') actor.done(crash.message);
  }

  survived(actor: NodeActor): void {
    if (!this.#crashes.survived()) return;
    const path = this.#cells.place?.path;
    const { logger } = this.#deps;
    logger.error('supervisor exceeded its restart intensity', {
      path,
      reason: 'too many restarts',
      last: actor.name,
    });
    this.#exitSignal?.crashed(new Error('restart intensity exceeded'));
  }

  inspect(): object {
    const mailbox = this.#cells.place?.load.waiting ?? 0;
    return { kind: 'shard', actors: this.#nodes.size, mailbox, ...this.#crashes.inspect() };
  }
}
