interface PureRule {
  readonly rule: string;
  /** Tests that must notice a change of it: fast ones, since they run for each change. */
  readonly specs: readonly string[];
}

const NODE = ['test/unit/node/*.test.ts', 'test/actors/nodes/paused.test.ts'];
const ALERTS = ['test/unit/notifier/*.test.ts', 'test/actors/alerts/*.test.ts'];

/** The pure rules. */
export const PURE_RULES: readonly PureRule[] = [
  { rule: 'actors/user/user.machine.ts', specs: ['test/unit/user/*.test.ts'] },
  { rule: 'actors/user/running-session.ts', specs: ['test/unit/user/*.test.ts'] },
  { rule: 'actors/node/node.machine.ts', specs: NODE },
  { rule: 'actors/node/heartbeat-rules.ts', specs: NODE },
  { rule: 'actors/node/registering.ts', specs: NODE },
  { rule: 'actors/node/missed-heartbeats.ts', specs: NODE },
  {
    rule: 'actors/node/node-preconditions.ts',
    specs: [...NODE, 'test/http/nodes/preconditions.test.ts'],
  },
  { rule: 'actors/node/registered-node.ts', specs: NODE },
  { rule: 'actors/supervisor/supervisor.machine.ts', specs: ['test/unit/supervisor/*.test.ts'] },
  {
    rule: 'actors/notifier/rules/mass-failure.ts',
    specs: [...ALERTS, 'test/property/notifier/mass-failure.test.ts'],
  },
  { rule: 'actors/notifier/channel/circuit-breaker.ts', specs: ALERTS },
  { rule: 'actors/notifier/channel/retry.ts', specs: ALERTS },
  { rule: 'actors/notifier/channel/channel.machine.ts', specs: ALERTS },
  { rule: 'actors/notifier/rules/flapping.ts', specs: ALERTS },
  { rule: 'actors/notifier/outbox/attempt-intents.ts', specs: ALERTS },
  { rule: 'actors/notifier/outbox/delivery.ts', specs: ALERTS },
  { rule: 'actors/notifier/rules/fallback.ts', specs: ALERTS },
  { rule: 'actors/notifier/rules/routing.ts', specs: ALERTS },
  { rule: 'actors/notifier/grouping/hold-undelivered.ts', specs: ALERTS },
  ...[
    'alerting',
    'closing',
    'delivery-rules',
    'due-alerts',
    'escalation',
    'inhibition',
    'ongoing-failures',
    'reminders',
  ].map((name) => ({ rule: `actors/notifier/rules/${name}.ts`, specs: ALERTS })),
  ...[
    'blindness',
    'recovery',
    'uptime',
    'user-id',
    'phi',
    'heartbeat-history',
    'late-notification',
    'shard',
    'retry-after',
  ].map((name) => ({
    rule: `src/domain/${name}.ts`,
    specs: [`test/*/domain/${name}*.test.ts`],
  })),
];

/** What keeps the promises that the simulator judges. */
export const SIMULATED_RULES = [
  'actors/user/user.machine.ts',
  'actors/user/running-session.ts',
  'actors/node/node.machine.ts',
  'actors/node/heartbeat-rules.ts',
  'actors/node/missed-heartbeats.ts',
  'actors/history/backlog.ts',
  'actors/history/commit.ts',
  'actors/history/node-records.ts',
  'actors/history/group-commit.ts',
  'actors/history/intake.ts',
  'actors/user/recover.ts',
  'actors/notifier/rules/reminders.ts',
  'src/domain/recovery.ts',
  'src/domain/blindness.ts',
];
