import { expect } from 'chai';
import { DiskOutlook } from '../../../src/app/disk-outlook.js';
import { moment } from '../../../src/domain/time.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('the outlook of the disk', () => {
  function started(bytes: number | undefined): DiskOutlook {
    const outlook = new DiskOutlook();
    outlook.daysLeft(moment(0), bytes, 1_000_000);
    return outlook;
  }

  it('is how long the rest lasts at the growth since the start, from an hour on', () => {
    const outlook = started(1_000);
    expect(outlook.daysLeft(moment(HOUR - 1), 1_500, 5_000)).to.equal(undefined);
    expect(outlook.daysLeft(moment(DAY), 2_000, 4_000)).to.equal(4);
    expect(outlook.daysLeft(moment(2 * DAY), 2_000, 4_000)).to.equal(8);
  });

  it('follows the last two days, whatever the store did in a year before', () => {
    const outlook = started(1_000);
    const hours = (from: number, to: number, bytes: (hour: number) => number) => {
      let found: number | undefined;
      for (let hour = from; hour <= to; hour++)
        found = outlook.daysLeft(moment(hour * HOUR), bytes(hour), 24_000);
      return found;
    };
    const year = 365 * 24;
    expect(hours(1, year, (hour) => 1_000 + hour)).to.be.closeTo(1_000, 1e-6);
    const full = 1_000 + year;
    expect(hours(year + 1, year + 48, (hour) => full + 1_000 * (hour - year))).to.be.closeTo(1, 1e-6);
    // It has been merged, and is half as large.
    expect(hours(year + 49, year + 96, () => full / 2)).to.equal(undefined);
    expect(hours(year + 97, year + 144, (hour) => full / 2 + hour - year - 96)).to.be.closeTo(1_000, 1e-6);
  });

  it('is known at a first question after a month', () => {
    expect(started(1_000).daysLeft(moment(30 * DAY), 4_000, 1_000)).to.equal(10);
  });

  it('is not known while the store does not grow, is not open, or is somewhere else', () => {
    const outlook = started(1_000);
    expect(outlook.daysLeft(moment(9 * HOUR), undefined, 5_000)).to.equal(undefined);
    expect(outlook.daysLeft(moment(9 * HOUR), 900, 5_000)).to.equal(undefined);
    expect(outlook.daysLeft(moment(9 * HOUR), 2_000, undefined)).to.equal(undefined);
  });

  it('is that since the first question, where the size was not known at the start', () => {
    const outlook = started(undefined);
    expect(outlook.daysLeft(moment(9 * HOUR), 1_000, 5_000)).to.equal(undefined);
    expect(outlook.daysLeft(moment(33 * HOUR), 2_000, 5_000)).to.equal(5);
  });
});
