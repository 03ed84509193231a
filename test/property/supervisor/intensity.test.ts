import { expect } from 'chai';
import fc from 'fast-check';
import { restartDelay } from '../../../actors/supervisor/backoff.js';
import { recordRestart, type RestartHistory } from '../../../actors/supervisor/intensity.js';

const pauses = fc.array(fc.oneof(fc.constantFrom(0, 1, 999, 1_000, 1_001), fc.nat(5_000)), {
  maxLength: 100,
});
const policy = fc.record({ intensity: fc.nat(5), period: fc.constantFrom(1, 2, 3.5) });

describe('restart intensity', () => {
  it('agrees with a model that remembers every restart', () => {
    fc.assert(
      fc.property(pauses, policy, (gaps, limits) => {
        const all: number[] = [];
        let history: RestartHistory = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          all.push(now);
          const result = recordRestart(history, now, limits);
          history = result.history;
          const inPeriod = all.filter((at) => at >= now - limits.period * 1000);
          expect(result.exceeded).to.equal(inPeriod.length > limits.intensity);
          expect(history.length).to.be.at.most(limits.intensity + 1);
        }
      }),
    );
  });
});

describe('restart back-off', () => {
  it('never shrinks, and stays between min and max after the first restart', () => {
    const seconds = fc.double({ min: 0.001, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 10_000 }), seconds, seconds, (nth, min, more) => {
        const backoff = { min, max: min + more };
        const delay = restartDelay(nth, backoff);
        expect(delay).to.be.within(Math.round(min * 1000), Math.round((min + more) * 1000));
        expect(restartDelay(nth + 1, backoff)).to.be.at.least(delay);
      }),
    );
  });
});
