import { setTimeout as sleep } from 'node:timers/promises';

import { cpuMicroseconds } from '../process/cpu.js';
import { residentBytes } from '../process/memory.js';
import { atMost, type Row } from '../row.js';

export const idle: Row = {
  name: 'idle',
  title: 'idle daemon',
  needs: [],
  goals: { RSS: atMost(90, 70), 'of a core': atMost(1) },
  run: async ({ servers, signal, say, size }) => {
    const { pid } = await servers.daemon({ sessionTimeoutSeconds: 7 });
    const seconds = size(30, 5);
    say('until it has started in full');
    await sleep(seconds * 1000, undefined, { signal });
    say(`watching it for ${String(seconds)} s`);
    const begin = performance.now();
    const before = cpuMicroseconds([pid]);
    await sleep(seconds * 1000, undefined, { signal });
    const used = (cpuMicroseconds([pid]) - before) / 1000;
    return {
      figures: [
        { name: 'RSS', unit: 'MB', rounds: [residentBytes(pid) / 1e6] },
        { name: 'of a core', unit: '%', rounds: [(100 * used) / (performance.now() - begin)] },
      ],
    };
  },
};
