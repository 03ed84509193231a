import { EFFORT, holds, holdsOnLevelDb } from './promise.js';
import type { Trouble } from './scenario.js';

const DISK: readonly Trouble[] = ['slow_disk', 'fast_disk', 'full_disk', 'mend_disk'];
const EVERYTHING: readonly Trouble[] = [
  'stall',
  'set_wall_clock',
  'crash',
  'crash_shard',
  ...DISK,
  'kill',
  'restart',
];

/**
 * Each scenario is played to the daemon and to a plain model of what it promises, and all that is to be seen of every
 * user is compared after every step: see `test/support/model/user-state.ts` for the promises.
 */
describe('presence keeps its promises', function () {
  this.timeout(60_000 * EFFORT);

  it('while users heal, say goodbye, are erased and fall silent, many at once', () => holds([]));
  it('while the process stands still, for long or not, and requests lie in its sockets', () =>
    holds(['stall']));
  it('whatever the wall clock does', () => holds(['set_wall_clock']));
  it('while messages crash their actors, once or twice', () => holds(['crash']));
  it('while shards give up and come back', () => holds(['crash_shard'], 25));
  it('while commits are slow', () => holds(['slow_disk', 'fast_disk']));
  it('while the disk is full, whether or not what it refused has reached it', () =>
    holds(['full_disk', 'mend_disk']));
  it('when it is killed at any moment, while it starts too', () => holds(['kill', 'kill']));
  it('when it is stopped and started', () => holds(['restart']));
  it('in a crash loop with stalls, slow commits and jumps of the wall clock', () =>
    holds(['kill', 'kill', 'restart', 'stall', 'set_wall_clock', ...DISK]));
  it('with all of this at once', () => holds(EVERYTHING, 100));
  it('with all of this at once, on a real LevelDB', () => holdsOnLevelDb(EVERYTHING, 10));
});
