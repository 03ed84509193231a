import { expect } from 'chai';
import { instant } from '../../../src/domain/time.js';
import type { MakeSubject } from './subject.js';
import { withStore } from '../../support/with-store.js';
import { node } from '../../support/ids.js';
import { acknowledged, flipped, paused, registered } from './nodes.js';
import { UTC_DAY as DAY } from '../../../src/domain/uptime-day.js';
import type { HistoryRecord } from '../../../src/ports/history-record.js';
import { attemptIntents, collect, ended, opened, openIn, user } from './reading.js';

const ALICE = user(1);
const BOB = user(2);

export function describePruning(make: MakeSubject): void {
  describe('prunes old sessions, and', () => {
    const history = withStore(make);
    beforeEach(async () => {
      await history.store.write([
        ended(ALICE, 100, 200),
        ended(ALICE, 300, 400),
        ended(BOB, 0, 300),
        ended(BOB, 350, 500),
      ]);
      await history.store.write([opened(ALICE, 450), opened(user(3), 50)]);
    });

    const prune = (before: number, limit = 1_000) => history.store.prune(instant(before), limit);

    it('removes those that ended before the instant, and no others', async () => {
      expect(await prune(400)).to.equal(2);
      expect(await attemptIntents(history.store, ALICE)).to.deep.equal([300]);
      expect(await attemptIntents(history.store, BOB)).to.deep.equal([350]);
      expect(history.store.countSessions()).to.equal(2);
    });

    it('removes none when none is that old, and all when all are', async () => {
      expect(await prune(200)).to.equal(0);
      expect(await prune(-8.64e15)).to.equal(0);
      expect(await prune(-Infinity)).to.equal(0);
      expect(await prune(8.64e15)).to.equal(4);
      expect(await prune(8.64e15)).to.equal(0);
      expect(history.store.countSessions()).to.equal(0);
    });

    it('removes at most as many as it is given, those that ended first', async () => {
      expect(await prune(501, 2)).to.equal(2);
      expect([
        await attemptIntents(history.store, ALICE),
        await attemptIntents(history.store, BOB),
      ]).to.deep.equal([[300], [350]]);
      expect(await prune(501, 1)).to.equal(1);
      expect([
        await attemptIntents(history.store, ALICE),
        await attemptIntents(history.store, BOB),
      ]).to.deep.equal([[], [350]]);
      expect(await prune(501, 2)).to.equal(1);
    });

    it('removes sessions that ended long ago and were stored only now', async () => {
      expect(await prune(400)).to.equal(2);
      await history.store.write([ended(user(4), 0, 10), ended(user(4), 20, 390)]);
      expect(await prune(100)).to.equal(1);
      expect(await prune(400)).to.equal(1);
      expect(history.store.countSessions()).to.equal(2);
    });

    it('keeps open sessions', async () => {
      await prune(10_000);
      expect((await openIn(history.store)).map((open) => open.onlineAt)).to.deep.equal([450, 50]);
    });

    it('counts correctly when some were erased', async () => {
      await history.store.erase(BOB);
      expect(await prune(10_000)).to.equal(2);
      expect(history.store.countSessions()).to.equal(0);
      await history.store.erase(ALICE);
      expect(history.store.countSessions()).to.equal(0);
    });

    it('erases the rest after pruning', async () => {
      await prune(400);
      await history.store.erase(ALICE);
      expect(history.store.countSessions()).to.equal(1);
      expect(await prune(10_000)).to.equal(1);
    });

    it('prunes by the final end of a session', async () => {
      await history.store.write([
        { kind: 'unended', user: BOB, onlineAt: instant(350), offlineAt: instant(500) },
      ]);
      await history.store.write([ended(BOB, 350, 900)]);
      expect(await prune(600)).to.equal(3);
      expect(await attemptIntents(history.store, BOB)).to.deep.equal([350]);
    });

    it('counts correctly after a restart', async () => {
      await prune(400);
      await history.reopen();
      expect(history.store.countSessions()).to.equal(2);
      expect(await prune(10_000)).to.equal(2);
    });
  });

  describe('prunes blind intervals, and', () => {
    const history = withStore(make);
    beforeEach(async () => {
      for (const from of [100, 200, 300, 400]) await history.store.write([blind(from)]);
    });

    const blind = (from: number) => {
      const interval = { from: instant(from), to: instant(from + 50), cause: 'stalled' } as const;
      return { kind: 'blind', interval } as const;
    };
    const prune = (before: number, { most = 100, limit = 100 } = {}) =>
      history.store.pruneBlind(instant(before), most, limit);
    const left = async () =>
      (await history.store.blindIntervals(100)).map(({ from }) => Number(from)).reverse();

    it('removes those that were over before the instant, and no others', async () => {
      expect(await prune(250)).to.equal(1);
      expect(await left()).to.deep.equal([200, 300, 400]);
      expect(await prune(251)).to.equal(1);
      expect(await prune(-8.64e15)).to.equal(0);
      expect(await left()).to.deep.equal([300, 400]);
    });

    it('removes at most as many as it is given, the oldest first', async () => {
      expect(await prune(10_000, { limit: 3 })).to.equal(3);
      expect(await left()).to.deep.equal([400]);
    });

    it('keeps the newest up to a number, however young they are', async () => {
      expect(await prune(0, { most: 3 })).to.equal(1);
      await history.store.write([blind(500), blind(600)]);
      expect(await prune(0, { most: 3, limit: 1 })).to.equal(1);
      expect(await prune(0, { most: 3 })).to.equal(1);
      expect(await prune(0, { most: 3 })).to.equal(0);
      expect(await left()).to.deep.equal([400, 500, 600]);
    });

    it('counts one that was written again after a refusal once', async () => {
      expect(await prune(0, { most: 5 })).to.equal(0);
      await history.data.refuse([blind(500)], 'stored');
      await history.store.write([blind(500)]);
      expect(await prune(0, { most: 5 })).to.equal(0);
      expect(await left()).to.deep.equal([100, 200, 300, 400, 500]);
      await history.reopen();
      expect(await prune(0, { most: 2 })).to.equal(3);
    });
  });

  describe('prunes the past of nodes, and', () => {
    const history = withStore(make);
    const [ANN, BEN] = [node('ann'), node('ben')];
    const storedTo = (days: number): HistoryRecord => ({
      kind: 'uptime_days',
      nodes: [],
      marks: { storedTo: instant(days * DAY) },
    });
    beforeEach(async () => {
      await history.store.write([storedTo(100)]);
      await history.store.write([
        flipped(ANN, 1 * DAY),
        flipped(ANN, 3 * DAY),
        flipped(BEN, 2 * DAY),
        flipped(BEN, 4 * DAY),
      ]);
      await history.store.write([paused(ANN, 0.5 * DAY, 2.5 * DAY), paused(BEN, 0.6 * DAY, 3.5 * DAY)]);
    });

    const prune = (days: number, limit = 1_000) => history.store.pruneNodes(instant(days * DAY), limit);
    const left = async () => {
      const all = [];
      for (const name of [ANN, BEN]) {
        const flips = await collect(history.store.flips(name, { order: 'asc' }));
        all.push([
          flips.map(({ at }) => at / DAY),
          (await collect(history.store.pauses(name))).map(({ to }) => to / DAY),
        ]);
      }
      return all;
    };

    it('removes flips from before the instant and pauses that were over by then, and no others', async () => {
      expect(await prune(3)).to.equal(3);
      expect(await left()).to.deep.equal([
        [[3], []],
        [[4], [3.5]],
      ]);
      expect(await prune(3)).to.equal(0);
    });

    it('removes at most as many as it is given, the oldest first', async () => {
      expect(await prune(10, 2)).to.equal(2);
      expect(await left()).to.deep.equal([
        [[3], [2.5]],
        [[4], [3.5]],
      ]);
      expect(await prune(10, 4)).to.equal(4);
      expect(await prune(10, 4)).to.equal(0);
    });

    it('removes acknowledgements of failures from before the instant', async () => {
      const by = (since: number) =>
        acknowledged(ANN, { by: 'ann', at: instant(since), since: instant(since) });
      await history.store.write([by(DAY), by(3 * DAY)]);
      expect(await prune(3)).to.equal(4);
      const range = { from: instant(0), to: instant(10 * DAY) };
      expect(
        (await collect(history.store.acknowledgements(ANN, range))).map(({ since }) => since),
      ).to.deep.equal([3 * DAY]);
    });

    it('removes flips of long ago that were stored only now', async () => {
      expect(await prune(3)).to.equal(3);
      await history.store.write([flipped(ANN, 0.1 * DAY), paused(BEN, 0.05 * DAY, 0.2 * DAY)]);
      expect(await prune(3)).to.equal(2);
    });

    it('has nothing left of deleted nodes', async () => {
      await history.store.write([{ kind: 'forgotten', node: ANN }]);
      expect(await prune(10)).to.equal(3);
      await history.store.write([
        flipped(ANN, 5 * DAY),
        paused(ANN, 0.01 * DAY, 6 * DAY),
        { kind: 'forgotten', node: ANN },
      ]);
      expect(await prune(10)).to.equal(0);
    });

    it('counts correctly after a restart', async () => {
      await prune(3);
      await history.reopen();
      expect(await prune(10)).to.equal(3);
    });

    it('removes whole days only, and says from where flips are', async () => {
      expect(await history.store.uptimeMarks()).to.deep.equal({
        storedTo: 100 * DAY,
        flipsFrom: undefined,
      });
      expect(await prune(0.9)).to.equal(0);
      expect(await prune(2.9), 'up to the end of the second day').to.equal(1);
      await history.reopen();
      expect(await history.store.uptimeMarks()).to.deep.equal({ storedTo: 100 * DAY, flipsFrom: 2 * DAY });
      expect(await prune(-Infinity)).to.equal(0);
    });

    it('removes nothing of days whose uptime is not stored', async () => {
      await history.store.write([storedTo(2)]);
      expect(await prune(10)).to.equal(1);
      await history.store.write([storedTo(3)]);
      expect(await prune(10)).to.equal(2);
    });
  });

  describe('prunes blind intervals where there are nodes, and', () => {
    const history = withStore(make);

    it('keeps those of days whose uptime is not stored', async () => {
      const interval = { from: instant(DAY), to: instant(DAY + 1), cause: 'stalled' } as const;
      await history.store.write([{ kind: 'blind', interval }, ...registered(node('ann'))]);
      const prune = () => history.store.pruneBlind(instant(9 * DAY), 100, 100);
      expect(await prune()).to.equal(0);
      await history.store.write([{ kind: 'uptime_days', nodes: [], marks: { storedTo: instant(2 * DAY) } }]);
      expect(await prune()).to.equal(1);
    });
  });
}
