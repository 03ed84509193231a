import { shardOf, type ShardIndex } from '../../src/domain/shard.js';
import { deadlineAfter, type Blindness } from '../../src/domain/blindness.js';
import type { NodeDefaults } from '../../src/domain/node.js';
import { instant, moment, type Instant, type Millis, type Moment } from '../../src/domain/time.js';
import { firstWakingSince, woken, type Vigil, type Waking } from '../../src/domain/vigil.js';
import type { Cancel, Clock } from '../../src/ports/clock.js';
import type { StoredNode } from '../../src/ports/history-store.js';
import type { Logger } from '../../src/ports/logger.js';
import type { ActorSystem } from '../../src/runtime/actor-system.js';
import type { NodeEntry, NodeSettlement } from '../history/history.protocol.js';
import type { Alerting } from '../notifier/alerting.protocol.js';
import { Census } from './census.js';
import type { NodeRules } from './decision.js';
import { NodeCounts } from './counts.js';
import type { NodeActor } from './node.actor.js';
import type { NodeCommand, NodeReply, Nodes } from './node.protocol.js';
import { NodeShard, type NodeShardOptions } from './shard.js';

export interface LocalNodesOptions extends NodeShardOptions, NodeDefaults {
  readonly count: number;
  readonly blindGrace: Millis;
  /** Nodes that there may be. */
  readonly nodes: number;
  readonly autoRegister: boolean;
  readonly checkpointEvery: Millis;
}

export interface LocalNodesSurroundings {
  readonly system: ActorSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly alerting: Alerting;
  readonly submit: (entries: readonly NodeEntry[]) => void;
  /** Whether checkpoints would be written soon: what is not checkpointed is kept for the next one. */
  readonly takesCheckpoints: () => boolean;
}

/** Statuses in one entry: few enough that a commit full of them does not hold up the event loop. */
const STATUSES = 500;

/** A vigil on disk that is older than this is not kept just now. */
const OLD: Millis = 500;

const NO_VIGIL: Omit<Vigil, 'wall'> = { awake: 0, blind: 0, wakings: [] };

/** The node shards of this process, and what they have in common: the vigil, and the way to history. */
export class LocalNodes implements Nodes, NodeRules {
  readonly all: readonly NodeShard[];
  readonly counts = new NodeCounts();
  readonly timeout: Millis;
  readonly maxRetries: number;
  readonly autoRegister: boolean;
  readonly #clock: Clock;
  readonly #around: LocalNodesSurroundings;
  readonly blindGrace: Millis;
  readonly #census = new Census();
  #outbox: NodeEntry[] = [];
  /** As it was at `#vigilAt`; it has grown since with the time that passed. */
  #vigil: Vigil;
  #vigilAt: Moment;
  /** When it was last submitted. */
  #vigilKeptAt: Moment;
  /** Since when nobody is let in any more. */
  #deafSince: Moment | undefined;
  /** The last blindness of this run, and how long the daemon had been blind before it. */
  #lastBlind: (Blindness & { readonly blind: Millis }) | undefined;
  #ending = false;
  readonly #checkpointEvery: Millis;
  /** Whether time goes on: before that there is nothing to keep. */
  #isResumed = false;
  #cancelCheckpoint: Cancel | undefined;

  constructor(options: LocalNodesOptions, around: LocalNodesSurroundings) {
    this.timeout = options.timeout;
    this.maxRetries = options.maxRetries;
    this.autoRegister = options.autoRegister;
    this.#clock = around.clock;
    this.#around = around;
    this.blindGrace = options.blindGrace;
    this.#checkpointEvery = options.checkpointEvery;
    this.#vigilAt = around.clock.now();
    this.#vigilKeptAt = this.#vigilAt;
    this.#vigil = { ...NO_VIGIL, wall: around.clock.wall() };
    const surroundings = {
      ...around,
      counts: this.counts,
      rules: this,
      census: this.#census,
      ending: () => this.#ending,
      hasRoom: () => this.size < options.nodes,
      onVigil: (deadline: Moment) => this.#onVigil(deadline),
      submit: (entry: NodeEntry) => {
        // While there was no node the vigil was not kept, and a deadline is worth nothing without it.
        if (entry.kind === 'register' && around.clock.now() - this.#vigilKeptAt > OLD) this.#submitVigil();
        this.#post(entry);
        this.#checkpointLater();
      },
    };
    this.all = Array.from(
      { length: options.count },
      (_, index) => new NodeShard(index, options, surroundings),
    );
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

  get blind(): Millis {
    return this.#vigil.blind;
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
    const { blind } = this.#vigil;
    this.#vigil = woken({ ...this.#vigil, awake: this.#onVigil(from) }, to - from);
    this.#vigilAt = to;
    this.#lastBlind = { from, to, previousEnd: undefined, blind };
    for (const shard of this.all) {
      shard.blind(this.#lastBlind, (deadline, timeout, heardBlind) =>
        this.#beyondBlindness(deadline, timeout, heardBlind),
      );
    }
    this.#submitVigil();
  }

  /** From here on, a shard that is stopped is stopped for good. */
  end(): void {
    this.#ending = true;
  }

  /** Brings back a node found at a restart. */
  recover({ node, status }: StoredNode): void {
    this.#at(shardOf(node.name, this.count)).recover(node, status);
  }

  /**
   * The restart is over, and time goes on. From when the vigil was last stored the daemon was blind: each deadline is as
   * far away as it was then, and whoever was heard in the run that ended has the grace.
   */
  resume(stored: Vigil | undefined): void {
    const now = this.#clock.now();
    const wall = this.#clock.wall();
    if (stored !== undefined) {
      // No two blindnesses begin at the same, whatever the wall clock says.
      const away = Math.max(1, wall - stored.wall);
      this.#vigil = woken(stored, away);
    }
    this.#vigilAt = now;
    const needed = new Set<Waking>();
    for (const shard of this.all) shard.resume((actor, timeout) => this.#resumed(actor, timeout, needed));
    this.#vigil = { ...this.#vigil, wakings: this.#vigil.wakings.filter((waking) => needed.has(waking)) };
    this.#submitVigil();
    this.#isResumed = true;
    this.#checkpointLater();
  }

  /** The deadline of a node found at a restart, where it was left on the vigil. */
  #resumed(actor: NodeActor, timeout: Millis, needed: Set<Waking>): Moment {
    const waking = firstWakingSince(this.#vigil, actor.heardBlind);
    if (waking !== undefined) needed.add(waking);
    const least = waking === undefined ? -Infinity : waking.awake + Math.min(timeout, this.blindGrace);
    // A deadline is never further away than one timeout, whichever of two writes was the last that reached the disk.
    const left = Math.min(timeout, Math.max(actor.deadline, least) - this.#vigil.awake);
    return moment(this.#vigilAt + left);
  }

  /** While there is no node there is nothing to keep, and no timer runs. */
  #checkpointLater(): void {
    if (this.#cancelCheckpoint !== undefined || !this.#isResumed || this.size === 0) return;
    this.#cancelCheckpoint = this.#clock.after(this.#checkpointEvery, () => {
      this.#cancelCheckpoint = undefined;
      this.checkpoint();
      this.#checkpointLater();
    });
  }

  /** The daemon ends. */
  stopCheckpoints(): void {
    this.#isResumed = false;
    this.#cancelCheckpoint?.();
  }

  /** Submits how those stand who changed, and how long the daemon has been awake. */
  checkpoint(): void {
    if (this.size === 0 || !(this.#ending || this.#around.takesCheckpoints())) return;
    for (const shard of this.all) {
      const noted = shard.takeNoted();
      for (let at = 0; at < noted.length; at += STATUSES) {
        this.#post({ kind: 'statuses', nodes: noted.slice(at, at + STATUSES) });
      }
    }
    this.#submitVigil();
  }

  /** Hands over at once what has been gathered for history. */
  flush(): void {
    if (this.#outbox.length === 0) return;
    const entries = this.#outbox;
    this.#outbox = [];
    this.#around.submit(entries);
  }

  /** Read again when this process was put aside between one clock and the other. */
  wallAt(at: Moment): Instant {
    for (let attempt = 1; ; attempt++) {
      const now = this.#clock.now();
      const wall = this.#clock.wall();
      if (attempt === 4 || this.#clock.now() - now < 1) return instant(wall - (now - at));
    }
  }

  /** Nodes that are not paused. */
  get unpaused(): number {
    return this.#census.unpaused;
  }

  deadlineSince(since: Moment, timeout: Millis, heardBlind: Millis): Moment {
    const deadline = moment(since + timeout);
    const last = this.#lastBlind;
    // Until it was over nobody knew of it, so that whatever was read sooner was read before it.
    if (last === undefined || since >= last.to || deadline < last.from) return deadline;
    return this.#beyondBlindness(deadline, timeout, heardBlind);
  }

  blindAt(at: Moment): Millis {
    const last = this.#lastBlind;
    return last !== undefined && at < last.to ? last.blind : this.#vigil.blind;
  }

  /** A deadline that lay behind the beginning of the last blindness. */
  #beyondBlindness(deadline: Moment, timeout: Millis, heardBlind: Millis): Moment {
    const last = this.#lastBlind;
    if (last === undefined) return deadline;
    // Who has not been heard since the blindness before this one has had the grace.
    const previousEnd = heardBlind >= last.blind ? undefined : last.to;
    return deadlineAfter(
      { ...last, previousEnd },
      { deadline, lastSeen: last.from },
      timeout,
      this.blindGrace,
    );
  }

  /** Nodes by how they stand. */
  get standing(): ReturnType<Census['inspect']> {
    return this.#census.inspect();
  }

  inspect(): object {
    return { ...this.standing, shards: this.count };
  }

  /** A moment since the last blindness, or a deadline, on the vigil. */
  #onVigil(at: Moment): Millis {
    return this.#vigil.awake + (at - this.#vigilAt);
  }

  /** Nobody can be heard from here on, so the vigil ends here. */
  deafen(at: Moment): void {
    this.#deafSince ??= at;
  }

  #submitVigil(): void {
    const now = this.#deafSince ?? this.#clock.now();
    this.#vigilKeptAt = now;
    this.#post({
      kind: 'vigil',
      vigil: { ...this.#vigil, awake: this.#onVigil(now), wall: this.wallAt(now) },
    });
  }

  #post(entry: NodeEntry): void {
    if (this.#outbox.length === 0) {
      this.#clock.soon(() => {
        this.flush();
      });
    }
    this.#outbox.push(entry);
  }

  #at(shard: ShardIndex): NodeShard {
    const found = this.all[shard];
    if (found === undefined) throw new RangeError(`there is no shard ${String(shard)}`);
    return found;
  }
}
