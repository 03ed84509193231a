import { expect } from 'chai';
import { ABC, Play, STRATEGIES } from './play.js';

for (const strategy of STRATEGIES) {
  describe(`a supervisor, ${strategy}`, () => {
    it('starts its children in order, each after the one before it has started', () => {
      const play = new Play(ABC, { strategy });
      expect(play.start()).to.deep.equal(['start a#1']);
      expect(play.started('a')).to.deep.equal(['start b#1']);
      expect(play.started('b')).to.deep.equal(['start c#1']);
    });

    it('says once that all have started', () => {
      const play = new Play({ a: 'permanent' }, { strategy });
      play.start();
      expect(play.started('a')).to.deep.equal(['started']);
      play.crashes('a');
      expect(play.started('a')).to.deep.equal([]);
    });

    it('has started at once when it has no children', () => {
      expect(new Play({}, { strategy }).start()).to.deep.equal(['started']);
    });

    it('starts once, however often it is told to', () => {
      const play = new Play(ABC, { strategy });
      play.start();
      expect(play.start()).to.deep.equal([]);
    });

    it('stops what had started, in reverse order, and escalates when a child fails to start for the first time', () => {
      const play = new Play(ABC, { strategy });
      play.start();
      play.started('a');
      play.started('b');
      expect(play.startFails('c', 'port taken')).to.deep.equal(['stop b#1']);
      expect(play.stopped('b')).to.deep.equal(['stop a#1']);
      expect(play.stopped('a')).to.deep.equal(['escalate failed_to_start_child']);
      expect(play.effects).to.deep.equal([
        { kind: 'escalate', reason: { kind: 'failed_to_start_child', id: 'c', error: 'port taken' } },
      ]);
    });

    it('takes an exit before the child had started for a failed start', () => {
      const play = new Play({ a: 'permanent' }, { strategy });
      play.start();
      expect(play.ends('a')).to.deep.equal(['escalate failed_to_start_child']);
    });

    it('tries again, and counts it as a restart, when a restarted child fails to start', () => {
      const play = Play.running({ a: 'transient' }, { strategy, intensity: 2 });
      expect(play.crashes('a')).to.deep.equal(['start a#2']);
      expect(play.startFails('a')).to.deep.equal(['start a#3']);
      expect(play.startFails('a')).to.deep.equal(['escalate reached_max_restart_intensity']);
    });

    it('restarts a permanent child after a crash and after a normal end', () => {
      const play = Play.running({ a: 'permanent' }, { strategy });
      expect(play.crashes('a')).to.deep.equal(['start a#2']);
      play.started('a');
      expect(play.ends('a')).to.deep.equal(['start a#3']);
    });

    it('restarts a transient child after a crash, and leaves it after a normal end', () => {
      const play = Play.running({ a: 'transient' }, { strategy });
      expect(play.crashes('a')).to.deep.equal(['start a#2']);
      play.started('a');
      expect(play.ends('a')).to.deep.equal([]);
      expect(play.statuses()).to.equal('a stopped');
    });

    it('never restarts a temporary child, and forgets it', () => {
      const play = Play.running({ a: 'temporary', b: 'temporary', c: 'permanent' }, { strategy });
      expect(play.crashes('a')).to.deep.equal([]);
      expect(play.ends('b')).to.deep.equal([]);
      expect(play.statuses()).to.equal('c running');
    });

    it('touches no sibling of a child that ends and is not to be restarted', () => {
      const play = Play.running({ a: 'permanent', b: 'transient', c: 'permanent' }, { strategy });
      expect(play.ends('b')).to.deep.equal([]);
      expect(play.statuses()).to.equal('a running, b stopped, c running');
    });

    it('ignores what an old incarnation still says', () => {
      const play = Play.running({ a: 'permanent' }, { strategy });
      play.crashes('a');
      const before = play.state;
      for (const late of [
        play.started('a', 1),
        play.crashes('a', 1),
        play.ends('a', 1),
        play.stopped('a', 1),
        play.due('a', 1),
      ])
        expect(late).to.deep.equal([]);
      expect(play.state).to.equal(before);
    });

    it('ignores a second word about an end, and any about a child it does not know', () => {
      const play = Play.running({ a: 'permanent' }, { strategy, backoff: { min: 1, max: 1 } });
      play.crashes('a');
      play.started('a');
      play.crashes('a');
      const before = play.state;
      expect(play.crashes('a')).to.deep.equal([]);
      expect(play.stopped('a')).to.deep.equal([]);
      expect(play.crashes('nobody', 1)).to.deep.equal([]);
      expect(play.state).to.equal(before);
    });
  });
}
