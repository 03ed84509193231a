import { holds } from './promise.js';

describe('presence, beside a plain model of its promises', function () {
  this.timeout(6_000_000);

  it('is what was promised of heals, goodbyes and erasures as time passes', () => holds());
  it('is blind for nobody', () => holds('stall'));
  it('whatever the wall clock does', () => holds('set_wall_clock'));
  it('while actors crash', () => holds('crash'));
  it('while shards crash', () => holds('crash_shard'));
  it('while the disk is slow', () => holds('slow_disk', 'fast_disk'));
  it('while the disk is full', () => holds('full_disk', 'mend_disk'));
  it('when it is killed', () => holds('kill'));
  it('when it is restarted', () => holds('restart'));
  it('and all of this at once', () =>
    holds(
      'stall',
      'set_wall_clock',
      'crash',
      'crash_shard',
      'slow_disk',
      'fast_disk',
      'full_disk',
      'mend_disk',
      'kill',
      'restart',
    ));
});
