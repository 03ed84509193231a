import type { ShardIndex } from '../../src/domain/shard.js';
import { moment, unixSeconds, type Millis, type Moment } from '../../src/domain/time.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Logger } from '../../src/ports/logger.js';
import type { ActorSystem, Place } from '../../src/runtime/actor-system.js';
import type { Crash } from '../../src/runtime/actor.js';
import { TimerWheel } from '../../src/runtime/timer-wheel.js';
import type { ExitSignal, RunningChild, SupervisorPolicy } from '../supervisor/child-spec.js';
import { RestartBudget } from '../supervisor/restart-budget.js';
import type { EntityActor, EntityMessage } from './entity-actor.js';
import {
  PendingRequest,
  SingleReply,
  type EntityTypes,
  type Refusal,
  type Replies,
  type ReplyOf,
} from './pending-request.js';

/** The resolution of the timer wheel. How late a deadline is noticed depends on the watchdog alone. */
export const RESOLUTION: Millis = 20;
/** A timer that crashed its actor twice is retried after this time. */
const EXPIRE_AGAIN: Millis = 1000;

export const OVERLOADED: Refusal = { kind: 'refused', code: 'HEARTBEAT_OVERLOADED' };
export const DOWN: Refusal = { kind: 'refused', code: 'HEARTBEAT_NOT_READY' };
export const FAILED: Refusal = { kind: 'refused', code: 'HEARTBEAT_INTERNAL' };

export interface ShardOptions {
  readonly mailbox: number;
  /** The most deadlines that are acted on in one tick, so that none stalls. The others wait for the next one. */
  readonly expiries: number;
  readonly restarts: Pick<SupervisorPolicy, 'intensity' | 'period'>;
}

/** Keeps the parts that are down and without which not everybody can be heard, so that this is nobody's silence. */
export interface PartsThatHear {
  partDown(part: object): void;
  partUp(part: object): void;
}

/** What the supervisor of a shard needs from outside. */
export interface ShardSupervisorDeps {
  readonly system: ActorSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly hearing: PartsThatHear;
  /** Whether the whole system is stopping, and its actors with it. */
  ending(): boolean;
}

/**
 * The supervisor of the users or nodes of one shard: spawns an actor for each, and keeps what it needs to restart one
 * after a crash. A message that crashes its actor twice goes to the dead letters, and those crashes do not count. Any
 * other crash counts, and past the restart intensity the shard itself gives up.
 */
export abstract class ShardSupervisor<Entity extends EntityTypes, Actor extends EntityActor<Entity>> {
  readonly shard: ShardIndex;
  readonly wheel: TimerWheel<Actor>;
  protected readonly actors = new Map<Entity['key'], Actor>();
  /** How far time has advanced. */
  protected horizon: Moment;
  readonly #options: ShardOptions;
  readonly #deps: ShardSupervisorDeps;
  readonly #budget: RestartBudget;
  #place: Place | undefined;
  #exitSignal: ExitSignal | undefined;
  /** Actors whose timer crashed them twice, and when to try it again. */
  readonly #expireAgain = new Map<Actor, Moment>();
  /** Expiries sent and not handled yet. */
  #expiring = 0;

  constructor(shard: ShardIndex, options: ShardOptions, deps: ShardSupervisorDeps) {
    this.shard = shard;
    this.#options = options;
    this.#deps = deps;
    this.#budget = new RestartBudget(options.restarts);
    this.horizon = deps.clock.now();
    this.wheel = new TimerWheel(this.horizon, RESOLUTION);
  }

  /** Arms the timer of an actor that has a deadline. */
  protected abstract watch(actor: Actor): void;

  /** The reply to a request for which no actor is spawned; undefined if one is. */
  protected abstract replyOfNone(request: Entity['request']): ReplyOf<Entity> | undefined;

  /** The reply if the actor need not receive the request; undefined if it must. */
  protected abstract replyAtOnce(actor: Actor, request: Entity['request']): ReplyOf<Entity> | undefined;

  protected abstract create(key: Entity['key']): Actor;

  protected abstract pending(
    key: Entity['key'],
    request: Entity['request'],
    replies: Replies<ReplyOf<Entity>>,
    index: number,
  ): PendingRequest<Entity>;

  /** A name that nact accepts. */
  protected abstract cellName(key: Entity['key']): string;

  /** Applies a signal that crashed its actor twice: what is on disk counts anyway. */
  protected abstract settleAnyhow(actor: Actor, signal: Entity['signal']): void;

  get mailbox(): number {
    return this.#options.mailbox;
  }

  /** Users or nodes that have an actor. */
  get size(): number {
    return this.actors.size;
  }

  /** Messages in the mailboxes of its actors. */
  get waiting(): number {
    return this.#place?.load.waiting ?? 0;
  }

  protected get isUp(): boolean {
    return this.#exitSignal !== undefined;
  }

  /** Whether some deadline before the horizon has not been acted on yet. */
  protected get isBehind(): boolean {
    return this.#expiring > 0 || this.#expireAgain.size > 0 || this.wheel.isBehind;
  }

  start(exitSignal: ExitSignal, place: Place): RunningChild {
    this.#place ??= this.#deps.system.place(place, `shard-${String(this.shard)}`);
    this.#exitSignal = exitSignal;
    this.#budget.reset();
    this.#expiring = 0;
    for (const actor of this.actors.values()) this.#revive(actor);
    this.#deps.hearing.partUp(this);
    return { stop: () => this.stop(), inspect: () => this.inspect() };
  }

  /** Starts a stopped actor again, with the messages that it had not handled. */
  #revive(actor: Actor): void {
    this.watch(actor);
    this.#spawn(actor);
    for (const message of actor.takeUnhandled())
      if (message.kind !== 'expire') actor.cell?.tellUnbounded(message);
  }

  /** The actors stay in the table with their unhandled messages, so that the next start finds them. */
  protected async stop(): Promise<void> {
    this.#exitSignal = undefined;
    // No requests come any more and nothing is only in memory, so a million actors need not be stopped one by one.
    if (this.#deps.ending()) return;
    this.#deps.hearing.partDown(this);
    await Promise.all([...this.actors.values()].map((actor) => this.#stopOne(actor)));
  }

  /** Nothing is answered any more. Whoever waits is told that the shard is down. */
  abandon(): void {
    this.#exitSignal = undefined;
    for (const actor of this.actors.values()) actor.abandon(DOWN);
  }

  /** Stops and forgets every actor. Whoever still waits for an answer is told that the shard is down. */
  async dismiss(): Promise<void> {
    const actors = [...this.actors.values()];
    await Promise.all(actors.map((actor) => this.#stopOne(actor)));
    for (const actor of actors)
      for (const message of actor.takeUnhandled())
        if (message instanceof PendingRequest) message.answer(DOWN);
    this.actors.clear();
    this.#deps.hearing.partUp(this);
  }

  #stopOne(actor: Actor): Promise<void> {
    return new Promise((resolve) => {
      if (actor.cell === undefined) return resolve();
      actor.cell.stop((left) => {
        actor.keepUnhandled(left);
        resolve();
      });
    });
  }

  ask(key: Entity['key'], request: Entity['request'], answered: (reply: ReplyOf<Entity>) => void): void {
    this.route(key, request, new SingleReply(answered), 0);
  }

  /** Answers at once if no actor has to be asked. */
  protected route(
    key: Entity['key'],
    request: Entity['request'],
    replies: Replies<ReplyOf<Entity>>,
    index: number,
  ): void {
    if (this.#exitSignal === undefined) return replies.answer(index, DOWN);
    let actor = this.actors.get(key);
    if (actor === undefined) {
      const none = this.replyOfNone(request);
      if (none !== undefined) return replies.answer(index, none);
      actor = this.add(this.create(key));
    }
    const reply = this.replyAtOnce(actor, request);
    if (reply !== undefined) replies.answer(index, reply);
    else this.tell(actor, this.pending(key, request, replies, index));
  }

  protected tell(actor: Actor, request: PendingRequest<Entity>): void {
    if (actor.cell === undefined) request.answer(DOWN);
    else if (actor.cell.tellNow(request) !== 'queued') request.answer(OVERLOADED);
  }

  protected add(actor: Actor): Actor {
    this.actors.set(actor.key, actor);
    this.#spawn(actor);
    return actor;
  }

  #spawn(actor: Actor): void {
    if (this.#place === undefined) throw new TypeError('the shard has not started');
    const { mailbox } = this.#options;
    const name = this.cellName(actor.key);
    actor.cell = this.#deps.system.spawn<EntityMessage<Entity>>(this.#place, name, actor, { mailbox });
  }

  /** Sends an actor the result of what it submitted. It must arrive even if requests are refused. */
  protected tellSettled(key: Entity['key'], signal: Entity['signal']): void {
    const actor = this.actors.get(key);
    if (this.#exitSignal === undefined) actor?.keepSettled(signal);
    else actor?.cell?.tellUnbounded(signal);
  }

  /** Acts on the deadlines before the horizon. Time stands still for a shard that is down. */
  advance(horizon: Moment): void {
    if (this.#exitSignal === undefined) return;
    this.horizon = horizon;
    for (const [actor, at] of this.#expireAgain) {
      if (at > horizon) continue;
      this.#expireAgain.delete(actor);
      if (this.actors.get(actor.key) === actor) this.watch(actor);
    }
    this.wheel.advance(horizon, this.expire, this.#options.expiries);
  }

  /** Sends an actor whose deadline has passed the time. */
  protected readonly expire = (actor: Actor): void => {
    this.#expiring++;
    actor.cell?.tellUnbounded({ kind: 'expire', horizon: this.horizon });
  };

  /** An expiry has been handled, whatever its result. */
  expired(): void {
    this.#expiring--;
  }

  departed(actor: Actor): void {
    if (actor.cell?.stopIfIdle() !== true) return;
    this.wheel.disarm(actor);
    this.actors.delete(actor.key);
  }

  crashed(actor: Actor, { message, error }: Crash<EntityMessage<Entity>>): void {
    const { clock, logger } = this.#deps;
    const verdict = this.#budget.crashed(actor.retried === message, error, unixSeconds(clock.wall()));
    logger.error('actor crashed', { path: actor.cell?.path, message: message.kind, error, verdict });
    actor.retried = verdict === 'retry' ? message : undefined;
    if (verdict === 'dead_letter') this.#giveUp(actor, message, error);
    actor.cell?.restart(actor.retried);
    if (verdict === 'dead_letter') actor.done(message);
  }

  #giveUp(actor: Actor, message: EntityMessage<Entity>, error: Error): void {
    const path = actor.cell?.path ?? actor.key;
    this.#deps.system.deadLetters.add(path, message, `it crashed its actor twice: ${error.message}`);
    if (message instanceof PendingRequest) {
      message.answer(FAILED);
    } else if (message.kind === 'expire') {
      this.expired();
      this.#expireAgain.set(actor, moment(this.horizon + EXPIRE_AGAIN));
    } else {
      this.settleAnyhow(actor, message);
    }
  }

  survived(actor: Actor): void {
    const { clock, logger } = this.#deps;
    if (!this.#budget.survived(clock.now())) return;
    logger.error('supervisor exceeded its restart intensity', {
      path: this.#place?.path,
      reason: 'too many restarts',
      last: actor.key,
    });
    this.#exitSignal?.crashed(new Error('restart intensity exceeded'));
  }

  inspect(): object {
    const mailbox = this.#place?.load.waiting ?? 0;
    return { kind: 'shard', actors: this.actors.size, mailbox, ...this.#budget.inspect() };
  }
}
