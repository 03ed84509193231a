import { expect } from 'chai';
import { ABC, Play } from './play.js';

describe('a child that comes later', () => {
  it('is started, and looked after as the others are', () => {
    const play = Play.running(ABC);
    expect(play.added('d')).to.deep.equal(['start d#1']);
    expect(play.started('d')).to.deep.equal([]);
    expect(play.crashes('d')).to.deep.equal(['start d#2']);
    expect(play.statuses()).to.equal('a running, b running, c running, d starting');
    expect(play.added('d'), 'again').to.deep.equal([]);
  });

  it('is tried again when it cannot start, and ends nobody', () => {
    const play = Play.running(ABC);
    play.added('d');
    expect(play.startFails('d')).to.deep.equal(['start d#2']);
  });

  it('is stopped with the others', () => {
    const play = Play.running({ a: 'permanent' });
    play.added('d');
    play.started('d');
    expect(play.shutdown()).to.deep.equal(['stop d#1']);
    expect(play.stopped('d')).to.deep.equal(['stop a#1']);
    expect(play.added('e')).to.deep.equal([]);
  });
});

describe('a child that is removed', () => {
  it('is stopped, and forgotten', () => {
    const play = Play.running(ABC);
    expect(play.removed('b')).to.deep.equal(['stop b#1']);
    expect(play.stopped('b')).to.deep.equal([]);
    expect(play.statuses()).to.equal('a running, c running');
    expect(play.removed('b')).to.deep.equal([]);
    expect(play.added('b')).to.deep.equal(['start b#1']);
  });

  it('is not started again when it crashes as it stops, or waits for its restart', () => {
    const play = Play.running(ABC, { backoff: { min: 1, max: 1 } });
    play.removed('b');
    expect(play.crashes('b')).to.deep.equal([]);
    play.crashes('c');
    expect(play.crashes('c')).to.deep.equal(['wait 1000 for c']);
    expect(play.removed('c')).to.deep.equal([]);
    expect(play.statuses()).to.equal('a running');
  });
});
