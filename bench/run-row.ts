import { setMaxListeners } from 'node:events';

import type { BenchContext } from './context.js';
import { loadAverage } from './report/machine.js';
import { HostWatch } from './process/host.js';
import { judged, type RowResult } from './report/results.js';
import type { Row } from './row.js';
import { Servers } from './servers/servers.js';
import type { Tool } from './tools.js';

export interface Manner {
  readonly quick: boolean;
  readonly rounds: number | undefined;
  readonly tools: ReadonlySet<Tool>;
  readonly signal: AbortSignal;
  readonly say: (what: string) => void;
  /** Measurements of one row that other rows show too. */
  readonly known: Map<unknown, Promise<unknown>>;
}

const FULL = { rounds: 5, seconds: 8 };
const QUICK = { rounds: 2, seconds: 2 };

/** Runs one row. The result of a row that failed says why. Nothing that it started is left running. */
export async function runRow(row: Row, manner: Manner): Promise<RowResult> {
  const started = new Date();
  const begin = performance.now();
  const base = {
    name: row.name,
    title: row.title,
    quick: manner.quick,
    started_at: started.toISOString(),
    load_average: loadAverage(),
  };
  const nothing = { figures: [], notes: [], points: [] };
  const missing = row.needs.filter((tool) => !manner.tools.has(tool));
  if (missing.length > 0) return { ...base, ...nothing, took_s: 0, failed: `needs ${missing.join(' and ')}` };

  const lost = new AbortController();
  const signal = AbortSignal.any([manner.signal, lost.signal]);
  // All waits of a row listen to this signal.
  setMaxListeners(0, signal);
  const servers = new Servers(signal, (how) => {
    lost.abort(new Error(how));
  });
  const host = new HostWatch();
  const took = (): number => Math.round((performance.now() - begin) / 100) / 10;
  try {
    const measured = await row.run(contextOf(row, manner, servers, signal));
    signal.throwIfAborted();
    const { notes = [], points = [] } = measured;
    return {
      ...base,
      took_s: took(),
      figures: judged(row, measured),
      notes: [...notes, ...host.stop()],
      points: [...points],
    };
  } catch (error) {
    const reason: unknown = signal.aborted ? signal.reason : error;
    return {
      ...base,
      ...nothing,
      took_s: took(),
      notes: host.stop(),
      failed: reason instanceof Error ? reason.message : String(reason),
    };
  } finally {
    await servers.endAll();
  }
}

function contextOf(row: Row, manner: Manner, servers: Servers, signal: AbortSignal): BenchContext {
  const { quick, known, tools } = manner;
  const context: BenchContext = {
    ...(quick ? QUICK : FULL),
    ...(manner.rounds !== undefined && { rounds: manner.rounds }),
    tools,
    servers,
    signal,
    say: (what) => {
      manner.say(`${row.name}: ${what}`);
    },
    size: (full, small) => (quick ? small : full),
    once: (measure) => remembered(known, measure, () => measure(context)),
  };
  return context;
}

function remembered<T>(
  known: Map<unknown, Promise<unknown>>,
  key: unknown,
  measure: () => Promise<T>,
): Promise<T> {
  const found = known.get(key);
  // The key is the function that measured it.
  if (found !== undefined) return found as Promise<T>;
  const measuring = measure();
  known.set(key, measuring);
  return measuring;
}
