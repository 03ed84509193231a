import { expect } from 'chai';
import { EFFORT } from '../support/effort.js';
import { simulate } from './simulation.js';
import { storyOf } from './story.js';

/** Simulated milliseconds of faults in each seed. */
const LENGTH = 30_000;
const SEEDS = 150;

describe('the whole daemon on simulated time', function () {
  this.timeout(900_000 * EFFORT);

  it('keeps its promises under random faults', async () => {
    for (let seed = 1; seed <= SEEDS * EFFORT; seed++) {
      const outcome = await simulate({ seed, length: LENGTH, faults: 'chosen' });
      if (outcome.broken !== undefined) expect.fail(storyOf(outcome));
    }
  });

  it('repeats a run exactly with the same seed', async () => {
    const [one, again] = [
      await simulate({ seed: 7, length: LENGTH, faults: 'chosen' }),
      await simulate({ seed: 7, length: LENGTH, faults: 'chosen' }),
    ];
    expect(again).to.deep.equal(one);
    expect(one.lines.length).to.be.above(100);
  });
});
