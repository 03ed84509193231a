import { assertNever } from '../../src/domain/assert-never.js';
import { deadlineAfter, type Blindness } from '../../src/domain/blindness.js';
import type { ShardIndex } from '../../src/domain/shard.js';
import { moment, unixSeconds, type Instant, type Millis, type Moment } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Logger } from '../../src/ports/logger.js';
import type { ActorSystem, Place } from '../../src/runtime/actor-system.js';
import type { Crash } from '../../src/runtime/actor.js';
import { TimerWheel } from '../../src/runtime/timer-wheel.js';
import type { Settlement, UserEntry } from '../history/history.protocol.js';
import { Batch } from '../shards/batch.js';
import { SingleReply, type Replies } from '../shards/pending-request.js';
import type { ExitSignal, RunningChild } from '../supervisor/child.js';
import type { SupervisorPolicy } from '../supervisor/child-spec.js';
import { RestartBudget } from '../supervisor/restart-budget.js';
import type { UserCounts } from './counts.js';
import { DeferredCheckups } from './deferred-checkups.js';
import { PendingUserRequest, UserActor, type UserActorMessage, type UserDeps } from './user.actor.js';
import {
  isOnline,
  online,
  sessionOf,
  type decide,
  type RunningSession,
  type Settled,
} from './user.machine.js';
import type { UserCommand, UserReply, UserRequest } from './user.protocol.js';

/** The resolution of deadlines in the wheel. How late one is noticed depends only on the watchdog. */
const RESOLUTION: Millis = 20;
/** A timer that crashed its actor twice is retried after this time. */
const EXPIRE_AGAIN: Millis = 1000;

const ONLINE: UserReply = { kind: 'online' };
const OFFLINE: UserReply = { kind: 'offline' };
const UNKNOWN: UserReply = { kind: 'described', session: undefined };
const OVERLOADED: UserReply = { kind: 'refused', code: 'HEARTBEAT_OVERLOADED' };
const MEMORY_SHORT: UserReply = { kind: 'refused', code: 'HEARTBEAT_MEMORY_SHORT' };
const DOWN: UserReply = { kind: 'refused', code: 'HEARTBEAT_NOT_READY' };
const FAILED: UserReply = { kind: 'refused', code: 'HEARTBEAT_INTERNAL' };

export interface ShardOptions {
  readonly timeout: Millis;
  readonly blindGrace: Millis;
  readonly mailbox: number;
  /** Users that may expire in one tick. The others wait for the next, so that a mass expiry stalls nobody. */
  readonly expiries: number;
  readonly restarts: Pick<SupervisorPolicy, 'intensity' | 'period'>;
  readonly decide: typeof decide;
}

/** What a shard needs from outside. */
export interface ShardDeps {
  readonly system: ActorSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counts: UserCounts;
  /** Whether one more user may be online. */
  hasRoom(): boolean;
  /** Whether memory has room for one more. */
  hasMemory(): boolean;
  /** Whether the whole system is ending, with its actors. */
  ending(): boolean;
  /** The wall clock at a moment just past. */
  wallAt(at: Moment): Instant;
  submit(entry: UserEntry): void;
  /** The number of this start. */
  generation(): number;
}

/**
 * Supervises the users of one shard: spawns an actor for a user who comes online, and keeps what it needs to restart
 * one after a crash. A message that crashes its actor twice becomes a dead letter and is not charged to the actor. Any
 * other crash is charged, and past the intensity the shard itself gives up.
 */
export class Shard implements UserDeps {
  readonly shard: ShardIndex;
  readonly wheel: TimerWheel<UserActor>;
  readonly decide: typeof decide;
  readonly counts: UserCounts;
  readonly #options: ShardOptions;
  readonly #deps: ShardDeps;
  readonly #users = new Map<UserId, UserActor>();
  #place: Place | undefined;
  #exitSignal: ExitSignal | undefined;
  readonly #budget: RestartBudget;
  /** Actors whose timer crashed them twice, and when to retry it. */
  readonly #expireAgain = new Map<UserActor, Moment>();
  /** Expiries sent and not handled yet. */
  #expiring = 0;
  #settledUpTo: Moment;
  /** The last blind interval. */
  #blindness: Blindness | undefined;
  #horizon: Moment;
  readonly #deferredCheckups = new DeferredCheckups();

  constructor(shard: ShardIndex, options: ShardOptions, deps: ShardDeps) {
    this.shard = shard;
    this.decide = options.decide;
    this.counts = deps.counts;
    this.#options = options;
    this.#budget = new RestartBudget(options.restarts);
    this.#deps = deps;
    this.#horizon = deps.clock.now();
    this.#settledUpTo = this.#horizon;
    this.wheel = new TimerWheel(this.#horizon, RESOLUTION);
  }

  get mailbox(): number {
    return this.#options.mailbox;
  }

  /** Users that have an actor. */
  get size(): number {
    return this.#users.size;
  }

  /** The earliest deadline of an open session, if it has passed; else now. Looks at every user. */
  settledExactly(now: Moment): Moment {
    let least = now;
    for (const { state, deadline } of this.#users.values()) {
      if (state.phase !== 'absent' && deadline < least) least = deadline;
    }
    return least;
  }

  /** Every deadline before this moment has been acted on, and its end submitted. */
  get settledUpTo(): Moment {
    return this.#settledUpTo;
  }

  start(exitSignal: ExitSignal, place: Place): RunningChild {
    const { system } = this.#deps;
    this.#place ??= system.place(place, `shard-${String(this.shard)}`);
    this.#exitSignal = exitSignal;
    this.#budget.reset();
    this.#expiring = 0;
    this.#horizon = this.#settledUpTo;
    for (const actor of this.#users.values()) this.#revive(actor);
    return { stop: () => this.#stop(), inspect: () => this.inspect() };
  }

  #revive(actor: UserActor): void {
    if (!actor.armed) this.wheel.arm(actor, actor.deadline);
    this.#spawn(actor);
    for (const message of actor.takeLeft()) if (message.kind !== 'expire') actor.cell?.tellUnbounded(message);
  }

  /** Users stay in the table with their unhandled messages, for the next start. */
  async #stop(): Promise<void> {
    this.#exitSignal = undefined;
    for (const question of this.#deferredCheckups.takeAll()) question.answer(DOWN);
    // No requests come any more and nothing is only in memory, so a million actors need not be stopped one by one.
    if (this.#deps.ending()) return;
    await Promise.all([...this.#users.values()].map((actor) => this.#stopOne(actor)));
  }

  #stopOne(actor: UserActor): Promise<void> {
    return new Promise((resolve) => {
      if (actor.cell === undefined) {
        resolve();
        return;
      }
      actor.cell.stop((left) => {
        actor.leave(left);
        resolve();
      });
    });
  }

  ask(user: UserId, request: UserRequest, answered: (reply: UserReply) => void): void {
    const replies = new SingleReply(answered);
    const reply = this.#route(user, request, replies, 0);
    if (reply !== undefined) replies.answer(0, reply);
  }

  send(command: UserCommand, answered: (replies: readonly UserReply[]) => void): void {
    const batch = new Batch<UserReply>(command.users.length, answered);
    command.users.forEach((user, index) => {
      const reply = this.#route(user, command, batch, index);
      if (reply !== undefined) batch.answer(index, reply);
    });
  }

  /** @returns the reply, if no actor has to be asked */
  #route(
    user: UserId,
    request: UserRequest,
    replies: Replies<UserReply>,
    index: number,
  ): UserReply | undefined {
    if (this.#exitSignal === undefined) return DOWN;
    const actor = this.#users.get(user) ?? this.#arrive(user, request);
    if (!(actor instanceof UserActor)) return actor;
    const { cell } = actor;
    if (cell === undefined) return DOWN;
    if (this.#deferredCheckups.concerns(actor, request)) {
      this.#deferredCheckups.add(new PendingUserRequest(user, request, replies, index));
      return undefined;
    }
    // With an empty mailbox, the state is what the actor would answer from.
    if (request.kind === 'checkup' && cell.waiting === 0) {
      return isOnline(actor.state, actor, request) ? ONLINE : OFFLINE;
    }
    const pending = new PendingUserRequest(user, request, replies, index);
    return cell.tellNow(pending) === 'queued' ? undefined : OVERLOADED;
  }

  #arrive(user: UserId, { kind }: UserRequest): UserActor | UserReply {
    if (kind === 'checkup') return OFFLINE;
    if (kind === 'describe') return UNKNOWN;
    if (!this.#deps.hasRoom()) return OVERLOADED;
    if (!this.#deps.hasMemory()) return MEMORY_SHORT;
    const actor = new UserActor(user, this);
    this.#users.set(user, actor);
    this.#spawn(actor);
    return actor;
  }

  #spawn(actor: UserActor): void {
    if (this.#place === undefined) throw new TypeError('the shard has not started');
    const { mailbox } = this.#options;
    actor.cell = this.#deps.system.spawn<UserActorMessage>(this.#place, actor.user, actor, { mailbox });
  }

  /** Restores a session found at a restart. Its deadline takes effect only when `hold` is called. */
  recover(user: UserId, session: RunningSession, lease: { deadline: Moment; lastSeen: Moment }): void {
    this.counts.recoveries++;
    const actor = new UserActor(user, this);
    actor.state = online(session);
    actor.lastSeen = lease.lastSeen;
    this.#users.set(user, actor);
    this.wheel.arm(actor, lease.deadline);
    this.#spawn(actor);
  }

  /** Whether some session found at the restart has neither been healed nor ended. */
  hasSilent(): boolean {
    for (const { state } of this.#users.values()) {
      if (sessionOf(state)?.endsAt !== undefined) return true;
    }
    return false;
  }

  /** The online users, as a checkup would report them now. May miss changes during the iteration. */
  *online(): Generator<UserId> {
    const { clock } = this.#deps;
    for (const { user, state, deadline } of this.#users.values())
      if (sessionOf(state) !== undefined && clock.now() < deadline) yield user;
  }

  settle(settlement: Settlement): void {
    // Only a settlement that opens a session has an instant.
    if (settlement.stored && settlement.onlineAt !== undefined) this.counts.openings++;
    const actor = this.#users.get(settlement.user);
    const message: Settled = settlement.stored
      ? { kind: 'settled', stored: true, onlineAt: settlement.onlineAt }
      : { kind: 'settled', stored: false, code: settlement.code };
    // It must arrive even where requests are refused, and there is only one at a time for a user.
    if (this.#exitSignal === undefined) actor?.leaveLast(message);
    else actor?.cell?.tellUnbounded(message);
  }

  /** Time stands still for a shard that is down, so none of its deadlines are acted on meanwhile. */
  advance(horizon: Moment): void {
    if (this.#exitSignal === undefined) return;
    this.#noteSettled();
    this.#horizon = horizon;
    for (const [actor, at] of this.#expireAgain) {
      if (at > horizon) continue;
      this.#expireAgain.delete(actor);
      if (this.#users.get(actor.user) === actor) this.wheel.arm(actor, actor.deadline);
    }
    this.wheel.advance(horizon, this.#expire, this.#options.expiries);
    this.#answerKnown(horizon);
  }

  #answerKnown(horizon: Moment): void {
    const known = this.#deferredCheckups.takeKnown(horizon, (user) => this.#users.get(user)?.deadline);
    for (const question of known) {
      const { key, kind, readAt } = question;
      this.ask(key, { kind, arrivedAt: readAt, readAt }, (reply) => {
        question.answer(reply);
      });
    }
  }

  #noteSettled(): void {
    if (this.#expiring === 0 && !this.wheel.isBehind) this.#settledUpTo = this.#horizon;
  }

  readonly #expire = (actor: UserActor): void => {
    this.#expiring++;
    actor.cell?.tellUnbounded({ kind: 'expire', horizon: this.#horizon });
  };

  /** An expiry has been handled, whatever its result. */
  expired(): void {
    this.#expiring--;
  }

  lapsed(deadline: Moment): void {
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
    let hasPassed = false;
    for (const actor of this.#users.values()) {
      if (actor.deadline < blindness.from) {
        hasPassed ||= actor.state.phase !== 'absent';
        continue;
      }
      actor.deadline = deadlineAfter(blindness, actor, this.#options.timeout, this.#options.blindGrace);
    }
    // All deadlines move, and so does the settled moment; otherwise the disk would long not show that anybody was
    // alive. But it does not pass a deadline that stayed where it was and has not been acted on.
    if (hasPassed) return;
    this.#horizon = moment(this.#horizon + blindness.to - blindness.from);
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

  departed(actor: UserActor): void {
    if (actor.cell?.stopIfIdle() !== true) return;
    this.wheel.disarm(actor);
    this.#users.delete(actor.user);
  }

  crashed(actor: UserActor, { message, error }: Crash<UserActorMessage>): void {
    const { clock, logger } = this.#deps;
    const verdict = this.#budget.crashed(actor.retried === message, error, unixSeconds(clock.wall()));
    logger.error('actor crashed', { path: actor.cell?.path, message: message.kind, error, verdict });
    actor.retried = verdict === 'retry' ? message : undefined;
    if (verdict === 'dead_letter') this.#giveUp(actor, message, error);
    actor.cell?.restart(actor.retried);
    if (verdict === 'dead_letter') actor.done(message);
  }

  #giveUp(actor: UserActor, message: UserActorMessage, error: Error): void {
    const path = actor.cell?.path ?? actor.user;
    this.#deps.system.deadLetters.add(path, message, `it crashed its actor twice: ${error.message}`);
    switch (message.kind) {
      case 'expire':
        this.expired();
        this.#expireAgain.set(actor, moment(this.#horizon + EXPIRE_AGAIN));
        break;
      case 'settled':
        actor.settleAnyhow(message, FAILED);
        break;
      case 'heal':
      case 'goodbye':
      case 'checkup':
      case 'describe':
      case 'erase':
        message.answer(FAILED);
        break;
      default:
        assertNever(message);
    }
  }

  survived(actor: UserActor): void {
    const { clock, logger } = this.#deps;
    if (!this.#budget.survived(clock.now())) return;
    logger.error('supervisor exceeded its restart intensity', {
      path: this.#place?.path,
      reason: 'too many restarts',
      last: actor.user,
    });
    this.#exitSignal?.crashed(new Error('restart intensity exceeded'));
  }

  inspect(): object {
    const mailbox = this.#place?.load.waiting ?? 0;
    return { kind: 'shard', actors: this.#users.size, mailbox, ...this.#budget.inspect() };
  }
}
