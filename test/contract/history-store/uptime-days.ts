import { expect } from 'chai';
import type { NodeName } from '../../../src/domain/node-name.js';
import { instant } from '../../../src/domain/time.js';
import { noTime } from '../../../src/domain/uptime.js';
import { QUARTER, UTC_DAY as DAY, type UptimeDay } from '../../../src/domain/uptime-day.js';
import type { HistoryRecord } from '../../../src/ports/history-record.js';
import { node } from '../../support/ids.js';
import { withStore } from '../../support/with-store.js';
import { registered } from './nodes.js';
import { collect } from './reading.js';
import type { MakeSubject } from './subject.js';

const ANN = node('ann');
/** A prefix of the other's name. */
const AN = node('an');
const ACTIVE = { uptime: { ...noTime(), active: QUARTER }, incidents: 0 };
const EVERYTHING_AT_ONCE = {
  uptime: { active: 1, inactive: 2, failed: 3, paused: 4, blind: 5, maintenance: QUARTER - 15, silenced: 7 },
  incidents: 9,
};

/** A day that begins so many days after 1970. */
export function uptimeDay(days: number, more: Partial<UptimeDay> = {}): UptimeDay {
  return { from: instant(days * DAY), quarters: [{ count: 96, ...ACTIVE }], ...more };
}

export function uptimeDays(name: NodeName, ...days: readonly UptimeDay[]): HistoryRecord {
  return { kind: 'uptime_days', nodes: [{ node: name, days }] };
}

export function describeUptimeDays(make: MakeSubject): void {
  describe('keeps the uptime of nodes by day, and', () => {
    const history = withStore(make);
    const days = async (name: NodeName, from = -10, to = 1_000) =>
      collect(history.store.uptimeDays(name, { from: instant(from * DAY), to: instant(to * DAY) }));
    const begins = async (...range: Parameters<typeof days>) =>
      (await days(...range)).map(({ from }) => from / DAY);

    beforeEach(async () => {
      await history.store.write([...registered(ANN), ...registered(AN)]);
    });

    it('finds each as it was written, also after a restart', async () => {
      const quarters = [
        { count: 40, uptime: noTime(), incidents: 0 },
        { count: 1, ...EVERYTHING_AT_ONCE },
        { count: 55, ...ACTIVE },
      ];
      const odd = uptimeDay(3, { quarters });
      await history.store.write([uptimeDays(ANN, uptimeDay(2), odd), uptimeDays(AN, uptimeDay(-1))]);
      await history.reopen();
      expect(await days(ANN)).to.deep.equal([uptimeDay(2), odd]);
      expect(await days(AN)).to.deep.equal([uptimeDay(-1)]);
    });

    it('finds those that overlap a range, in order', async () => {
      await history.store.write([uptimeDays(ANN, uptimeDay(4), uptimeDay(2), uptimeDay(3), uptimeDay(5))]);
      expect(await begins(ANN, 2.9, 4.1)).to.deep.equal([2, 3, 4]);
      expect(await begins(ANN, 3, 5)).to.deep.equal([3, 4]);
    });

    it('replaces a day, and keeps what it knows besides', async () => {
      const marks = { storedTo: instant(3 * DAY), flipsFrom: instant(DAY) };
      await history.store.write([{ kind: 'uptime_days', nodes: [], marks }, uptimeDays(ANN, uptimeDay(2))]);
      const other = uptimeDay(2, { quarters: [{ count: 96, ...EVERYTHING_AT_ONCE }] });
      await history.store.write([
        uptimeDays(ANN, other),
        { kind: 'uptime_days', nodes: [], marks: { storedTo: instant(4 * DAY) } },
      ]);
      await history.reopen();
      expect(await days(ANN)).to.deep.equal([other]);
      expect(await history.store.uptimeMarks()).to.deep.equal({ ...marks, storedTo: 4 * DAY });
    });

    it('has nothing left of a deleted node, whatever was on its way', async () => {
      await history.store.write([uptimeDays(ANN, uptimeDay(2))]);
      await history.store.write([
        uptimeDays(ANN, uptimeDay(3)),
        { kind: 'forgotten', node: ANN },
        uptimeDays(ANN, uptimeDay(4)),
      ]);
      await history.store.write([uptimeDays(ANN, uptimeDay(5)), uptimeDays(AN, uptimeDay(5))]);
      await history.store.write([...registered(ANN)]);
      expect(await begins(ANN)).to.deep.equal([]);
      expect(await begins(AN)).to.deep.equal([5]);
    });

    it('is the same after a write that was repeated', async () => {
      await history.data.refuse([uptimeDays(ANN, uptimeDay(2))], 'stored');
      await history.store.write([uptimeDays(ANN, uptimeDay(2))]);
      expect(await begins(ANN)).to.deep.equal([2]);
    });
  });
}
