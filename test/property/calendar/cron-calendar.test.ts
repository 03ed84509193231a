import { expect } from 'chai';
import fc from 'fast-check';
import { CronCalendar } from '../../../src/calendar/cron-calendar.js';
import { CronExpression } from '../../../src/calendar/cron-expression.js';
import { instant } from '../../../src/domain/time.js';
import { EFFORT } from '../../support/effort.js';
import { changesIn, naiveTimes } from '../../support/model/naive-cron.js';

const days = fc.uniqueArray(fc.integer({ min: 27, max: 31 }), { minLength: 1, maxLength: 3 });
const months = fc.uniqueArray(fc.constantFrom(2, 4, 6, 9, 11), { minLength: 1, maxLength: 2 });

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Changes by an hour, by half of one, by two, at midnight, in other weeks of the year, and none. */
const ZONES = [
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Asia/Tehran',
  'Pacific/Auckland',
  'UTC',
];

const minute = fc.constantFrom('*', '0', '30', '59', '0,30', '*/15', '5-20/5', '*/7');
const hour = fc.constantFrom('*', '0', '1', '2', '3', '23', '1-3', '*/6', '2,14');
const day = fc.constantFrom('*', '*', '*', '1', '28-31', '10,20');
const month = fc.constantFrom('*', '*', '*', '3', 'MAR,OCT', '3-4', '9-11');
const weekday = fc.constantFrom('*', '*', '*', 'SUN', '1-5', '0,6', '7', 'fri-sat');
const expression = fc.tuple(minute, hour, day, month, weekday).map((fields) => fields.join(' '));

const anchor = fc
  .record({
    zone: fc.constantFrom(...ZONES),
    year: fc.integer({ min: 2015, max: 2035 }),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    near: fc.nat(3),
  })
  .map(({ zone, year, at, near }) => {
    const changes = near === 0 ? [] : changesIn(zone, year);
    const change = changes[Math.floor(at * changes.length)];
    return { zone, around: change ?? Date.UTC(year, 0) + Math.floor(at * 365) * DAY };
  });

describe('the calendar of cron expressions', function () {
  this.timeout(900_000 * EFFORT);

  it('agrees with looking at every minute, in many zones and years, above all around changes of the clocks', () => {
    const calendar = new CronCalendar();
    fc.assert(
      fc.property(
        fc.array(expression, { minLength: 1, maxLength: 3 }),
        anchor,
        fc.integer({ min: -30 * HOUR, max: 30 * HOUR }),
        (cron, { zone, around }, offset) => {
          const after = instant(around + offset);
          const end = after + DAY;
          const [first] = naiveTimes(cron, zone, after + 1, end);
          const next = calendar.next({ cron, timeZone: zone }, after);
          if (first === undefined) expect(next ?? Infinity).to.be.at.least(end);
          else expect(next).to.equal(first);
        },
      ),
      { numRuns: 100 * EFFORT },
    );
  });

  it('lists every time of some days once and in order, if each is asked for after the one before', () => {
    const calendar = new CronCalendar();
    fc.assert(
      fc.property(fc.array(expression, { minLength: 1, maxLength: 2 }), anchor, (cron, { zone, around }) => {
        const from = instant(around - DAY);
        const end = around + DAY;
        const listed: number[] = [];
        let next = calendar.next({ cron, timeZone: zone }, from);
        while (next !== undefined && next < end) {
          listed.push(next);
          next = calendar.next({ cron, timeZone: zone }, next);
        }
        expect(listed).to.deep.equal(naiveTimes(cron, zone, from + 1, end));
      }),
      { numRuns: 30 * EFFORT },
    );
  });

  it('refuses an expression that never comes, and finds the first time of any other', () => {
    fc.assert(
      fc.property(days, months, fc.constantFrom('', 'W'), (day, month, sign) => {
        const text = `0 0 ${day.map((each) => `${each}${sign}`).join(',')} ${month.join(',')} *`;
        const leapYear = 2028;
        const exists = month.some((m) =>
          day.some((d) => new Date(Date.UTC(leapYear, m - 1, d)).getUTCDate() === d),
        );
        if (exists) expect(new CronExpression(text).next(0), text).to.be.a('number');
        else expect(() => new CronExpression(text), text).to.throw(/never comes/);
      }),
      { numRuns: 50 * EFFORT },
    );
  });
});
