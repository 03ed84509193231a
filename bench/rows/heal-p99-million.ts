import { LoadClient } from '../../src/cli/bench/load-client.js';
import { wrkWithCpu, type WrkFigures } from '../meters/wrk.js';
import { firstUsers, healAll, untilQuiet } from '../population/groups.js';
import { atMost, type Row } from '../row.js';
import { ratios } from '../statistics.js';

const CONNECTIONS = 64;
const FEW = 1_000;

type Round = WrkFigures & { readonly cpuUs: number };

export const healP99Million: Row = {
  name: 'heal-p99-million',
  title: 'PUT /heal with a million online against a thousand online, same load',
  needs: ['wrk'],
  goals: { 'p99, of that with 1,000 online': atMost(1.5, 1.1) },
  run: async ({ servers, signal, say, size, rounds, seconds }) => {
    const many = size(1_000_000, 200_000);
    const daemons = [];
    for (const users of [FEW, many]) {
      say(`${String(users)} users come online`);
      const { url, pid } = await servers.daemon({ sessionTimeoutSeconds: 600 });
      const client = new LoadClient(url);
      try {
        await healAll(client, firstUsers(users), signal);
      } finally {
        await client.close();
      }
      await untilQuiet([pid], signal);
      daemons.push({ users, url, pid, rounds: new Array<Round>() });
    }
    for (let round = 0; round < rounds; round++) {
      for (const daemon of round % 2 === 0 ? daemons : daemons.toReversed()) {
        const { users, url, pid } = daemon;
        say(`round ${String(round + 1)} of ${String(rounds)}: ${String(users)} online`);
        const run = { url, script: 'heal', users, connections: CONNECTIONS, seconds, signal } as const;
        daemon.rounds.push(await wrkWithCpu(run, [pid]));
      }
    }
    const [few = [], lots = []] = daemons.map((daemon) => daemon.rounds);
    const of = (measured: readonly Round[], key: 'p99Ms' | 'perSecond' | 'cpuUs'): number[] =>
      measured.map((round) => round[key]);
    return {
      figures: [
        {
          name: 'p99, of that with 1,000 online',
          unit: '×',
          rounds: ratios(of(lots, 'p99Ms'), of(few, 'p99Ms')),
        },
        { name: 'p99, 1,000 online', unit: 'ms', rounds: of(few, 'p99Ms') },
        { name: 'p99, all online', unit: 'ms', rounds: of(lots, 'p99Ms') },
        { name: '1,000 online', unit: '/s', rounds: of(few, 'perSecond') },
        { name: 'all online', unit: '/s', rounds: of(lots, 'perSecond') },
        { name: 'CPU a heal, 1,000 online', unit: 'µs', rounds: of(few, 'cpuUs') },
        { name: 'CPU a heal, all online', unit: 'µs', rounds: of(lots, 'cpuUs') },
      ],
    };
  },
};
