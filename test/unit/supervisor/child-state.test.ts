import { expect } from 'chai';
import { Play } from './play.js';

describe('a child in the description of its supervisor', () => {
  it('counts incarnations and restarts, and keeps the last crash with its instant', () => {
    const play = Play.running({ a: 'permanent' });
    play.after(1_500).crashes('a');
    const { status, incarnation, restarts, lastCrash } = play.child('a');
    expect({ status, incarnation, restarts, lastCrash }).to.deep.equal({
      status: 'starting',
      incarnation: 2,
      restarts: 1,
      lastCrash: { at: 1_500, error: 'boom' },
    });
  });

  it('keeps the last crash through a later normal end', () => {
    const play = Play.running({ a: 'permanent' });
    play.crashes('a');
    play.started('a');
    play.after(10).ends('a');
    expect(play.child('a').lastCrash).to.deep.equal({ at: 0, error: 'boom' });
  });

  it('shows a failed start as a crash, and a normal end not', () => {
    const play = Play.running({ a: 'permanent' });
    play.ends('a');
    expect(play.child('a').lastCrash).to.equal(null);
    play.startFails('a', 'port taken');
    expect(play.child('a').lastCrash).to.deep.equal({ at: 0, error: 'port taken' });
  });

  it('tells of each restart, with the wait before it', () => {
    const play = Play.running({ a: 'permanent' }, { backoff: { min: 0.5, max: 8 } });
    play.crashes('a');
    play.startFails('a');
    expect(play.effects).to.deep.equal([
      { kind: 'child_restarting', id: 'a', incarnation: 2, restarts: 2, delayMs: 500 },
      { kind: 'restart_later', id: 'a', incarnation: 2, delayMs: 500 },
    ]);
    expect(play.statuses()).to.equal('a waiting');
  });
});
