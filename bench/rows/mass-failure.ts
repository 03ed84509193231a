import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { AlertMessage } from '../../src/ports/channel.js';
import type { BenchContext } from '../context.js';
import { scrapeHistogram } from '../meters/scrape.js';
import { blindnessNotes } from '../population/blindness.js';
import { Herd } from '../population/herd.js';
import { residentBytes } from '../process/memory.js';
import { atMost, type Row } from '../row.js';
import { Receiver } from '../servers/receiver.js';

/** One node in ten fails. */
const NODES = { full: 100_000, quick: 10_000 };
/** The other nodes send three heartbeats per timeout. */
const TIMEOUT_S = { full: 30, quick: 6 };
/** How long single alerts are held before the group's message is sent. */
const HOLD_S = 5;
const LOOK_EVERY_MS = 50;
const PATIENCE_MS = 120_000;

/** Seconds from the deadline of a heartbeat until the miss was noticed. */
const MISSES = 'heartbeat_node_miss_lateness_seconds';
/** Seconds from a tick until its deadlines were acted on. */
const TICKS = 'heartbeat_tick_overdue_seconds';

export const massFailure: Row = {
  name: 'mass-failure',
  title: '10,000 of 100,000 nodes fail within a second, the others beat on',
  needs: [],
  goals: {
    'longest wait of a batch': atMost(5_000, 1_000),
    'nodes falsely failed': atMost(0),
    'nodes nobody was told of': atMost(0),
  },
  run: async (context) => {
    const { servers, signal, say, size } = context;
    const count = size(NODES.full, NODES.quick);
    const timeoutS = size(TIMEOUT_S.full, TIMEOUT_S.quick);
    const dyingCount = count / 10;
    const told = new Map<string, number>();
    let messages = 0;
    const receiver = await Receiver.start(({ body }) => {
      messages++;
      for (const name of failedIn(body)) if (!told.has(name)) told.set(name, Date.now());
      return 204;
    });
    const { url, pid } = await servers.daemon({
      sessionTimeoutSeconds: 600,
      configuration: configuration(servers.temporaryDirectory(), timeoutS, receiver.url),
    });
    const alive = new Herd(url, 'alive');
    const dying = new Herd(url, 'dying');
    const over = new AbortController();
    try {
      say(`${String(count)} nodes are registered`);
      await Promise.all([alive.grow(count - dyingCount, signal), dying.grow(dyingCount, signal)]);
      const beating = beatUntil(over.signal, context, alive, (timeoutS * 1000) / 3);
      // One more heartbeat, so that they fall silent together.
      const silentFrom = Date.now();
      await dying.beat(size(1_000, 500), signal);
      const firstDeadline = silentFrom + timeoutS * 1000;
      const before = residentBytes(pid);
      const looked = await Promise.all([MISSES, TICKS].map((name) => scrapeHistogram(url, name, signal)));
      say('waiting until they are due');
      await sleep(Math.max(0, firstDeadline - Date.now()), undefined, { signal });
      const dueFrom = performance.now();

      say('they fail');
      let most = before;
      for (const end = dueFrom + PATIENCE_MS; told.size < dyingCount && performance.now() < end;) {
        most = Math.max(most, residentBytes(pid));
        await sleep(LOOK_EVERY_MS, undefined, { signal });
      }
      over.abort();
      const waits = (await beating).filter(({ answeredAt }) => answeredAt >= dueFrom);
      const [misses, ticks] = await Promise.all(
        [MISSES, TICKS].map((name) => scrapeHistogram(url, name, signal)),
      );
      const supervision = (await (await fetch(`${url}/supervision`, { signal })).json()) as Supervised;
      const lastTold = Math.max(...told.values());
      const [missesBefore] = looked;
      const noticed = (misses?.count ?? 0) - (missesBefore?.count ?? 0);
      return {
        figures: [
          {
            name: 'longest wait of a batch',
            unit: 'ms',
            rounds: [Math.max(...waits.map(({ tookMs }) => tookMs))],
          },
          {
            name: 'nodes falsely failed',
            unit: 'nodes',
            rounds: [falselyFailed(supervision, told, dyingCount)],
          },
          { name: 'nodes nobody was told of', unit: 'nodes', rounds: [dyingCount - told.size] },
          {
            name: 'from the first deadline until all are told, the hold included',
            unit: 's',
            rounds: [(lastTold - firstDeadline) / 1000],
          },
          {
            name: 'a failure noticed after its deadline, mean',
            unit: 'ms',
            rounds: [(1000 * ((misses?.sum ?? NaN) - (missesBefore?.sum ?? 0))) / noticed],
          },
          { name: 'no failure noticed later than', unit: 'ms', rounds: [1000 * (misses?.most ?? NaN)] },
          { name: 'no tick later than', unit: 'ms', rounds: [1000 * (ticks?.most ?? NaN)] },
          { name: 'RSS before', unit: 'MB', rounds: [before / 1e6] },
          { name: 'RSS meanwhile, at the most', unit: 'MB', rounds: [most / 1e6] },
        ],
        notes: [
          `${String(waits.length)} batches meanwhile, ${String(waits.filter(({ accepted }) => accepted === 0).length)} refused; ${String(messages)} messages, alerts held for ${String(HOLD_S)} s`,
          ...blindnessNotes(supervision),
        ],
      };
    } finally {
      over.abort();
      await Promise.all([alive.close(), dying.close(), receiver.close()]);
    }
  },
};

interface Beat {
  readonly tookMs: number;
  readonly accepted: number;
  readonly answeredAt: number;
}

/** Sends turn after turn until it is stopped and the last turn was answered. */
async function beatUntil(
  over: AbortSignal,
  { signal }: BenchContext,
  herd: Herd,
  everyMs: number,
): Promise<readonly Beat[]> {
  const all: Beat[] = [];
  while (!over.aborted) all.push(...(await herd.beat(everyMs, signal)));
  return all;
}

interface Supervised {
  readonly nodes: { readonly failed: number };
}

/** Healthy nodes that an alert named, or that count as failed. */
function falselyFailed({ nodes }: Supervised, told: ReadonlyMap<string, number>, dying: number): number {
  const named = [...told.keys()].filter((name) => !name.startsWith('dying-')).length;
  return Math.max(named, nodes.failed - dying);
}

/** The names of the failed nodes in a message. */
function failedIn(body: string): readonly string[] {
  const { node, nodes = [] } = JSON.parse(body) as AlertMessage;
  const all = node === undefined ? nodes : [node];
  return all.filter(({ state }) => state === 'failed').map(({ name }) => name);
}

function configuration(directory: string, timeoutS: number, hook: string): string {
  const file = join(directory, 'heartbeat.json');
  writeFileSync(
    file,
    JSON.stringify({
      nodes: { timeout: timeoutS, max_retries: 0 },
      alerts: { mass_failure: { share: 0.05, hold: HOLD_S } },
      channels: { ops: { kind: 'webhook', url: hook } },
    }),
  );
  return file;
}
