import fc from 'fast-check';
import { LevelHistoryStore } from '../../../src/adapters/level/level-history-store.js';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import { EFFORT } from '../../support/effort.js';
import { Disk } from '../../support/model/disk.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { scenario, setting, type Trouble } from './scenario.js';
import { UserRunner } from './user-runner.js';

/** Whatever is asked, and whatever of these troubles there is beside it, all promises of presence hold. */
export async function holds(troubles: readonly Trouble[], runs = 25): Promise<void> {
  await fc.assert(
    fc.asyncProperty(scenario(troubles), setting, async (steps, given) => {
      const memory = new MemoryHistoryStore();
      await new UserRunner(new Disk(() => memory), given).play(steps);
    }),
    { numRuns: runs * EFFORT },
  );
}

export async function holdsOnLevelDb(troubles: readonly Trouble[], runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(scenario(troubles), setting, async (steps, given) => {
      const directory = await temporaryDirectory();
      const disk = new Disk(() => new LevelHistoryStore(directory.path));
      try {
        await new UserRunner(disk, given).play(steps);
      } finally {
        await disk.detach();
        await directory.remove();
      }
    }),
    { numRuns: runs * EFFORT },
  );
}
