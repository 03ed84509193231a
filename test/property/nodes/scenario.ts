import fc from 'fast-check';
import type { NodeMessage } from '../../../actors/node/decision.js';
import type { Change } from '../../support/model/node-model.js';
import { crashStep, scenarioOf, sharedSteps, type Step } from '../model/steps.js';
import { TICK, TIMEOUT } from '../model/timing.js';

export type Request = { readonly node: number } & (
  | { readonly kind: 'heartbeat' | 'fail' | 'pause' | 'resume' | 'forget' }
  | { readonly kind: 'put'; readonly change: Change }
  /** Of the node's job. Those that begin a run are in `jobs.test.ts`. */
  | { readonly kind: 'ping'; readonly says: Saying }
);

export type Saying = 'success' | 'fail' | 'log';

/** Messages that crash a node's actor. */
export type Crashing = Exclude<
  NodeMessage['kind'],
  | 'describe'
  | 'miss'
  | 'probed'
  | 'acknowledge'
  | 'unacknowledge'
  | 'renew_ping_uuid'
  | 'declare'
  | 'prune'
  | 'release'
>;

export type NodeStep =
  | Step<Request, Crashing>
  /** So many heartbeats of a node at such intervals that its adaptive timeout is learnt. */
  | { readonly do: 'rhythm'; readonly node: number; readonly every: number; readonly beats: number };

export type Trouble = Exclude<NodeStep['do'], 'ask' | 'wait' | 'rhythm'>;

export const NODES = 3;

/** From below any learnt timeout to more than a restart gives at least. */
export const ADAPTIVE = { min: 100, max: 3000 };

const node = fc.nat(NODES - 1);

const change: fc.Arbitrary<Change> = fc.record(
  {
    timeout: fc.constantFrom(null, 200, TIMEOUT, 3000, ADAPTIVE),
    maxRetries: fc.constantFrom(null, 0, 1, 3),
    paused: fc.constantFrom(true, false, null),
  },
  { requiredKeys: [] },
);

const saying = fc.constantFrom<Saying>('success', 'success', 'fail', 'log');

function request(...kinds: Request['kind'][]): fc.Arbitrary<Request> {
  return fc
    .record({ kind: fc.constantFrom(...kinds), node, change, says: saying })
    .map(({ kind, node: which, change: given, says }): Request => {
      if (kind === 'put') return { kind, node: which, change: given };
      return kind === 'ping' ? { kind, node: which, says } : { kind, node: which };
    });
}

const steps = {
  ...sharedSteps<Request>({
    index: node,
    requests: fc.array(
      request(
        'heartbeat',
        'heartbeat',
        'heartbeat',
        'heartbeat',
        'put',
        'put',
        'ping',
        'ping',
        'fail',
        'pause',
        'resume',
        'forget',
      ),
      { minLength: 1, maxLength: 5 },
    ),
    waiting: fc.array(request('heartbeat', 'heartbeat', 'heartbeat', 'ping', 'put', 'fail'), {
      maxLength: 4,
    }),
    wallClockAtKill: fc.constant(0),
  }),
  rhythm: fc.record({
    do: fc.constant('rhythm' as const),
    node,
    every: fc.integer({ min: TICK, max: 2 * TIMEOUT }),
    beats: fc.integer({ min: 8, max: 14 }),
  }),
  crash: crashStep<Crashing, Request>(
    ['heartbeat', 'put', 'ping', 'fail', 'forget', 'expire', 'settled', 'status_settled'],
    (on) =>
      on === 'expire' || on === 'settled' || on === 'status_settled'
        ? request('heartbeat', 'put', 'ping', 'fail', 'forget')
        : request(on),
  ),
};

export function scenario(troubles: readonly Trouble[]): fc.Arbitrary<readonly NodeStep[]> {
  const weight = 2 + troubles.length;
  return scenarioOf<NodeStep>(
    [
      { arbitrary: steps.ask, weight },
      { arbitrary: steps.wait, weight },
      { arbitrary: steps.rhythm, weight: 1 },
    ],
    troubles.map((trouble) => steps[trouble]),
  );
}
