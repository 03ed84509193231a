import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../../test/support/seeded-random.js';
import type { Happened } from './chart.js';
import type { MortalDaemon } from './daemon.js';
import type { Fault } from './fault-plan.js';
import type { Provider } from './provider.js';

const LOOK_EVERY_MS = 250;
const REFUSING = /^heartbeat_store_refusing 0$/m;

export interface Stage {
  readonly daemon: MortalDaemon;
  readonly provider: Provider;
  readonly random: SeededRandom;
  /** Seconds since the beginning of the run. */
  readonly now: () => number;
  /** The daemon is ready again after it was away. */
  readonly onStart: () => void;
  readonly onFault: (happened: Happened) => void;
}

/** Does what was planned, when it was planned. A slow start moves what follows, so that the pauses stay. */
export async function playFaults(faults: readonly Fault[], stage: Stage, signal: AbortSignal): Promise<void> {
  const begin = performance.now();
  const play = async (some: readonly Fault[]): Promise<void> => {
    let late = 0;
    for (const fault of some) {
      await pause(begin + fault.at + late - performance.now(), signal);
      if (signal.aborted) return;
      const from = stage.now();
      await happen(fault, stage, signal);
      stage.onFault({ kind: fault.kind, from, to: stage.now() });
      late = Math.max(late, performance.now() - begin - fault.at - fault.lasts);
    }
  };
  const isOutage = ({ kind }: Fault): boolean => kind === 'outage';
  await Promise.all([play(faults.filter((fault) => !isOutage(fault))), play(faults.filter(isOutage))]);
}

async function happen({ kind, lasts }: Fault, stage: Stage, signal: AbortSignal): Promise<void> {
  const { daemon, provider, random, onStart } = stage;
  switch (kind) {
    case 'kill':
      await daemon.kill();
      await daemon.start();
      onStart();
      return;
    case 'restart':
      await daemon.stop();
      await daemon.start();
      onStart();
      return;
    case 'freeze':
      daemon.freeze();
      await pause(lasts, signal);
      daemon.thaw();
      return;
    case 'full-disk':
      daemon.fillDisk();
      await pause(lasts, signal);
      daemon.freeDisk();
      // It tries again by itself, up to 30 s later.
      while (daemon.hasCrashed === undefined && !REFUSING.test(await metrics(daemon.url)))
        await sleep(LOOK_EVERY_MS);
      return;
    case 'reload':
      daemon.reload();
      return;
    case 'outage':
      provider.leave(random);
      await pause(lasts, signal);
      provider.comeBack();
  }
}

async function metrics(url: string): Promise<string> {
  return fetch(`${url}/metrics`).then(
    (answer) => answer.text(),
    () => '',
  );
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(0, milliseconds), undefined, { signal }).catch(() => undefined);
}
