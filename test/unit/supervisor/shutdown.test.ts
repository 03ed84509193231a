import { expect } from 'chai';
import { ABC, Play, STRATEGIES } from './play.js';

for (const strategy of STRATEGIES) {
  describe(`the shutdown of a supervisor, ${strategy}`, () => {
    it('shuts down in reverse order, one after the other, waiting for each', () => {
      const play = Play.running(ABC, { strategy });
      expect(play.shutdown()).to.deep.equal(['stop c#1']);
      expect(play.effects).to.deep.equal([{ kind: 'stop_child', id: 'c', incarnation: 1, timeout: 2 }]);
      expect(play.stopped('c')).to.deep.equal(['stop b#1']);
      expect(play.stopped('b')).to.deep.equal(['stop a#1']);
      expect(play.stopped('a')).to.deep.equal(['stopped']);
      expect(play.statuses()).to.equal('a stopped, b stopped, c stopped');
    });

    it('shuts down in the middle of its start: stops the one that is starting, and starts no other', () => {
      const play = new Play(ABC, { strategy });
      play.start();
      play.started('a');
      expect(play.shutdown()).to.deep.equal(['stop b#1']);
      expect(play.started('b')).to.deep.equal([]);
      expect(play.stopped('b')).to.deep.equal(['stop a#1']);
      expect(play.stopped('a')).to.deep.equal(['stopped']);
    });

    it('takes a start that fails while it is being stopped for its stop', () => {
      const play = new Play(ABC, { strategy });
      play.start();
      play.shutdown();
      expect(play.startFails('a')).to.deep.equal(['stopped']);
    });

    it('takes a crash of a child it is stopping, or is about to stop, for its stop', () => {
      const play = Play.running(ABC, { strategy });
      play.shutdown();
      expect(play.crashes('b')).to.deep.equal([]);
      expect(play.crashes('c')).to.deep.equal(['stop a#1']);
      expect(play.child('c').restarts).to.equal(0);
      expect(play.child('c').lastCrash).to.deep.equal({ at: 0, error: 'boom' });
    });

    it('says once that it has stopped, however often it is told to', () => {
      const play = Play.running({ a: 'permanent' }, { strategy });
      play.shutdown();
      expect(play.shutdown()).to.deep.equal([]);
      expect(play.stopped('a')).to.deep.equal(['stopped']);
      expect(play.shutdown()).to.deep.equal([]);
    });

    it('has stopped at once when it never started', () => {
      const play = new Play(ABC, { strategy });
      expect(play.shutdown()).to.deep.equal(['stopped']);
      expect(play.start()).to.deep.equal([]);
    });

    it('forgets a pending restart when it is shut down', () => {
      const play = Play.running({ a: 'permanent' }, { strategy, backoff: { min: 1, max: 1 } });
      play.crashes('a');
      play.started('a');
      expect(play.crashes('a')).to.deep.equal(['wait 1000 for a']);
      expect(play.shutdown()).to.deep.equal(['stopped']);
      expect(play.due('a')).to.deep.equal([]);
    });

    it('starts nothing and says nothing more once it has stopped', () => {
      const play = Play.running({ a: 'permanent' }, { strategy });
      play.shutdown();
      play.stopped('a');
      expect(play.start()).to.deep.equal([]);
      expect(play.crashes('a')).to.deep.equal([]);
    });
  });
}
