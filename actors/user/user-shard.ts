import { deadlineAfter, type Blindness } from '../../src/domain/blindness.js';
import type { ShardIndex } from '../../src/domain/shard.js';
import { moment, type Instant, type Millis, type Moment } from '../../src/domain/time.js';
import { isInteger, type UserId } from '../../src/domain/user-id.js';
import type { Place } from '../../src/runtime/actor-system.js';
import type { Settlement, UserEntry } from '../history/history.protocol.js';
import type { ChangeFeed } from '../shards/change-feed.js';
import { BatchReplies, type PendingRequest, type Refusal, type Replies } from '../shards/pending-request.js';
import {
  DOWN,
  FAILED,
  OVERLOADED,
  RESOLUTION,
  ShardSupervisor,
  type ShardOptions,
  type ShardSupervisorDeps,
} from '../shards/shard-supervisor.js';
import type { ExitSignal, RunningChild } from '../supervisor/child-spec.js';
import type { UserCounts } from './user-counts.js';
import { Devices } from './devices.js';
import { DeferredCheckups } from './deferred-checkups.js';
import { PendingUserRequest, UserActor, type UserDeps, type UserEntity } from './user.actor.js';
import { isOnline, online, sessionOf, type decide, type Settled } from './user.machine.js';
import type { RunningSession } from './running-session.js';
import type { LiveSession, UserChange, UserCommand, UserReply, UserRequest } from './user.protocol.js';

const ONLINE: UserReply = { kind: 'online' };
const OFFLINE: UserReply = { kind: 'offline' };
const UNKNOWN: UserReply = { kind: 'described', session: undefined };
const MEMORY_SHORT: Refusal = { kind: 'refused', code: 'HEARTBEAT_MEMORY_SHORT' };

export interface UserShardOptions extends ShardOptions {
  readonly timeout: Millis;
  readonly blindGrace: Millis;
  /** The most devices of a user. It may change. */
  readonly devices: number;
  readonly decide: typeof decide;
}

/** What a shard of users needs from outside. */
export interface UserShardDeps extends ShardSupervisorDeps {
  readonly counts: UserCounts;
  readonly changes: ChangeFeed<UserChange>;
  /** Whether one more user may be online. */
  hasRoom(): boolean;
  /** Whether memory has room for one more. */
  hasMemory(): boolean;
  /** The wall clock at a moment just past. */
  wallAt(at: Moment): Instant;
  submit(entry: UserEntry): void;
  /** The number of this start. */
  generation(): number;
  /** From then on nobody's silence counts. */
  countsUntil(): Moment;
}

/** The supervisor of the users of one shard, each of whom has an actor while online. */
export class UserShard extends ShardSupervisor<UserEntity, UserActor> implements UserDeps {
  readonly decide: typeof decide;
  readonly counts: UserCounts;
  readonly devices: Devices;
  readonly changes: ChangeFeed<UserChange>;
  readonly #options: UserShardOptions;
  readonly #deps: UserShardDeps;
  #settledUpTo: Moment;
  /** The last blind interval. */
  #blindness: Blindness | undefined;
  readonly #deferredCheckups: DeferredCheckups;

  constructor(shard: ShardIndex, options: UserShardOptions, deps: UserShardDeps) {
    super(shard, options, deps);
    this.decide = options.decide;
    this.counts = deps.counts;
    this.changes = deps.changes;
    this.devices = new Devices(this.horizon, RESOLUTION, () => options.devices);
    this.#options = options;
    this.#deps = deps;
    this.#settledUpTo = this.horizon;
    this.#deferredCheckups = new DeferredCheckups(() => deps.countsUntil());
  }

  /** The earliest deadline of an open session, if it has passed; else now. Looks at every user. */
  settledExactly(now: Moment): Moment {
    let least = now;
    for (const { state, deadline } of this.actors.values()) {
      if (state.phase !== 'absent' && deadline < least) least = deadline;
    }
    return least;
  }

  /** Every deadline before this moment has been acted on, and its end submitted. */
  get settledUpTo(): Moment {
    return this.#settledUpTo;
  }

  override start(exitSignal: ExitSignal, place: Place): RunningChild {
    this.horizon = this.#settledUpTo;
    return super.start(exitSignal, place);
  }

  protected override stop(): Promise<void> {
    const stopped = super.stop();
    for (const checkup of this.#deferredCheckups.takeAll()) checkup.answer(DOWN);
    return stopped;
  }

  send(command: UserCommand, answered: (replies: readonly UserReply[]) => void): void {
    const batch = new BatchReplies<UserReply>(command.users.length, answered);
    const { kind, arrivedAt, readAt } = command;
    command.users.forEach((item, index) => {
      if (typeof item === 'string') return this.route(item, command, batch, index);
      const { user, device, meta, metaIfNew } = item;
      return this.route(user, { kind, arrivedAt, readAt, device, meta, metaIfNew }, batch, index);
    });
  }

  protected override replyOfNone({ kind }: UserRequest): UserReply | undefined {
    if (kind === 'checkup') return OFFLINE;
    if (kind === 'describe') return UNKNOWN;
    if (!this.#deps.hasRoom()) return OVERLOADED;
    return this.#deps.hasMemory() ? undefined : MEMORY_SHORT;
  }

  protected override replyAtOnce(actor: UserActor, request: UserRequest): UserReply | undefined {
    // With an empty mailbox, the state is what the actor would answer from.
    if (request.kind !== 'checkup' || actor.cell?.waiting !== 0) return undefined;
    if (this.#deferredCheckups.mustWait(actor, request)) return undefined;
    return isOnline(actor.state, actor, request) ? ONLINE : OFFLINE;
  }

  protected override tell(actor: UserActor, request: PendingRequest<UserEntity>): void {
    if (this.#deferredCheckups.mustWait(actor, request)) this.#deferredCheckups.add(request);
    else super.tell(actor, request);
  }

  protected override create(user: UserId): UserActor {
    return new UserActor(user, this);
  }

  protected override pending(
    user: UserId,
    request: UserRequest,
    replies: Replies<UserReply>,
    index: number,
  ): PendingUserRequest {
    return new PendingUserRequest(user, request, replies, index);
  }

  protected override cellName(user: UserId): string {
    return isInteger(user) ? user : `_${Buffer.from(user).toString('base64url')}`;
  }

  protected override watch(actor: UserActor): void {
    if (!actor.armed) this.wheel.arm(actor, actor.deadline);
  }

  protected override settleAnyhow(actor: UserActor, settled: Settled): void {
    actor.settleAnyhow(settled, FAILED);
  }

  /** Restores a session found at a restart. Its deadline takes effect only when `hold` is called. */
  recover(user: UserId, session: RunningSession, lease: { deadline: Moment; lastSeen: Moment }): void {
    this.counts.recoveries++;
    const actor = new UserActor(user, this);
    actor.state = online(session);
    actor.lastSeen = lease.lastSeen;
    this.wheel.arm(actor, lease.deadline);
    this.add(actor);
  }

  /** Whether some session found at the restart has neither been healed nor ended. */
  hasSilent(): boolean {
    for (const { state } of this.actors.values()) {
      if (sessionOf(state)?.endsAt !== undefined) return true;
    }
    return false;
  }

  /**
   * The users who have a session, whose deadline may have passed, or are opening one. May miss changes during the
   * iteration.
   */
  *sessions(): Generator<UserId> {
    for (const { key, state } of this.actors.values()) if (state.phase !== 'absent') yield key;
  }

  /** The current session of a user, also of a shard that is down: nothing changes in it meanwhile. */
  session(user: UserId): LiveSession | undefined {
    return this.actors.get(user)?.session;
  }

  settle(settlement: Settlement): void {
    // Only a settlement that opens a session has an instant.
    if (settlement.stored && settlement.onlineAt !== undefined) this.counts.openings++;
    const settled: Settled = settlement.stored
      ? { kind: 'settled', stored: true, onlineAt: settlement.onlineAt }
      : { kind: 'settled', stored: false, code: settlement.code };
    this.tellSettled(settlement.user, settled);
  }

  /** Nothing of a shard that is down is settled meanwhile. */
  override advance(horizon: Moment): void {
    if (!this.isUp) return;
    this.#noteSettled();
    super.advance(horizon);
    this.devices.advance(
      horizon,
      (user) => this.actors.get(user)?.isBusy ?? false,
      (user) => this.actors.get(user)?.updated(),
    );
    this.#answerDeferred(horizon);
  }

  #answerDeferred(horizon: Moment): void {
    const deadlineOf = (user: UserId): Moment | undefined => this.actors.get(user)?.deadline;
    for (const checkup of this.#deferredCheckups.takeAnswerable(horizon, deadlineOf)) {
      const { key, kind, readAt } = checkup;
      this.ask(key, { kind, arrivedAt: readAt, readAt }, (reply) => {
        checkup.answer(reply);
      });
    }
  }

  #noteSettled(): void {
    if (!this.isBehind) this.#settledUpTo = this.horizon;
  }

  endedInSilence(deadline: Moment): void {
    this.counts.expiries.observe(Math.max(0, this.#deps.clock.now() - deadline) / 1000);
  }

  deadlineSince(readAt: Moment): Moment {
    const { timeout, blindGrace } = this.#options;
    const deadline = moment(readAt + timeout);
    const blindness = this.#blindness;
    // Read before the blind interval and handled after it. A deadline that had passed by then stays passed, as in
    // `blind`.
    if (blindness === undefined || readAt >= blindness.to || deadline < blindness.from) return deadline;
    return deadlineAfter(blindness, { deadline, lastSeen: readAt }, timeout, blindGrace);
  }

  blind(blindness: Blindness): void {
    this.#blindness = blindness;
    this.devices.blind(blindness, this.#options.timeout, this.#options.blindGrace);
    let hasPassed = false;
    for (const actor of this.actors.values()) {
      if (actor.deadline < blindness.from) {
        hasPassed ||= actor.state.phase !== 'absent';
        continue;
      }
      actor.deadline =
        this.devices.until(actor.key) ??
        deadlineAfter(blindness, actor, this.#options.timeout, this.#options.blindGrace);
    }
    // All deadlines move, and so does the settled moment; otherwise the disk would long not show that anybody was
    // alive. But it does not pass a deadline that stayed where it was and has not been acted on.
    if (hasPassed) return;
    this.horizon = moment(this.horizon + blindness.to - blindness.from);
    this.#noteSettled();
  }

  wallAt(at: Moment): Instant {
    return this.#deps.wallAt(at);
  }

  submit(entry: UserEntry): void {
    this.#deps.submit(entry);
  }

  get generation(): number {
    return this.#deps.generation();
  }
}
