import fc from 'fast-check';
import type { UserMessage } from '../../../actors/user/user.machine.js';
import type { UserCommand } from '../../../actors/user/user.protocol.js';
import { USER_ID_KINDS, type UserIdKind } from '../../../src/domain/user-id.js';
import type { Fate } from '../../support/model/disk.js';
import { crashStep, fate, scenarioOf, sharedSteps, wallClock, type Step } from '../model/steps.js';

export interface Request {
  readonly kind: UserCommand['kind'] | 'history';
  readonly user: number;
  /** Of a heal or a goodbye. */
  readonly device?: string | undefined;
}

export type Crashing = UserMessage['kind'];

export type UserStep =
  | Step<Request, Crashing>
  /** Enough crashes of one user's actor for its shard to be shut down. */
  | { readonly do: 'crash_shard'; readonly user: number }
  | { readonly do: 'slow_disk'; readonly fate: Fate }
  | { readonly do: 'fast_disk' };

/** What stays the same during a scenario. */
export interface Setting {
  /** The most time that a session gets after blindness. */
  readonly grace: number;
  /** The limits of a user's sessions where the requested ranges start and end. */
  readonly ranging: Readonly<Record<'from' | 'before' | 'after', number | undefined>>;
  readonly ids: UserIdKind;
}

export type Trouble = Exclude<UserStep['do'], 'ask' | 'wait'>;

export const USERS = 3;

const edge = fc.option(fc.nat(100), { nil: undefined });

export const setting: fc.Arbitrary<Setting> = fc.record({
  grace: fc.constantFrom(200, 120_000),
  ranging: fc.record({ from: edge, before: edge, after: edge }),
  ids: fc.constantFrom(...USER_ID_KINDS),
});

const user = fc.nat(USERS - 1);

/** Half of the heals and goodbyes name no device. */
const device = fc.constantFrom(undefined, undefined, 'phone', 'tab');

function request(...kinds: Request['kind'][]): fc.Arbitrary<Request> {
  return fc.record({ kind: fc.constantFrom(...kinds), user, device });
}

const steps = {
  ...sharedSteps<Request>({
    index: user,
    requests: fc.array(
      request(
        'heal',
        'heal',
        'heal',
        'heal',
        'goodbye',
        'goodbye',
        'checkup',
        'describe',
        'erase',
        'history',
      ),
      { minLength: 1, maxLength: 6 },
    ),
    waiting: fc.array(request('heal', 'heal', 'heal', 'goodbye', 'checkup', 'history'), { maxLength: 4 }),
    wallClockAtKill: fc.oneof({ arbitrary: fc.constant(0), weight: 5 }, wallClock),
  }),
  crash: crashStep<Crashing, Request>(
    ['heal', 'goodbye', 'checkup', 'describe', 'erase', 'expire', 'settled'],
    (on) => (on === 'expire' || on === 'settled' ? request('heal', 'goodbye', 'erase') : request(on)),
  ),
  crash_shard: fc.record({ do: fc.constant('crash_shard' as const), user }),
  slow_disk: fc.record({ do: fc.constant('slow_disk' as const), fate }),
  fast_disk: fc.constant({ do: 'fast_disk' as const }),
};

export function scenario(troubles: readonly Trouble[]): fc.Arbitrary<readonly UserStep[]> {
  const weight = 2 + troubles.length;
  return scenarioOf<UserStep>(
    [
      { arbitrary: steps.ask, weight },
      { arbitrary: steps.wait, weight },
    ],
    troubles.map((trouble) => steps[trouble]),
  );
}
