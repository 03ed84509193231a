import type { HistoryComparison } from '../../src/cli/bench/check/history-check.js';
import type { TaskOutcome } from '../../src/client/schedule/paced-scheduler.js';
import type { HealFigures } from '../../src/cli/bench/figures/heal-tally.js';
import { GROUP } from '../population/groups.js';
import type { HostWatch } from '../process/host.js';
import type { Figure, Measured } from '../row.js';
import { quantile } from '../statistics.js';
import type { Cohorts } from './cohorts.js';
import type { Inspection } from './inspection.js';
import type { DaemonSample } from './watch.js';

export type SingleCall = Pick<TaskOutcome, 'sentAt' | 'answeredAt' | 'latencyMs'>;

/** The measurements after the load has ended. */
export interface Aftermath {
  readonly cohorts: Cohorts;
  readonly inspection: Inspection;
  readonly verdict: HistoryComparison;
  readonly samples: readonly DaemonSample[];
  /** Users whose heal was due in the measured time. */
  readonly due: number;
  readonly elapsedMs: number;
  /** CPU time in the measured time, in microseconds: of the daemon, and of the load generator. */
  readonly cpuUs: number;
  readonly ownCpuUs: number;
  readonly heals: HealFigures;
  readonly single: HealFigures;
  readonly asked: HealFigures;
  /** The single heals, one by one. */
  readonly singleCalls: readonly SingleCall[];
  /** The activity of the machine's host meanwhile. */
  readonly host: HostWatch;
}

/** The figures of the row `million`. */
export function reportOf(after: Aftermath): Measured {
  const { heals, single, asked } = after;
  return {
    figures: [
      ...promiseFigures(after),
      ...latencyFigures(after),
      ...quietFigures(after),
      ...costFigures(after),
    ],
    notes: [
      ...notesOf(after),
      ...errorNotes('batches', heals.errors_by_kind),
      ...errorNotes('single heals', single.errors_by_kind),
      ...errorNotes('single checkups', asked.errors_by_kind),
    ],
  };
}

function promiseFigures({ heals, due, cohorts, inspection, verdict }: Aftermath): Figure[] {
  return [
    { name: 'heals acknowledged, of those due', unit: '%', rounds: [(100 * heals.heals) / due] },
    { name: 'sessions lapsed for a late heal', unit: 'users', rounds: [cohorts.lapses * GROUP] },
    { name: 'false offline', unit: 'users', rounds: [inspection.falseOffline] },
    { name: 'histories not as healed', unit: 'users', rounds: [verdict.usersDiffering] },
  ];
}

function latencyFigures({ heals, single, asked, inspection, samples }: Aftermath): Figure[] {
  const most = inspection.lateness.map(({ mostMs }) => mostMs);
  const least = inspection.lateness.map(({ leastMs }) => leastMs);
  const behind = samples.map(({ behindMs }) => behindMs);
  return [
    { name: 'expiry lateness, p99', unit: 'ms', rounds: [quantile(most, 0.99)] },
    { name: 'single heal, p99', unit: 'ms', rounds: measured(single.latency_ms.p99) },
    { name: 'single checkup, p99', unit: 'ms', rounds: measured(asked.latency_ms.p99) },
    { name: 'expiry lateness at least, p99', unit: 'ms', rounds: [quantile(least, 0.99)] },
    { name: 'batch of a thousand, p99', unit: 'ms', rounds: measured(heals.latency_ms.p99) },
    { name: 'batch sent late, p99', unit: 'ms', rounds: measured(heals.sent_late_ms.p99) },
    { name: 'ends stored behind their deadline, p99', unit: 'ms', rounds: [quantile(behind, 0.99)] },
  ];
}

/** The same figures for the time in which the host was quiet. */
function quietFigures({ inspection, singleCalls, host }: Aftermath): Figure[] {
  const late = inspection.lateness.filter(({ endedAt, seenAt }) => host.wasQuiet(endedAt, seenAt));
  const calls = singleCalls.filter(({ sentAt, answeredAt }) => host.wasQuiet(sentAt, answeredAt));
  const most = late.map(({ mostMs }) => mostMs);
  const took = calls.map(({ latencyMs }) => latencyMs);
  return [
    { name: 'of the time, the host was quiet', unit: '%', rounds: [100 * host.quietShare] },
    { name: 'expiry lateness while it was, p99', unit: 'ms', rounds: [quantile(most, 0.99)] },
    { name: 'single heal while it was, p99', unit: 'ms', rounds: [quantile(took, 0.99)] },
  ];
}

function costFigures({ heals, samples, elapsedMs, cpuUs, ownCpuUs }: Aftermath): Figure[] {
  const online = samples.map((sample) => sample.online);
  return [
    { name: 'heals', unit: '/s', rounds: [(1000 * heals.heals) / elapsedMs] },
    { name: 'online', unit: 'users', rounds: [quantile(online, 0.5)] },
    { name: 'CPU a heal, all in', unit: 'µs', rounds: [cpuUs / heals.heals] },
    { name: 'daemon, of a core', unit: '%', rounds: [cpuUs / elapsedMs / 10] },
    { name: 'load generator, of a core', unit: '%', rounds: [ownCpuUs / elapsedMs / 10] },
    { name: 'longest stall', unit: 'ms', rounds: [Math.max(0, ...samples.map(({ stallMs }) => stallMs))] },
    { name: 'most RSS', unit: 'MB', rounds: [Math.max(0, ...samples.map(({ rss }) => rss)) / 1e6] },
  ];
}

const LISTED = 5;

function notesOf({ cohorts, inspection, verdict, samples }: Aftermath): string[] {
  const { checked, failed, lateness } = inspection;
  return [
    `${String(checked)} checkups of users who had to be online, ${String(failed)} calls of them failed`,
    `${String(verdict.usersChecked)} histories read, ${String(verdict.sessions)} sessions in them; ` +
      `${String(cohorts.left.length * GROUP)} users left, ${String(lateness.length)} of them watched`,
    ...verdict.mismatches.slice(0, LISTED).map(({ user, problem }) => `user ${user}: ${problem}`),
    ...(verdict.incomplete === undefined ? [] : [`not all histories were read: ${verdict.incomplete}`]),
    ...(samples.at(-1)?.blindness ?? []),
  ];
}

function measured(value: number | null): number[] {
  return value === null ? [] : [value];
}

function errorNotes(what: string, byKind: Readonly<Record<string, number>>): string[] {
  const kinds = Object.entries(byKind).map(([kind, times]) => `${kind}: ${String(times)}`);
  return kinds.length === 0 ? [] : [`${what} failed: ${kinds.join(', ')}`];
}
