import { expect } from 'chai';
import { beginningOfDay, localDaysIn, localIso } from '../../../src/domain/local-days.js';
import { instant } from '../../../src/domain/time.js';

const at = (iso: string) => instant(Date.parse(iso));

/** The days of a range: their dates, and how many hours each has. */
function hoursOf(zone: string, from: string, to: string): [string, number][] {
  return localDaysIn(zone, at(from), at(to)).map(({ date, from: begin, to: end }) => [
    date,
    (end - begin) / 3_600_000,
  ]);
}

describe('the days of a time zone', () => {
  for (const [what, zone, from, to, expected] of [
    [
      'have 23 hours where the clocks are put forward',
      'Europe/Berlin',
      '2026-03-27T23:00:00Z',
      '2026-03-30T22:00:00Z',
      [
        ['2026-03-28', 24],
        ['2026-03-29', 23],
        ['2026-03-30', 24],
      ],
    ],
    [
      'have 25 hours where the clocks are put back',
      'Europe/Berlin',
      '2026-10-23T22:00:00Z',
      '2026-10-26T23:00:00Z',
      [
        ['2026-10-24', 24],
        ['2026-10-25', 25],
        ['2026-10-26', 24],
      ],
    ],
    [
      'begin at the change where the clocks skip midnight',
      'America/Sao_Paulo',
      '2018-11-03T03:00:00Z',
      '2018-11-05T02:00:00Z',
      [
        ['2018-11-03', 24],
        ['2018-11-04', 23],
      ],
    ],
    [
      'begin at the first of two midnights',
      'America/Havana',
      '2024-11-02T04:00:00Z',
      '2024-11-04T05:00:00Z',
      [
        ['2024-11-02', 24],
        ['2024-11-03', 25],
      ],
    ],
    [
      'leave out a date that there never was',
      'Pacific/Apia',
      '2011-12-29T10:00:00Z',
      '2011-12-31T10:00:00Z',
      [
        ['2011-12-29', 24],
        ['2011-12-31', 24],
      ],
    ],
    [
      'are cut at the ends of the range',
      'UTC',
      '2026-01-31T18:00:00Z',
      '2026-02-01T06:00:00Z',
      [
        ['2026-01-31', 6],
        ['2026-02-01', 6],
      ],
    ],
    ['are none in an empty range', 'UTC', '2026-01-31T18:00:00Z', '2026-01-31T18:00:00Z', []],
  ] as const)
    it(what, () => {
      expect(hoursOf(zone, from, to)).to.deep.equal(expected);
    });

  it('are counted back by the calendar, over a change of the clocks', () => {
    const now = at('2026-03-30T10:00:00Z');
    expect(beginningOfDay('Europe/Berlin', now)).to.equal(at('2026-03-29T22:00:00Z'));
    expect(beginningOfDay('Europe/Berlin', now, 1)).to.equal(at('2026-03-28T23:00:00Z'));
    expect(beginningOfDay('Europe/Berlin', now, 89)).to.equal(at('2025-12-30T23:00:00Z'));
  });

  it('have begun, even if the clocks go back over midnight afterwards', () => {
    // At 2010-11-07T00:01 the clocks of Saint John's went back to 23:01 of the day before.
    const zone = 'America/St_Johns';
    const again = at('2010-11-07T03:00:00Z');
    expect(localIso(zone, again)).to.equal('2010-11-06T23:30:00-03:30');
    expect(beginningOfDay(zone, again)).to.equal(at('2010-11-07T02:30:00Z'));
  });

  it('are written with the offset of the zone', () => {
    expect(localIso('Europe/Berlin', at('2026-03-29T00:59:59Z'))).to.equal('2026-03-29T01:59:59+01:00');
    expect(localIso('Europe/Berlin', at('2026-03-29T01:00:00Z'))).to.equal('2026-03-29T03:00:00+02:00');
    expect(localIso('UTC', at('2026-03-29T01:00:00Z'))).to.equal('2026-03-29T01:00:00+00:00');
  });
});
