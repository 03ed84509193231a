import { isWithin } from '../../../src/domain/access.js';
import type { AlertIds } from '../../../src/domain/alert-id.js';
import { moment, type Instant, type Millis, type Moment } from '../../../src/domain/time.js';
import type { UserId } from '../../../src/domain/user-id.js';
import type { ChannelPolicy, UserEventsPolicy } from '../../../src/ports/channel.js';
import type { Outcome } from '../channel/channel.protocol.js';
import { Retry } from '../channel/retry.js';
import { UserEventQueue } from './user-event-queue.js';
import type {
  UserEvent,
  UserEventsCommand,
  UserEventsEffect,
  UserEventTotals,
} from './user-events.protocol.js';

/** The most events of a message. */
const MOST: number = 1000;
/** After a message the next one waits this long, unless it is full. */
const EVERY: Millis = 1000;
/** A receiver may ask for a pause of this length at most. */
const LONGEST_PAUSE: Millis = 3_600_000;
/** How a message may grow again after one was too large. */
const GROWTH = 1.1;

/** A message, and what became of it so far. */
interface Batch {
  readonly id: string;
  readonly at: Instant;
  events: readonly UserEvent[];
  dropped: number;
  readonly isReset: boolean;
  /** When its first attempt began. */
  readonly since: Moment;
  attempts: number;
  isUnderWay: boolean;
  /** Users who were erased while it was under way. */
  readonly erased: Set<UserId>;
}

interface MachineDeps {
  readonly ids: AlertIds;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
  /** It counts here. */
  readonly totals: UserEventTotals;
}

/**
 * Decides when a channel sends which events of users: one message after the other, so that those of a user stay in
 * order. It is no outbox: what does not fit into its queue is dropped, and so is what cannot be delivered. Every event
 * is sent, dropped and counted, or still waits. Pure: the caller supplies the time and runs the effects.
 */
export class UserEventsMachine {
  readonly #deps: MachineDeps;
  #policy: UserEventsPolicy;
  #giveUpAfter: Millis;
  readonly #retry: Retry;
  readonly #queue = new UserEventQueue();
  /** What comes before the queue: the rest of a message that was too large. */
  #rest: readonly UserEvent[] = [];
  #batch: Batch | undefined;
  #most = MOST;
  #nextAt = moment(-Infinity);
  /** After a failure, no attempt begins before this. */
  #pauseUntil = moment(-Infinity);
  /** Messages in a row that were dropped. */
  #failures = 0;
  /** Dropped with messages since the last one that was delivered. */
  #dropped = 0;
  #isReset = true;
  #isEnding = false;

  constructor({ userEvents, retry }: Pick<ChannelPolicy, 'userEvents' | 'retry'>, deps: MachineDeps) {
    this.#deps = deps;
    this.#policy = userEvents ?? { types: [] };
    this.#giveUpAfter = retry.giveUpAfter;
    this.#retry = new Retry(retry, deps.random);
  }

  /** Events that are still to be sent. */
  get waiting(): number {
    return this.#queue.size + this.#rest.length + (this.#batch?.events.length ?? 0);
  }

  get isUnderWay(): boolean {
    return this.#batch?.isUnderWay ?? false;
  }

  /** Whether an end has nothing to wait for: all is sent, or cannot be at present. */
  get isAtRest(): boolean {
    return !this.isUnderWay && (this.#batch !== undefined || this.waiting === 0);
  }

  /**
   * Uses this policy from now on. What waits and is not asked for any more is dropped.
   *
   * @param isOther whether the receiver is another one
   */
  configure({ userEvents, retry }: Pick<ChannelPolicy, 'userEvents' | 'retry'>, isOther: boolean): void {
    this.#policy = userEvents ?? { types: [] };
    this.#giveUpAfter = retry.giveUpAfter;
    this.#retry.configure(retry);
    this.#pauseUntil = moment(-Infinity);
    if (isOther) this.#isReset = true;
    this.#dropEach((event) => !this.#wants(event));
  }

  start(): void {
    this.#isEnding = false;
  }

  /** What waits is sent at once, as long as no attempt fails. */
  end(): void {
    this.#isEnding = true;
  }

  /** Nobody knows which events are missing before the next one. */
  reset(): void {
    this.#isReset = true;
  }

  /** @returns whether it is to be sent */
  add(event: UserEvent): boolean {
    if (!this.#wants(event)) return false;
    this.#deps.totals.dropped += this.#queue.add(event);
    return true;
  }

  /** Drops the events of a user. @returns whether the receiver has to hear that there is nothing about this user */
  erase(user: UserId): boolean {
    const batch = this.#batch;
    const isUnderWay = batch?.isUnderWay === true && batch.events.some((event) => event.user === user);
    if (isUnderWay) batch.erased.add(user);
    const dropped = this.#drop((event) => event.user === user, this.#queue.dropUser(user));
    return dropped > 0 || isUnderWay;
  }

  /** Drops all that waits. @returns how many */
  dropAll(): number {
    if (this.#batch !== undefined) this.#batch.isUnderWay = false;
    return this.#dropEach(() => true);
  }

  #wants({ type, user }: UserEvent): boolean {
    const { types, match } = this.#policy;
    if (!types.includes(type)) return false;
    return (
      match?.some(
        (rule) =>
          (rule.types?.includes(type) ?? true) && (rule.users === undefined || isWithin(rule.users, user)),
      ) ?? true
    );
  }

  #dropEach(isUnwanted: (event: UserEvent) => boolean): number {
    return this.#drop(isUnwanted, this.#queue.drop(isUnwanted));
  }

  /** @param ofQueue how many of them the queue has dropped */
  #drop(isUnwanted: (event: UserEvent) => boolean, ofQueue: number): number {
    const rest = this.#rest.filter((event) => !isUnwanted(event));
    const ofRest = this.#rest.length - rest.length;
    this.#rest = rest;
    this.#dropped += ofRest;
    this.#deps.totals.dropped += ofQueue + ofRest;
    const batch = this.#batch;
    const ofBatch = batch === undefined || batch.isUnderWay ? 0 : this.#dropOf(batch, isUnwanted);
    return ofQueue + ofRest + ofBatch;
  }

  #dropOf(batch: Batch, isUnwanted: (event: UserEvent) => boolean): number {
    const left = batch.events.filter((event) => !isUnwanted(event));
    const dropped = batch.events.length - left.length;
    batch.dropped += dropped;
    batch.events = left;
    this.#deps.totals.dropped += dropped;
    if (left.length === 0) this.#abandon(batch);
    return dropped;
  }

  /** A message without events is not sent. The next one says what it would have said. */
  #abandon(batch: Batch): void {
    if (this.#batch !== batch) return;
    this.#batch = undefined;
    this.#dropped += batch.dropped;
    if (batch.isReset) this.#isReset = true;
  }

  /** When there is something to do; undefined if only an event can bring it. */
  wakeAt(now: Moment): Moment | undefined {
    if (this.#batch !== undefined) {
      return this.#batch.isUnderWay || this.#isEnding ? undefined : this.#pauseUntil;
    }
    if (this.waiting === 0) return undefined;
    if (this.#isEnding) return now;
    const next = this.#rest.length > 0 || this.#queue.fills(this.#most) ? now : this.#nextAt;
    return moment(Math.max(next, this.#pauseUntil));
  }

  decide(command: UserEventsCommand, now: Moment, wall: Instant): UserEventsEffect[] {
    const reports = command.kind === 'attempted' ? this.#judge(command, now) : [];
    const due = this.wakeAt(now);
    const begun = due !== undefined && due <= now ? [this.#begin(now, wall)] : [];
    // If a report throws an error, the attempt has begun all the same.
    return [...begun, ...reports];
  }

  #begin(now: Moment, wall: Instant): UserEventsEffect {
    const batch = (this.#batch ??= this.#next(now, wall));
    const { id, at, events, dropped, isReset } = batch;
    batch.attempts++;
    batch.isUnderWay = true;
    const message = { id, at, events: events.map(({ text }) => text), dropped, isReset };
    return { kind: 'notify', message, attempt: batch.attempts };
  }

  #next(now: Moment, wall: Instant): Batch {
    const taken =
      this.#rest.length > 0
        ? { events: this.#rest.slice(0, this.#most), dropped: 0 }
        : this.#queue.take(this.#most);
    this.#rest = this.#rest.slice(taken.events.length);
    const batch = {
      id: this.#deps.ids.next(wall),
      at: wall,
      events: taken.events,
      dropped: this.#dropped + taken.dropped,
      isReset: this.#isReset,
      since: now,
      attempts: 0,
      isUnderWay: false,
      erased: new Set<UserId>(),
    };
    this.#nextAt = moment(now + EVERY);
    this.#dropped = 0;
    this.#isReset = false;
    return batch;
  }

  #judge(
    { id, attempt, outcome }: Extract<UserEventsCommand, { kind: 'attempted' }>,
    now: Moment,
  ): UserEventsEffect[] {
    const batch = this.#batch;
    if (batch?.isUnderWay !== true || batch.id !== id || batch.attempts !== attempt) return [];
    batch.isUnderWay = false;
    if (outcome.kind !== 'delivered') return [this.#failed(batch, outcome, now)];
    this.#batch = undefined;
    this.#failures = 0;
    this.#deps.totals.sent += batch.events.length;
    this.#most = Math.min(MOST, Math.ceil(this.#most * GROWTH));
    return [];
  }

  #failed(batch: Batch, outcome: Extract<Outcome, { kind: 'failed' }>, now: Moment): UserEventsEffect {
    const { error, permanent, retryAfter = 0, tooLarge = false } = outcome;
    const { attempts: attempt } = batch;
    this.#deps.totals.failed++;
    // Nobody may get these any more.
    let dropped = this.#dropOf(batch, (event) => batch.erased.has(event.user) || !this.#wants(event));
    if (tooLarge && batch.events.length > 1) {
      this.#halve(batch);
      return { kind: 'failed', error, attempt, retryIn: 0, dropped };
    }
    const isGivenUp = permanent || now >= batch.since + this.#giveUpAfter;
    if (isGivenUp) {
      this.#failures++;
      dropped += this.#dropOf(batch, () => true);
    }
    const pause = this.#retry.delayAfterFailure(isGivenUp ? this.#failures : attempt, retryAfter);
    const retryIn = Math.min(LONGEST_PAUSE, pause);
    this.#pauseUntil = moment(now + retryIn);
    return { kind: 'failed', error, attempt, retryIn, dropped };
  }

  /** The first half is sent at once, as another message. */
  #halve(batch: Batch): void {
    this.#most = Math.ceil(batch.events.length / 2);
    this.#rest = [...batch.events, ...this.#rest];
    batch.events = [];
    this.#abandon(batch);
  }
}
