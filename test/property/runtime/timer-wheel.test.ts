import fc from 'fast-check';
import { expect } from 'chai';
import { moment } from '../../../src/domain/time.js';
import { Timer, TimerWheel } from '../../../src/runtime/timer-wheel.js';

const TIMERS = 8;
const YEAR = 365 * 86_400_000;

const which = fc.nat(TIMERS - 1);
/** Milliseconds from now: past, near, some revolutions, years. */
const delay = fc.oneof(
  fc.integer({ min: -50_000, max: 100 }),
  fc.integer({ min: 0, max: 30_000 }),
  fc.double({ min: 0, max: 100, noNaN: true }),
  fc.integer({ min: 0, max: 200_000 }),
  fc.integer({ min: 0, max: 10 * YEAR }),
);
const stride = fc.oneof(
  fc.constantFrom(0, 1, 19.5, 20, 21, 20_460, 20_480, 20_500),
  fc.nat(500),
  fc.nat(100_000),
  fc.integer({ min: 0, max: 11 * YEAR }),
);

const deed = fc.oneof(
  fc.record({ kind: fc.constantFrom('arm', 'postpone'), which, delay }),
  fc.record({ kind: fc.constant('disarm'), which, delay: fc.constant(0) }),
);
const step = fc.oneof(
  { weight: 3, arbitrary: deed },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('advance'),
      stride,
      /** Operations, one for each returned timer. */
      meanwhile: fc.array(deed, { maxLength: 4 }),
    }),
  },
);

type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;

class Numbered extends Timer {
  readonly index: number;

  constructor(index: number) {
    super();
    this.index = index;
  }
}

/** A timing wheel, and a list as its model. */
class Wheels {
  readonly timers = Array.from({ length: TIMERS }, (_, index) => new Numbered(index));
  /** Deadlines by timer. */
  readonly list = new Map<number, number>();
  readonly #wheel: TimerWheel<Numbered>;
  #now: number;

  constructor(start: number, resolution: number) {
    this.#now = start;
    this.#wheel = new TimerWheel(moment(start), resolution);
  }

  /** @returns the changed timer */
  do({ kind, which, delay }: Deed): number {
    const timer = this.timers[which]!;
    if (kind === 'disarm') {
      this.#wheel.disarm(timer);
      this.list.delete(which);
    } else if (kind === 'arm') {
      this.#wheel.arm(timer, moment(this.#now + delay));
      this.list.set(which, this.#now + delay);
    } else if (timer.armed) {
      timer.deadline = moment(timer.deadline + Math.max(0, delay));
      this.list.set(which, timer.deadline);
    }
    return which;
  }

  advance(stride: number, meanwhile: readonly Deed[]): void {
    this.#now += stride;
    const due = new Set(
      [...this.list].filter(([, deadline]) => deadline < this.#now).map(([index]) => index),
    );
    const deeds = [...meanwhile];
    this.#wheel.advance(moment(this.#now), (timer) => {
      expect(timer.deadline, 'never early').to.be.below(this.#now);
      expect(due.delete(timer.index), 'once, and only what was armed before').to.equal(true);
      this.list.delete(timer.index);
      const next = deeds.shift();
      if (next === undefined) return;
      const touched = this.do(next);
      const deadline = this.list.get(touched);
      if (next.kind !== 'postpone' || deadline === undefined || deadline >= this.#now) due.delete(touched);
    });
    expect([...due], 'never lost').to.deep.equal([]);
  }

  check(): void {
    expect(this.#wheel.size).to.equal(this.list.size);
    for (const timer of this.timers) {
      expect(timer.armed).to.equal(this.list.has(timer.index));
      if (timer.armed) expect(timer.deadline).to.equal(this.list.get(timer.index));
    }
  }
}

describe('a timing wheel, after random operations', () => {
  it('returns what a sorted list would: each item once, neither early nor late', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 12_345.6, 1_000_000, 3e9),
        fc.constantFrom(1, 7.5, 20, 1000),
        fc.array(step, { maxLength: 60 }),
        (start, resolution, steps) => {
          const wheels = new Wheels(start, resolution);
          for (const each of steps) {
            if ('stride' in each) wheels.advance(each.stride, each.meanwhile);
            else wheels.do(each);
            wheels.check();
          }
          wheels.advance(20 * YEAR, []);
          wheels.advance(0, []);
          wheels.check();
          expect([...wheels.list.values()].every((deadline) => deadline > start + 20 * YEAR)).to.equal(true);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
