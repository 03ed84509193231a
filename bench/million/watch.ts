import { readDaemonFigures } from '../../src/cli/bench/figures/daemon-figures.js';
import { startSampling } from '../../src/cli/bench/figures/sampling.js';
import type { LoadClient } from '../../src/cli/bench/load-client.js';
import { blindnessNotes } from '../population/blindness.js';
import { GROUP } from '../population/groups.js';
import { storedBehind } from './stored-behind.js';

/** The daemon's state at one time. */
export interface DaemonSample {
  readonly online: number;
  readonly rss: number;
  readonly stallMs: number;
  /** Age of the oldest end that is not stored yet. */
  readonly behindMs: number;
  readonly blindness: readonly string[];
}

/** Seldom: the daemon looks at every user to answer. */
const EVERY_MS = 5_000;

/** @param deadlines when the groups that left so far ended */
export function watchDaemon(client: LoadClient, forMs: number, deadlines: () => readonly number[]) {
  return startSampling(EVERY_MS, forMs, async (): Promise<DaemonSample | undefined> => {
    const report = await client.supervision().catch(() => undefined);
    const figures = readDaemonFigures(report);
    if (figures.online === null) return undefined;
    return {
      online: figures.online,
      rss: figures.rss_bytes ?? 0,
      stallMs: figures.event_loop_delay_ms.max ?? 0,
      behindMs: storedBehind(deadlines(), GROUP, figures.sessions_stored ?? 0, Date.now()),
      blindness: blindnessNotes(report),
    };
  });
}
