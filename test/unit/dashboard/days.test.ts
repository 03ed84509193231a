import { expect } from 'chai';
import { dayIn, daysOf, shareOfDay, startOfWeek } from '../../../web/daemon/days.js';

const HOUR = 3_600_000;

describe('the days of the dashboard', () => {
  const zone = process.env['TZ'];

  beforeEach(() => {
    process.env['TZ'] = 'Europe/Berlin';
  });

  afterEach(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  const session = (from: string, to: string) => ({ onlineAt: new Date(from), offlineAt: new Date(to) });

  it('have 25 hours where the clocks go back, and 23 where they go forward', () => {
    const now = new Date('2026-12-01T12:00:00Z');
    for (const [date, hours] of [
      ['2026-10-25', 25],
      ['2026-03-29', 23],
    ] as const) {
      const day = new Date(`${date}T00:00:00`);
      const all = session(
        new Date(day.getTime() - HOUR).toISOString(),
        new Date(day.getTime() + 30 * HOUR).toISOString(),
      );
      expect(daysOf(day, day, [all], now)).to.deep.include.members([
        { date, from: day, to: new Date(day.getTime() + hours * HOUR), online: hours * HOUR, sessions: 1 },
      ]);
      expect(shareOfDay(new Date(`${date}T12:00:00`))).to.equal(0.5);
    }
  });

  it('share a session over midnight, and cut an open one now', () => {
    const [first, second] = daysOf(
      new Date('2026-11-29T00:00:00'),
      new Date('2026-11-30T00:00:00'),
      [session('2026-11-29T22:00:00Z', '2026-11-30T09:00:00Z')],
      new Date('2026-11-30T01:00:00Z'),
    );
    expect([first?.online, first?.sessions]).to.deep.equal([HOUR, 1]);
    expect([second?.online, second?.sessions]).to.deep.equal([2 * HOUR, 1]);
  });

  it('count a session that ended at midnight in the day before only', () => {
    const days = daysOf(
      new Date('2026-11-29T00:00:00'),
      new Date('2026-11-30T00:00:00'),
      [session('2026-11-29T22:00:00Z', '2026-11-29T23:00:00Z')],
      new Date('2026-11-30T12:00:00Z'),
    );
    expect(days.map(({ sessions }) => sessions)).to.deep.equal([1, 0]);
  });

  it('are read from an address only where they exist', () => {
    expect(dayIn('2026-02-28')?.getDate()).to.equal(28);
    for (const text of ['2026-02-30', '2026-2-3', 'today', '', null]) expect(dayIn(text)).to.equal(undefined);
    expect(startOfWeek(new Date('2026-11-29T10:00:00'))).to.deep.equal(new Date('2026-11-23T00:00:00'));
  });
});
