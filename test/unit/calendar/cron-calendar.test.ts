import { expect } from 'chai';
import { CronCalendar } from '../../../src/calendar/cron-calendar.js';
import { CronExpression } from '../../../src/calendar/cron-expression.js';
import { instant } from '../../../src/domain/time.js';

/** The times after an instant, as many as wanted. */
function times(cron: string | readonly string[], timeZone: string, after: string, count: number): string[] {
  const calendar = new CronCalendar();
  const schedule = { cron: typeof cron === 'string' ? [cron] : cron, timeZone };
  const found: string[] = [];
  let next = calendar.next(schedule, instant(Date.parse(after)));
  while (next !== undefined && found.length < count) {
    found.push(new Date(next).toISOString().replace(':00.000', ''));
    next = calendar.next(schedule, next);
  }
  return found;
}

describe('the calendar of cron expressions', () => {
  it('finds the times of a weekday job in its time zone', () => {
    expect(times('0 4 * * 1-5', 'Europe/Berlin', '2026-11-27T00:00:00Z', 3)).to.deep.equal([
      '2026-11-27T03:00Z',
      '2026-11-30T03:00Z',
      '2026-12-01T03:00Z',
    ]);
  });

  it('gives the time strictly after the one that is asked about', () => {
    expect(times('0 4 * * *', 'UTC', '2026-11-27T04:00:00Z', 1)).to.deep.equal(['2026-11-28T04:00Z']);
    expect(times('0 4 * * *', 'UTC', '2026-11-27T03:59:59.999Z', 1)).to.deep.equal(['2026-11-27T04:00Z']);
  });

  it('runs a time that the clocks skip as long after the change as it would have been', () => {
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).to.deep.equal([
      '2026-03-29T01:30Z', // 03:30 in Berlin
      '2026-03-30T00:30Z',
    ]);
    expect(times('0 0 * * *', 'Africa/Cairo', '2026-04-23T12:00:00Z', 1)).to.deep.equal([
      '2026-04-23T22:00Z', // 01:00 in Cairo
    ]);
  });

  it('runs a time that the clocks show twice once, at the first', () => {
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).to.deep.equal([
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
    ]);
    expect(times('*/30 * * * *', 'Europe/Berlin', '2026-10-25T00:10:00Z', 2)).to.deep.equal([
      '2026-10-25T00:30Z',
      '2026-10-25T02:00Z', // 03:00: from 02:00 to 02:59 it was shown before
    ]);
  });

  it('merges several expressions', () => {
    expect(times(['0 6 * * *', '30 18 * * *'], 'UTC', '2026-11-27T00:00:00Z', 3)).to.deep.equal([
      '2026-11-27T06:00Z',
      '2026-11-27T18:30Z',
      '2026-11-28T06:00Z',
    ]);
  });

  it('goes over a day that a zone left out', () => {
    expect(times('0 12 * * *', 'Pacific/Apia', '2011-12-29T12:00:00Z', 2)).to.deep.equal([
      '2011-12-29T22:00Z',
      '2011-12-30T22:00Z', // noon of the 30th, which there was not, and of the 31st
    ]);
  });

  it('waits for leap days, and gives up on what comes too rarely', () => {
    expect(times('0 0 29 2 *', 'UTC', '2026-11-27T00:00:00Z', 1)).to.deep.equal(['2028-02-29T00:00Z']);
  });
});

describe('a cron expression', () => {
  for (const [text, problem] of [
    ['* * * * * *', /must have five fields .*: the least interval is a minute/],
    ['0 4 * *', /must have five fields: minute, hour/],
    ['', /must have five fields/],
    ['0 0 30 2 *', /never comes: there is no such day/],
    ['0 0 31 4,6,9,11 *', /never comes/],
    ['60 4 * * *', /is no cron expression: the minute must be between 0 and 59: "60"$/],
    ['0 25 * * *', /is no cron expression: the hour must be between 0 and 23: "25"$/],
    ['0 4 0 * *', /is no cron expression: the day of the month must be between 1 and 31: "0"$/],
    ['0 4 1,32 * *', /is no cron expression: the day of the month must be between 1 and 31: "1,32"$/],
    ['0 4 * 13 *', /is no cron expression: the month must be between 1 and 12: "13"$/],
    ['0 4 * 2-0 *', /is no cron expression: the month must be between 1 and 12: "2-0"$/],
    ['0 4 * * 8', /is no cron expression: the day of the week must be between 0 and 7: "8"$/],
    ['0 4 * * mon-', /is no cron expression: "mon-" is no day of the week$/],
    ['0 4 * * 1#6', /is no cron expression: "1#6" is no day of the week$/],
    ['H 4 * * *', /is no cron expression: "H" is no minute$/],
    ['*/0 * * * *', /is no cron expression: "\*\/0" is no minute$/],
    ['0 9-5 * * *', /is no cron expression: "9-5" is no hour$/],
    ['0 4 * jan-foo *', /is no cron expression: "jan-foo" is no month$/],
    ['0 4 31W 2 *', /never comes/],
    ['0 4 30,31 2 *', /never comes/],
    ['0 4 ? * *', /has "\?", which is no field of cron/],
    ['(a+)+$ 4 * * *', /has "\(a\+\)\+\$"/],
    ['@reboot', /must be one of @yearly/],
    ['@constructor', /must be one of @yearly/],
    [`0 ${'4,'.repeat(200)}4 * * *`, /must have at most 255 characters/],
  ] as const)
    it(`is refused: ${text.slice(0, 30)}`, () => {
      expect(() => new CronExpression(text)).to.throw(TypeError, problem);
    });

  for (const [text, same] of [
    ['@daily', '0 0 * * *'],
    ['@hourly', '0 * * * *'],
    ['  0   4 *\t* 1-5 ', '0 4 * * MON-FRI'],
    ['0 4 * * 7', '0 4 * * SUN'],
  ] as const)
    it(`is read: ${text.trim()} as ${same}`, () => {
      const at = Date.UTC(2026, 10, 27, 12);
      expect(new CronExpression(text).next(at)).to.equal(new CronExpression(same).next(at));
    });
});
