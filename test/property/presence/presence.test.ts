import { EFFORT } from '../../support/effort.js';
import { Disk } from '../../support/model/disk.js';
import { Promises } from '../model/promises.js';
import { scenario, setting, type Setting, type Trouble, type UserStep } from './scenario.js';
import { UserRunner } from './user-runner.js';

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

const promises = new Promises<Trouble, UserStep, Setting>({
  scenario,
  setting,
  play: (disk, given, steps) => new UserRunner(disk, given).play(steps),
});

/**
 * Each scenario runs on the daemon and on a plain model of its promises, and the visible state of every
 * user is compared after every step: see `test/support/model/user-state.ts` for the promises.
 */
describe('presence keeps its promises', function () {
  this.timeout(900_000 * EFFORT);

  it('while users heal, say goodbye, are erased and fall silent, many at once', () => promises.hold([]));
  it('while the process stands still, for long or not, and requests lie in its sockets', () =>
    promises.hold(['stall']));
  it('whatever the wall clock does', () => promises.hold(['set_wall_clock']));
  it('while messages crash their actors, once or twice', () => promises.hold(['crash']));
  it('while shards give up and come back', () => promises.hold(['crash_shard'], 25));
  it('while commits are slow', () => promises.hold(['slow_disk', 'fast_disk']));
  it('while the disk is full, whether or not what it refused has reached it', () =>
    promises.hold(['full_disk', 'mend_disk']));
  it('when it is killed at any moment, while it starts too', () => promises.hold(['kill', 'kill']));
  it('when it is stopped and started', () => promises.hold(['restart']));
  it('in a crash loop with stalls, slow commits and jumps of the wall clock', () =>
    promises.hold(['kill', 'kill', 'restart', 'stall', 'set_wall_clock', ...DISK]));
  it('with all of this at once', () => promises.hold(EVERYTHING, 50));
  it('with all of this at once, on a real LevelDB', () => promises.holdOnLevelDb(EVERYTHING, 10));
  it('with all of this at once, on a real PostgreSQL', () => promises.holdOnPostgres(EVERYTHING, 3));

  it('when a request waits during a stall, and a heal at the exact deadline is handled before it', async () => {
    const world = new UserRunner(Disk.inMemory(), {
      grace: 200,
      ranging: { from: undefined, before: undefined, after: undefined },
      ids: 'integer',
    });
    await world.play([
      { do: 'ask', requests: [{ kind: 'heal', user: 0 }] },
      { do: 'slow_disk', fate: 'kept' },
      { do: 'wait', time: { untilDeadlineOf: 0, and: -21 } },
      {
        do: 'stall',
        time: { untilDeadlineOf: 0, and: 0 },
        requests: [{ kind: 'checkup', user: 0 }],
        readFirst: false,
      },
      { do: 'ask', requests: [{ kind: 'heal', user: 0 }] },
    ]);
  });

  it('when a heal is handled after a stall, and its session had expired before the stall', async () => {
    const world = new UserRunner(Disk.inMemory(), {
      grace: 200,
      ranging: { from: undefined, before: undefined, after: undefined },
      ids: 'integer',
    });
    await world.play([
      { do: 'slow_disk', fate: 'kept' },
      {
        do: 'ask',
        requests: [
          { kind: 'erase', user: 0 },
          { kind: 'heal', user: 0 },
        ],
      },
      { do: 'wait', time: { for: 28 } },
      { do: 'wait', time: { for: 493 } },
      { do: 'stall', time: { untilDeadlineOf: 0, and: 100 }, requests: [], readFirst: false },
    ]);
  });

  it('when an expiry crashed twice before a kill, and the daemon is away for longer than blind_grace', async () => {
    const world = new UserRunner(Disk.inMemory(), {
      grace: 200,
      ranging: { from: undefined, before: undefined, after: undefined },
      ids: 'integer',
    });
    await world.play([
      { do: 'crash', on: 'expire', times: 2, request: { kind: 'heal', user: 0 } },
      { do: 'wait', time: { for: 85 } },
      { do: 'kill', requests: [], passes: 0, downtime: 2375, again: [], wallClock: 0 },
    ]);
  });
});
