import fc from 'fast-check';
import { LevelHistoryStore } from '../../../src/adapters/level/level-history-store.js';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import { EFFORT } from '../../support/effort.js';
import { Disk } from '../../support/model/disk.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { scenario, type Trouble } from './scenario.js';
import { NodeRunner } from './node-runner.js';

const EVERYTHING: readonly Trouble[] = [
  'stall',
  'set_wall_clock',
  'crash',
  'full_disk',
  'mend_disk',
  'kill',
  'restart',
];

const grace = fc.constantFrom(300, 120_000);

/** Whatever is asked, and whatever of these troubles there is beside it, all promises of liveness hold. */
async function holds(troubles: readonly Trouble[], runs = 25): Promise<void> {
  await fc.assert(
    fc.asyncProperty(scenario(troubles), grace, async (steps, given) => {
      const memory = new MemoryHistoryStore();
      await new NodeRunner(new Disk(() => memory), given).play(steps);
    }),
    { numRuns: runs * EFFORT },
  );
}

async function holdsOnLevelDb(troubles: readonly Trouble[], runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(scenario(troubles), grace, async (steps, given) => {
      const directory = await temporaryDirectory();
      const disk = new Disk(() => new LevelHistoryStore(directory.path));
      try {
        await new NodeRunner(disk, given).play(steps);
      } finally {
        await disk.detach();
        await directory.remove();
      }
    }),
    { numRuns: runs * EFFORT },
  );
}

/**
 * Each scenario is played to the daemon and to a plain model of what it promises, and all that is to be seen of every
 * node is compared after every step: see `test/support/model/node-model.ts` for the promises.
 */
describe('liveness keeps its promises', function () {
  this.timeout(60_000 * EFFORT);

  it('while nodes beat, fail, are changed, paused and forgotten, many at once', () => holds([]));
  it('while the process stands still, for long or not, and requests lie in its sockets', () =>
    holds(['stall']));
  it('whatever the wall clock does', () => holds(['set_wall_clock']));
  it('while messages crash their actors, once or twice', () => holds(['crash']));
  it('while the disk is full, whether or not what it refused has reached it', () =>
    holds(['full_disk', 'mend_disk']));
  it('when it is killed at any moment, while it starts too', () => holds(['kill', 'kill']));
  it('when it is stopped and started', () => holds(['restart']));
  it('in a crash loop with stalls and jumps of the wall clock', () =>
    holds(['kill', 'kill', 'restart', 'stall', 'set_wall_clock']));
  it('with all of this at once', () => holds(EVERYTHING, 50));
  it('with all of this at once, on a real LevelDB', () => holdsOnLevelDb(EVERYTHING, 10));
});
