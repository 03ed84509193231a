import { expect } from 'chai';
import { Histogram } from '../../../src/domain/histogram.js';

describe('a histogram', () => {
  it('counts each observation once, a bound being within its own bucket', () => {
    const histogram = new Histogram([1, 2, 5]);
    for (const value of [0, 1, 1.5, 2, 5, 5.1, 100]) histogram.observe(value);
    expect(histogram.counts).to.deep.equal([2, 2, 1, 2]);
    expect(histogram.sum).to.be.closeTo(114.6, 1e-9);
  });

  it('begins with nothing', () => {
    const histogram = new Histogram([1]);
    expect([histogram.counts, histogram.sum]).to.deep.equal([[0, 0], 0]);
  });
});
