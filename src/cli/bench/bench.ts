import { HeartbeatRequestError, isUnreachable } from '../../client/api/request-error.js';
import type { UserId } from '../../domain/user-id.js';
import { HealJournal } from './check/heal-journal.js';
import { checkHistories, type HistoryComparison } from './check/history-check.js';
import { CLOCK_TOLERANCE_MS, toleranceAfter } from './check/tolerance.js';
import { readDaemonFigures } from './figures/daemon-figures.js';
import { HealTally, type HealFigures } from './figures/heal-tally.js';
import type { Sample } from './figures/sample.js';
import { startSampling } from './figures/sampling.js';
import { PacedScheduler, type RunTask } from '../../client/schedule/paced-scheduler.js';
import type { Pace } from '../../client/schedule/pace.js';
import { LoadClient } from './load-client.js';
import { UserRange } from './virtual-users.js';
import { type Millis, type Seconds, toSeconds } from '../../domain/time.js';

export interface BenchPlan {
  readonly url: string;
  /** The key for the daemon, if it needs one. */
  readonly key?: string;
  readonly users: number;
  /** Users in one call: they are healed together. */
  readonly batch: number;
  readonly durationMs: Millis;
  readonly seed: number;
  readonly pace: Pace;
  /** How long the daemon holds a user online after a heal. */
  readonly sessionTimeoutMs: Millis;
  readonly sampleEveryMs: Millis;
  /** The delay before a failed read is repeated. */
  readonly retryMs: Millis;
}

/** Gets the progress, to show it. */
export interface BenchObserver {
  readonly healing: (elapsedMs: Millis, soFar: HealFigures) => void;
  readonly sampled: (sample: Sample) => void;
  readonly checking: (usersDone: number) => void;
}

export interface BenchReport {
  readonly elapsedMs: Millis;
  readonly total: HealFigures;
  /** At least one. */
  readonly samples: readonly Sample[];
  /** The longest known stall of the daemon's event loop; 0 if it does not say. */
  readonly longestStallMs: Millis;
  readonly verdict: HistoryComparison;
}

/** The most requests at once, one per connection: enough to fill the daemon's group commits. */
const IN_FLIGHT = 128;
const CHECKS_IN_FLIGHT = 32;
const SUPERVISION_TIMEOUT: Seconds = 2;
const TICK_MS = 250;
const WANTS_A_KEY = [401, 403];

/**
 * Heals the virtual users, takes samples of the daemon meanwhile, and checks the sessions that it stored.
 *
 * @param nextPhase called before healing and before checking; its signal ends that part early
 * @throws HeartbeatRequestError if nothing answers at the start, or if the daemon refuses the key
 */
export async function runBench(
  plan: BenchPlan,
  observer: BenchObserver,
  nextPhase: () => AbortSignal,
): Promise<BenchReport> {
  const { url, users, batch, durationMs } = plan;
  const credentials = plan.key === undefined ? {} : { key: plan.key };
  const groups = Math.ceil(users / batch);
  const connections = Math.min(groups, IN_FLIGHT);
  const client = new LoadClient(url, { connections, ...credentials });
  // A separate client, so that requests for the daemon's figures do not wait behind heals.
  const watcher = new LoadClient(url, {
    connections: 1,
    timeout: SUPERVISION_TIMEOUT,
    ...credentials,
  });
  try {
    await probe(watcher);
    const range = UserRange.random();
    // A group is healed in one call, so its heals are those of each of its users.
    const journal = new HealJournal(groups);
    const total = new HealTally();
    const recent = new HealTally();
    const idOf = range.id.bind(range);
    const load = new PacedScheduler(
      { tasks: groups, durationMs, pace: plan.pace, seed: plan.seed, inFlight: connections },
      batch === 1 ? (user) => client.heal(idOf(user)) : healTogether(client, range.batches(users, batch)),
      (outcome) => {
        const healed = Math.min(batch, users - outcome.task * batch);
        journal.record(outcome.task, outcome);
        total.add(outcome, healed);
        recent.add(outcome, healed);
      },
    );

    const healing = nextPhase();
    const begin = performance.now();
    const elapsed = (): number => performance.now() - begin;
    const since = Math.floor((Date.now() - CLOCK_TOLERANCE_MS) / 1000);
    const tick = setInterval(() => {
      observer.healing(elapsed(), total.figures());
    }, TICK_MS);
    const sampling = startSampling(plan.sampleEveryMs, durationMs, async () => {
      const sample = { elapsed_s: toSeconds(elapsed()), ...recent.figures() };
      recent.reset();
      const report = await watcher.supervision().catch(() => undefined);
      const complete = { ...sample, ...readDaemonFigures(report) };
      observer.sampled(complete);
      return complete;
    });
    await load.run(healing).finally(() => {
      clearInterval(tick);
    });
    const elapsedMs = elapsed();
    observer.healing(elapsedMs, total.figures());
    const samples = await sampling.finish();

    const longestStallMs = Math.max(0, ...samples.map((sample) => sample.event_loop_delay_ms.max ?? 0));
    const toleranceMs = toleranceAfter(longestStallMs);
    const verdict = await checkHistories({
      client,
      users,
      idOf,
      journal: { heals: (user) => journal.heals(Math.floor(user / batch)) },
      since,
      rule: { timeoutMs: plan.sessionTimeoutMs, toleranceMs },
      concurrency: CHECKS_IN_FLIGHT,
      retryMs: plan.retryMs,
      signal: nextPhase(),
      onProgress: observer.checking,
    });
    return { elapsedMs, total: total.figures(), samples, longestStallMs, verdict };
  } finally {
    await Promise.all([client.close(), watcher.close()]);
  }
}

/** A call counts as acknowledged if it healed all of its users. */
function healTogether(client: LoadClient, groups: readonly (readonly UserId[])[]): RunTask {
  return async (group) => {
    const { rejected } = await client.heal(groups[group] ?? []);
    if (rejected.length > 0) throw new Error('not all of a batch were healed');
  };
}

/** Any daemon that answers can be benched, unless it refuses the key. Figures that it does not report are unknown. */
async function probe(watcher: LoadClient): Promise<void> {
  try {
    await watcher.supervision();
  } catch (error) {
    const hasAnswered = error instanceof HeartbeatRequestError && !isUnreachable(error);
    if (!hasAnswered || WANTS_A_KEY.includes(error.status)) throw error;
  }
}
