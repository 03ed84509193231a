import { checkHistories, type HistoryComparison } from '../../src/cli/bench/check/history-check.js';
import type { LoadClient } from '../../src/cli/bench/load-client.js';
import { GROUP } from '../population/groups.js';
import type { Cohorts } from './cohorts.js';

const LEAVERS = 1_500;
const STAYERS = 500;
const CONCURRENCY = 16;
const RETRY_MS = 200;

export interface HistorySample {
  readonly client: LoadClient;
  readonly cohorts: Cohorts;
  readonly timeoutMs: number;
  readonly toleranceMs: number;
  readonly signal: AbortSignal;
}

/** Compares the histories of some users who left, and of some who stayed to the end, with the journal. */
export function checkSample({
  client,
  cohorts,
  timeoutMs,
  toleranceMs,
  signal,
}: HistorySample): Promise<HistoryComparison> {
  const stayed = Array.from({ length: cohorts.slots }, (_, slot) => cohorts.cohortIn(slot));
  const sample = [...evenly(cohorts.left, LEAVERS), ...evenly(stayed, STAYERS)];
  const cohortOf = (user: number): number => sample[user] ?? 0;
  return checkHistories({
    client,
    users: sample.length,
    idOf: (user) => cohorts.user(cohortOf(user), (user * 7) % GROUP),
    journal: { heals: (user) => cohorts.journal.heals(cohortOf(user)) },
    since: 0,
    rule: { timeoutMs, toleranceMs },
    concurrency: CONCURRENCY,
    retryMs: RETRY_MS,
    signal,
    onProgress: () => undefined,
  });
}

/** Picks this many cohorts, some more than once if there are fewer. */
function evenly(cohorts: readonly number[], count: number): number[] {
  if (cohorts.length === 0) return [];
  return Array.from(
    { length: count },
    (_, index) => cohorts[Math.floor((index * cohorts.length) / count)] ?? 0,
  );
}
