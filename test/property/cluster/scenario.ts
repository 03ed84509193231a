import fc from 'fast-check';

export const MEMBERS = ['a', 'b', 'c'] as const;

const KINDS = ['stall', 'cut', 'former-leader', 'change-leader', 'outage', 'restart', 'leave'] as const;

/** Something that happens to a member or to the service. Times are in milliseconds. */
export interface Event {
  /** Since the event before. */
  readonly after: number;
  readonly kind: (typeof KINDS)[number];
  /** Which member. */
  readonly member: number;
  readonly lasts: number;
}

export interface Scenario {
  readonly seed: number;
  /** How fast the clock of each member runs. */
  readonly rates: readonly number[];
  /** Of requests and answers, how many are lost. */
  readonly lost: number;
  /** The same for those that are slow. */
  readonly slow: number;
  readonly events: readonly Event[];
}

/** A lease counts for nine tenths of its time, so clocks may differ by a tenth. */
const rate = fc.double({ min: 0.91, max: 1.1, noNaN: true });
const share = (max: number) => fc.double({ min: 0, max, noNaN: true });

const event: fc.Arbitrary<Event> = fc.record({
  after: fc.integer({ min: 0, max: 6_000 }),
  kind: fc.constantFrom(...KINDS),
  member: fc.nat({ max: MEMBERS.length - 1 }),
  lasts: fc.integer({ min: 100, max: 12_000 }),
});

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.integer(),
  rates: fc.array(rate, { minLength: MEMBERS.length, maxLength: MEMBERS.length }),
  lost: share(0.3),
  slow: share(0.3),
  events: fc.array(event, { maxLength: 8 }),
});
