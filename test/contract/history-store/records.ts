import { expect } from 'chai';
import { instant } from '../../../src/domain/time.js';
import type { MakeSubject } from './subject.js';
import { withStore } from '../../support/with-store.js';
import { collect, ended, historyOf, opened, openIn, session, unended, unopened, user } from './reading.js';

const ALICE = user(1);
const BOB = user(2);

export function describeRecords(make: MakeSubject): void {
  describe('stores records, and', () => {
    const history = withStore(make);

    it('is empty at first', async () => {
      expect(await openIn(history.store)).to.deep.equal([]);
      expect(await historyOf(history.store, ALICE)).to.deep.equal([]);
      expect(await history.store.lastSession(ALICE)).to.equal(undefined);
      expect(await collect(history.store.openSessions())).to.deep.equal([]);
      expect(await history.store.blindIntervals(10)).to.deep.equal([]);
      expect(history.store.countSessions()).to.equal(0);
    });

    it('lists an open session among the open ones, and in no history', async () => {
      await history.store.write([opened(ALICE, 100)]);
      expect(await openIn(history.store)).to.deep.equal([
        { user: ALICE, onlineAt: instant(100), generation: 0 },
      ]);
      expect(await historyOf(history.store, ALICE)).to.deep.equal([]);
      expect(history.store.countSessions()).to.equal(0);
    });

    it('has an ended session in its history only, whole', async () => {
      await history.store.write([opened(ALICE, 100)]);
      await history.store.write([{ kind: 'ended', user: ALICE, ...session(100, 900, 250) }]);
      expect(await openIn(history.store)).to.deep.equal([]);
      expect(await historyOf(history.store, ALICE)).to.deep.equal([session(100, 900, 250)]);
      expect(history.store.countSessions()).to.equal(1);
    });

    it('removes an opening that was taken back', async () => {
      await history.store.write([opened(ALICE, 100), opened(BOB, 100)]);
      await history.store.write([unopened(ALICE)]);
      expect((await openIn(history.store)).map((open) => open.user)).to.deep.equal([BOB]);
    });

    it('reopens a session whose end was taken back', async () => {
      await history.store.write([opened(ALICE, 100)]);
      await history.store.write([ended(ALICE, 100, 900)]);
      await history.store.write([unended(ALICE, 100, 900)]);
      expect(await openIn(history.store)).to.deep.equal([
        { user: ALICE, onlineAt: instant(100), generation: 0 },
      ]);
      expect(await historyOf(history.store, ALICE)).to.deep.equal([]);
      expect(history.store.countSessions()).to.equal(0);
    });

    it('takes back an opening and an end that were never written', async () => {
      await history.store.write([unopened(ALICE), unended(BOB, 100, 900)]);
      expect((await openIn(history.store)).map((open) => open.user)).to.deep.equal([BOB]);
      expect(history.store.countSessions()).to.equal(0);
    });

    it('applies the records of a batch in order', async () => {
      await history.store.write([opened(ALICE, 100), ended(ALICE, 100, 200), opened(ALICE, 300)]);
      await history.store.write([
        ended(BOB, 100, 200),
        unended(BOB, 100, 200),
        ended(BOB, 100, 250),
        opened(BOB, 400),
      ]);
      await history.store.write([unopened(BOB), opened(BOB, 500), unopened(ALICE)]);
      expect(await openIn(history.store)).to.deep.equal([
        { user: BOB, onlineAt: instant(500), generation: 0 },
      ]);
      expect(await historyOf(history.store, ALICE)).to.deep.equal([session(100, 200)]);
      expect(await historyOf(history.store, BOB)).to.deep.equal([session(100, 250)]);
      expect(history.store.countSessions()).to.equal(2);
    });

    it('stores nothing for an empty batch', async () => {
      await history.store.write([]);
      expect(history.store.countSessions()).to.equal(0);
    });

    it('stores a batch of 10,000 records', async () => {
      const users = Array.from({ length: 10_000 }, (_, index) => user(index * 7919));
      await history.store.write(users.map((id) => opened(id, 100)));
      expect(await openIn(history.store)).to.have.length(10_000);
      await history.store.write(users.map((id, index) => ended(id, 100, 200 + index)));
      expect(await openIn(history.store)).to.deep.equal([]);
      expect(history.store.countSessions()).to.equal(10_000);
      expect(await history.store.lastSession(users[9_999]!)).to.deep.equal(session(100, 10_199));
    });

    it('finds the last session of this user and no other', async () => {
      await history.store.write([ended(ALICE, 300, 400), ended(ALICE, 100, 200), ended(BOB, 500, 600)]);
      expect(await history.store.lastSession(ALICE)).to.deep.equal(session(300, 400));
      expect(await history.store.lastSession(user(0))).to.equal(undefined);
      expect(await history.store.lastSession(user(3))).to.equal(undefined);
    });

    it('shows the newest blind intervals first, each once', async () => {
      const at = (from: number, to: number) => ({
        from: instant(from),
        to: instant(to),
        cause: 'stalled' as const,
      });
      const restart = { from: instant(50), to: instant(90), cause: 'restarted' as const };
      for (const interval of [at(200, 300), restart, at(400, 500), at(200, 300)])
        await history.store.write([{ kind: 'blind', interval }]);
      expect(await history.store.blindIntervals(10)).to.deep.equal([at(400, 500), at(200, 300), restart]);
      expect(await history.store.blindIntervals(2)).to.deep.equal([at(400, 500), at(200, 300)]);
    });

    it('finds everything again after a restart', async () => {
      const interval = { from: instant(1), to: instant(2), cause: 'stalled' as const };
      await history.store.write([opened(ALICE, 300), ended(BOB, 100, 200), { kind: 'blind', interval }]);
      await history.reopen();
      expect(await openIn(history.store)).to.deep.equal([
        { user: ALICE, onlineAt: instant(300), generation: 0 },
      ]);
      expect(await historyOf(history.store, BOB)).to.deep.equal([session(100, 200)]);
      expect(await history.store.blindIntervals(10)).to.deep.equal([interval]);
      expect(history.store.countSessions()).to.equal(1);
    });

    it('can be closed twice', async () => {
      await history.store.close();
      await history.store.close();
    });
  });
}
