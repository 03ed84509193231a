import { setTimeout as sleep } from 'node:timers/promises';

import { LoadClient } from '../../src/cli/bench/load-client.js';
import type { BenchContext } from '../context.js';
import { wrkWithCpu } from '../meters/wrk.js';
import { firstUsers, healAll, untilQuiet } from '../population/groups.js';
import { residentBytes, settledBytes } from '../process/memory.js';
import type { CostPoint, Figure, Row } from '../row.js';
import { quantile } from '../statistics.js';

const POPULATIONS = [1_000, 10_000, 100_000, 300_000, 1_000_000];
const CONNECTIONS = 64;
const IDLE_MS = 5_000;
const SETTLE = { stillMs: 5_000, mostMs: 30_000 };
const SETTLE_QUICKLY = { stillMs: 2_000, mostMs: 5_000 };

interface Measurement {
  readonly users: number;
  readonly cpuUs: number[];
  readonly p99Ms: number[];
  readonly bytes: number;
}

export const scale: Row = {
  name: 'scale',
  title: 'what a heal and a user cost, from 1,000 to 1,000,000 online',
  needs: ['wrk'],
  goals: {},
  run: async (context) => {
    const measurements: Measurement[] = [];
    for (const users of context.size(POPULATIONS, POPULATIONS.slice(0, 3))) {
      measurements.push(await measure(context, users));
      await context.servers.endAll();
    }
    return { figures: measurements.flatMap(figuresOf), points: measurements.map(pointOf) };
  },
};

async function measure(
  { servers, signal, say, rounds, seconds, size }: BenchContext,
  users: number,
): Promise<Measurement> {
  const shown = `${users.toLocaleString('en-US')} users`;
  const { url, pid } = await servers.daemon({ sessionTimeoutSeconds: 600 });
  await sleep(size(IDLE_MS, 1_000), undefined, { signal });
  const idle = residentBytes(pid);
  say(`${shown} come online`);
  const client = new LoadClient(url);
  try {
    await healAll(client, firstUsers(users), signal);
  } finally {
    await client.close();
  }
  await untilQuiet([pid], signal);
  say(`${shown}, until its memory is still`);
  const bytes = ((await settledBytes(pid, { ...size(SETTLE, SETTLE_QUICKLY), signal })) - idle) / users;
  const cpuUs: number[] = [];
  const p99Ms: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    say(`${shown}, round ${String(round)} of ${String(rounds)}`);
    const run = { url, script: 'heal', users, connections: CONNECTIONS, seconds, signal } as const;
    const figures = await wrkWithCpu(run, [pid]);
    cpuUs.push(figures.cpuUs);
    p99Ms.push(figures.p99Ms);
  }
  return { users, cpuUs, p99Ms, bytes };
}

function figuresOf({ users, cpuUs, p99Ms, bytes }: Measurement): Figure[] {
  const online = `${users.toLocaleString('en-US')} online`;
  return [
    { name: `${online}, CPU a heal`, unit: 'µs', rounds: cpuUs },
    { name: `${online}, p99 of a heal`, unit: 'ms', rounds: p99Ms },
    { name: `${online}, RSS for a user`, unit: 'B', rounds: [bytes] },
  ];
}

function pointOf({ users, cpuUs, p99Ms, bytes }: Measurement): CostPoint {
  return {
    users,
    cpu_us_per_heal: quantile(cpuUs, 0.5),
    heal_p99_ms: quantile(p99Ms, 0.5),
    rss_bytes_per_user: bytes,
  };
}
