import { expect } from 'chai';
import fc from 'fast-check';
import { UserEventsMachine } from '../../../actors/notifier/user-events/user-events.machine.js';
import type {
  UserEvent,
  UserEventsEffect,
} from '../../../actors/notifier/user-events/user-events.protocol.js';
import type { Outcome } from '../../../actors/notifier/channel/channel.protocol.js';
import { AlertIds } from '../../../src/domain/alert-id.js';
import { instant, moment } from '../../../src/domain/time.js';
import type { UserEventsMessage, UserEventsPolicy } from '../../../src/ports/channel.js';
import { EFFORT } from '../../support/effort.js';
import { SeededRandom } from '../../support/seeded-random.js';
import { user } from '../../support/ids.js';

const RETRY = { minDelay: 1000, maxDelay: 8000, giveUpAfter: 20_000 };
const ALL: UserEventsPolicy = { types: ['user.online', 'user.offline'] };
const SOME: UserEventsPolicy = { ...ALL, match: [{ users: { from: user(1), to: user(2) } }] };

const outcome = fc.constantFrom<Outcome>(
  { kind: 'delivered' },
  { kind: 'delivered' },
  { kind: 'failed', error: 'answered 503', permanent: false, retryAfter: undefined },
  { kind: 'failed', error: 'answered 429', permanent: false, retryAfter: 3000 },
  { kind: 'failed', error: 'answered 400', permanent: true, retryAfter: undefined },
  { kind: 'failed', error: 'answered 413', permanent: true, retryAfter: undefined, tooLarge: true },
);

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('change' as const), which: fc.nat(3), times: fc.nat(5) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('burst' as const), times: fc.integer({ min: 900, max: 12_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('erase' as const), which: fc.nat(3) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wait' as const), time: fc.nat(3000) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('answer' as const), outcome }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('configure' as const), policy: fc.constantFrom(ALL, SOME) }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** What a receiver has, and what has happened. */
class Play {
  readonly totals = { sent: 0, dropped: 0, failed: 0 };
  readonly machine: UserEventsMachine;
  /** The numbers of events that were passed on, in order, and those that arrived. */
  passed = 0;
  readonly arrived: number[] = [];
  told = 0;
  readonly users = new Map<number, string>();
  readonly erased: {
    readonly user: string;
    readonly upTo: number;
    readonly attempt: UserEventsMessage | undefined;
  }[] = [];
  #now = 0;
  #number = 0;
  #underWay: Extract<UserEventsEffect, { kind: 'notify' }> | undefined;
  #waitingSince: number | undefined;
  #hasFailed = false;

  constructor(seed: number) {
    const generator = new SeededRandom(seed);
    const random = (): number => generator.next();
    const deps = { ids: new AlertIds(random), random, totals: this.totals };
    this.machine = new UserEventsMachine({ userEvents: ALL, retry: RETRY }, deps);
  }

  take(one: Step): void {
    switch (one.do) {
      case 'change':
        for (let times = 0; times < one.times; times++) this.#change(one.which);
        break;
      case 'burst':
        for (let times = 0; times < one.times; times++) this.#change(times % 4);
        break;
      case 'erase': {
        const attempt = this.#underWay?.message;
        this.machine.erase(user(one.which));
        this.erased.push({ user: String(one.which), upTo: this.#number, attempt });
        break;
      }
      case 'wait':
        this.pass(one.time);
        break;
      case 'answer':
        this.answer(one.outcome);
        break;
      case 'configure':
        this.machine.configure({ userEvents: one.policy, retry: RETRY }, false);
        break;
    }
    this.#decide({ kind: 'wake' });
    this.check();
  }

  #change(which: number): void {
    const number = ++this.#number;
    this.users.set(number, String(which));
    const event: UserEvent = { type: 'user.online', user: user(which), text: String(number) };
    if (this.machine.add(event)) this.passed++;
  }

  /** In steps, as a timer would. */
  pass(time: number): void {
    const end = this.#now + time;
    for (;;) {
      const due = this.machine.wakeAt(moment(this.#now));
      if (due === undefined || due > end) break;
      this.#now = Math.max(this.#now, due);
      this.#decide({ kind: 'wake' });
      if (this.#underWay !== undefined) break;
    }
    this.#now = end;
  }

  answer(result: Outcome): void {
    const attempt = this.#underWay;
    if (attempt === undefined) return;
    this.#underWay = undefined;
    if (result.kind === 'delivered') this.#receive(attempt.message);
    else this.#hasFailed = true;
    const outcomeOf = { kind: 'attempted', id: attempt.message.id, attempt: attempt.attempt } as const;
    this.#decide({ ...outcomeOf, outcome: result });
    // After a crash of the actor it comes once more, and must not count for what was begun meanwhile.
    this.#decide({ ...outcomeOf, outcome: result });
  }

  #receive({ events, dropped }: UserEventsMessage): void {
    this.told += dropped;
    for (const text of events) {
      if (Number(text) <= (this.arrived.at(-1) ?? 0)) expect.fail(`${text} arrived after a later one`);
      this.arrived.push(Number(text));
    }
  }

  #decide(command: Parameters<UserEventsMachine['decide']>[0]): void {
    for (const effect of this.machine.decide(command, moment(this.#now), instant(this.#now))) {
      if (effect.kind !== 'notify') continue;
      expect(this.#underWay, 'one message at a time').to.equal(undefined);
      this.#underWay = effect;
      expect(effect.message.events.length).to.be.within(1, 1000);
      for (const { user: id, upTo, attempt } of this.erased) {
        if (attempt === effect.message) continue;
        const late = effect.message.events.find(
          (text) => Number(text) <= upTo && this.users.get(Number(text)) === id,
        );
        expect(late, 'of an erased user').to.equal(undefined);
      }
    }
    const isWaiting = this.machine.waiting > 0 && this.#underWay === undefined;
    this.#waitingSince = isWaiting ? (this.#waitingSince ?? this.#now) : undefined;
  }

  check(): void {
    const { sent, dropped } = this.totals;
    expect(sent, 'sent').to.equal(this.arrived.length);
    expect(sent + dropped + this.machine.waiting, 'all').to.equal(this.passed);
    expect(this.machine.waiting).to.be.at.most(12_000);
    if (this.#waitingSince !== undefined && !this.#hasFailed)
      expect(this.#now - this.#waitingSince, 'at least each second').to.be.at.most(1000);
  }

  /** The receiver takes everything from now on. */
  finish(): void {
    for (let times = 0; times < 100 && (this.machine.waiting > 0 || this.#underWay !== undefined); times++) {
      this.answer({ kind: 'delivered' });
      this.pass(10_000);
    }
    // What was dropped last is told with the next message.
    this.machine.configure({ userEvents: ALL, retry: RETRY }, false);
    this.#change(1);
    this.pass(10_000);
    this.answer({ kind: 'delivered' });
    this.check();
    expect(this.machine.waiting).to.equal(0);
    expect(this.arrived.length + this.told, 'what arrived, and was said to be dropped').to.equal(this.passed);
  }
}

describe('the events of users that a channel sends', () => {
  it('arrive in order, or are counted as dropped, whatever the receiver answers', () => {
    const property = fc.property(fc.array(step, { maxLength: 60, size: 'max' }), fc.nat(), (steps, seed) => {
      const play = new Play(seed);
      for (const one of steps) play.take(one);
      play.finish();
    });
    fc.assert(property, { numRuns: 200 * EFFORT });
  });
});
