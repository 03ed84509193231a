import { expect } from 'chai';
import { HeartbeatHistory, THRESHOLD } from '../../../src/domain/heartbeat-history.js';
import { moment } from '../../../src/domain/time.js';
import { sameTimeout, timeoutInForce } from '../../../src/domain/timeout.js';

const LONGEST = 60_000;

/** Records heartbeats at these intervals. @returns the time of the last one */
function hear(rhythm: HeartbeatHistory, intervals: readonly number[], from = 0): number {
  let at = from;
  rhythm.heard(moment(at), LONGEST);
  for (const interval of intervals) rhythm.heard(moment((at += interval)), LONGEST);
  return at;
}

const times = (count: number, interval: number): number[] => Array.from({ length: count }, () => interval);

describe('a rhythm', () => {
  let rhythm: HeartbeatHistory;

  beforeEach(() => {
    rhythm = new HeartbeatHistory();
  });

  it('is unlikely to be silent for as long as its timeout says', () => {
    const last = hear(rhythm, [...times(20, 9_000), ...times(20, 11_000)]);
    for (const threshold of [1, 3, THRESHOLD, 12]) {
      const phi = rhythm.phi(moment(last + rhythm.timeout(threshold)), 0);
      expect(phi).to.be.closeTo(threshold, 1e-6);
    }
    expect(rhythm.phi(moment(last + (rhythm.learnt?.mean ?? 0)), 0)).to.be.closeTo(Math.log10(2), 1e-6);
    expect(rhythm.phi(moment(last + 40_000), 30_000), 'of which it was not listened for 30 s').to.equal(
      rhythm.phi(moment(last + 10_000), 0),
    );
  });

  it('is not known from few heartbeats', () => {
    expect([rhythm.learnt, rhythm.isKnown]).to.deep.equal([undefined, false]);
    const last = hear(rhythm, times(8, 1000));
    expect([rhythm.isKnown, rhythm.phi(moment(last), 0)]).to.deep.equal([false, undefined]);
    rhythm.heard(moment(last + 1000), LONGEST);
    expect([rhythm.isKnown, rhythm.learnt?.samples]).to.deep.equal([true, 10]);
  });

  it('takes its first interval for two, a quarter to either side', () => {
    hear(rhythm, [8000]);
    expect(rhythm.learnt).to.deep.equal({ mean: 8000, deviation: 2000, samples: 2 });
  });

  it('forgets intervals older than its window, and the first guess', () => {
    hear(rhythm, [...times(50, 30_000), ...times(200, 1000)]);
    expect(rhythm.learnt).to.deep.equal({ mean: 1000, deviation: 0, samples: 200 });
  });

  it('is never so regular that a heartbeat could not be a little late', () => {
    hear(rhythm, times(250, 1000));
    expect(rhythm.deviation).to.equal(100);
    const slow = new HeartbeatHistory();
    hear(slow, times(250, 40_000));
    expect(slow.deviation).to.equal(2000);
  });

  it('loses nothing of a small deviation in however long a life', () => {
    hear(
      rhythm,
      Array.from({ length: 100_000 }, (_, beat) => 50_000 + (beat % 2 === 0 ? 4000 : -4000)),
    );
    expect(rhythm.learnt?.deviation).to.be.closeTo(4000, 1e-3);
  });

  it('takes heartbeats at the same moment for one, however many', () => {
    hear(
      rhythm,
      [...times(20, 1000)].flatMap((interval) => [interval - 8, 0, 3, 5]),
    );
    expect(rhythm.learnt?.mean).to.be.closeTo(1000, 1);
    expect(rhythm.learnt?.samples).to.equal(21);
  });

  it('learns nothing from an outage, and goes on after it', () => {
    const last = hear(rhythm, times(20, 1000));
    const learnt = rhythm.learnt;
    hear(rhythm, [], last + LONGEST + 1);
    expect(rhythm.learnt).to.deep.equal(learnt);
    hear(rhythm, [1000], last + LONGEST + 1);
    expect(rhythm.learnt?.samples).to.equal(22);
  });

  it('learns intervals from 20 ms to the longest one, and no others', () => {
    const samples = (interval: number): number | undefined => {
      const learning = new HeartbeatHistory();
      hear(learning, [10_000, interval]);
      return learning.learnt?.samples;
    };
    expect([LONGEST, LONGEST + 1].map(samples)).to.deep.equal([3, 2]);
    expect([20, 19].map(samples)).to.deep.equal([3, 2]);
  });

  it('is measured from the second heartbeat after an interruption, and says nothing before', () => {
    const last = hear(rhythm, times(20, 1000));
    rhythm.interrupt();
    expect([rhythm.isKnown, rhythm.phi(moment(last + 500), 0)]).to.deep.equal([false, undefined]);
    rhythm.heard(moment(last + 30_000), LONGEST);
    expect([rhythm.isKnown, rhythm.learnt?.samples]).to.deep.equal([true, 21]);
  });

  it('is the same after it was kept and found again, down to its timeout', () => {
    for (const count of [1, 2, 10, 11, 199, 300]) {
      const before = new HeartbeatHistory();
      hear(
        before,
        Array.from({ length: count }, (_, beat) => 5000 + 700 * Math.sin(beat)),
      );
      const after = new HeartbeatHistory(before.learnt);
      expect(after.learnt?.samples).to.equal(before.learnt?.samples);
      expect(after.learnt?.mean).to.be.closeTo(before.learnt?.mean ?? 0, 1e-2);
      expect(after.learnt?.deviation).to.be.closeTo(before.learnt?.deviation ?? 0, 1e-2);
      expect(after.timeout(THRESHOLD)).to.be.closeTo(before.timeout(THRESHOLD), 1e-1);
      expect(after.isKnown, 'before a heartbeat').to.equal(false);
    }
  });

  it('has a copy that learns for itself', () => {
    const last = hear(rhythm, times(20, 1000));
    const learnt = rhythm.learnt;
    const copy = rhythm.copy();
    expect(copy.learnt).to.deep.equal(learnt);
    copy.heard(moment(last + 50_000), LONGEST);
    expect(copy.learnt?.deviation).to.be.greaterThan(5000);
    expect(rhythm.learnt).to.deep.equal(learnt);
  });
});

describe('an adaptive timeout', () => {
  const adaptive = { min: 2000, max: 30_000 };

  it('is its max while nothing is known', () => {
    expect(timeoutInForce(adaptive, undefined)).to.equal(30_000);
    expect(timeoutInForce(adaptive, new HeartbeatHistory())).to.equal(30_000);
  });

  it('lies between its min and its max, and rises with its threshold', () => {
    const rhythm = new HeartbeatHistory();
    hear(rhythm, times(20, 1000));
    expect(timeoutInForce(adaptive, rhythm)).to.equal(2000);
    expect(timeoutInForce({ min: 1, max: 30_000 }, rhythm)).to.be.within(1500, 1600);
    expect(timeoutInForce({ min: 1, max: 30_000, threshold: 16 }, rhythm)).to.be.within(1750, 1900);
    expect(timeoutInForce({ min: 1, max: 1100 }, rhythm)).to.equal(1100);
  });

  it('is the same where all of it is', () => {
    expect(sameTimeout(adaptive, { ...adaptive })).to.equal(true);
    for (const other of [{ ...adaptive, threshold: 8 }, { ...adaptive, max: 1 }, 30_000, undefined])
      expect(sameTimeout(adaptive, other)).to.equal(false);
    expect(sameTimeout(5, 5)).to.equal(true);
  });
});
