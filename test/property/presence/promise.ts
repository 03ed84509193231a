import fc from 'fast-check';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import { Disk } from '../../support/model/disk.js';
import { scenario, setting, type Trouble } from './scenario.js';
import { World } from './world.js';

const RUNS = Number(process.env['PRESENCE_RUNS'] ?? 60);

/** The promises hold whatever is asked, and whatever of these happens beside it. */
export async function holds(...troubles: readonly Trouble[]): Promise<void> {
  await fc.assert(
    fc.asyncProperty(scenario(...troubles), setting, async (steps, given) => {
      const memory = new MemoryHistoryStore();
      const world = new World(new Disk(() => memory), given);
      await world.play(steps);
    }),
    { numRuns: RUNS },
  );
}
