import fc from 'fast-check';
import { EFFORT } from '../../support/effort.js';
import { Promises } from '../model/promises.js';
import { NodeRunner } from './node-runner.js';
import { scenario, type NodeStep, type Trouble } from './scenario.js';

const EVERYTHING: readonly Trouble[] = [
  'stall',
  'set_wall_clock',
  'crash',
  'full_disk',
  'mend_disk',
  'kill',
  'restart',
];

const promises = new Promises<Trouble, NodeStep, number>({
  scenario,
  setting: fc.constantFrom(300, 120_000),
  play: (disk, grace, steps) => new NodeRunner(disk, grace).play(steps),
});

/**
 * Each scenario runs on the daemon and on a plain model of its promises, and the visible state of every
 * node is compared after every step: see `test/support/model/node-model.ts` for the promises.
 */
describe('liveness keeps its promises', function () {
  this.timeout(900_000 * EFFORT);

  it('while nodes beat, fail, are changed, paused and forgotten, many at once', () => promises.hold([]));
  it('while the process stands still, for long or not, and requests lie in its sockets', () =>
    promises.hold(['stall']));
  it('whatever the wall clock does', () => promises.hold(['set_wall_clock']));
  it('while messages crash their actors, once or twice', () => promises.hold(['crash']));
  it('while the disk is full, whether or not what it refused has reached it', () =>
    promises.hold(['full_disk', 'mend_disk']));
  it('when it is killed at any moment, while it starts too', () => promises.hold(['kill', 'kill']));
  it('when it is stopped and started', () => promises.hold(['restart']));
  it('in a crash loop with stalls and jumps of the wall clock', () =>
    promises.hold(['kill', 'kill', 'restart', 'stall', 'set_wall_clock']));
  it('with all of this at once', () => promises.hold(EVERYTHING, 50));
  it('with all of this at once, on a real LevelDB', () => promises.holdOnLevelDb(EVERYTHING, 10));
  it('with all of this at once, on a real PostgreSQL', () => promises.holdOnPostgres(EVERYTHING, 3));
});
