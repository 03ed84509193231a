import Denque from 'denque';
import { assertNever } from '../../src/domain/assert-never.js';
import { moment, type Instant, type Moment } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { Actor, Cell, Crash } from '../../src/runtime/actor.js';
import { Timer, type TimerWheel } from '../../src/runtime/timer-wheel.js';
import type { UserEntry } from '../history/history.protocol.js';
import { PendingRequest } from '../shards/pending-request.js';
import { addOrJoin, Stash } from '../shards/stash.js';
import type { UserCounts } from './counts.js';
import {
  ABSENT,
  afterSettling,
  type decide,
  type Lease,
  type Settled,
  type UserEffect,
  type UserMessage,
  type UserState,
} from './user.machine.js';
import type { UserReply, UserRequest } from './user.protocol.js';

const OVERLOADED: UserReply = { kind: 'refused', code: 'HEARTBEAT_OVERLOADED' };

/** A request to a user, with the way back for its reply. */
export class PendingUserRequest extends PendingRequest<UserId, UserRequest, UserReply> {
  override equals(other: object): other is PendingUserRequest {
    if (!(other instanceof PendingUserRequest) || this.kind !== other.kind) return false;
    return this.arrivedAt === other.arrivedAt && this.readAt === other.readAt;
  }
}

export type UserActorMessage =
  PendingUserRequest | Exclude<UserMessage, { readonly kind: UserRequest['kind'] }>;

/** What a user's actor needs from its shard. */
export interface UserDeps {
  readonly shard: number;
  /** The number of the restart that found the open sessions. */
  readonly generation: number;
  readonly counts: UserCounts;
  /** The deadline after a heal that was read at this moment. */
  deadlineSince(readAt: Moment): Moment;
  readonly wheel: TimerWheel<UserActor>;
  readonly decide: typeof decide;
  /** How many messages may wait for one user, in its mailbox and its stash. */
  readonly mailbox: number;
  /** The wall clock at a moment just past. */
  wallAt(at: Moment): Instant;
  submit(entry: UserEntry): void;
  /** The user is offline and nothing waits: the actor may go. */
  departed(actor: UserActor): void;
  expired(): void;
  /** A session has ended in silence. */
  lapsed(deadline: Moment): void;
  crashed(actor: UserActor, crash: Crash<UserActorMessage>): void;
  /** A message that had crashed the actor was handled after all. */
  survived(actor: UserActor): void;
}

/**
 * The presence of one user: carries out what `decide` returns, and is its own expiry timer. The object outlives a
 * crash.
 */
export class UserActor extends Timer implements Actor<UserActorMessage>, Lease {
  readonly user: UserId;
  readonly #deps: UserDeps;
  state: UserState = ABSENT;
  lastSeen: Moment = moment(0);
  cell: Cell<UserActorMessage> | undefined;
  /** The message on which the actor last crashed. If it crashes on it again, the message is given up. */
  retried: UserActorMessage | undefined;
  /** Messages still queued when the shard stopped. */
  #left: UserActorMessage[] | undefined;
  #waiting: Denque<PendingUserRequest> | undefined;
  /** Undefined while nothing is stashed. */
  #stash: Stash<UserActorMessage> | undefined;

  constructor(user: UserId, deps: UserDeps) {
    super();
    this.user = user;
    this.#deps = deps;
  }

  receive(message: UserActorMessage): void {
    if (this.#isBehind(message)) this.#setAside(message);
    // A heal that came in time may be the message that was unstashed.
    else if (message.kind === 'expire' && this.#stash?.isTaken === true) this.#watch();
    else this.#handle(message);
    if (this.retried === message) {
      this.retried = undefined;
      this.#deps.survived(this);
    }
    if (message.kind === 'expire') this.#deps.expired();
    this.done(message);
  }

  /** Continues after a message was handled or given up. */
  done(message: UserActorMessage): void {
    if (this.#stash !== undefined)
      this.#stash = this.#stash.goOn(message, (next) => this.cell?.tellUnbounded(next));
    if (this.state.phase === 'absent' && this.#stash === undefined) this.#deps.departed(this);
  }

  /** Messages still queued when the shard stopped come first, and later settlements of the disk after them. */
  leave(messages: readonly UserActorMessage[]): void {
    this.#left = [...messages, ...(this.#left ?? [])];
  }

  leaveLast(message: UserActorMessage): void {
    (this.#left ??= []).push(message);
  }

  /** The queued messages, handed over once. */
  takeLeft(): readonly UserActorMessage[] {
    const left = this.#left ?? [];
    this.#left = undefined;
    return left;
  }

  /** A request that changes something waits behind the stashed ones. */
  #isBehind(message: UserActorMessage): boolean {
    if (this.#stash === undefined || !(message instanceof PendingUserRequest)) return false;
    if (message.kind === 'checkup' || message.kind === 'describe') return false;
    return this.#stash.isBehind(message);
  }

  /** Stashed messages count towards the mailbox's limit. */
  #setAside(message: UserActorMessage): void {
    const waiting = (this.#stash?.size ?? 0) + (this.#waiting?.length ?? 0) + (this.cell?.waiting ?? 0);
    if (this.#stash?.add(message, this.#deps.mailbox - waiting) !== true) this.#refuse(asked(message));
  }

  #wait(message: PendingUserRequest): void {
    this.#waiting ??= new Denque();
    const room = this.#deps.mailbox - this.#waiting.length;
    if (!addOrJoin(this.#waiting, message, room)) this.#refuse(message);
  }

  #refuse(message: PendingUserRequest): void {
    this.cell?.overflowed();
    message.answer(OVERLOADED);
  }

  crashed(crash: Crash<UserActorMessage>): void {
    this.#deps.crashed(this, crash);
  }

  /** Handling the disk's result failed. What is on disk counts, and those who waited get the failure. */
  settleAnyhow(settled: Settled, reply: UserReply): void {
    this.state = afterSettling(this.state, settled);
    if (this.state.phase === 'online') this.#watch();
    this.#release(reply);
  }

  #release(reply: UserReply): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    for (let asked = waiting?.shift(); asked !== undefined; asked = waiting?.shift()) asked.answer(reply);
  }

  #handle(message: UserActorMessage): void {
    if (message.kind === 'settled') this.#countEnd(message);
    const decision = this.#deps.decide(this.state, this, message);
    this.state = decision.state;
    for (const effect of decision.effects) this.#run(effect, message);
  }

  /** With those that ended in silence, every opened or recovered session is counted as ended or is online. */
  #countEnd({ stored }: Settled): void {
    const { state } = this;
    if (!stored || state.phase !== 'leaving' || state.session === undefined) return;
    if (state.reply.kind === 'erased') this.#deps.counts.erasures++;
    else this.#deps.counts.goodbyes++;
  }

  #run(effect: UserEffect, message: UserActorMessage): void {
    switch (effect.kind) {
      case 'extend':
        return this.#extend(asked(message));
      case 'watch':
        return this.#watch();
      case 'answer':
        return asked(message).answer(effect.reply);
      case 'wait':
        return this.#wait(asked(message));
      case 'release':
        return this.#release(effect.reply);
      case 'defer':
        return (this.#stash ??= new Stash()).defer(message);
      case 'submit':
        return this.#submit(effect, message);
      default:
        assertNever(effect);
    }
  }

  /** Has the deadline checked when it comes round. */
  #watch(): void {
    this.#deps.wheel.arm(this, this.deadline);
  }

  #extend({ readAt, size }: PendingUserRequest): void {
    this.#deps.counts.heals += size;
    this.lastSeen = readAt;
    this.#deps.wheel.arm(this, this.#deps.deadlineSince(readAt));
  }

  #submit(effect: Extract<UserEffect, { kind: 'submit' }>, message: UserActorMessage): void {
    const { user } = this;
    const { shard } = this.#deps;
    switch (effect.entry) {
      case 'open':
        return this.#deps.submit({
          kind: 'open',
          shard,
          user,
          onlineAt: this.#deps.wallAt(asked(message).readAt),
        });
      case 'resume':
        return this.#deps.submit({ kind: 'resume', shard, user, generation: this.#deps.generation });
      case 'end':
        this.#deps.lapsed(this.deadline);
        return this.#deps.submit({ kind: 'end', user, session: effect.session });
      case 'close':
        return this.#deps.submit({ kind: 'close', shard, user, session: effect.session });
      case 'flush':
        return this.#deps.submit({ kind: 'flush', shard, user });
      case 'erase':
        return this.#deps.submit({ kind: 'erase', shard, user, onlineAt: this.#onlineAt() });
      default:
        assertNever(effect);
    }
  }

  #onlineAt(): Instant | undefined {
    return this.state.phase === 'leaving' ? this.state.session?.onlineAt : undefined;
  }
}

function asked(message: UserActorMessage): PendingUserRequest {
  if (message instanceof PendingUserRequest) return message;
  throw new TypeError(`'${message.kind}' has nobody to answer`);
}
