import type { BenchPlan, BenchReport } from './bench.js';
import type { HistoryComparison } from './check/history-check.js';
import type { Latency } from './figures/heal-tally.js';
import { count, inBytes, inMs } from './figures/sample.js';
import { toSeconds } from '../../domain/time.js';

/** Whether everything was checked and is equal. A bench without an acknowledged heal proves nothing. */
export function isGood({ total, verdict }: BenchReport): boolean {
  const silent = total.heals === 0 && total.errors > 0;
  return verdict.incomplete === undefined && verdict.usersDiffering === 0 && !silent;
}

/** The summary for people: several lines. */
export function summaryText(plan: BenchPlan, report: BenchReport): string {
  const { total, elapsedMs, samples, verdict } = report;
  const last = samples.at(-1);
  const seconds = toSeconds(elapsedMs);
  const lines = [
    `${String(plan.users)} users healed for ${seconds.toFixed(1)} s at ${plan.url} (seed ${String(plan.seed)})`,
    `heals      ${String(total.heals)} acknowledged, ${(total.heals / seconds).toFixed(1)} a second`,
    `errors     ${errorsText(total.errors_by_kind)}`,
    `latency    ${latencyText(total.latency_ms)}`,
    `sent late  ${latencyText(total.sent_late_ms)}`,
  ];
  if (last !== undefined) {
    const { event_loop_delay_ms: loop } = last;
    lines.push(
      `daemon     online ${count(last.online)}, rss ${inBytes(last.rss_bytes)}, event loop p99 ${inMs(loop.p99)}, ` +
        `db ${inBytes(last.store_bytes)}, sessions stored ${count(last.sessions_stored)}`,
    );
  }
  if (report.longestStallMs >= 1000) {
    lines.push(
      `stall      the daemon stood still for ${inMs(report.longestStallMs)}: it gives its users that time again`,
    );
  }
  return [...lines, ...verdictLines(verdict, plan.users), ''].join('\n');
}

function verdictLines(verdict: HistoryComparison, users: number): string[] {
  const { usersChecked, usersDiffering, mismatches, sessions, incomplete } = verdict;
  const outcome = usersDiffering === 0 ? 'all as the users healed' : `${String(usersDiffering)} users differ`;
  const lines = [`sessions   ${String(sessions)} compared, of ${String(usersChecked)} users: ${outcome}`];
  if (incomplete !== undefined) {
    lines.push(`           ${String(users - usersChecked)} users not checked: ${incomplete}`);
  }
  return [
    ...lines,
    ...mismatches.map(
      ({ user, problem, passing }) =>
        `  user ${user}: ${problem}${passing ? ' (right when read again)' : ''}`,
    ),
  ];
}

function errorsText(byKind: Readonly<Record<string, number>>): string {
  const kinds = Object.entries(byKind).map(([kind, times]) => `${kind}: ${String(times)}`);
  return kinds.length === 0 ? 'none' : kinds.join(', ');
}

function latencyText({ p50, p99, max }: Latency): string {
  return `p50 ${inMs(p50)}, p99 ${inMs(p99)}, max ${inMs(max)}`;
}

/** The whole bench as one JSON document. Ids are strings of digits. */
export function summaryJson(plan: BenchPlan, report: BenchReport): string {
  const { verdict } = report;
  const document = {
    bench: {
      url: plan.url,
      users: plan.users,
      duration_s: toSeconds(plan.durationMs),
      seed: plan.seed,
      session_timeout_s: toSeconds(plan.sessionTimeoutMs),
    },
    samples: report.samples,
    summary: {
      good: isGood(report),
      elapsed_s: toSeconds(report.elapsedMs),
      ...report.total,
      longest_stall_ms: report.longestStallMs,
      check: {
        users_checked: verdict.usersChecked,
        sessions: verdict.sessions,
        users_differing: verdict.usersDiffering,
        mismatches: verdict.mismatches.map(({ user, problem, passing }) => ({ id: user, problem, passing })),
        incomplete: verdict.incomplete ?? null,
      },
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
