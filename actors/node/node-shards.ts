import type { NodeQuota } from '../../src/domain/access.js';
import type { NodeDefaults, Registration } from '../../src/domain/node.js';
import { isSlug } from '../../src/domain/ping.js';
import { parseNodeName, type NodeName } from '../../src/domain/node-name.js';
import { shardOf, type ShardIndex } from '../../src/domain/shard.js';
import type { CronSchedule } from '../../src/domain/schedule.js';
import { instant, type Instant, type Millis, type Moment } from '../../src/domain/time.js';
import type { Calendar } from '../../src/ports/calendar.js';
import type { ObservedTime } from '../../src/domain/observed-time.js';
import { wallAt, type Clock } from '../../src/ports/clock.js';
import type { StoredNode } from '../../src/ports/history-store.js';
import type { Logger } from '../../src/ports/logger.js';
import type { ActorSystem } from '../../src/runtime/actor-system.js';
import type { NodeEntry, NodeSettlement } from '../history/history.protocol.js';
import type { Alerting } from '../notifier/notifier.protocol.js';
import type { ChangeFeed } from '../shards/change-feed.js';
import type { PartsThatHear } from '../shards/shard-supervisor.js';
import { StateCounts } from './state-counts.js';
import type { NodeRules } from './decision.js';
import type { NodeCounts } from './node-counts.js';
import type { DescribedNode, NodeCommand, NodeFlip, NodeReply, NodeShards } from './node.protocol.js';
import { Quotas } from './quotas.js';
import { Slugs } from './slugs.js';
import { ObservedClock } from './observed-clock.js';
import type { NodeActor } from './node.actor.js';
import { ProbedNodes, type ProbeChanged } from './probed-nodes.js';
import { NodeShard, type NodeShardOptions } from './node-shard.js';
import { NodeCheckpoints, type NodeCheckpointsDeps } from './node-checkpoints.js';

export interface LocalNodeShardsOptions extends NodeShardOptions, NodeDefaults {
  readonly count: number;
  readonly blindGrace: Millis;
  /** How many nodes there may be. */
  readonly nodes: number;
  readonly autoRegister: boolean;
  readonly checkpointEvery: Millis;
}

export interface LocalNodeShardsDeps extends NodeCheckpointsDeps {
  readonly system: ActorSystem;
  readonly logger: Logger;
  readonly hearing: PartsThatHear;
  /** Whether memory has room for one more node. */
  readonly hasMemory: () => boolean;
  readonly alerting: Alerting;
  readonly changes: ChangeFeed<NodeFlip>;
  readonly counts: NodeCounts;
  readonly calendar: Calendar;
  /** A node has another probe than before, or none. */
  readonly probeChanged: ProbeChanged;
  /** Derives the ping UUID of a node. */
  readonly pingUuidOf: (node: Registration) => string;
}

/** Nodes for which the wall clock is followed in one turn. */
const PORTION = 500;
/** A day that no longer comes, since the time zone has changed, is that far away. */
const NEVER: Millis = 40 * 366 * 86_400_000;

/** The node shards of this process, and what they share: the rules, the observed time, the way to history. */
export class LocalNodeShards implements NodeShards, NodeRules {
  readonly all: readonly NodeShard[];
  readonly timeout: Millis;
  readonly maxRetries: number;
  readonly autoRegister: boolean;
  readonly blindGrace: Millis;
  readonly #clock: Clock;
  readonly #calendar: Calendar;
  readonly #stateCounts = new StateCounts();
  readonly #quotas = new Quotas();
  readonly #slugs = new Slugs();
  readonly pingUuidOf: (node: Registration) => string;
  readonly #observed: ObservedClock;
  readonly #checkpoints: NodeCheckpoints;
  #ending = false;

  constructor(options: LocalNodeShardsOptions, deps: LocalNodeShardsDeps) {
    this.timeout = options.timeout;
    this.maxRetries = options.maxRetries;
    this.autoRegister = options.autoRegister;
    this.blindGrace = options.blindGrace;
    this.#clock = deps.clock;
    this.#calendar = deps.calendar;
    this.pingUuidOf = deps.pingUuidOf;
    this.#observed = new ObservedClock(deps.clock, options.blindGrace);
    const childDeps = {
      ...deps,
      rules: this,
      stateCounts: this.#stateCounts,
      quotas: this.#quotas,
      slugs: this.#slugs,
      probed: new ProbedNodes(deps.probeChanged),
      ending: () => this.#ending,
      hasRoom: () => this.size < options.nodes,
      toObservedTime: (deadline: Moment) => this.#observed.on(deadline),
      submit: (entry: NodeEntry) => {
        this.#checkpoints.submit(entry);
      },
    };
    this.all = Array.from({ length: options.count }, (_, index) => new NodeShard(index, options, childDeps));
    this.#checkpoints = new NodeCheckpoints(this.all, this.#observed, options.checkpointEvery, deps);
  }

  get count(): number {
    return this.all.length;
  }

  /** Nodes that have an actor. */
  get size(): number {
    let size = 0;
    for (const shard of this.all) size += shard.size;
    return size;
  }

  /** Messages in the mailboxes of nodes. */
  get waiting(): number {
    let waiting = 0;
    for (const shard of this.all) waiting += shard.waiting;
    return waiting;
  }

  ask(shard: ShardIndex, command: NodeCommand, answered: (reply: NodeReply) => void): void {
    this.#at(shard).ask(command.name, command, answered);
  }

  send(
    shard: ShardIndex,
    commands: readonly NodeCommand[],
    answered: (replies: readonly NodeReply[]) => void,
  ): void {
    this.#at(shard).send(commands, answered);
  }

  /** A node as far as time has been acted on; undefined if it is unknown. */
  node(name: NodeName): DescribedNode | undefined {
    return this.#at(shardOf(name, this.count)).node(name);
  }

  /** All nodes, likewise, unordered. */
  *nodes(): Generator<DescribedNode> {
    for (const shard of this.all) yield* shard.nodes();
  }

  /** All registered nodes, as they are on disk or about to be, unordered. */
  *registrations(): Generator<Registration> {
    for (const shard of this.all) yield* shard.registrations();
  }

  settle(settlements: readonly NodeSettlement[]): void {
    for (const settlement of settlements) this.#at(settlement.shard).settle(settlement);
  }

  advance(horizon: Moment): void {
    for (const shard of this.all) shard.advance(horizon);
  }

  /** The daemon could hear nobody from `from` to `to`. */
  wake(from: Moment, to: Moment): void {
    const last = this.#observed.wake(from, to);
    for (const shard of this.all) {
      shard.blind(last, (deadline, timeout, heardBlind) =>
        this.#observed.beyondBlindness(last, deadline, timeout, heardBlind),
      );
    }
    this.#checkpoints.storeObservedTime();
  }

  /** Cron schedules go by the wall clock, which may have been set. */
  followWallClock(): void {
    if (this.#observed.followWallClock()) this.#reschedule(this.#scheduled());
  }

  *#scheduled(): Generator<NodeActor> {
    for (const shard of this.all) yield* shard.scheduled();
  }

  /** In portions, since there may be very many. */
  #reschedule(actors: Iterator<NodeActor>): void {
    if (this.#ending) return;
    const now = this.#clock.now();
    for (let count = 0; count < PORTION; count++) {
      const next = actors.next();
      if (next.done === true) return;
      next.value.clockSet(now);
    }
    this.#clock.after(0, () => {
      this.#reschedule(actors);
    });
  }

  /** New requests are refused from here on. */
  refuseNew(at: Moment): void {
    this.#observed.refuseNew(at);
  }

  /** Restores a node found at a restart. */
  recover(stored: StoredNode): void {
    this.#at(shardOf(stored.node.name, this.count)).recover(stored);
  }

  /** The restart is over, and time continues. */
  resume(stored: ObservedTime | undefined): void {
    this.#observed.resume(stored, (resumed) => {
      for (const shard of this.all) shard.resume(resumed);
    });
    this.#checkpoints.resume();
  }

  /** From here on, a shard that stops is stopped for good. */
  end(): void {
    this.#ending = true;
    this.#checkpoints.end();
  }

  /** Stops the actors that the end has left running: for a process that goes on without them. */
  async dismiss(): Promise<void> {
    await Promise.all(this.all.map((shard) => shard.dismiss()));
  }

  /** Submits changed statuses and the observed time. */
  checkpoint(): void {
    this.#checkpoints.checkpoint();
  }

  stopCheckpoints(): void {
    this.#checkpoints.stopCheckpoints();
  }

  /** Passes the collected entries to history at once. */
  flush(): void {
    this.#checkpoints.flush();
  }

  get blind(): Millis {
    return this.#observed.blind;
  }

  hasQuota(quota: NodeQuota): boolean {
    return this.#quotas.hasRoom(quota);
  }

  /** Nodes that count towards the quota of a key. */
  registeredBy(key: string): number {
    return this.#quotas.registeredBy(key);
  }

  isSlugTaken(slug: string, by: NodeName): boolean {
    return this.withSlug(slug).some((name) => name !== by);
  }

  /** The nodes with this slug: at most one by its name, and those for which it was chosen. */
  withSlug(slug: string): readonly NodeName[] {
    const chosen = this.#slugs.of(slug);
    const name = isSlug(slug) ? parseNodeName(slug) : undefined;
    if (name === undefined || chosen.has(name)) return [...chosen];
    return this.#at(shardOf(name, this.count)).has(name) ? [name, ...chosen] : [...chosen];
  }

  wallAt(at: Moment): Instant {
    return wallAt(this.#clock, at);
  }

  deadlineSince(since: Moment, timeout: Millis, heardBlind: Millis): Moment {
    return this.#observed.deadlineSince(since, timeout, heardBlind);
  }

  blindAt(at: Moment): Millis {
    return this.#observed.blindAt(at);
  }

  nextExpected(schedule: CronSchedule, after: Instant): Instant {
    return this.#calendar.next(schedule, after) ?? instant(after + NEVER);
  }

  lateAt(expected: Instant, grace: Millis): Moment {
    return this.#observed.lateAt(expected, grace);
  }

  /** Nodes that are not paused. */
  get unpaused(): number {
    return this.#stateCounts.unpaused;
  }

  /** Nodes by state. */
  get states(): ReturnType<StateCounts['inspect']> {
    return this.#stateCounts.inspect();
  }

  inspect(): object {
    return { ...this.states, shards: this.count };
  }

  #at(shard: ShardIndex): NodeShard {
    const found = this.all[shard];
    if (found === undefined) throw new RangeError(`there is no shard ${String(shard)}`);
    return found;
  }
}
