import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { HealTally } from '../../src/cli/bench/figures/heal-tally.js';
import { UserRange } from '../../src/cli/bench/virtual-users.js';
import { HeartbeatRequestError } from '../../src/client/api/request-error.js';
import { LoadClient } from '../../src/cli/bench/load-client.js';
import { PacedScheduler } from '../../src/client/schedule/paced-scheduler.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { BenchContext } from '../context.js';
import { expectation, type Call } from '../million/expectation.js';
import { blindnessNotes } from '../population/blindness.js';
import { GROUP, groupsOf, healAll } from '../population/groups.js';
import { residentBytes } from '../process/memory.js';
import { atLeast, atMost, type Row } from '../row.js';
import { quantile } from '../statistics.js';

/** The daemon's limit of calls in flight. */
const IN_FLIGHT = 64;
const TIMES = 3;
/** The most calls at once: so many that slow answers do not delay the other calls. */
const CONNECTIONS = 768;
const USERS = 192_000;
/** Longer than the whole row takes, even if everything is refused for a while. */
const TIMEOUT_S = 10;
/** The most calls at once while the capacity is measured. */
const MEASURING = 8;
const PROBE_EVERY_MS = 50;
/** Callers per group, so that a call under way does not delay the group's next call. */
const CALLERS = 8;

export const overload: Row = {
  name: 'overload',
  title: 'three times the heals that the daemon carries, of users who are online',
  needs: [],
  goals: {
    'heals answered 200, of what it carries': atLeast(0.5, 0.8),
    'calls answered neither 200 nor 503': atMost(0),
    'users offline within their time': atMost(0),
    'probes not answered': atMost(0),
  },
  run: async (context) => {
    const { servers, signal, say, size } = context;
    const { url, pid } = await servers.daemon({
      sessionTimeoutSeconds: TIMEOUT_S,
      configuration: configuration(servers.temporaryDirectory()),
    });
    const few = new LoadClient(url, { connections: MEASURING });
    const crowd = new LoadClient(url, { connections: CONNECTIONS, timeout: 60 });
    const onlooker = new LoadClient(url, { connections: 1 });
    try {
      const range = UserRange.random();
      const groups = groupsOf(range, USERS);
      say(`${String(USERS)} users come online`);
      const heals: Call[] = [];
      await healAll(few, groups, signal, ({ group, ...call }) => (heals[group] = call));

      say('what it carries');
      const seconds = size(10, 2);
      const carried = await load(context, few, groups, heals, {
        seconds,
        perSecond: Infinity,
        inFlight: MEASURING,
      });
      const before = residentBytes(pid);

      say('three times as much');
      const over = new AbortController();
      const until = AbortSignal.any([signal, over.signal]);
      const seen = { most: before, wrong: 0, looks: 0, refused: 0 };
      const probes = probe(until, url, () => (seen.most = Math.max(seen.most, residentBytes(pid))));
      const looks = look(until, onlooker, range, heals, seen);
      const offered = await load(context, crowd, groups, heals, {
        seconds: size(20, 4),
        perSecond: (TIMES * carried.calls) / carried.seconds,
        inFlight: CONNECTIONS,
      }).finally(() => over.abort());
      const [probed] = await Promise.all([probes, looks]);
      const perSecond = (calls: number): number => calls / offered.seconds;
      const carriedPerSecond = carried.taken / carried.seconds;
      return {
        figures: [
          {
            name: 'heals answered 200, of what it carries',
            unit: '×',
            rounds: [perSecond(offered.taken) / carriedPerSecond],
          },
          { name: 'calls answered neither 200 nor 503', unit: 'calls', rounds: [offered.others] },
          { name: 'users offline within their time', unit: 'users', rounds: [seen.wrong] },
          { name: 'probes not answered', unit: 'calls', rounds: [probed.failed] },
          {
            name: 'offered, of what it carries',
            unit: '×',
            rounds: [offered.calls / offered.plannedSeconds / carriedPerSecond],
          },
          { name: 'answered 503, of all calls', unit: '%', rounds: [(100 * offered.shed) / offered.calls] },
          { name: 'carried, heals', unit: '/s', rounds: [GROUP * carriedPerSecond] },
          { name: 'a probe, p99', unit: 'ms', rounds: [quantile(probed.tookMs, 0.99)] },
          { name: 'RSS before', unit: 'MB', rounds: [before / 1e6] },
          { name: 'RSS meanwhile, at the most', unit: 'MB', rounds: [seen.most / 1e6] },
        ],
        notes: [
          `${String(offered.calls)} calls of ${String(GROUP)} heals each, up to ${String(CONNECTIONS)} under way where ${String(IN_FLIGHT)} may be in flight, sent ${offered.lateMs.toFixed(0)} ms late at the worst percentile`,
          `${String(probed.tookMs.length)} probes and ${String(seen.looks)} checkups meanwhile, ${String(seen.refused)} of the checkups refused`,
          ...blindnessNotes(await onlooker.supervision()),
        ],
      };
    } finally {
      await Promise.all([few.close(), crowd.close(), onlooker.close()]);
    }
  },
};

/** The calls that were sent, by outcome. */
interface Answered {
  readonly calls: number;
  readonly taken: number;
  readonly shed: number;
  readonly others: number;
  /** `plannedSeconds`: the time of sending. `seconds`: until all were answered. */
  readonly plannedSeconds: number;
  readonly seconds: number;
  readonly lateMs: number;
}

/** @param heals gets the last call of each group that was answered 200 */
async function load(
  { signal }: BenchContext,
  client: LoadClient,
  groups: readonly (readonly UserId[])[],
  heals: Call[],
  { seconds, perSecond, inFlight }: { seconds: number; perSecond: number; inFlight: number },
): Promise<Answered> {
  const callers = CALLERS * groups.length;
  const usualMs = (1000 * callers) / perSecond;
  const tally = new HealTally();
  let [taken, calls] = [0, 0];
  const generator = new PacedScheduler(
    {
      tasks: callers,
      durationMs: seconds * 1000,
      pace: { usualMs, longShare: 0, longMs: [] },
      seed: 1,
      inFlight,
    },
    async (caller) => {
      const batch = groups[caller % groups.length];
      if (batch === undefined) return;
      const { accepted } = await client.heal(batch);
      if (accepted !== batch.length) throw new Error('not all of the group were healed');
    },
    (outcome) => {
      tally.add(outcome);
      calls++;
      if (!outcome.acknowledged) return;
      taken++;
      heals[outcome.task % groups.length] = { sentAt: outcome.sentAt, answeredAt: outcome.answeredAt };
    },
  );
  const begin = performance.now();
  await generator.run(signal);
  signal.throwIfAborted();
  const { errors, errors_by_kind: kinds, sent_late_ms: late } = tally.figures();
  const shed = kinds['503'] ?? 0;
  return {
    calls,
    taken,
    shed,
    others: errors - shed,
    plannedSeconds: seconds,
    seconds: (performance.now() - begin) / 1000,
    lateMs: late.p99 ?? 0,
  };
}

/** Calls the liveness probe repeatedly. */
async function probe(
  until: AbortSignal,
  url: string,
  after: () => void,
): Promise<{ readonly tookMs: readonly number[]; readonly failed: number }> {
  const tookMs: number[] = [];
  let failed = 0;
  while (!until.aborted) {
    const begin = performance.now();
    const isAnswered = await fetch(`${url}/healthz`).then(
      async (answer) => (await answer.text()) !== '' && answer.status === 200,
      () => false,
    );
    tookMs.push(performance.now() - begin);
    if (!isAnswered) failed++;
    after();
    await sleep(PROBE_EVERY_MS);
  }
  return { tookMs, failed };
}

/** Checks users, and counts those who are offline although they were healed in time. */
async function look(
  until: AbortSignal,
  client: LoadClient,
  range: UserRange,
  heals: readonly Call[],
  seen: { wrong: number; looks: number; refused: number },
): Promise<void> {
  while (!until.aborted) {
    const group = Math.floor(Math.random() * heals.length);
    const heal = heals[group];
    const sentAt = Date.now();
    try {
      const { status } = await client.checkup(range.id(group * GROUP + Math.floor(Math.random() * GROUP)));
      seen.looks++;
      if (heal === undefined || status === 'online') continue;
      if (expectation(heal, { sentAt, answeredAt: Date.now() }, TIMEOUT_S * 1000) === 'online') seen.wrong++;
    } catch (error) {
      if (!(error instanceof HeartbeatRequestError && error.status === 503)) throw error;
      seen.refused++;
      await sleep(1);
    }
  }
}

function configuration(directory: string): string {
  const file = join(directory, 'heartbeat.json');
  writeFileSync(file, JSON.stringify({ limits: { in_flight: IN_FLIGHT } }));
  return file;
}
