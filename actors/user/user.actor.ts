import { assertNever } from '../../src/domain/assert-never.js';
import { moment, type Instant, type Moment } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { Actor, Cell, Crash } from '../../src/runtime/actor.js';
import { Timer, type TimerWheel } from '../../src/runtime/timer-wheel.js';
import type { UserEntry } from '../history/history.protocol.js';
import { addOrJoin, Stash } from '../shards/stash.js';
import { Asked } from './batch.js';
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
import type { UserReply } from './user.protocol.js';

const OVERLOADED: UserReply = { kind: 'refused', code: 'HEARTBEAT_OVERLOADED' };

export type Told = Asked | Exclude<UserMessage, { readonly kind: Asked['kind'] }>;

/** What a user's actor needs of the shard that it lives in. */
export interface UserSurroundings {
  readonly shard: number;
  /** The restart that found the sessions which were going on. */
  readonly generation: number;
  readonly counts: UserCounts;
  /** How long a heal that was read at that moment holds. */
  deadlineSince(readAt: Moment): Moment;
  readonly wheel: TimerWheel<UserActor>;
  readonly decide: typeof decide;
  /** Messages that may wait at one user, in its mailbox or set aside. */
  readonly mailbox: number;
  /** The wall clock's reading at a moment just past. */
  wallAt(at: Moment): Instant;
  submit(entry: UserEntry): void;
  /** The user is offline and nothing waits: the actor may go. */
  departed(actor: UserActor): void;
  expired(): void;
  /** A session has ended in silence. */
  lapsed(deadline: Moment): void;
  crashed(actor: UserActor, crash: Crash<Told>): void;
  /** A message that had crashed the actor was handled after all. */
  survived(actor: UserActor): void;
}

/**
 * The presence of one user: runs what `decide` decides, and is its own expiry timer. The object outlives a crash: it
 * is what its supervisor kept.
 */
export class UserActor extends Timer implements Actor<Told>, Lease {
  readonly user: UserId;
  readonly #around: UserSurroundings;
  state: UserState = ABSENT;
  lastSeen: Moment = moment(0);
  cell: Cell<Told> | undefined;
  /** The message that crashed the actor last; if it does so again, it is given up. */
  suspect: Told | undefined;
  /** What was told and not handled when its shard stopped. */
  #left: Told[] | undefined;
  #waiting: Asked[] | undefined;
  /** Undefined while nobody waits for what was asked before. */
  #stash: Stash<Told> | undefined;

  constructor(user: UserId, around: UserSurroundings) {
    super();
    this.user = user;
    this.#around = around;
  }

  receive(message: Told): void {
    if (this.#isBehind(message)) this.#setAside(message);
    // A heal that came in time may be the one whose turn it is.
    else if (message.kind === 'expire' && this.#stash?.isTaken === true) this.#watch();
    else this.#handle(message);
    if (this.suspect === message) {
      this.suspect = undefined;
      this.#around.survived(this);
    }
    if (message.kind === 'expire') this.#around.expired();
    this.done(message);
  }

  /** Goes on after a message that was handled, or given up. */
  done(message: Told): void {
    if (this.#stash !== undefined) this.#stash = this.#stash.goOn(message, (next) => this.cell?.insist(next));
    if (this.state.phase === 'absent' && this.#stash === undefined) this.#around.departed(this);
  }

  /** What was left over when the shard stopped comes first; what the disk has settled meanwhile, behind it. */
  leave(messages: readonly Told[]): void {
    this.#left = [...messages, ...(this.#left ?? [])];
  }

  leaveLast(message: Told): void {
    (this.#left ??= []).push(message);
  }

  /** What was left, which is handed over once. */
  takeLeft(): readonly Told[] {
    const left = this.#left ?? [];
    this.#left = undefined;
    return left;
  }

  /** Whoever changes something comes after those who wait for their turn to. */
  #isBehind(message: Told): boolean {
    if (this.#stash === undefined || !(message instanceof Asked)) return false;
    if (message.kind === 'checkup' || message.kind === 'describe') return false;
    return this.#stash.isBehind(message);
  }

  /** What is set aside counts towards the mailbox's limit. */
  #setAside(message: Told): void {
    const waiting = (this.#stash?.size ?? 0) + (this.#waiting?.length ?? 0) + (this.cell?.waiting ?? 0);
    if (this.#stash?.add(message, this.#around.mailbox - waiting) !== true) this.#refuse(asked(message));
  }

  #wait(message: Asked): void {
    this.#waiting ??= [];
    const room = this.#around.mailbox - this.#waiting.length;
    if (!addOrJoin(this.#waiting, message, room)) this.#refuse(message);
  }

  #refuse(message: Asked): void {
    this.cell?.overflowed();
    message.answer(OVERLOADED);
  }

  crashed(crash: Crash<Told>): void {
    this.#around.crashed(this, crash);
  }

  /** The rules failed over what became of the disk: what is there counts, and those who waited hear of the failure. */
  settleAnyhow(settled: Settled, reply: UserReply): void {
    this.state = afterSettling(this.state, settled);
    if (this.state.phase === 'online') this.#watch();
    this.#release(reply);
  }

  #release(reply: UserReply): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    for (const asked of waiting ?? []) asked.answer(reply);
  }

  #handle(message: Told): void {
    if (message.kind === 'settled') this.#countEnd(message);
    const decision = this.#around.decide(this.state, this, message);
    this.state = decision.state;
    for (const effect of decision.effects) this.#run(effect, message);
  }

  /** With what ended in silence, all that was opened or recovered has ended or is online. */
  #countEnd({ stored }: Settled): void {
    const { state } = this;
    if (!stored || state.phase !== 'leaving' || state.session === undefined) return;
    if (state.reply.kind === 'erased') this.#around.counts.erasures++;
    else this.#around.counts.goodbyes++;
  }

  #run(effect: UserEffect, message: Told): void {
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

  /** Has the deadline looked at again when time comes round to it. */
  #watch(): void {
    this.#around.wheel.arm(this, this.deadline);
  }

  #extend({ readAt, size }: Asked): void {
    this.#around.counts.heals += size;
    this.lastSeen = readAt;
    this.#around.wheel.arm(this, this.#around.deadlineSince(readAt));
  }

  #submit(effect: Extract<UserEffect, { kind: 'submit' }>, message: Told): void {
    const { user } = this;
    const { shard } = this.#around;
    switch (effect.entry) {
      case 'open':
        return this.#around.submit({
          kind: 'open',
          shard,
          user,
          onlineAt: this.#around.wallAt(asked(message).readAt),
        });
      case 'resume':
        return this.#around.submit({ kind: 'resume', shard, user, generation: this.#around.generation });
      case 'end':
        this.#around.lapsed(this.deadline);
        return this.#around.submit({ kind: 'end', user, session: effect.session });
      case 'close':
        return this.#around.submit({ kind: 'close', shard, user, session: effect.session });
      case 'flush':
        return this.#around.submit({ kind: 'flush', shard, user });
      case 'erase':
        return this.#around.submit({ kind: 'erase', shard, user, onlineAt: this.#onlineAt() });
      default:
        assertNever(effect);
    }
  }

  #onlineAt(): Instant | undefined {
    return this.state.phase === 'leaving' ? this.state.session?.onlineAt : undefined;
  }
}

function asked(message: Told): Asked {
  if (message instanceof Asked) return message;
  throw new TypeError(`'${message.kind}' has nobody to answer`);
}
