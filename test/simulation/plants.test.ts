import { expect } from 'chai';
import { EFFORT } from '../support/effort.js';
import { PLANTS } from './plants.js';
import { simulate } from './simulation.js';

/** Simulated milliseconds of faults in each seed. */
const LENGTH = 40_000;
/** Each fault must be found within this many seeds. */
const SEEDS = 200;

describe('a fault that is planted in the daemon', function () {
  this.timeout(900_000 * EFFORT);

  it('is one of at least twenty', () => {
    expect(PLANTS.length).to.be.at.least(20);
    expect(new Set(PLANTS.map(({ name }) => name)).size).to.equal(PLANTS.length);
  });

  for (const plant of PLANTS) {
    it(`is found: ${plant.name}`, async () => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const { broken } = await simulate({ seed, length: LENGTH, faults: 'chosen', plant });
        if (broken !== undefined) return void expect(broken.isPromise, broken.message).to.equal(true);
      }
      expect.fail(`${SEEDS} seeds do not find it: ${plant.breaks}`);
    });
  }
});
