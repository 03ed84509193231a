import { assertNever } from '../../src/domain/assert-never.js';
import { moment, type Instant, type Moment } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { UserEntry } from '../history/history.protocol.js';
import type { ChangeFeed } from '../shards/change-feed.js';
import { EntityActor, type EntityDeps, type EntityMessage } from '../shards/entity-actor.js';
import { PendingRequest, pendingIn } from '../shards/pending-request.js';
import type { Device, Devices, Holder } from './devices.js';
import { liveSession, type Lease } from './running-session.js';
import type { UserCounts } from './user-counts.js';
import {
  ABSENT,
  afterSettling,
  sessionOf,
  type decide,
  type Settled,
  type UserEffect,
  type UserState,
} from './user.machine.js';
import {
  isReading,
  type LiveSession,
  type UserChange,
  type UserReply,
  type UserRequest,
} from './user.protocol.js';

/** As of this moment no deadline has passed. */
const NOTHING_PAST = moment(-Infinity);

/** The requests, replies and signals of a user. */
export interface UserEntity {
  readonly key: UserId;
  readonly request: UserRequest;
  readonly reply: UserReply;
  readonly signal: Settled;
}

export type UserActorMessage = EntityMessage<UserEntity>;

/** A request to a user, with the way back for its reply. */
export class PendingUserRequest extends PendingRequest<UserEntity> {
  override get isReading(): boolean {
    return isReading(this.kind);
  }

  get device(): string | undefined {
    return this.request.device;
  }

  override equals(other: object): other is PendingUserRequest {
    if (!(other instanceof PendingUserRequest) || this.kind !== other.kind) return false;
    if (this.device !== other.device || this.request.meta !== other.request.meta) return false;
    if (this.request.metaIfNew !== other.request.metaIfNew) return false;
    return this.arrivedAt === other.arrivedAt && this.readAt === other.readAt;
  }
}

/** What a user's actor needs from its shard. */
export interface UserDeps extends EntityDeps<UserEntity> {
  /** The number of the restart that found the open sessions. */
  readonly generation: number;
  readonly counts: UserCounts;
  readonly devices: Devices;
  readonly changes: ChangeFeed<UserChange>;
  readonly decide: typeof decide;
  /** The deadline after a heal that was read at this moment. */
  deadlineSince(readAt: Moment): Moment;
  /** The wall clock at a moment just past. */
  wallAt(at: Moment): Instant;
  submit(entry: UserEntry): void;
  /** A session has ended in silence. */
  endedInSilence(deadline: Moment): void;
}

/** The presence of one user: runs what `decide` decides. */
export class UserActor extends EntityActor<UserEntity, UserDeps> implements Lease {
  state: UserState = ABSENT;
  lastSeen: Moment = moment(0);

  get isKnown(): boolean {
    return this.state.phase !== 'absent';
  }

  protected override handle(message: UserActorMessage): void {
    if (message.kind === 'settled') this.countEnd(message);
    const decision = this.deps.decide(this.state, this, message);
    const { state: before } = this;
    this.become(decision.state);
    if (message.kind === 'settled' && message.stored) this.reportErasure(before);
    for (const effect of decision.effects) this.run(effect, message);
  }

  /** Handling the disk's result failed. What is on disk counts, and those who waited get the failure. */
  settleAnyhow(settled: Settled, reply: UserReply): void {
    const { state: before } = this;
    this.become(afterSettling(before, settled));
    if (settled.stored) this.reportErasure(before);
    if (this.state.phase === 'online') this.watch();
    this.release(reply);
  }

  othersUntil(device: string): Moment {
    return this.deps.devices.othersUntil(this.key, device) ?? this.deadline;
  }

  devicesAt(at: Moment): readonly Device[] | undefined {
    return this.deps.devices.of(this.key, at);
  }

  private become(state: UserState): void {
    const { state: before } = this;
    if (state === before) return;
    this.state = state;
    if (state.phase === 'absent') this.deps.devices.forget(this.key);
    const { listener } = this.deps.changes;
    if (listener === undefined) return;
    const { key: user, session } = this;
    if (before.phase === 'opening' && session !== undefined) listener({ kind: 'online', user, session });
    if (before.phase !== 'leaving' || before.session === undefined || session !== undefined) return;
    if (before.reply.kind !== 'erased') listener({ kind: 'offline', user, ended: before.ended });
  }

  private reportErasure(before: UserState): void {
    if (before.phase !== 'leaving' || before.erasedAt === undefined) return;
    const at = this.deps.wallAt(before.erasedAt);
    const wasOnline = before.session !== undefined;
    this.deps.changes.listener?.({ kind: 'erased', user: this.key, wasOnline, at });
  }

  /** The current session as far as time has been acted on: its deadline may have passed a moment ago. */
  get session(): LiveSession | undefined {
    const session = sessionOf(this.state);
    return session && liveSession(session, this, NOTHING_PAST);
  }

  /** The user's devices have changed. */
  updated(): void {
    const { listener } = this.deps.changes;
    if (listener === undefined) return;
    const { key: user, session } = this;
    if (session !== undefined) listener({ kind: 'updated', user, session });
  }

  private release(reply: UserReply): void {
    for (const request of this.takeWaiting()) request.answer(reply);
  }

  /** With those that ended in silence, every opened or recovered session is counted as ended or is online. */
  private countEnd({ stored }: Settled): void {
    const { state } = this;
    if (!stored || state.phase !== 'leaving' || state.session === undefined) return;
    if (state.reply.kind === 'erased') this.deps.counts.erasures++;
    else this.deps.counts.goodbyes++;
  }

  private run(effect: UserEffect, message: UserActorMessage): void {
    switch (effect.kind) {
      case 'extend':
        return this.extend(pendingIn(message), effect.heldBy);
      case 'leave':
        return this.leave(pendingIn(message));
      case 'watch':
        return this.watch();
      case 'answer':
        return pendingIn(message).answer(effect.reply);
      case 'wait':
        return this.wait(pendingIn(message));
      case 'release':
        return this.release(effect.reply);
      case 'defer':
        return this.defer(message);
      case 'submit':
        return this.submit(effect, message);
      default:
        assertNever(effect);
    }
  }

  private extend(
    { request, arrivedAt, readAt, size }: PendingRequest<UserEntity>,
    heldBy: Holder['kind'],
  ): void {
    const { counts, devices, wheel } = this.deps;
    counts.heals += size;
    const deadline = this.deps.deadlineSince(readAt);
    // The first heal after a restart is that of a device that was not known.
    let isUpdate = heldBy === 'found';
    if (heldBy === 'nobody') devices.forget(this.key);
    if (devices.concerns(this.key, request)) {
      const { device, meta, metaIfNew } = request;
      const heal = { device, meta, metaIfNew, arrivedAt, readAt, deadline };
      if (devices.heal(this.key, heal, () => this.holder(heldBy))) isUpdate = true;
    }
    this.lastSeen = readAt;
    wheel.arm(this, deadline);
    if (isUpdate) this.updated();
  }

  private holder(kind: Holder['kind']): Holder {
    const { state, lastSeen, deadline } = this;
    if (kind === 'nobody') return { kind };
    if (kind === 'found') return { kind, deadline };
    const since = state.phase === 'opening' ? state.openedAt : sessionOf(state)?.openedAt;
    return { kind, since: since ?? lastSeen, lastSeen, deadline };
  }

  private leave({ request: { device }, readAt }: PendingRequest<UserEntity>): void {
    const { devices, wheel } = this.deps;
    const isUpdate = device !== undefined && devices.has(this.key, device);
    const until = device === undefined ? undefined : devices.leave(this.key, device);
    this.lastSeen = readAt;
    if (until !== undefined) wheel.arm(this, until);
    if (isUpdate) this.updated();
  }

  private submit(effect: Extract<UserEffect, { kind: 'submit' }>, message: UserActorMessage): void {
    const { key: user } = this;
    const { shard } = this.deps;
    switch (effect.entry) {
      case 'open':
        return this.deps.submit({
          kind: 'open',
          shard,
          user,
          onlineAt: this.deps.wallAt(pendingIn(message).readAt),
        });
      case 'resume':
        return this.deps.submit({ kind: 'resume', shard, user, generation: this.deps.generation });
      case 'end':
        this.deps.endedInSilence(this.deadline);
        this.deps.changes.listener?.({ kind: 'offline', user, ended: effect.session });
        return this.deps.submit({ kind: 'end', user, session: effect.session });
      case 'close':
        return this.deps.submit({ kind: 'close', shard, user, session: effect.session });
      case 'flush':
        return this.deps.submit({ kind: 'flush', shard, user });
      case 'erase':
        return this.deps.submit({ kind: 'erase', shard, user, onlineAt: this.onlineAt() });
      default:
        assertNever(effect);
    }
  }

  private onlineAt(): Instant | undefined {
    return this.state.phase === 'leaving' ? this.state.session?.onlineAt : undefined;
  }
}
