import { expect } from 'chai';
import fc from 'fast-check';

import { quantile, ratios, spread } from '../../../../bench/statistics.js';

describe('the statistics of the bench', () => {
  it('take the middle of the rounds, and from where to where they went', () => {
    expect(spread([5, 1, 3])).to.deep.equal({ median: 3, min: 1, max: 5 });
    expect(spread([4, 1, 2, 3])).to.deep.equal({ median: 2.5, min: 1, max: 4 });
    expect(spread([7])).to.deep.equal({ median: 7, min: 7, max: 7 });
    expect(spread([])).to.equal(undefined);
  });

  it('find a quantile between the two values next to it', () => {
    const hundred = Array.from({ length: 101 }, (_, value) => value);
    expect(quantile(hundred, 0.99)).to.equal(99);
    expect(quantile([0, 10], 0.25)).to.equal(2.5);
    expect(quantile([], 0.5)).to.be.NaN;
  });

  it('keep every quantile among the values, and more of a share never below less of it', () => {
    const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 });
    const share = fc.double({ noNaN: true, min: 0, max: 1 });
    fc.assert(
      fc.property(values, share, share, (some, one, other) => {
        const [less, more] = [quantile(some, Math.min(one, other)), quantile(some, Math.max(one, other))];
        expect(less)
          .to.be.at.least(Math.min(...some))
          .and.at.most(more + 1e-6);
        expect(more).to.be.at.most(Math.max(...some));
      }),
    );
  });

  it('compare round by round, for as many rounds as both have', () => {
    expect(ratios([10, 30, 5], [20, 10])).to.deep.equal([0.5, 3]);
  });
});
