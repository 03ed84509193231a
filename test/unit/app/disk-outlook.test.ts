import { expect } from 'chai';
import { DiskOutlook } from '../../../src/app/disk-outlook.js';
import { moment } from '../../../src/domain/time.js';

const HOUR = 3_600_000;

describe('the outlook of the disk', () => {
  it('is how long the rest lasts at the growth since the first look, from an hour on', () => {
    const outlook = new DiskOutlook();
    expect(outlook.daysLeft(moment(0), 1_000, 5_000)).to.equal(undefined);
    expect(outlook.daysLeft(moment(HOUR - 1), 1_500, 5_000)).to.equal(undefined);
    expect(outlook.daysLeft(moment(24 * HOUR), 2_000, 4_000)).to.equal(4);
    expect(outlook.daysLeft(moment(48 * HOUR), 2_000, 4_000)).to.equal(8);
  });

  it('is not known while the store does not grow, is not open, or is somewhere else', () => {
    const outlook = new DiskOutlook();
    expect(outlook.daysLeft(moment(0), undefined, 5_000)).to.equal(undefined);
    outlook.daysLeft(moment(HOUR), 1_000, 5_000);
    expect(outlook.daysLeft(moment(9 * HOUR), 900, 5_000)).to.equal(undefined);
    expect(outlook.daysLeft(moment(9 * HOUR), 2_000, undefined)).to.equal(undefined);
  });
});
