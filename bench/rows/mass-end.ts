import { setTimeout as sleep } from 'node:timers/promises';

import { readDaemonFigures } from '../../src/cli/bench/figures/daemon-figures.js';
import { HealTally } from '../../src/cli/bench/figures/heal-tally.js';
import { PacedScheduler } from '../../src/client/schedule/paced-scheduler.js';
import { UserRange } from '../../src/cli/bench/virtual-users.js';
import { LoadClient } from '../../src/cli/bench/load-client.js';
import type { BenchContext } from '../context.js';
import { expectation, type Call } from '../million/expectation.js';
import { blindnessNotes } from '../population/blindness.js';
import { GROUP, groupsOf, healAll } from '../population/groups.js';
import { atMost, type Row } from '../row.js';

/** Longer than it takes to open all sessions and heal all users once more. */
const TIMEOUT_S = { full: 60, quick: 12 };
const CHECKUPS_A_SECOND = 100;
/** Seldom: the daemon looks at every user to answer. */
const LOOK_EVERY_MS = 1_000;
const PATIENCE_MS = 120_000;

export const massEnd: Row = {
  name: 'mass-end',
  title: 'a million sessions that end in one instant',
  needs: [],
  goals: {
    'until drained and stored': atMost(20, 10),
    'wrong checkups': atMost(0),
    'checkup meanwhile, p99': atMost(100),
  },
  run: async (context) => {
    const { servers, signal, say, size } = context;
    const users = size(1_000_000, 200_000);
    const timeoutMs = size(TIMEOUT_S.full, TIMEOUT_S.quick) * 1000;
    const { url } = await servers.daemon({ sessionTimeoutSeconds: timeoutMs / 1000 });
    const client = new LoadClient(url);
    const watcher = new LoadClient(url, { connections: 1, timeout: 60 });
    try {
      const range = UserRange.random();
      const groups = groupsOf(range, users);
      say(`${String(users)} users come online`);
      await healAll(client, groups, signal);
      say('all are healed once more, so that they end together');
      const heals: Call[] = [];
      await healAll(client, groups, signal, ({ group, ...call }) => {
        heals[group] = call;
      });
      const firstEnd = Math.min(...heals.map(({ sentAt }) => sentAt)) + timeoutMs;
      const lastEnd = Math.max(...heals.map(({ answeredAt }) => answeredAt)) + timeoutMs;
      say('waiting for the end');
      await sleep(Math.max(0, firstEnd - Date.now()), undefined, { signal });
      say('draining');

      const checkups = new HealTally();
      const drained = new AbortController();
      const wrong = { online: 0, offline: 0 };
      let latestMs = 0;
      const asking = askAround(AbortSignal.any([signal, drained.signal]), checkups, async () => {
        const group = Math.floor(Math.random() * groups.length);
        const sentAt = Date.now();
        const { status } = await client.checkup(range.id(group * GROUP + Math.floor(Math.random() * GROUP)));
        const heal = heals[group];
        if (heal === undefined) return;
        const expected = expectation(heal, { sentAt, answeredAt: Date.now() }, timeoutMs);
        if (expected === 'either' || expected === status) return;
        wrong[status]++;
        if (status === 'online') latestMs = Math.max(latestMs, sentAt - heal.answeredAt - timeoutMs);
      });
      const storedAt = await allStored(context, watcher, users).finally(() => {
        drained.abort();
      });
      await asking;
      const blindness = blindnessNotes(await watcher.supervision());
      const { latency_ms, errors, heals: asked } = checkups.figures();
      return {
        figures: [
          { name: 'until drained and stored', unit: 's', rounds: [(storedAt - firstEnd) / 1000] },
          { name: 'wrong checkups', unit: 'users', rounds: [wrong.offline + wrong.online] },
          {
            name: 'checkup meanwhile, p99',
            unit: 'ms',
            rounds: latency_ms.p99 === null ? [] : [latency_ms.p99],
          },
          { name: 'between the first end and the last', unit: 's', rounds: [(lastEnd - firstEnd) / 1000] },
          { name: 'from the last end until stored', unit: 's', rounds: [(storedAt - lastEnd) / 1000] },
          { name: 'stored', unit: '/s', rounds: [(1000 * users) / (storedAt - firstEnd)] },
        ],
        notes: [
          `${String(asked)} checkups meanwhile, ${String(errors)} failed; counted from the first end on`,
          `online after their end: ${String(wrong.online)} (asked up to ${String(latestMs)} ms after it), offline before it: ${String(wrong.offline)}`,
          ...blindness,
        ],
      };
    } finally {
      await Promise.all([client.close(), watcher.close()]);
    }
  },
};

function askAround(signal: AbortSignal, tally: HealTally, ask: () => Promise<void>): Promise<void> {
  const load = {
    tasks: CHECKUPS_A_SECOND,
    durationMs: 2 * PATIENCE_MS,
    pace: { usualMs: 1_000, longShare: 0, longMs: [] },
    seed: 1,
    inFlight: CHECKUPS_A_SECOND,
  };
  return new PacedScheduler(load, ask, (outcome) => {
    tally.add(outcome);
  }).run(signal);
}

/** @returns when nobody was online any more and all sessions were stored, by the wall clock */
async function allStored({ signal }: BenchContext, watcher: LoadClient, users: number): Promise<number> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end;) {
    const { online, sessions_stored: stored } = readDaemonFigures(await watcher.supervision());
    if (online === 0 && stored !== null && stored >= users) return Date.now();
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
  throw new Error(`not all sessions were stored within ${String(PATIENCE_MS / 1000)} s`);
}
