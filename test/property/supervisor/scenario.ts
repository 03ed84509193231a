import fc from 'fast-check';
import type { ChildPolicy, SupervisorPolicy } from '../../../actors/supervisor/child-spec.js';

/** A possible next event; `pick` chooses its child. */
export interface Happening {
  readonly kind: (typeof KINDS)[number];
  readonly pick: number;
}

const KINDS = [
  'deliver', // the supervisor handles its next message
  'start_succeeds',
  'start_fails',
  'crash', // of any running child, also of one that was asked to stop
  'end',
  'stop_confirmed', // or forced, which is the same for the supervisor
  'timer_fires',
  'repeat', // an earlier signal arrives again
  'time_passes',
  'shutdown',
] as const;

export interface Scenario {
  readonly policy: SupervisorPolicy;
  readonly specs: readonly ChildPolicy[];
  readonly happenings: readonly Happening[];
}

/** The weights of the events; 10 if not given. */
const WEIGHTS: Partial<Record<Happening['kind'], number>> = {
  deliver: 120,
  start_succeeds: 60,
  start_fails: 5,
  stop_confirmed: 40,
  crash: 30,
  shutdown: 1,
};

const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.oneof(...KINDS.map((kind) => ({ arbitrary: fc.constant(kind), weight: WEIGHTS[kind] ?? 10 }))),
  pick: fc.nat(10_000),
});

const specs: fc.Arbitrary<ChildPolicy[]> = fc
  .array(
    fc.constantFrom('permanent' as const, 'permanent' as const, 'transient' as const, 'temporary' as const),
    {
      maxLength: 5,
    },
  )
  .map((types) => types.map((restart, index) => ({ id: `child-${index}`, restart, shutdown: 1 })));

/** Every strategy, small intensities, with and without a back-off. */
export const scenario: fc.Arbitrary<Scenario> = fc.record({
  policy: fc.record({
    strategy: fc.constantFrom('one_for_one', 'one_for_all', 'rest_for_one'),
    intensity: fc.nat(6),
    period: fc.constantFrom(0.5, 2),
    backoff: fc.constantFrom({ min: 0, max: 0 }, { min: 0.1, max: 1 }),
  }),
  specs,
  happenings: fc.array(happening, { maxLength: 200, size: 'max' }),
});
