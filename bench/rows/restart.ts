import { readDaemonFigures } from '../../src/cli/bench/figures/daemon-figures.js';
import { UserRange } from '../../src/cli/bench/virtual-users.js';
import type { ServerProcess } from '../../src/cli/bench/server-process.js';
import { LoadClient } from '../../src/cli/bench/load-client.js';
import type { BenchContext } from '../context.js';
import { groupsOf, healAll } from '../population/groups.js';
import { atLeast, atMost, type Row } from '../row.js';

const SIGNALS = ['SIGTERM', 'SIGKILL'] as const;

export const restart: Row = {
  name: 'restart',
  title: 'restart with a million sessions open, until /readyz answers 200',
  needs: [],
  goals: {
    'ready after SIGTERM': atMost(15, 6),
    'ready after SIGKILL': atMost(15, 6),
    'lines of progress in the log': atLeast(1),
    'sessions not found again': atMost(0),
  },
  run: async (context) => {
    const { servers, signal, say, size, rounds } = context;
    const users = size(1_000_000, 200_000);
    const directory = servers.temporaryDirectory();
    let daemon = (await startAgain(context, directory)).daemon;
    say(`${String(users)} users come online`);
    const client = new LoadClient(daemon.url);
    try {
      await healAll(client, groupsOf(UserRange.random(), users), signal);
    } finally {
      await client.close();
    }

    const seconds = { SIGTERM: new Array<number>(), SIGKILL: new Array<number>() };
    const stopping: number[] = [];
    const lines: number[] = [];
    const lost: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      for (const how of SIGNALS) {
        say(`round ${String(round)} of ${String(rounds)}: ${how}`);
        const begin = performance.now();
        await daemon.stop(how);
        if (how === 'SIGTERM') stopping.push((performance.now() - begin) / 1000);
        const started = await startAgain(context, directory);
        ({ daemon } = started);
        seconds[how].push(started.seconds);
        lines.push(started.progress);
        lost.push(users - started.online);
      }
    }
    return {
      figures: [
        { name: 'ready after SIGTERM', unit: 's', rounds: seconds.SIGTERM },
        { name: 'ready after SIGKILL', unit: 's', rounds: seconds.SIGKILL },
        { name: 'lines of progress in the log', unit: 'lines', rounds: lines },
        { name: 'sessions not found again', unit: 'sessions', rounds: lost },
        { name: 'orderly stop', unit: 's', rounds: stopping },
      ],
    };
  },
};

interface Started {
  readonly daemon: ServerProcess;
  readonly seconds: number;
  /** Lines of the log that show the progress of the recovery. */
  readonly progress: number;
  readonly online: number;
}

async function startAgain({ servers }: BenchContext, directory: string): Promise<Started> {
  let progress = 0;
  const begin = performance.now();
  const daemon = await servers.daemon({
    sessionTimeoutSeconds: 600,
    directory,
    logLevel: 'info',
    onLog: (line) => {
      if (line.includes('recovering')) progress++;
    },
  });
  const { status } = await fetch(`${daemon.url}/readyz`);
  const seconds = (performance.now() - begin) / 1000;
  if (status !== 200) throw new Error(`/readyz answered ${String(status)}`);
  const client = new LoadClient(daemon.url, { connections: 1 });
  try {
    const figures = readDaemonFigures(await client.supervision());
    return { daemon, seconds, progress, online: figures.online ?? 0 };
  } finally {
    await client.close();
  }
}
