import { assertNever } from '../../../src/domain/assert-never.js';
import type { AlertId } from '../../../src/domain/alert.js';
import { moment, toSeconds, type Millis, type Moment } from '../../../src/domain/time.js';
import type { ChannelPolicy } from '../../../src/ports/channel.js';
import { TimerQueue } from '../timer-queue.js';
import {
  admits,
  honourRetryAfter,
  CLOSED,
  failed,
  stateOf,
  succeeded,
  type Breaker,
  type BreakerState,
} from './circuit-breaker.js';
import type { ChannelEffect, ChannelEvent, Offer, Outcome, AttemptResult } from './channel.protocol.js';
import { NodeOrdering, type Ordered } from './ordering.js';
import { Queue } from './queue.js';
import { giveUpReason, Retry } from './retry.js';

/** The most attempt intents stored ahead of their turn. After a kill, the outcome of as many is unknown. */
const MOST_AHEAD = 256;
/** How soon an alert that is too old is given up once its attempt has ended. */
const LOOK_AGAIN: Millis = 1_000;

interface Item extends Ordered {
  readonly id: AlertId;
  readonly since: Moment;
  readonly isUrgent: boolean;
  attempts: number;
  lastError: string | undefined;
  /** `ahead`: ready, and its attempt intent is stored or being stored. */
  state: 'waiting' | 'ready' | 'ahead' | 'requested' | 'under_way';
}

/**
 * Decides which alert a channel tries to deliver, and when: in order for each node, several at once, with growing
 * pauses between attempts, and not for ever. Pure: the caller supplies the time and runs the effects.
 */
export class ChannelMachine {
  #concurrency: number;
  readonly #retry: Retry;
  readonly #items = new Map<AlertId, Item>();
  readonly #ordering = new NodeOrdering<Item>();
  /** Next in order for their nodes, but still in their back-off. */
  readonly #later = new TimerQueue<Item>();
  /** Ready, and before all others. */
  readonly #urgent = new Queue<Item>((item) => this.#isReady(item));
  readonly #ready = new Queue<Item>((item) => this.#isReady(item));
  readonly #ahead = new Set<Item>();
  readonly #tooOld = new TimerQueue<Item>();
  #breaker: Breaker = CLOSED;
  #active = 0;
  /** Consecutive attempts that were answered. As many intents are stored ahead: none for a provider that is down. */
  #answered = 0;
  /** The error of the last failed attempt that is to be repeated; undefined once an attempt was answered. */
  #lastFailure: string | undefined;
  #stopping = false;

  constructor(policy: Pick<ChannelPolicy, 'concurrency' | 'retry'>, random: () => number) {
    this.#concurrency = policy.concurrency;
    this.#retry = new Retry(policy.retry, random);
  }

  /** Uses this policy from now on. Waiting alerts are given up when the earlier policy said. */
  configure(policy: Pick<ChannelPolicy, 'concurrency' | 'retry'>): void {
    this.#concurrency = policy.concurrency;
    this.#retry.configure(policy.retry);
  }

  /** Alerts to deliver. */
  get size(): number {
    return this.#items.size;
  }

  /** Entries in the queues. Those of finished alerts are removed soon. */
  get places(): number {
    return this.#later.size + this.#tooOld.size + this.#urgent.size + this.#ready.size;
  }

  /** Attempts under way, or about to be. */
  get active(): number {
    return this.#active;
  }

  breakerState(now: Moment): BreakerState {
    return stateOf(this.#breaker, now);
  }

  /** How much longer the circuit breaker is open; negative once it is not. */
  restLeft(now: Moment): Millis {
    return this.#breaker.restUntil - now;
  }

  /** No further attempt begins. */
  stop(): void {
    this.#stopping = true;
  }

  start(): void {
    this.#stopping = false;
  }

  /** When there is something to do; undefined if only an event can bring it. */
  wakeAt(now: Moment): Moment | undefined {
    const { restUntil } = this.#breaker;
    const isReady = this.#ahead.size > 0 || !this.#urgent.isEmpty || !this.#ready.isEmpty;
    const rest = isReady && restUntil > now ? restUntil : Infinity;
    const at = Math.min(rest, this.#later.next ?? Infinity, this.#tooOld.next ?? Infinity);
    return at === Infinity ? undefined : moment(at);
  }

  decide(event: ChannelEvent, now: Moment): ChannelEffect[] {
    const effects: ChannelEffect[] = [];
    switch (event.kind) {
      case 'offer':
        for (const offer of event.offers) this.#take(offer);
        break;
      case 'granted':
        this.#grant(event, effects);
        break;
      case 'withdrawn': {
        const item = this.#items.get(event.id);
        if (item !== undefined) this.#remove(item);
        break;
      }
      case 'attempted':
        this.#judge(event, now, effects);
        break;
      case 'wake':
        break;
      default:
        assertNever(event);
    }
    this.#giveUpOld(now, effects);
    this.#begin(now, effects);
    return effects;
  }

  #isReady(item: Item): boolean {
    return item.state === 'ready' && this.#items.get(item.id) === item;
  }

  #take(offer: Offer): void {
    const { id, nodes, since, isUrgent, attempts } = offer;
    if (this.#items.has(id)) return;
    const item: Item = {
      id,
      nodes,
      since,
      isUrgent,
      attempts,
      ahead: 0,
      lastError: undefined,
      state: 'waiting',
    };
    this.#items.set(id, item);
    this.#tooOld.add(this.#retry.givenUpAt(since), item);
    this.#ordering.add(item);
    this.#later.add(this.#retry.firstAttemptAt(offer), item);
  }

  #grant(
    { kind: _, ...granted }: Extract<ChannelEvent, { kind: 'granted' }>,
    effects: ChannelEffect[],
  ): void {
    const item = this.#items.get(granted.id);
    if (item?.state !== 'requested') return;
    item.state = 'under_way';
    item.attempts = granted.attempt;
    effects.push({ kind: 'notify', ...granted });
  }

  #judge(
    { id, attempt, outcome }: Extract<ChannelEvent, { kind: 'attempted' }>,
    now: Moment,
    effects: ChannelEffect[],
  ): void {
    const item = this.#items.get(id);
    if (item?.state !== 'under_way' || item.attempts !== attempt) return;
    if (outcome.kind === 'delivered' || outcome.permanent) {
      // A provider that refuses for good is there, and answers.
      this.#breaker = succeeded(this.#breaker, now);
      this.#lastFailure = undefined;
      this.#answered++;
      const result: AttemptResult =
        outcome.kind === 'delivered' ? outcome : { kind: 'dead', error: outcome.error, ...personOf(outcome) };
      this.#end(item, result, effects);
      return;
    }
    this.#notice(outcome, now, effects);
    this.#active--;
    item.state = 'waiting';
    item.lastError = outcome.error;
    this.#lastFailure = outcome.error;
    const retryIn = this.#retry.delayAfterFailure(attempt, outcome.retryAfter);
    this.#later.add(moment(now + retryIn), item);
    if (this.#retry.givenUpAt(item.since) <= now) return;
    effects.push({
      kind: 'report',
      id,
      attempts: attempt,
      result: { kind: 'failed', error: outcome.error, retryIn, ...personOf(outcome) },
    });
  }

  #notice({ retryAfter }: Extract<Outcome, { kind: 'failed' }>, now: Moment, effects: ChannelEffect[]): void {
    const { rests } = this.#breaker;
    this.#answered = 0;
    this.#breaker = failed(this.#breaker, now, (nth) => this.#retry.delay(nth));
    if (retryAfter !== undefined) this.#breaker = honourRetryAfter(this.#breaker, now, retryAfter);
    if (this.#breaker.rests > rests) {
      effects.push({ kind: 'rest', failures: this.#breaker.failures, until: this.#breaker.restUntil });
    }
  }

  #giveUpOld(now: Moment, effects: ChannelEffect[]): void {
    const underWay: Item[] = [];
    for (let item = this.#tooOld.take(now); item !== undefined; item = this.#tooOld.take(now)) {
      if (this.#items.get(item.id) !== item) continue;
      // Attempts under way may still succeed.
      if (item.state === 'requested' || item.state === 'under_way') underWay.push(item);
      else {
        const age = `given up after ${Math.round(toSeconds(now - item.since))} s`;
        const error = `${age}: ${item.lastError ?? this.#whyUntried(item, now)}`;
        this.#end(item, { kind: 'dead', error }, effects);
      }
    }
    for (const item of underWay) this.#tooOld.add(moment(now + LOOK_AGAIN), item);
  }

  #whyUntried({ attempts, ahead }: Item, now: Moment): string {
    return giveUpReason({
      attempts,
      isBehind: ahead > 0,
      breaker: stateOf(this.#breaker, now),
      failures: this.#breaker.failures,
      lastFailure: this.#lastFailure,
      isBusy: this.#active >= this.#concurrency,
    });
  }

  #begin(now: Moment, effects: ChannelEffect[]): void {
    for (let item = this.#later.take(now); item !== undefined; item = this.#later.take(now)) {
      if (this.#items.get(item.id) !== item || item.state !== 'waiting') continue;
      item.state = 'ready';
      if (item.ahead === 0) this.#queue(item);
    }
    if (this.#stopping) return;
    const most = admits(this.#breaker, now, this.#concurrency);
    while (this.#active < most) {
      const item = this.#urgent.take() ?? this.#takeAhead() ?? this.#ready.take();
      if (item === undefined) return;
      item.state = 'requested';
      this.#active++;
      effects.push({ kind: 'request', id: item.id });
    }
    if (most > 0) this.#prepare(effects);
  }

  #queue(item: Item): void {
    (item.isUrgent ? this.#urgent : this.#ready).add(item);
  }

  #takeAhead(): Item | undefined {
    const [item] = this.#ahead;
    if (item !== undefined) this.#ahead.delete(item);
    return item;
  }

  #prepare(effects: ChannelEffect[]): void {
    const window = Math.min(this.#answered, MOST_AHEAD);
    while (this.#ahead.size < window) {
      const item = this.#ready.take();
      if (item === undefined) return;
      item.state = 'ahead';
      this.#ahead.add(item);
      effects.push({ kind: 'prepare', id: item.id });
    }
  }

  #end(item: Item, result: AttemptResult, effects: ChannelEffect[]): void {
    effects.push({ kind: 'report', id: item.id, attempts: item.attempts, result });
    this.#remove(item);
  }

  #remove(item: Item): void {
    if (item.state === 'requested' || item.state === 'under_way') this.#active--;
    this.#items.delete(item.id);
    this.#ahead.delete(item);
    for (const next of this.#ordering.remove(item)) if (next.state === 'ready') this.#queue(next);
    const isOpen = (each: Item): boolean => this.#items.get(each.id) === each;
    this.#tooOld.prune(this.#items.size, isOpen);
    this.#later.prune(this.#items.size, isOpen);
    this.#urgent.prune(this.#items.size);
    this.#ready.prune(this.#items.size);
  }
}

function personOf({ person }: Outcome): Pick<Outcome, 'person'> {
  return person === undefined ? {} : { person };
}
