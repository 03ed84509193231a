import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { BenchContext } from '../context.js';
import { warmUp, wrkWithCpu } from '../meters/wrk.js';
import { cpuMicroseconds } from '../process/cpu.js';
import { residentBytes } from '../process/memory.js';
import type { Row } from '../row.js';
import { ratios } from '../statistics.js';

const NODES = 10_000;
const EVERY_S = 60;
const USERS = 20_000;
const CONNECTIONS = 64;
const SESSION_TIMEOUT_S = 600;
/** So many intervals are measured, behind a first one in which all that is loaded once is loaded. */
const INTERVALS = 2;

/** Two daemons, of which one probes: what that costs, and what heals pay for it. */
export const probes: Row = {
  name: 'probes',
  title: 'HTTP probes of 10,000 nodes every 60 s, and heals beside them',
  needs: ['wrk'],
  goals: {},
  run: async (context) => {
    const { servers, signal, rounds, say, size } = context;
    const nodes = size(NODES, NODES / 20);
    const every = size(EVERY_S, 2);
    const users = size(USERS, USERS / 10);
    const target = await servers.bare();
    const without = await servers.daemon({ sessionTimeoutSeconds: SESSION_TIMEOUT_S });
    const probing = await servers.daemon({
      sessionTimeoutSeconds: SESSION_TIMEOUT_S,
      configuration: configurationFor(context, target.url, nodes, every),
    });
    say(`${String(nodes)} nodes are probed for the first time`);
    await sleep(1.2 * every * 1000, undefined, { signal });
    const before = await countsOf(probing.url);
    const cpu = [probing, without].map(({ pid }) => cpuMicroseconds([pid]));
    const begin = performance.now();
    say(`watching them for ${String(INTERVALS * every)} s`);
    await sleep(INTERVALS * every * 1000, undefined, { signal });
    const elapsedUs = (performance.now() - begin) * 1000;
    const [used = NaN, idle = NaN] = [probing, without].map(
      ({ pid }, at) => cpuMicroseconds([pid]) - (cpu[at] ?? NaN),
    );
    const after = await countsOf(probing.url);
    const memory = residentBytes(probing.pid) - residentBytes(without.pid);
    const ended = after.passed + after.failed - before.passed - before.failed;

    const heals: Record<'with' | 'without', { cpuUs: number; p99Ms: number; perSecond: number }[]> = {
      with: [],
      without: [],
    };
    for (const { url } of [without, probing]) await warmUp(url, users, signal);
    for (let round = 0; round < rounds; round++)
      for (const who of round % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const)) {
        say(`round ${String(round + 1)} of ${String(rounds)}: heals ${who} probes`);
        const { url, pid } = who === 'with' ? probing : without;
        heals[who].push(
          await wrkWithCpu(
            { url, script: 'heal', users, connections: CONNECTIONS, seconds: context.seconds, signal },
            [pid],
          ),
        );
      }
    const of = (who: 'with' | 'without', figure: 'cpuUs' | 'p99Ms' | 'perSecond') =>
      heals[who].map((each) => each[figure]);
    return {
      figures: [
        { name: 'probes', unit: '/s', rounds: [(ended * 1e6) / elapsedUs] },
        { name: 'of a core', unit: '%', rounds: [(100 * (used - idle)) / elapsedUs] },
        { name: 'CPU a probe', unit: 'µs', rounds: [(used - idle) / ended] },
        { name: 'RSS', unit: 'MB', rounds: [memory / 1e6] },
        {
          name: 'heals a second, of those without',
          unit: '×',
          rounds: ratios(of('with', 'perSecond'), of('without', 'perSecond')),
        },
        {
          name: 'p99 of a heal, of that without',
          unit: '×',
          rounds: ratios(of('with', 'p99Ms'), of('without', 'p99Ms')),
        },
        { name: 'p99 of a heal', unit: 'ms', rounds: of('with', 'p99Ms') },
      ],
      notes: [
        ...(after.failed > before.failed
          ? [`${String(after.failed - before.failed)} probes failed, which the server had answered`]
          : []),
        ...(await blindNotes(probing.url)),
        'the server that is probed runs on the same machine',
      ],
    };
  },
};

/** @returns the path of a configuration that declares the nodes */
function configurationFor({ servers }: BenchContext, target: string, nodes: number, every: number): string {
  const directory = servers.temporaryDirectory();
  const declared = Array.from({ length: nodes }, (_, at) => ({
    name: `probed-${String(at)}`,
    timeout: 2 * every,
    probe: { http: `${target}/`, every },
  }));
  writeFileSync(join(directory, 'nodes.json'), JSON.stringify(declared));
  const file = join(directory, 'heartbeat.json');
  writeFileSync(
    file,
    JSON.stringify({
      nodes: { declared: 'nodes.json', max: 2 * nodes },
      probes: { allow: ['127.0.0.0/8'] },
    }),
  );
  return file;
}

async function countsOf(url: string): Promise<{ readonly passed: number; readonly failed: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const count = (result: string): number =>
    Number(new RegExp(`^heartbeat_probes_total\\{result="${result}"\\} (\\d+)`, 'm').exec(text)?.[1] ?? NaN);
  return { passed: count('passed'), failed: count('failed') };
}

async function blindNotes(url: string): Promise<readonly string[]> {
  const { blind_intervals: blind } = (await (await fetch(`${url}/supervision`)).json()) as {
    readonly blind_intervals: readonly unknown[];
  };
  return blind.length === 0 ? [] : [`the daemon was blind ${String(blind.length)} times`];
}
