import { LoadClient } from '../../src/cli/bench/load-client.js';
import { IN_FLIGHT, Million, TIMEOUT_MS } from '../million/million.js';
import { reportOf } from '../million/report.js';
import { atLeast, atMost, type Row } from '../row.js';

export const million: Row = {
  name: 'million',
  title:
    'a million online, healed every 7 s in batches of a thousand, 5,000 sessions opening and ending a second',
  needs: [],
  goals: {
    'heals acknowledged, of those due': atLeast(99),
    'sessions lapsed for a late heal': atMost(0),
    'false offline': atMost(0),
    'histories not as healed': atMost(0),
    'expiry lateness, p99': atMost(250, 100),
    'single heal, p99': atMost(50),
  },
  run: async (context) => {
    const { url, pid } = await context.servers.daemon({ sessionTimeoutSeconds: TIMEOUT_MS / 1000 });
    const clients = {
      batches: new LoadClient(url, { connections: IN_FLIGHT.batches }),
      singles: new LoadClient(url, { connections: IN_FLIGHT.singles }),
      sweeps: new LoadClient(url, { connections: IN_FLIGHT.sweeps }),
      watch: new LoadClient(url, { connections: IN_FLIGHT.watch }),
    };
    try {
      return reportOf(await new Million(context, pid, clients).run());
    } finally {
      await Promise.all(Object.values(clients).map((client) => client.close()));
    }
  },
};
