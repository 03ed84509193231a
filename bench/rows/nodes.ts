import { setTimeout as sleep } from 'node:timers/promises';

import type { BenchContext } from '../context.js';
import { Herd } from '../population/herd.js';
import { cpuMicroseconds } from '../process/cpu.js';
import { residentBytes } from '../process/memory.js';
import { atLeast, type Row } from '../row.js';
import { quantile } from '../statistics.js';

/** Three heartbeats in each timeout of 30 s. */
const EVERY_MS = 10_000;
/** A stage passes if 99 of 100 batches of heartbeats are answered within this time after they were due. */
const P99_MS = 250;
/** Time for the work that registering them leaves behind. */
const SETTLE_MS = 10_000;

const STAGES = [100_000, 200_000, 350_000, 500_000, 750_000, 1_000_000];
const QUICK_STAGES = [10_000, 20_000];
/** Turns of heartbeats in a stage, which take longer than the timeout and all retries. */
const TURNS = 13;
const QUICK_TURNS = 1;

export const nodes: Row = {
  name: 'nodes',
  title: 'nodes with a timeout of 30 s, each heard every 10 s, in batches of a thousand',
  needs: [],
  goals: { 'nodes held': atLeast(100_000, 1_000_000) },
  run: async (context) => {
    const { servers, signal, say, size } = context;
    const { url, pid } = await servers.daemon({ sessionTimeoutSeconds: 600 });
    const herd = new Herd(url);
    const idle = residentBytes(pid);
    const notes: string[] = [];
    let held: Stage | undefined;
    try {
      for (const count of size(STAGES, QUICK_STAGES)) {
        say(`${String(count)} nodes are registered`);
        await herd.grow(count, signal);
        await sleep(size(SETTLE_MS, 1_000), undefined, { signal });
        const stage = await watch(context, herd, url, pid);
        notes.push(sentenceOf(stage));
        if (!holds(stage)) break;
        held = stage;
      }
    } finally {
      await herd.close();
    }
    return {
      figures: [
        { name: 'nodes held', unit: 'nodes', rounds: [held?.nodes ?? 0] },
        { name: 'a batch of a thousand, p99', unit: 'ms', rounds: [held?.p99Ms ?? NaN] },
        { name: 'daemon, of a core', unit: '%', rounds: [held?.ofACore ?? NaN] },
        { name: 'CPU a heartbeat', unit: 'µs', rounds: [held?.cpuUs ?? NaN] },
        {
          name: 'RSS for a node',
          unit: 'B',
          rounds: [held === undefined ? NaN : (held.rss - idle) / held.nodes],
        },
      ],
      notes,
    };
  },
};

interface Stage {
  readonly nodes: number;
  readonly p99Ms: number;
  readonly refused: number;
  /** Nodes that counted as inactive or failed, although all of them sent heartbeats. */
  readonly missed: number;
  readonly blindIntervals: number;
  readonly ofACore: number;
  readonly cpuUs: number;
  readonly rss: number;
}

async function watch(
  { signal, say, size }: BenchContext,
  herd: Herd,
  url: string,
  pid: number,
): Promise<Stage> {
  const turns = size(TURNS, QUICK_TURNS);
  const took: number[] = [];
  let refused = 0;
  let missed = 0;
  const cpu = cpuMicroseconds([pid]);
  const begin = performance.now();
  for (let turn = 1; turn <= turns; turn++) {
    say(`${String(herd.nodes)} nodes, turn ${String(turn)} of ${String(turns)}`);
    for (const { tookMs, accepted } of await herd.beat(EVERY_MS, signal)) {
      took.push(tookMs);
      if (accepted === 0) refused++;
    }
    missed = Math.max(missed, await missedAt(url));
  }
  const used = cpuMicroseconds([pid]) - cpu;
  const elapsedMs = performance.now() - begin;
  return {
    nodes: herd.nodes,
    p99Ms: quantile(took, 0.99),
    refused,
    missed,
    blindIntervals: (await supervisionOf(url)).blind_intervals.length,
    ofACore: used / 10 / elapsedMs,
    cpuUs: used / (turns * herd.nodes),
    rss: residentBytes(pid),
  };
}

function holds({ p99Ms, refused, missed, blindIntervals }: Stage): boolean {
  return p99Ms <= P99_MS && refused === 0 && missed === 0 && blindIntervals === 0;
}

function sentenceOf(stage: Stage): string {
  const { nodes, p99Ms, refused, missed, blindIntervals } = stage;
  const faults = [
    ...(refused > 0 ? [`${String(refused)} batches refused`] : []),
    ...(missed > 0 ? [`${String(missed)} nodes falsely inactive or failed`] : []),
    ...(blindIntervals > 0 ? [`blind ${String(blindIntervals)} times`] : []),
  ];
  const what = [`a batch's p99 ${p99Ms.toFixed(0)} ms`, ...faults].join(', ');
  return `${nodes.toLocaleString('en-US')} nodes: ${what}; ${holds(stage) ? 'held' : 'not held'}`;
}

interface Supervised {
  readonly nodes: { readonly inactive: number; readonly failed: number };
  readonly blind_intervals: readonly unknown[];
}

async function supervisionOf(url: string): Promise<Supervised> {
  return (await (await fetch(`${url}/supervision`)).json()) as Supervised;
}

async function missedAt(url: string): Promise<number> {
  const { nodes: counts } = await supervisionOf(url);
  return counts.inactive + counts.failed;
}
