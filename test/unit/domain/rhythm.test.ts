import { expect } from 'chai';
import { Rhythm, THRESHOLD } from '../../../src/domain/rhythm.js';
import { SeededRandom } from '../../support/seeded-random.js';

const BEATS = 5_000;

/** Intervals between heartbeats of a node that lives, in milliseconds. */
const rhythms: Readonly<Record<string, (random: SeededRandom, beat: number) => number>> = {
  /** Every 10 s, give or take 2, and one in a hundred up to 5 s late. */
  jitter: (random) =>
    10_000 + random.between(-2_000, 2_000) + (random.next() < 0.01 ? random.between(0, 5_000) : 0),
  /** From 5 s to 30 s and back, over and over. */
  drift: (random, beat) =>
    17_500 - 12_500 * Math.cos((2 * Math.PI * beat) / 2_000) + random.between(-500, 500),
  /** Five a second apart, then a pause of 20 s. */
  bursts: (random, beat) => (beat % 5 === 4 ? 20_000 : 1_000) + random.between(-100, 100),
};

interface Result {
  /** Of a node that lived. */
  readonly falseAlarms: number;
  /** Had it died after any of its heartbeats: until that was noticed, on average. */
  readonly toDetect: number;
}

function play(name: string, timeoutAfter: (interval: number) => number): Result {
  const random = new SeededRandom(1);
  let [timeout, falseAlarms, sum] = [Infinity, 0, 0];
  for (let beat = 0; beat < BEATS; beat++) {
    const interval = rhythms[name]?.(random, beat) ?? NaN;
    if (interval > timeout) falseAlarms++;
    timeout = timeoutAfter(interval);
    sum += timeout;
  }
  return { falseAlarms, toDetect: sum / BEATS };
}

const fixed = (name: string, timeout: number): Result => play(name, () => timeout);
const adaptive = (name: string): Result => {
  const rhythm = new Rhythm(10_000);
  return play(name, (interval) => {
    rhythm.heard(interval);
    return rhythm.timeout();
  });
};

describe('a rhythm', () => {
  it('is unlikely to be silent for as long as its timeout says', () => {
    const rhythm = new Rhythm(10_000);
    for (const interval of [9_000, 10_000, 11_000, 10_500]) rhythm.heard(interval);
    for (const threshold of [1, 3, THRESHOLD, 12])
      expect(rhythm.phi(rhythm.timeout(threshold))).to.be.closeTo(threshold, 1e-6);
    const silences = [0, 5_000, 10_000, 12_000, 20_000].map((silence) => rhythm.phi(silence));
    expect(silences).to.deep.equal([...silences].sort((one, other) => one - other));
    expect(rhythm.phi(rhythm.mean)).to.be.closeTo(Math.log10(2), 1e-9);
  });

  it('forgets what is older than its window, its first guess too', () => {
    const rhythm = new Rhythm(60_000);
    expect([rhythm.mean, rhythm.size]).to.deep.equal([60_000, 2]);
    for (let beat = 0; beat < 200; beat++) rhythm.heard(1_000);
    expect(rhythm.mean).to.be.closeTo(1_000, 1e-6);
    expect(rhythm.deviation).to.be.closeTo(100, 1e-6);
    expect(rhythm.size).to.equal(200);
  });

  for (const [name, loose] of [
    ['jitter', 30_000],
    ['drift', 90_000],
    ['bursts', 60_000],
  ] as const) {
    it(`with ${name} has fewer false alarms than a tight timeout, and is found out sooner than by a loose one`, () => {
      const learnt = adaptive(name);
      const tight = fixed(name, 11_500);
      // Three of the longest intervals, as one has to choose who knows no more of a node.
      const safe = fixed(name, loose);
      expect(tight.falseAlarms).to.be.greaterThan(200);
      expect(safe.falseAlarms).to.equal(0);
      expect(learnt.falseAlarms).to.be.at.most(2);
      expect(learnt.toDetect).to.be.lessThan(safe.toDetect);
    });
  }
});
