import Denque from 'denque';
import type { Moment } from '../../src/domain/time.js';
import type { Actor, Cell, Crash } from '../../src/runtime/actor.js';
import { Timer } from '../../src/runtime/timer-wheel.js';
import { PendingRequest, type EntityTypes, type ReplyOf } from './pending-request.js';
import { addOrJoin, Stash } from './stash.js';

/** Every request that arrived before `horizon` has been passed on, so deadlines before it may be acted on. */
interface Expiry {
  readonly kind: 'expire';
  readonly horizon: Moment;
}

export type EntityMessage<Entity extends EntityTypes> = PendingRequest<Entity> | Expiry | Entity['signal'];

/** What the actor of a user or node needs from its shard. */
export interface EntityDeps<Entity extends EntityTypes> {
  readonly shard: number;
  /** Messages that may wait at one actor, in its mailbox or stashed. */
  readonly mailbox: number;
  readonly wheel: { arm(timer: EntityActor<Entity>, deadline: Moment): void };
  /** Nothing is known of it and nothing waits: the actor may stop. */
  departed(actor: EntityActor<Entity>): void;
  /** An expiry was handled. */
  expired(): void;
  crashed(actor: EntityActor<Entity>, crash: Crash<EntityMessage<Entity>>): void;
  /** A message that had crashed the actor was handled at the second try. */
  survived(actor: EntityActor<Entity>): void;
}

/**
 * The actor of one user or node: receives a message, stashes it behind those that wait for the disk, or handles it, and
 * continues with stashed ones. It is its own expiry timer. The object outlives a crash: its supervisor keeps it.
 *
 * There are as many of these as users are online: each field is eight bytes of every one, and so is the mark that a
 * class with `#methods` puts on its objects, which is why the methods are `private` here and in the classes below it.
 */
export abstract class EntityActor<
  Entity extends EntityTypes,
  Deps extends EntityDeps<Entity> = EntityDeps<Entity>,
>
  extends Timer
  implements Actor<EntityMessage<Entity>>
{
  readonly key: Entity['key'];
  protected readonly deps: Deps;
  cell: Cell<EntityMessage<Entity>> | undefined;
  /** The message on which the actor last crashed. If it crashes on it again, the message is given up. */
  retried: EntityMessage<Entity> | undefined;
  /** Messages that were not handled when the shard stopped. */
  #unhandled: EntityMessage<Entity>[] | undefined;
  /** Requests that wait until the disk has settled what was submitted. */
  #waiting: Denque<PendingRequest<Entity>> | undefined;
  /** Created when it is first needed: most actors only get heals or heartbeats. */
  #stash: Stash<EntityMessage<Entity>> | undefined;

  constructor(key: Entity['key'], deps: Deps) {
    super();
    this.key = key;
    this.deps = deps;
  }

  /** Whether anything about it must be kept, in memory or on its way to the disk. */
  abstract get isKnown(): boolean;

  /** Whether a message may wait to be handled, in the mailbox or stashed. */
  get isBusy(): boolean {
    return this.#stash !== undefined || (this.cell?.waiting ?? 0) > 0;
  }

  protected abstract handle(message: EntityMessage<Entity>): void;

  receive(message: EntityMessage<Entity>): void {
    if (this.isBehind(message)) this.setAside(message);
    // The unstashed message may be a heal or a heartbeat that came in time.
    else if (message.kind === 'expire' && this.#stash?.isTaken === true) this.watch();
    else this.handle(message);
    if (this.retried === message) {
      this.retried = undefined;
      this.deps.survived(this);
    }
    if (message.kind === 'expire') this.deps.expired();
    this.done(message);
  }

  /** Continues after a message was handled or given up. */
  done(message: EntityMessage<Entity>): void {
    if (this.#stash !== undefined)
      this.#stash = this.#stash.unstash(message, (next) => this.cell?.tellUnbounded(next));
    if (this.#stash === undefined && !this.isKnown) this.deps.departed(this);
  }

  crashed(crash: Crash<EntityMessage<Entity>>): void {
    this.deps.crashed(this, crash);
  }

  /** Messages still queued when the shard stopped come first, and later settlements of the disk after them. */
  keepUnhandled(messages: readonly EntityMessage<Entity>[]): void {
    this.#unhandled = [...messages, ...(this.#unhandled ?? [])];
  }

  keepSettled(message: Entity['signal']): void {
    (this.#unhandled ??= []).push(message);
  }

  /** The kept messages, which are handed over once. */
  takeUnhandled(): readonly EntityMessage<Entity>[] {
    const unhandled = this.#unhandled ?? [];
    this.#unhandled = undefined;
    return unhandled;
  }

  /** A request that changes something waits behind the stashed ones. */
  private isBehind(message: EntityMessage<Entity>): boolean {
    if (this.#stash === undefined || !(message instanceof PendingRequest)) return false;
    return !message.isReading && this.#stash.isBehind(message);
  }

  /** Stashed messages count towards the mailbox's limit. */
  private setAside(message: EntityMessage<Entity>): void {
    const waiting = (this.#stash?.size ?? 0) + (this.#waiting?.length ?? 0) + (this.cell?.waiting ?? 0);
    if (this.#stash?.add(message, this.deps.mailbox - waiting) === true) return;
    if (message instanceof PendingRequest) this.refuse(message);
  }

  /** Stashes it in front: it is handled again once the disk has settled, before later messages. */
  protected defer(message: EntityMessage<Entity>): void {
    (this.#stash ??= new Stash()).defer(message);
  }

  /** Keeps it until the disk has settled what was submitted. */
  protected wait(request: PendingRequest<Entity>): void {
    this.#waiting ??= new Denque();
    const room = this.deps.mailbox - this.#waiting.length;
    if (!addOrJoin(this.#waiting, request, room)) this.refuse(request);
  }

  /** The requests that waited, to be answered. */
  protected takeWaiting(): readonly PendingRequest<Entity>[] {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting?.toArray() ?? NOBODY;
  }

  /** From now on it decides nothing. Whoever waits gets this reply, and so does whoever is heard later. */
  abandon(reply: ReplyOf<Entity>): void {
    const answer = (message: EntityMessage<Entity>): void => {
      if (message instanceof PendingRequest) message.answer(reply);
    };
    for (const request of this.takeWaiting()) answer(request);
    for (const message of this.#stash?.takeAll() ?? []) answer(message);
    this.receive = answer;
  }

  protected refuse(request: PendingRequest<Entity>): void {
    this.cell?.overflowed();
    request.answer({ kind: 'refused', code: 'HEARTBEAT_OVERLOADED' });
  }

  /** Arms the timer for the deadline. */
  protected watch(): void {
    this.deps.wheel.arm(this, this.deadline);
  }
}

const NOBODY: readonly never[] = [];
