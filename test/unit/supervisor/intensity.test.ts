import { expect } from 'chai';
import { recordRestart, type RestartHistory } from '../../../actors/supervisor/intensity.js';
import { ABC, Play, STRATEGIES } from './play.js';

/** Whether each of these restarts was one too many for 2 in 5 s. */
function exceeded(...instants: number[]): boolean[] {
  let history: RestartHistory = [];
  return instants.map((now) => {
    const result = recordRestart(history, now, { intensity: 2, period: 5 });
    history = result.history;
    return result.exceeded;
  });
}

describe('restart intensity', () => {
  it('allows as many restarts within the period as the intensity, and not one more', () => {
    expect(exceeded(0, 1_000, 2_000)).to.deep.equal([false, false, true]);
  });

  it('counts restarts at the same instant', () => {
    expect(exceeded(7, 7, 7)).to.deep.equal([false, false, true]);
  });

  it('still counts a restart that is exactly one period old, as OTP does', () => {
    expect(exceeded(0, 1_000, 5_000)).to.deep.equal([false, false, true]);
  });

  it('forgets a restart that is a millisecond older than the period', () => {
    expect(exceeded(0, 1_000, 5_001)).to.deep.equal([false, false, false]);
  });

  it('slides: the same number of restarts over more time is always allowed', () => {
    const everyThreeSeconds = Array.from({ length: 100 }, (_, n) => n * 3_000);
    expect(exceeded(...everyThreeSeconds)).not.to.include(true);
  });

  it('allows no restart at an intensity of 0', () => {
    expect(recordRestart([], 0, { intensity: 0, period: 5 }).exceeded).to.equal(true);
  });

  it('keeps no more than it needs, however many restarts there are', () => {
    let history: RestartHistory = [];
    for (let n = 0; n < 1_000; n++) history = recordRestart(history, 1, { intensity: 2, period: 5 }).history;
    expect(history).to.have.length(3);
  });
});

for (const strategy of STRATEGIES) {
  describe(`the intensity of a supervisor, ${strategy}`, () => {
    it('bears `intensity` restarts within `period`, and gives up at one more', () => {
      const play = Play.running({ a: 'permanent' }, { strategy, intensity: 2 });
      expect(play.crashes('a')).to.deep.equal(['start a#2']);
      expect(play.after(2_500).startFails('a')).to.deep.equal(['start a#3']);
      expect(play.after(2_500).startFails('a')).to.deep.equal(['escalate reached_max_restart_intensity']);
    });

    it('stops the others in reverse order before it escalates', () => {
      const play = Play.running(ABC, { strategy, intensity: 0 });
      expect(play.crashes('b')).to.deep.equal(['stop c#1']);
      expect(play.stopped('c')).to.deep.equal(['stop a#1']);
      expect(play.stopped('a')).to.deep.equal(['escalate reached_max_restart_intensity']);
      expect(play.effects).to.deep.equal([
        { kind: 'escalate', reason: { kind: 'reached_max_restart_intensity', id: 'b', error: 'boom' } },
      ]);
    });

    it('allows any number of restarts that are further apart', () => {
      const play = Play.running({ a: 'permanent' }, { strategy, intensity: 1 });
      for (let n = 2; n < 50; n++) {
        expect(play.after(5_001).crashes('a')).to.deep.equal([`start a#${n}`]);
        play.started('a');
      }
    });

    it('answers a shutdown that comes while it gives up, or after', () => {
      const during = Play.running({ a: 'permanent', b: 'permanent' }, { strategy, intensity: 0 });
      expect(during.crashes('b')).to.deep.equal(['stop a#1']);
      expect(during.shutdown()).to.deep.equal([]);
      expect(during.stopped('a')).to.deep.equal(['stopped']);

      const later = Play.running({ a: 'permanent' }, { strategy, intensity: 0 });
      expect(later.crashes('a')).to.deep.equal(['escalate reached_max_restart_intensity']);
      expect(later.shutdown()).to.deep.equal(['stopped']);
    });
  });
}
