import fc from 'fast-check';
import type { NodeMessage } from '../../../actors/node/decision.js';
import type { Change } from '../../support/model/node-model.js';
import type { Fate } from '../../support/model/disk.js';
import { BLIND_AFTER, TICK, TIMEOUT } from './timing.js';

export type Request = { readonly node: number } & (
  | { readonly kind: 'heartbeat' | 'fail' | 'pause' | 'resume' | 'forget' }
  | { readonly kind: 'put'; readonly change: Change }
);

/** So many milliseconds, or until so many after a node's deadline. */
export type Span = { readonly for: number } | { readonly untilDeadlineOf: number; readonly and: number };

export type Step =
  /** All at once, before any of them is handled. */
  | { readonly do: 'ask'; readonly requests: readonly Request[] }
  | { readonly do: 'wait'; readonly time: Span }
  /** Heartbeats of a node, so many and so far apart that its rhythm gets known. */
  | { readonly do: 'rhythm'; readonly node: number; readonly every: number; readonly beats: number }
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
      readonly on: NodeMessage['kind'];
      readonly times: 1 | 2;
      readonly request: Request;
    }
  | { readonly do: 'full_disk'; readonly fate: Fate }
  | { readonly do: 'mend_disk' }
  /** `passes` of the event loop after these requests; then again, so often, while it starts. */
  | {
      readonly do: 'kill';
      readonly requests: readonly Request[];
      readonly passes: number;
      readonly downtime: number;
      readonly again: readonly number[];
    }
  | { readonly do: 'restart'; readonly downtime: number };

export type Trouble = Exclude<Step['do'], 'ask' | 'wait' | 'rhythm'>;

export const NODES = 3;

/** From less than any rhythm comes to, to more than a restart gives where it gives little. */
export const ADAPTIVE = { min: 100, max: 3000 };

const HOUR = 3_600_000;

const node = fc.nat(NODES - 1);

const change: fc.Arbitrary<Change> = fc.record(
  {
    timeout: fc.constantFrom(null, 200, TIMEOUT, 3000, ADAPTIVE),
    maxRetries: fc.constantFrom(null, 0, 1, 3),
    paused: fc.constantFrom(true, false, null),
  },
  { requiredKeys: [] },
);

function request(...kinds: Request['kind'][]): fc.Arbitrary<Request> {
  return fc
    .record({ kind: fc.constantFrom(...kinds), node, change })
    .map(({ kind, node: which, change: given }): Request =>
      kind === 'put' ? { kind, node: which, change: given } : { kind, node: which },
    );
}

const requests = fc.array(
  request(
    'heartbeat',
    'heartbeat',
    'heartbeat',
    'heartbeat',
    'put',
    'put',
    'fail',
    'pause',
    'resume',
    'forget',
  ),
  { minLength: 1, maxLength: 5 },
);
const beats = fc.array(request('heartbeat', 'heartbeat', 'heartbeat', 'put', 'fail'), { maxLength: 4 });

const span: fc.Arbitrary<Span> = fc.oneof(
  { arbitrary: fc.record({ for: fc.nat(TIMEOUT) }), weight: 3 },
  { arbitrary: fc.record({ for: fc.integer({ min: TIMEOUT, max: 5 * TIMEOUT }) }), weight: 2 },
  { arbitrary: fc.record({ untilDeadlineOf: node, and: fc.constantFrom(-21, -1, 0, 1, 19) }), weight: 5 },
);
const standstill: fc.Arbitrary<Span> = fc.oneof(
  fc.record({ for: fc.nat(BLIND_AFTER - 1) }),
  fc.record({ for: fc.integer({ min: BLIND_AFTER + 20, max: 10 * TIMEOUT }) }),
  fc.record({ untilDeadlineOf: node, and: fc.constantFrom(-1, 0, 1, BLIND_AFTER) }),
);
const downtime = fc.oneof(
  fc.constant(1),
  fc.integer({ min: 1, max: TIMEOUT }),
  fc.integer({ min: 1, max: 10 * TIMEOUT }),
);
const fate = fc.constantFrom<Fate>('kept', 'dropped');

const steps = {
  ask: fc.record({ do: fc.constant('ask' as const), requests }),
  wait: fc.record({ do: fc.constant('wait' as const), time: span }),
  rhythm: fc.record({
    do: fc.constant('rhythm' as const),
    node,
    every: fc.integer({ min: TICK, max: 2 * TIMEOUT }),
    beats: fc.integer({ min: 8, max: 14 }),
  }),
  stall: fc.record({
    do: fc.constant('stall' as const),
    time: standstill,
    requests: beats,
    readFirst: fc.boolean(),
  }),
  set_wall_clock: fc.record({
    do: fc.constant('set_wall_clock' as const),
    by: fc.constantFrom(HOUR, -HOUR, 200, -200),
  }),
  crash: fc
    .constantFrom<Request['kind'] | 'expire' | 'settled' | 'standing_settled'>(
      'heartbeat',
      'put',
      'fail',
      'forget',
      'expire',
      'settled',
      'standing_settled',
    )
    .chain((on) =>
      fc.record({
        do: fc.constant('crash' as const),
        on: fc.constant(on),
        times: fc.constantFrom<1 | 2>(1, 2),
        request:
          on === 'expire' || on === 'settled' || on === 'standing_settled'
            ? request('heartbeat', 'put', 'fail', 'forget')
            : request(on),
      }),
    ),
  full_disk: fc.record({ do: fc.constant('full_disk' as const), fate }),
  mend_disk: fc.constant({ do: 'mend_disk' as const }),
  kill: fc.record({
    do: fc.constant('kill' as const),
    requests: beats,
    passes: fc.nat(12),
    downtime,
    again: fc.oneof({ arbitrary: fc.constant([]), weight: 3 }, fc.array(fc.nat(12), { maxLength: 3 })),
  }),
  restart: fc.record({ do: fc.constant('restart' as const), downtime }),
};

/** Requests and time, and beside them what is named, each about as often as it is named. */
export function scenario(troubles: readonly Trouble[]): fc.Arbitrary<readonly Step[]> {
  const step: fc.Arbitrary<Step> = fc.oneof(
    { arbitrary: steps.ask, weight: 2 + troubles.length },
    { arbitrary: steps.wait, weight: 2 + troubles.length },
    { arbitrary: steps.rhythm, weight: 1 },
    ...troubles.map((trouble) => ({ arbitrary: steps[trouble], weight: 1 })),
  );
  return fc.array(step, { maxLength: 24, size: 'max' });
}
