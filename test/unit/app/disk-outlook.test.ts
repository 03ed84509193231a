import { expect } from 'chai';
import { DiskOutlook } from '../../../src/app/disk-outlook.js';
import { moment } from '../../../src/domain/time.js';

const HOUR = 3_600_000;

describe('the outlook of the disk', () => {
  it('is how long the rest lasts at the growth since the start, from an hour on', () => {
    const outlook = new DiskOutlook();
    outlook.begin(moment(0), 1_000);
    expect(outlook.daysLeft(moment(HOUR - 1), 1_500, 5_000)).to.equal(undefined);
    expect(outlook.daysLeft(moment(24 * HOUR), 2_000, 4_000)).to.equal(4);
    expect(outlook.daysLeft(moment(48 * HOUR), 2_000, 4_000)).to.equal(8);
  });

  it('is known at a first question after a month', () => {
    const outlook = new DiskOutlook();
    outlook.begin(moment(0), 1_000);
    expect(outlook.daysLeft(moment(30 * 24 * HOUR), 4_000, 1_000)).to.equal(10);
  });

  it('is not known while the store does not grow, is not open, or is somewhere else', () => {
    const outlook = new DiskOutlook();
    outlook.begin(moment(0), 1_000);
    expect(outlook.daysLeft(moment(9 * HOUR), undefined, 5_000)).to.equal(undefined);
    expect(outlook.daysLeft(moment(9 * HOUR), 900, 5_000)).to.equal(undefined);
    expect(outlook.daysLeft(moment(9 * HOUR), 2_000, undefined)).to.equal(undefined);
  });

  it('is not known if the size was not known at the start', () => {
    const outlook = new DiskOutlook();
    outlook.begin(moment(0), undefined);
    expect(outlook.daysLeft(moment(9 * HOUR), 2_000, 5_000)).to.equal(undefined);
  });
});
