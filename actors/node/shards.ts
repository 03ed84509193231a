import type { NodeQuota } from '../../src/domain/access.js';
import type { NodeDefaults } from '../../src/domain/node.js';
import { shardOf, type ShardIndex } from '../../src/domain/shard.js';
import type { Instant, Millis, Moment } from '../../src/domain/time.js';
import type { Vigil } from '../../src/domain/observed-time.js';
import type { StoredNode } from '../../src/ports/history-store.js';
import type { Logger } from '../../src/ports/logger.js';
import type { ActorSystem } from '../../src/runtime/actor-system.js';
import type { NodeEntry, NodeSettlement } from '../history/history.protocol.js';
import type { Alerting } from '../notifier/alerting.protocol.js';
import { Census } from './state-counts.js';
import type { NodeRules } from './decision.js';
import { NodeCounts } from './counts.js';
import type { NodeCommand, NodeReply, Nodes } from './node.protocol.js';
import { Quotas } from './quotas.js';
import { RunningVigil } from './observed-clock.js';
import { NodeShard, type NodeShardOptions } from './shard.js';
import { ToHistory, type ToHistorySurroundings } from './history-buffer.js';

export interface LocalNodesOptions extends NodeShardOptions, NodeDefaults {
  readonly count: number;
  readonly blindGrace: Millis;
  /** Nodes that there may be. */
  readonly nodes: number;
  readonly autoRegister: boolean;
  readonly checkpointEvery: Millis;
}

export interface LocalNodesSurroundings extends ToHistorySurroundings {
  readonly system: ActorSystem;
  readonly logger: Logger;
  /** Whether memory has room for one more node. */
  readonly hasMemory: () => boolean;
  readonly alerting: Alerting;
}

/** The node shards of this process, and what they have in common: the rules, the vigil, the way to history. */
export class LocalNodes implements Nodes, NodeRules {
  readonly all: readonly NodeShard[];
  readonly counts = new NodeCounts();
  readonly timeout: Millis;
  readonly maxRetries: number;
  readonly autoRegister: boolean;
  readonly blindGrace: Millis;
  readonly #census = new Census();
  readonly #quotas = new Quotas();
  readonly #vigil: RunningVigil;
  readonly #toHistory: ToHistory;
  #ending = false;

  constructor(options: LocalNodesOptions, around: LocalNodesSurroundings) {
    this.timeout = options.timeout;
    this.maxRetries = options.maxRetries;
    this.autoRegister = options.autoRegister;
    this.blindGrace = options.blindGrace;
    this.#vigil = new RunningVigil(around.clock, options.blindGrace);
    const surroundings = {
      ...around,
      counts: this.counts,
      rules: this,
      census: this.#census,
      quotas: this.#quotas,
      ending: () => this.#ending,
      hasRoom: () => this.size < options.nodes,
      onVigil: (deadline: Moment) => this.#vigil.on(deadline),
      submit: (entry: NodeEntry) => {
        this.#toHistory.submit(entry);
      },
    };
    this.all = Array.from(
      { length: options.count },
      (_, index) => new NodeShard(index, options, surroundings),
    );
    this.#toHistory = new ToHistory(this.all, this.#vigil, options.checkpointEvery, around);
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

  send(
    shard: ShardIndex,
    commands: readonly NodeCommand[],
    answered: (replies: readonly NodeReply[]) => void,
  ): void {
    this.#at(shard).send(commands, answered);
  }

  settle(settlements: readonly NodeSettlement[]): void {
    for (const settlement of settlements) this.#at(settlement.shard).settle(settlement);
  }

  advance(horizon: Moment): void {
    for (const shard of this.all) shard.advance(horizon);
  }

  /** The daemon heard nobody from `from` to `to`. */
  wake(from: Moment, to: Moment): void {
    const last = this.#vigil.wake(from, to);
    for (const shard of this.all) {
      shard.blind(last, (deadline, timeout, heardBlind) =>
        this.#vigil.beyondBlindness(last, deadline, timeout, heardBlind),
      );
    }
    this.#toHistory.keepVigil();
  }

  /** Nobody can be heard from here on. */
  deafen(at: Moment): void {
    this.#vigil.deafen(at);
  }

  /** Brings back a node found at a restart. */
  recover({ node, status }: StoredNode): void {
    this.#at(shardOf(node.name, this.count)).recover(node, status);
  }

  /** The restart is over, and time goes on. */
  resume(stored: Vigil | undefined): void {
    this.#vigil.resume(stored, (deadlineOf) => {
      for (const shard of this.all) shard.resume(deadlineOf);
    });
    this.#toHistory.resume();
  }

  /** From here on, a shard that is stopped is stopped for good. */
  end(): void {
    this.#ending = true;
    this.#toHistory.end();
  }

  /** Submits how those stand who changed, and how long the daemon has been awake. */
  checkpoint(): void {
    this.#toHistory.checkpoint();
  }

  stopCheckpoints(): void {
    this.#toHistory.stopCheckpoints();
  }

  /** Hands over at once what has been gathered for history. */
  flush(): void {
    this.#toHistory.flush();
  }

  get blind(): Millis {
    return this.#vigil.blind;
  }

  hasQuota(quota: NodeQuota): boolean {
    return this.#quotas.hasRoom(quota);
  }

  /** Nodes that count towards the quota of a key. */
  registeredBy(key: string): number {
    return this.#quotas.registeredBy(key);
  }

  wallAt(at: Moment): Instant {
    return this.#vigil.wallAt(at);
  }

  deadlineSince(since: Moment, timeout: Millis, heardBlind: Millis): Moment {
    return this.#vigil.deadlineSince(since, timeout, heardBlind);
  }

  blindAt(at: Moment): Millis {
    return this.#vigil.blindAt(at);
  }

  /** Nodes that are not paused. */
  get unpaused(): number {
    return this.#census.unpaused;
  }

  /** Nodes by how they stand. */
  get standing(): ReturnType<Census['inspect']> {
    return this.#census.inspect();
  }

  inspect(): object {
    return { ...this.standing, shards: this.count };
  }

  #at(shard: ShardIndex): NodeShard {
    const found = this.all[shard];
    if (found === undefined) throw new RangeError(`there is no shard ${String(shard)}`);
    return found;
  }
}
