import fc from 'fast-check';
import type { UserMessage } from '../../../actors/user/user.machine.js';
import type { UserCommand } from '../../../actors/user/user.protocol.js';
import type { Fate } from '../../support/model/disk.js';
import { BLIND_AFTER, TIMEOUT } from './timing.js';

export interface Request {
  readonly kind: UserCommand['kind'] | 'history';
  readonly user: number;
}

/** So many milliseconds, or until so many after a user's deadline. */
export type Span = { readonly for: number } | { readonly untilDeadlineOf: number; readonly and: number };

export type Step =
  /** All at once, before any of them is handled. */
  | { readonly do: 'ask'; readonly requests: readonly Request[] }
  | { readonly do: 'wait'; readonly time: Span }
  /** The process stands still while these lie in the sockets. */
  | {
      readonly do: 'stall';
      readonly time: Span;
      readonly requests: readonly Request[];
      readonly readFirst: boolean;
    }
  | { readonly do: 'set_wall_clock'; readonly by: number }
  | {
      readonly do: 'crash';
      readonly on: UserMessage['kind'];
      readonly times: 1 | 2;
      readonly request: Request;
    }
  /** So many crashes of one user's actor that its shard gives up. */
  | { readonly do: 'crash_shard'; readonly user: number }
  | { readonly do: 'slow_disk'; readonly fate: Fate }
  | { readonly do: 'fast_disk' }
  | { readonly do: 'full_disk'; readonly fate: Fate }
  | { readonly do: 'mend_disk' }
  /** `passes` of the event loop after these requests; then again, so often, while it starts. */
  | {
      readonly do: 'kill';
      readonly requests: readonly Request[];
      readonly passes: number;
      readonly downtime: number;
      readonly again: readonly number[];
      readonly wallClock: number;
    }
  | { readonly do: 'restart'; readonly downtime: number };

/** What does not change while a scenario is played. */
export interface Setting {
  /** The most time that anybody gets again after blindness. */
  readonly grace: number;
  /** Which edges of a user's sessions the ranges begin and end at that are asked for. */
  readonly ranging: Readonly<Record<'from' | 'before' | 'after', number | undefined>>;
}

export type Trouble = Exclude<Step['do'], 'ask' | 'wait'>;

export const USERS = 3;

const HOUR = 3_600_000;

const edge = fc.option(fc.nat(100), { nil: undefined });

export const setting: fc.Arbitrary<Setting> = fc.record({
  grace: fc.constantFrom(200, 120_000),
  ranging: fc.record({ from: edge, before: edge, after: edge }),
});

const user = fc.nat(USERS - 1);

function request(...kinds: Request['kind'][]): fc.Arbitrary<Request> {
  return fc.record({ kind: fc.constantFrom(...kinds), user });
}

const requests = fc.array(
  request('heal', 'heal', 'heal', 'heal', 'goodbye', 'goodbye', 'checkup', 'describe', 'erase', 'history'),
  { minLength: 1, maxLength: 6 },
);
const heals = fc.array(request('heal', 'heal', 'heal', 'goodbye', 'checkup', 'history'), { maxLength: 4 });

const span: fc.Arbitrary<Span> = fc.oneof(
  { arbitrary: fc.record({ for: fc.nat(TIMEOUT) }), weight: 4 },
  { arbitrary: fc.record({ for: fc.integer({ min: TIMEOUT, max: 4 * TIMEOUT }) }), weight: 1 },
  {
    arbitrary: fc.record({ untilDeadlineOf: user, and: fc.constantFrom(-21, -1, 0, 1, 19) }),
    weight: 4,
  },
);
const standstill: fc.Arbitrary<Span> = fc.oneof(
  fc.record({ for: fc.nat(BLIND_AFTER - 1) }),
  fc.record({ for: fc.integer({ min: BLIND_AFTER + 20, max: 6 * TIMEOUT }) }),
  fc.record({ untilDeadlineOf: user, and: fc.constantFrom(-1, 0, 1, BLIND_AFTER) }),
);
/** No process starts at the very moment another dies. */
const downtime = fc.oneof(
  fc.constant(1),
  fc.integer({ min: 1, max: TIMEOUT }),
  fc.integer({ min: 1, max: 10 * TIMEOUT }),
);
const wallClock = fc.constantFrom(HOUR, -HOUR, HOUR, -HOUR, 200, -200);
const fate = fc.constantFrom<Fate>('kept', 'dropped');

const steps = {
  ask: fc.record({ do: fc.constant('ask' as const), requests }),
  wait: fc.record({ do: fc.constant('wait' as const), time: span }),
  stall: fc.record({
    do: fc.constant('stall' as const),
    time: standstill,
    requests: heals,
    readFirst: fc.boolean(),
  }),
  set_wall_clock: fc.record({ do: fc.constant('set_wall_clock' as const), by: wallClock }),
  crash: fc
    .constantFrom<UserMessage['kind']>('heal', 'goodbye', 'checkup', 'describe', 'erase', 'expire', 'settled')
    .chain((on) =>
      fc.record({
        do: fc.constant('crash' as const),
        on: fc.constant(on),
        times: fc.constantFrom<1 | 2>(1, 2),
        request: on === 'expire' || on === 'settled' ? request('heal', 'goodbye', 'erase') : request(on),
      }),
    ),
  crash_shard: fc.record({ do: fc.constant('crash_shard' as const), user }),
  slow_disk: fc.record({ do: fc.constant('slow_disk' as const), fate }),
  fast_disk: fc.constant({ do: 'fast_disk' as const }),
  full_disk: fc.record({ do: fc.constant('full_disk' as const), fate }),
  mend_disk: fc.constant({ do: 'mend_disk' as const }),
  kill: fc.record({
    do: fc.constant('kill' as const),
    requests: heals,
    passes: fc.nat(12),
    downtime,
    again: fc.oneof({ arbitrary: fc.constant([]), weight: 3 }, fc.array(fc.nat(12), { maxLength: 3 })),
    wallClock: fc.oneof({ arbitrary: fc.constant(0), weight: 5 }, wallClock),
  }),
  restart: fc.record({ do: fc.constant('restart' as const), downtime }),
};

/** Requests and time, and beside them what is named, each about as often as it is named. */
export function scenario(troubles: readonly Trouble[]): fc.Arbitrary<readonly Step[]> {
  const step: fc.Arbitrary<Step> = fc.oneof(
    { arbitrary: steps.ask, weight: 2 + troubles.length },
    { arbitrary: steps.wait, weight: 2 + troubles.length },
    ...troubles.map((trouble) => ({ arbitrary: steps[trouble], weight: 1 })),
  );
  return fc.array(step, { maxLength: 24, size: 'max' });
}
