import { HealTally } from '../../src/cli/bench/figures/heal-tally.js';
import { PacedScheduler } from '../../src/client/schedule/paced-scheduler.js';
import { UserRange } from '../../src/cli/bench/virtual-users.js';
import { LoadClient } from '../../src/cli/bench/load-client.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { BenchContext } from '../context.js';
import { redisBenchmark } from '../meters/redis-benchmark.js';
import { firstUsers, GROUP, groupsOf, healAll } from '../population/groups.js';
import { cpuMicroseconds } from '../process/cpu.js';
import { atLeast, type Row } from '../row.js';
import { ratios } from '../statistics.js';

const USERS = 100_000;
const IN_FLIGHT = 8;
const AGAIN_MS = 50;

export const batch: Row = {
  name: 'batch',
  title: 'batch heals, a thousand in a call, 100,000 users, all acknowledged',
  needs: [],
  goals: { 'of redis-benchmark': atLeast(0.6, 1) },
  run: async (context) => {
    const { servers, tools, signal, say, size } = context;
    const { url, pid } = await servers.daemon({ sessionTimeoutSeconds: 600 });
    const redis =
      tools.has('redis-server') && tools.has('redis-benchmark') ? await servers.redis() : undefined;
    const short = firstUsers(USERS);
    const long = groupsOf(UserRange.random(), USERS);
    const client = new LoadClient(url, { connections: IN_FLIGHT });
    const rounds = { ours: new Array<Rate>(), long: new Array<Rate>(), redis: new Array<number>() };
    try {
      say('warming heartbeat');
      for (const groups of [short, long]) await healAll(client, groups, signal);
      for (let round = 1; round <= context.rounds; round++) {
        const which = `round ${String(round)} of ${String(context.rounds)}`;
        say(`${which}: heartbeat`);
        rounds.ours.push(await rateOf(context, client, pid, short));
        if (redis !== undefined) {
          say(`${which}: redis-benchmark`);
          const requests = size(2_000_000, 500_000);
          rounds.redis.push(await redisBenchmark(Number(new URL(redis.url).port), requests, signal));
        }
        say(`${which}: heartbeat, ids of 19 digits`);
        rounds.long.push(await rateOf(context, client, pid, long));
      }
    } finally {
      await client.close();
    }
    const refused = [...rounds.ours, ...rounds.long].reduce((total, rate) => total + rate.refused, 0);
    const ours = rounds.ours.map(({ perSecond }) => perSecond);
    return {
      figures: [
        ...(redis === undefined
          ? []
          : [{ name: 'of redis-benchmark', unit: '×', rounds: ratios(ours, rounds.redis) } as const]),
        { name: 'heartbeat', unit: '/s', rounds: ours },
        { name: 'redis-benchmark', unit: '/s', rounds: rounds.redis },
        {
          name: 'heartbeat, ids of 19 digits',
          unit: '/s',
          rounds: rounds.long.map(({ perSecond }) => perSecond),
        },
        { name: 'CPU a heal', unit: 'µs', rounds: rounds.ours.map(({ cpuUs }) => cpuUs) },
        { name: 'CPU a heal, ids of 19 digits', unit: 'µs', rounds: rounds.long.map(({ cpuUs }) => cpuUs) },
        { name: 'a call of a thousand, p99', unit: 'ms', rounds: rounds.ours.map(({ p99Ms }) => p99Ms) },
      ],
      notes: refused === 0 ? [] : [`${String(refused)} heals were refused, and are not counted`],
    };
  },
};

export interface Rate {
  readonly perSecond: number;
  readonly cpuUs: number;
  readonly p99Ms: number;
  /** Heals that were not acknowledged. They are not counted. */
  readonly refused: number;
}

/** Sends heals as fast as they are accepted: each group is healed again as soon as its answer came. */
export async function rateOf(
  { seconds, signal }: BenchContext,
  client: LoadClient,
  pid: number,
  groups: readonly (readonly UserId[])[],
): Promise<Rate> {
  const tally = new HealTally();
  const load = new PacedScheduler(
    {
      tasks: groups.length,
      durationMs: seconds * 1000,
      pace: { usualMs: 0, againMs: AGAIN_MS, longShare: 0, longMs: [] },
      seed: 1,
      inFlight: IN_FLIGHT,
    },
    (group) => healWhole(client, groups[group]),
    (outcome) => {
      tally.add(outcome, GROUP);
    },
  );
  const before = cpuMicroseconds([pid]);
  const begin = performance.now();
  await load.run(signal);
  signal.throwIfAborted();
  const elapsed = (performance.now() - begin) / 1000;
  const { heals, errors, latency_ms } = tally.figures();
  if (heals === 0) throw new Error('no heal was acknowledged');
  return {
    perSecond: heals / elapsed,
    cpuUs: (cpuMicroseconds([pid]) - before) / heals,
    p99Ms: latency_ms.p99 ?? NaN,
    refused: errors,
  };
}

async function healWhole(client: LoadClient, group: readonly UserId[] | undefined): Promise<void> {
  if (group === undefined) return;
  const { accepted } = await client.heal(group);
  if (accepted !== group.length) throw new Error('not all of the group were healed');
}
