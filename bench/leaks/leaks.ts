import * as nodeModule from 'node:module';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SnapshotDaemon } from './daemon.js';
import { classesIn, compared, grown, type HeapCounts, type Comparison, type Count } from './heap.js';
import { MixedLoad, type Crowd } from './load.js';
import { Receiver } from '../servers/receiver.js';

export interface LeakPlan extends Crowd {
  /** Rounds before the first count: objects that are made once and kept are made in them. */
  readonly warmUp: number;
  /** Whether another round follows. Called before each, with the number of rounds since the first count. */
  readonly goesOn: (rounds: number) => boolean;
  /** Whether a custom module is among the channels. */
  readonly module: boolean;
  /** The directory for copies of the heap snapshots, to find what retains the objects. */
  readonly keep?: string | undefined;
  readonly say?: (text: string) => void;
}

export interface LeakReport extends Comparison {
  readonly rounds: number;
  readonly requests: number;
  /** The counts that did not return to their former value. */
  readonly grown: readonly Count[];
}

/** One message in this many is refused at first and tried again. `/broken` refuses everything. */
const REFUSED = 7;

const MODULE = `import { BaseNotifier } from '@heartbeatd/heartbeat';
export default class Sink extends BaseNotifier {
  notify() { return Promise.resolve(); }
}
`;

/** Puts all kinds of load on a real daemon, lets it become idle twice, and counts its live objects each time. */
export async function findLeaks({
  warmUp,
  goesOn,
  module,
  keep,
  say,
  ...crowd
}: LeakPlan): Promise<LeakReport> {
  let messages = 0;
  const receiver = await Receiver.start(({ path }) =>
    path === '/broken' || ++messages % REFUSED === 0 ? 503 : 204,
  );
  const daemon = await SnapshotDaemon.start(configured({}));
  try {
    writeFileSync(join(daemon.directory, 'sink.mjs'), MODULE);
    const all = channelsOf(receiver.url, module);
    // Every second reload removes a channel while alerts wait in it.
    const reload = (round: number): void => {
      daemon.configure(configured(round % 2 === 0 ? all : { ops: all.ops }));
      daemon.reload();
    };
    const load = new MixedLoad(daemon, crowd);
    for (let round = 0; round < warmUp; round++) await load.round(reload);
    const before = await idleHeapCounts(daemon, load, keep && join(keep, 'before.heapsnapshot'));
    const [rounds, requests] = [load.rounds, load.requests];
    while (goesOn(load.rounds - rounds)) {
      await load.round(reload);
      say?.(`${String(load.rounds - rounds)} rounds, ${String(load.requests - requests)} requests`);
    }
    const after = await idleHeapCounts(daemon, load, keep && join(keep, 'after.heapsnapshot'));
    const counts = compared(before, after, classesIn(SnapshotDaemon.built));
    const done = { rounds: load.rounds - rounds, requests: load.requests - requests };
    // Every second reload starts a thread for the module. See decision 91.
    const ports = module && !('registerHooks' in nodeModule) ? done.rounds : 0;
    return { ...done, ...counts, grown: grown(counts, done.requests, ports) };
  } finally {
    await daemon.stop();
    await receiver.close();
  }
}

async function idleHeapCounts(
  daemon: SnapshotDaemon,
  load: MixedLoad,
  keep: string | undefined,
): Promise<HeapCounts> {
  await load.pause();
  await daemon.idle();
  return daemon.heapCounts(keep);
}

function configured(channels: object): object {
  return {
    session_timeout: 1,
    nodes: { timeout: 1, max_retries: 0 },
    alerts: { remind_every: 1, mass_failure: { window: 1, hold: 1 } },
    channels,
  };
}

function channelsOf(
  url: string,
  module: boolean,
): { readonly ops: object } & Readonly<Record<string, object>> {
  const retry = { min_delay: 0.1, max_delay: 0.5, give_up_after: 2 };
  return {
    ops: { kind: 'webhook', url: `${url}/ops`, retry },
    broken: { kind: 'webhook', url: `${url}/broken`, retry },
    ...(module && { mine: { kind: './sink.mjs' } }),
  };
}
