import { setTimeout as sleep } from 'node:timers/promises';

import { UserRange } from '../../src/cli/bench/virtual-users.js';
import { LoadClient } from '../../src/cli/bench/load-client.js';
import { groupsOf, healAll } from '../population/groups.js';
import { residentBytes, settledBytes } from '../process/memory.js';
import { atMost, type Row } from '../row.js';

const SETTLE = { stillMs: 10_000, mostMs: 60_000 };
const SETTLE_QUICKLY = { stillMs: 2_000, mostMs: 5_000 };

export const memory: Row = {
  name: 'memory',
  title: 'memory for a user online',
  needs: [],
  goals: { 'RSS for a user': atMost(1_800, 1_300) },
  run: async ({ servers, signal, say, size }) => {
    const users = size(1_000_000, 200_000);
    const settle = size(SETTLE, SETTLE_QUICKLY);
    const { url, pid } = await servers.daemon({ sessionTimeoutSeconds: 600 });
    const client = new LoadClient(url);
    try {
      say('idle');
      await sleep(size(10_000, 3_000), undefined, { signal });
      const idle = residentBytes(pid);
      const groups = groupsOf(UserRange.random(), users);
      say(`${String(users)} users come online`);
      await healAll(client, groups, signal);
      const opened = residentBytes(pid);
      say('until its memory is still');
      const settled = await settledBytes(pid, { ...settle, signal });
      say('each is healed once more');
      await healAll(client, groups, signal);
      const healed = await settledBytes(pid, { ...settle, signal });
      return {
        figures: [
          { name: 'RSS for a user', unit: 'B', rounds: [(settled - idle) / users] },
          { name: 'right after the last opening', unit: 'B', rounds: [(opened - idle) / users] },
          { name: 'after a heal of each', unit: 'B', rounds: [(healed - idle) / users] },
          { name: 'RSS idle', unit: 'MB', rounds: [idle / 1e6] },
          { name: 'RSS with all online', unit: 'MB', rounds: [settled / 1e6] },
        ],
      };
    } finally {
      await client.close();
    }
  },
};
