import { expect } from 'chai';
import { restartDelay, restartsInRow } from '../../../actors/supervisor/backoff.js';
import { ABC, Play } from './play.js';

describe('restart back-off', () => {
  it('restarts at once, then after min, doubling up to max', () => {
    const delays = [1, 2, 3, 4, 5, 6].map((nth) => restartDelay(nth, { min: 0.5, max: 3 }));
    expect(delays).to.deep.equal([0, 500, 1_000, 2_000, 3_000, 3_000]);
  });

  it('stays at max for ever', () => {
    expect(restartDelay(100_000, { min: 0.1, max: 30 })).to.equal(30_000);
  });

  it('never waits when min is 0', () => {
    expect(restartDelay(100_000, { min: 0, max: 30 })).to.equal(0);
  });

  it('answers in whole milliseconds', () => {
    expect(restartDelay(2, { min: 0.07, max: 1 })).to.equal(70);
  });

  it('begins again for a child that stayed up longer than the period', () => {
    expect(restartsInRow(4, 5_001, 5)).to.equal(0);
  });

  it('goes on for a child that stayed up no longer than the period, or never ran', () => {
    expect(restartsInRow(4, 5_000, 5)).to.equal(4);
    expect(restartsInRow(4, null, 5)).to.equal(4);
  });
});

describe('back-off between restarts', () => {
  const backoff = { min: 1, max: 4 };

  it('restarts at once, then waits longer and longer', () => {
    const play = Play.running({ a: 'permanent' }, { backoff, intensity: 10 });
    expect(play.crashes('a')).to.deep.equal(['start a#2']);
    expect(play.startFails('a')).to.deep.equal(['wait 1000 for a']);
    expect(play.due('a')).to.deep.equal(['start a#3']);
    expect(play.startFails('a')).to.deep.equal(['wait 2000 for a']);
  });

  it('begins again after the child stayed up longer than the period', () => {
    const play = Play.running({ a: 'permanent' }, { backoff, intensity: 10 });
    play.crashes('a');
    play.started('a');
    expect(play.after(5_001).crashes('a')).to.deep.equal(['start a#3']);
  });

  it('begins again though a sibling ended that long run', () => {
    const play = Play.running(
      { a: 'permanent', b: 'permanent' },
      { backoff, intensity: 10, strategy: 'rest_for_one' },
    );
    play.crashes('b');
    play.started('b');
    play.after(5_001).crashes('a');
    play.stopped('b');
    play.started('a');
    expect(play.startFails('b')).to.deep.equal(['start b#4']);
  });

  it('goes on when a start fails long after the last run', () => {
    const play = Play.running({ a: 'permanent' }, { backoff, intensity: 10 });
    play.crashes('a');
    play.after(60_000);
    expect(play.startFails('a')).to.deep.equal(['wait 1000 for a']);
  });

  it('is each child’s own', () => {
    const play = Play.running(ABC, { backoff, intensity: 10 });
    play.crashes('a');
    expect(play.startFails('a')).to.deep.equal(['wait 1000 for a']);
    expect(play.crashes('b')).to.deep.equal(['start b#2']);
  });
});
