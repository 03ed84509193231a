interface PureRule {
  readonly rule: string;
  /** Tests that decide whether a change of it is noticed: fast ones, run for each change. */
  readonly specs: readonly string[];
}

const NODE = ['test/unit/node/machine.test.ts', 'test/actors/nodes/paused.test.ts'];
const ALERTS = [
  'test/unit/notifier/*.test.ts',
  'test/actors/alerts/mass-failure.test.ts',
  'test/actors/alerts/deleted.test.ts',
  'test/actors/alerts/flapping.test.ts',
  'test/actors/alerts/routing.test.ts',
];

/** Decisions without effects, which everything else runs. */
export const PURE_RULES: readonly PureRule[] = [
  { rule: 'actors/user/user.machine.ts', specs: ['test/unit/user/*.test.ts'] },
  { rule: 'actors/node/node.machine.ts', specs: NODE },
  { rule: 'actors/node/liveness.ts', specs: NODE },
  { rule: 'actors/node/registering.ts', specs: NODE },
  { rule: 'actors/node/lapse.ts', specs: NODE },
  { rule: 'actors/node/known.ts', specs: NODE },
  { rule: 'actors/supervisor/policy.ts', specs: ['test/unit/supervisor/*.test.ts'] },
  {
    rule: 'actors/notifier/mass-failure.ts',
    specs: [...ALERTS, 'test/property/notifier/mass-failure.test.ts'],
  },
  { rule: 'actors/notifier/breaker.ts', specs: ALERTS },
  { rule: 'actors/notifier/retry.ts', specs: ALERTS },
  { rule: 'actors/notifier/channel.machine.ts', specs: ALERTS },
  { rule: 'actors/notifier/flapping.ts', specs: ALERTS },
  { rule: 'actors/notifier/untold.ts', specs: ALERTS },
  { rule: 'actors/notifier/routing.ts', specs: ALERTS },
  { rule: 'actors/notifier/recall.ts', specs: ALERTS },
  { rule: 'actors/notifier/alerting.ts', specs: ALERTS },
  ...['blindness', 'recovery', 'uptime', 'user-id', 'phi', 'rhythm', 'shard', 'retry-after'].map((name) => ({
    rule: `src/domain/${name}.ts`,
    specs: [`test/*/domain/${name}.test.ts`],
  })),
  { rule: 'src/domain/told.ts', specs: ALERTS },
];
