import fc from 'fast-check';
import type { Fate } from '../../support/model/disk.js';
import { BLIND_AFTER, TIMEOUT } from './timing.js';

/** Milliseconds, or until so many after the deadline of a user or node. */
export type Span = { readonly for: number } | { readonly untilDeadlineOf: number; readonly and: number };

/** The steps that scenarios of users and of nodes share. */
export type Step<Request, Crashing> =
  /** All at once, before any of them is handled. */
  | { readonly do: 'ask'; readonly requests: readonly Request[] }
  | { readonly do: 'wait'; readonly time: Span }
  /** The process stands still while these requests wait in the sockets. */
  | {
      readonly do: 'stall';
      readonly time: Span;
      readonly requests: readonly Request[];
      readonly readFirst: boolean;
    }
  | { readonly do: 'set_wall_clock'; readonly by: number }
  /** The actor crashes on messages of this kind. */
  | {
      readonly do: 'crash';
      readonly on: Crashing;
      readonly times: 1 | 2;
      readonly request: Request;
    }
  | { readonly do: 'full_disk'; readonly fate: Fate }
  | { readonly do: 'mend_disk' }
  /** A kill `passes` of the event loop after these requests, and again during each of the next starts. */
  | {
      readonly do: 'kill';
      readonly requests: readonly Request[];
      readonly passes: number;
      readonly downtime: number;
      readonly again: readonly number[];
      /** The change of the wall clock meanwhile. */
      readonly wallClock: number;
    }
  | { readonly do: 'restart'; readonly downtime: number };

const HOUR = 3_600_000;

export const fate = fc.constantFrom<Fate>('kept', 'dropped');

/** The change of the wall clock: mostly a large one. */
export const wallClock = fc.constantFrom(HOUR, -HOUR, HOUR, -HOUR, 200, -200);

interface Parts<Request> {
  /** The index of a user or node. */
  readonly index: fc.Arbitrary<number>;
  readonly requests: fc.Arbitrary<readonly Request[]>;
  /** Requests that wait in the sockets at a stall or a kill. */
  readonly waiting: fc.Arbitrary<readonly Request[]>;
  /** The change of the wall clock between a kill and the next start. */
  readonly wallClockAtKill: fc.Arbitrary<number>;
}

/** The shared steps, without crashes, which differ between the suites. */
export function sharedSteps<Request>({ index, requests, waiting, wallClockAtKill }: Parts<Request>) {
  const span: fc.Arbitrary<Span> = fc.oneof(
    { arbitrary: fc.record({ for: fc.nat(TIMEOUT) }), weight: 3 },
    { arbitrary: fc.record({ for: fc.integer({ min: TIMEOUT, max: 5 * TIMEOUT }) }), weight: 2 },
    { arbitrary: fc.record({ untilDeadlineOf: index, and: fc.constantFrom(-21, -1, 0, 1, 19) }), weight: 5 },
  );
  const standstill: fc.Arbitrary<Span> = fc.oneof(
    fc.record({ for: fc.nat(BLIND_AFTER - 1) }),
    fc.record({ for: fc.integer({ min: BLIND_AFTER + 20, max: 10 * TIMEOUT }) }),
    fc.record({ untilDeadlineOf: index, and: fc.constantFrom(-1, 0, 1, BLIND_AFTER) }),
  );
  // No process starts at the instant at which another one dies.
  const downtime = fc.oneof(
    fc.constant(1),
    fc.integer({ min: 1, max: TIMEOUT }),
    fc.integer({ min: 1, max: 10 * TIMEOUT }),
  );
  return {
    ask: fc.record({ do: fc.constant('ask' as const), requests }),
    wait: fc.record({ do: fc.constant('wait' as const), time: span }),
    stall: fc.record({
      do: fc.constant('stall' as const),
      time: standstill,
      requests: waiting,
      readFirst: fc.boolean(),
    }),
    set_wall_clock: fc.record({ do: fc.constant('set_wall_clock' as const), by: wallClock }),
    full_disk: fc.record({ do: fc.constant('full_disk' as const), fate }),
    mend_disk: fc.constant({ do: 'mend_disk' as const }),
    kill: fc.record({
      do: fc.constant('kill' as const),
      requests: waiting,
      passes: fc.nat(12),
      downtime,
      again: fc.oneof({ arbitrary: fc.constant([]), weight: 3 }, fc.array(fc.nat(12), { maxLength: 3 })),
      wallClock: wallClockAtKill,
    }),
    restart: fc.record({ do: fc.constant('restart' as const), downtime }),
  };
}

/** The `crash` step for these kinds of messages. @param requestFor the request that causes the message */
export function crashStep<Crashing, Request>(
  kinds: readonly Crashing[],
  requestFor: (on: Crashing) => fc.Arbitrary<Request>,
) {
  return fc.constantFrom(...kinds).chain((on) =>
    fc.record({
      do: fc.constant('crash' as const),
      on: fc.constant(on),
      times: fc.constantFrom<1 | 2>(1, 2),
      request: requestFor(on),
    }),
  );
}

/** Requests and waits with the troubles between them, each about as often as it is listed. */
export function scenarioOf<AStep>(
  usual: readonly fc.WeightedArbitrary<AStep>[],
  troubles: readonly fc.Arbitrary<AStep>[],
): fc.Arbitrary<readonly AStep[]> {
  const step = fc.oneof(...usual, ...troubles.map((arbitrary) => ({ arbitrary, weight: 1 })));
  return fc.array(step, { maxLength: 24, size: 'max' });
}
