import { expect } from 'chai';
import { ABC, Play } from './play.js';

describe('one_for_one', () => {
  it('restarts the child that crashed and touches no other', () => {
    const play = Play.running(ABC);
    expect(play.crashes('b')).to.deep.equal(['start b#2']);
    expect(play.statuses()).to.equal('a running, b starting, c running');
  });

  it('restarts a child that crashes while a later one is still starting', () => {
    const play = new Play(ABC);
    play.start();
    play.started('a');
    expect(play.crashes('a')).to.deep.equal(['start a#2']);
    expect(play.started('b')).to.deep.equal(['start c#1']);
    expect(play.started('c')).to.deep.equal(['started']);
  });

  it('counts the restarts of all children together', () => {
    const play = Play.running(ABC, { intensity: 1 });
    expect(play.crashes('a')).to.deep.equal(['start a#2']);
    expect(play.crashes('b')).to.deep.equal(['stop c#1']);
  });

  it('lets no slow restart hold up another', () => {
    const play = Play.running(ABC);
    play.crashes('a');
    expect(play.crashes('c')).to.deep.equal(['start c#2']);
  });
});

describe('one_for_all', () => {
  const strategy = 'one_for_all';

  it('stops all the others in reverse order, then starts all in order', () => {
    const play = Play.running(ABC, { strategy });
    expect(play.crashes('b')).to.deep.equal(['stop c#1']);
    expect(play.stopped('c')).to.deep.equal(['stop a#1']);
    expect(play.stopped('a')).to.deep.equal(['start a#2']);
    expect(play.started('a')).to.deep.equal(['start b#2']);
    expect(play.started('b')).to.deep.equal(['start c#2']);
    expect(play.started('c')).to.deep.equal([]);
  });

  it('counts one restart, of the child that crashed', () => {
    const play = Play.running(ABC, { strategy });
    play.crashes('b');
    play.crashes('c');
    play.stopped('a');
    expect(play.state.children.map(({ restarts }) => restarts)).to.deep.equal([0, 1, 0]);
    expect(play.state.restartHistory).to.have.length(1);
  });

  it('does not start a temporary child again', () => {
    const play = Play.running({ a: 'temporary', b: 'permanent' }, { strategy });
    expect(play.crashes('b')).to.deep.equal(['stop a#1']);
    expect(play.stopped('a')).to.deep.equal(['start b#2']);
    expect(play.statuses()).to.equal('b starting');
  });

  it('starts a transient child that had ended normally again with the others, as OTP does', () => {
    const play = Play.running({ a: 'transient', b: 'permanent' }, { strategy });
    play.ends('a');
    expect(play.crashes('b')).to.deep.equal(['start a#2']);
  });

  it('stops all and begins again when one fails to start in the middle of a restart', () => {
    const play = Play.running({ a: 'permanent', b: 'permanent' }, { strategy });
    play.crashes('a');
    expect(play.stopped('b')).to.deep.equal(['start a#2']);
    expect(play.started('a')).to.deep.equal(['start b#2']);
    expect(play.startFails('b')).to.deep.equal(['stop a#2']);
    expect(play.stopped('a')).to.deep.equal(['start a#3']);
  });

  it('starts none before the back-off of the one that crashed is over', () => {
    const play = Play.running({ a: 'permanent', b: 'permanent' }, { strategy, backoff: { min: 1, max: 8 } });
    play.crashes('b');
    play.stopped('a');
    play.started('a');
    play.started('b');
    expect(play.crashes('b')).to.deep.equal(['wait 1000 for b', 'stop a#2']);
    expect(play.stopped('a')).to.deep.equal([]);
    expect(play.due('b')).to.deep.equal(['start a#3']);
  });

  it('waits for a slow stop though the back-off is over', () => {
    const play = Play.running({ a: 'permanent', b: 'permanent' }, { strategy, backoff: { min: 1, max: 8 } });
    play.crashes('b');
    play.stopped('a');
    play.started('a');
    play.started('b');
    play.crashes('b');
    expect(play.due('b')).to.deep.equal([]);
    expect(play.stopped('a')).to.deep.equal(['start a#3']);
  });
});

describe('rest_for_one', () => {
  const strategy = 'rest_for_one';

  it('stops those started after the one that crashed, in reverse order, and starts them again in order', () => {
    const play = Play.running({ ...ABC, d: 'permanent' }, { strategy });
    expect(play.crashes('b')).to.deep.equal(['stop d#1']);
    expect(play.stopped('d')).to.deep.equal(['stop c#1']);
    expect(play.stopped('c')).to.deep.equal(['start b#2']);
    expect(play.started('b')).to.deep.equal(['start c#2']);
    expect(play.started('c')).to.deep.equal(['start d#2']);
    expect(play.child('a').incarnation).to.equal(1);
  });

  it('begins further up when an earlier child crashes in the middle of it', () => {
    const play = Play.running(ABC, { strategy });
    expect(play.crashes('b')).to.deep.equal(['stop c#1']);
    expect(play.crashes('a')).to.deep.equal([]);
    expect(play.stopped('c')).to.deep.equal(['start a#2']);
    expect(play.started('a')).to.deep.equal(['start b#2']);
    expect(play.state.restartHistory).to.have.length(2);
  });

  it('needs nothing of an earlier transient child that ended normally', () => {
    const play = Play.running({ a: 'transient', b: 'permanent' }, { strategy });
    play.ends('a');
    expect(play.crashes('b')).to.deep.equal(['start b#2']);
  });

  it('leaves the earlier ones running when a later one fails to start again', () => {
    const play = Play.running(ABC, { strategy });
    play.crashes('b');
    play.stopped('c');
    play.started('b');
    expect(play.startFails('c')).to.deep.equal(['start c#3']);
    expect(play.statuses()).to.equal('a running, b running, c starting');
  });

  it('does not start a temporary child again', () => {
    const play = Play.running({ a: 'permanent', b: 'temporary' }, { strategy });
    play.crashes('a');
    play.stopped('b');
    expect(play.statuses()).to.equal('a starting');
  });
});
