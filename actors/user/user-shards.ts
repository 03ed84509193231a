import type { Blindness } from '../../src/domain/blindness.js';
import type { Recovery } from '../../src/domain/recovery.js';
import { shardOf, shardWithin, type ShardIndex } from '../../src/domain/shard.js';
import { instant, moment, type Millis, type Moment } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import { wallAt, type Clock } from '../../src/ports/clock.js';
import type { Logger } from '../../src/ports/logger.js';
import type { ActorSystem } from '../../src/runtime/actor-system.js';
import type { HistoryEntry, Settlement } from '../history/history.protocol.js';
import type { ChangeFeed } from '../shards/change-feed.js';
import type { PartsThatHear } from '../shards/shard-supervisor.js';
import { HistoryBuffer } from '../shards/history-buffer.js';
import type { UserCounts } from './user-counts.js';
import { UserShard, type UserShardDeps, type UserShardOptions } from './user-shard.js';
import type { RunningSession } from './running-session.js';
import type {
  LiveSession,
  UserChange,
  UserCommand,
  UserReply,
  UserRequest,
  UserShards,
} from './user.protocol.js';

export interface LocalUserShardsOptions extends UserShardOptions {
  readonly count: number;
  /** Into how many partitions of as many shards the users are divided. */
  readonly partitions: number;
}

export interface LocalUserShardsDeps {
  readonly system: ActorSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly hearing: PartsThatHear;
  readonly counts: UserCounts;
  readonly changes: ChangeFeed<UserChange>;
  /** Whether one more user may be online. */
  readonly hasRoom: () => boolean;
  /** Whether memory has room for one more user. */
  readonly hasMemory: () => boolean;
  readonly submit: (entries: readonly HistoryEntry[]) => void;
}

/** The user shards of one partition, and what they share: the buffer to history, and the recovery. */
export class LocalUserShards implements UserShards {
  readonly all: readonly UserShard[];
  readonly #clock: Clock;
  readonly #timeout: Millis;
  readonly #partitions: number;
  readonly #historyBuffer: HistoryBuffer<HistoryEntry>;
  #blindUntil: Moment | undefined;
  #ending = false;
  /** Since when new requests are refused. */
  #refusesNewSince = moment(Infinity);
  /** Since when nobody is answered. */
  #notListeningSince: Moment | undefined;
  /** Up to when silent users have been given the time in which new requests are refused. */
  #givenUpTo = moment(Infinity);
  /** The decision of the restart. No session is silent any more once all have been healed or have ended. */
  #recovery: Recovery = { generation: 0, silent: [] };

  constructor(options: LocalUserShardsOptions, deps: LocalUserShardsDeps) {
    this.#clock = deps.clock;
    this.#timeout = options.timeout;
    this.#partitions = options.partitions;
    this.#historyBuffer = new HistoryBuffer(deps.clock, deps.submit);
    const childDeps: UserShardDeps = {
      ...deps,
      ending: () => this.#ending,
      countsUntil: () => this.#refusesNewSince,
      wallAt: (at) => wallAt(deps.clock, at),
      submit: (entry) => {
        this.#historyBuffer.add(entry);
      },
      generation: () => this.#recovery.generation,
    };
    this.all = Array.from({ length: options.count }, (_, index) => new UserShard(index, options, childDeps));
  }

  get count(): number {
    return this.all.length;
  }

  /** Users that have an actor. */
  get size(): number {
    let size = 0;
    for (const shard of this.all) size += shard.size;
    return size;
  }

  /** The devices that are told apart, and the users who have some. */
  get devices(): { readonly devices: number; readonly users: number } {
    let [devices, users] = [0, 0];
    for (const shard of this.all) {
      devices += shard.devices.size;
      users += shard.devices.users;
    }
    return { devices, users };
  }

  /** Messages in the mailboxes of users. */
  get waiting(): number {
    let waiting = 0;
    for (const shard of this.all) waiting += shard.waiting;
    return waiting;
  }

  /** The users who have a session or are opening one. */
  *sessions(): Generator<UserId> {
    for (const shard of this.all) yield* shard.sessions();
  }

  ask(shard: ShardIndex, user: UserId, request: UserRequest, answered: (reply: UserReply) => void): void {
    this.#at(shard).ask(user, request, answered);
  }

  send(shard: ShardIndex, command: UserCommand, answered: (replies: readonly UserReply[]) => void): void {
    this.#at(shard).send(command, answered);
  }

  settle(settlements: readonly Settlement[]): void {
    for (const settlement of settlements) this.#at(settlement.shard).settle(settlement);
  }

  advance(horizon: Moment): void {
    for (const shard of this.all) shard.advance(horizon);
  }

  blind(from: Moment, to: Moment): void {
    this.#shift({ from, to, previousEnd: this.#blindUntil });
    this.#giveToSilent(to - from);
    this.checkpoint();
  }

  /** Another restart must not take from silent users the time in which they could not be heard. */
  #giveToSilent(blindTime: Millis): void {
    if (this.#recovery.silent.length === 0) return;
    this.#recovery = afterBlindness(this.#recovery, blindTime);
    this.#historyBuffer.add({ kind: 'recovered', recovery: this.#recovery });
  }

  #shift(blindness: Blindness): void {
    this.#blindUntil = blindness.to;
    for (const shard of this.all) shard.blind(blindness);
  }

  /** From here on, a shard that stops is stopped for good. */
  end(): void {
    this.#ending = true;
  }

  /** Stops the actors that the end has left running: for a process that goes on without them. */
  async dismiss(): Promise<void> {
    await Promise.all(this.all.map((shard) => shard.dismiss()));
  }

  /** New requests are refused from here on, so deadlines after it do not pass. */
  refuseNew(at: Moment): void {
    if (at >= this.#refusesNewSince) return;
    this.#refusesNewSince = at;
    this.#givenUpTo = at;
  }

  /**
   * Nobody can be heard from here on. Users who have not gone offline by now were online when the daemon was last
   * alive.
   */
  stopListening(at: Moment): void {
    this.#notListeningSince ??= at;
  }

  /** Restores a session found at a restart. */
  recover(user: UserId, session: RunningSession, lease: { deadline: Moment; lastSeen: Moment }): void {
    this.#of(user).recover(user, session, lease);
  }

  /** The current session of a user, as far as time has been acted on. */
  session(user: UserId): LiveSession | undefined {
    return this.#of(user).session(user);
  }

  /** The recovery is over. Sessions that were silent up to `end` get the time that it took on top of theirs. */
  recovered(recovery: Recovery, begun: Moment, end: Moment): void {
    this.#recovery = recovery;
    this.#shift({ from: begun, to: end, previousEnd: end });
  }

  /** Submits the watermark: every end before it has been submitted, and the daemon is alive. */
  checkpoint(): void {
    const now = this.#notListeningSince ?? this.#clock.now();
    if (this.#givenUpTo < now) {
      this.#giveToSilent(now - this.#givenUpTo);
      this.#givenUpTo = now;
    }
    const until = now < this.#refusesNewSince ? now : this.#refusesNewSince;
    const settled = this.all.map((shard) => (this.#ending ? shard.settledExactly(until) : shard.settledUpTo));
    const late = until - Math.min(until, ...settled);
    const behind = late === 0 ? 0 : now - until + late;
    // Nobody is answered after the last checkpoint, so no end has to lie later than it.
    const early = this.#notListeningSince === undefined ? 0 : Math.min(late, this.#timeout);
    const wall = wallAt(this.#clock, now);
    this.#historyBuffer.add({
      kind: 'watermark',
      at: instant(wall - behind),
      aliveAt: instant(wall - early),
    });
    if (this.#recovery.silent.length === 0 || this.all.some((shard) => shard.hasSilent())) return;
    this.#recovery = { ...this.#recovery, silent: [] };
    this.#historyBuffer.add({ kind: 'recovered', recovery: this.#recovery });
  }

  /** Passes the collected entries to history at once. */
  flush(): void {
    this.#historyBuffer.flush();
  }

  #of(user: UserId): UserShard {
    return this.#at(shardWithin(shardOf(user, this.count * this.#partitions), this.#partitions));
  }

  #at(shard: ShardIndex): UserShard {
    const found = this.all[shard];
    if (found === undefined) throw new RangeError(`there is no shard ${String(shard)}`);
    return found;
  }
}

function afterBlindness({ generation, silent }: Recovery, blindTime: Millis): Recovery {
  return {
    generation,
    silent: silent.map((group) => ({ ...group, deadline: instant(group.deadline + blindTime) })),
  };
}
