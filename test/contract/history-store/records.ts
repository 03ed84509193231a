import { expect } from 'chai';
import { instant } from '../../../src/domain/time.js';
import type { HistoryStore } from '../../../src/ports/history-store.js';
import type { MakeSubject, Subject } from './subject.js';
import { collect, ended, historyOf, opened, openIn, session, unended, unopened, user } from './reading.js';

const ALICE = user(1);
const BOB = user(2);

export function describeRecords(make: MakeSubject): void {
  describe('keeps what it is told, and', () => {
    let subject: Subject;
    let store: HistoryStore;
    beforeEach(async () => {
      subject = await make();
      ({ store } = subject);
    });
    afterEach(() => subject.dispose());

    it('knows nothing at first', async () => {
      expect(await openIn(store)).to.deep.equal([]);
      expect(await historyOf(store, ALICE)).to.deep.equal([]);
      expect(await store.lastSession(ALICE)).to.equal(undefined);
      expect(await collect(store.openSessions())).to.deep.equal([]);
      expect(await store.blindIntervals(10)).to.deep.equal([]);
      expect(store.countSessions()).to.equal(0);
    });

    it('finds a session that began among the open ones, and in no history', async () => {
      await store.write([opened(ALICE, 100)]);
      expect(await openIn(store)).to.deep.equal([{ user: ALICE, onlineAt: instant(100), generation: 0 }]);
      expect(await historyOf(store, ALICE)).to.deep.equal([]);
      expect(store.countSessions()).to.equal(0);
    });

    it('finds a session that ended in its history only, whole', async () => {
      await store.write([opened(ALICE, 100)]);
      await store.write([{ kind: 'ended', user: ALICE, ...session(100, 900, 250) }]);
      expect(await openIn(store)).to.deep.equal([]);
      expect(await historyOf(store, ALICE)).to.deep.equal([session(100, 900, 250)]);
      expect(store.countSessions()).to.equal(1);
    });

    it('forgets an opening that never was', async () => {
      await store.write([opened(ALICE, 100), opened(BOB, 100)]);
      await store.write([unopened(ALICE)]);
      expect((await openIn(store)).map((open) => open.user)).to.deep.equal([BOB]);
    });

    it('lets a session go on that did not end after all', async () => {
      await store.write([opened(ALICE, 100)]);
      await store.write([ended(ALICE, 100, 900)]);
      await store.write([unended(ALICE, 100, 900)]);
      expect(await openIn(store)).to.deep.equal([{ user: ALICE, onlineAt: instant(100), generation: 0 }]);
      expect(await historyOf(store, ALICE)).to.deep.equal([]);
      expect(store.countSessions()).to.equal(0);
    });

    it('takes back an opening and an end that it was never told of', async () => {
      await store.write([unopened(ALICE), unended(BOB, 100, 900)]);
      expect((await openIn(store)).map((open) => open.user)).to.deep.equal([BOB]);
      expect(store.countSessions()).to.equal(0);
    });

    it('follows the order of a batch', async () => {
      await store.write([opened(ALICE, 100), ended(ALICE, 100, 200), opened(ALICE, 300)]);
      await store.write([
        ended(BOB, 100, 200),
        unended(BOB, 100, 200),
        ended(BOB, 100, 250),
        opened(BOB, 400),
      ]);
      await store.write([unopened(BOB), opened(BOB, 500), unopened(ALICE)]);
      expect(await openIn(store)).to.deep.equal([{ user: BOB, onlineAt: instant(500), generation: 0 }]);
      expect(await historyOf(store, ALICE)).to.deep.equal([session(100, 200)]);
      expect(await historyOf(store, BOB)).to.deep.equal([session(100, 250)]);
      expect(store.countSessions()).to.equal(2);
    });

    it('stores nothing for an empty batch', async () => {
      await store.write([]);
      expect(store.countSessions()).to.equal(0);
    });

    it('stores a batch of 10,000 records', async () => {
      const users = Array.from({ length: 10_000 }, (_, index) => user(index * 7919));
      await store.write(users.map((id) => opened(id, 100)));
      expect(await openIn(store)).to.have.length(10_000);
      await store.write(users.map((id, index) => ended(id, 100, 200 + index)));
      expect(await openIn(store)).to.deep.equal([]);
      expect(store.countSessions()).to.equal(10_000);
      expect(await store.lastSession(users[9_999]!)).to.deep.equal(session(100, 10_199));
    });

    it('finds the session that began last, of this user and no other', async () => {
      await store.write([ended(ALICE, 300, 400), ended(ALICE, 100, 200), ended(BOB, 500, 600)]);
      expect(await store.lastSession(ALICE)).to.deep.equal(session(300, 400));
      expect(await store.lastSession(user(0))).to.equal(undefined);
      expect(await store.lastSession(user(3))).to.equal(undefined);
    });

    it('shows the newest blind intervals first, each once', async () => {
      const at = (from: number, to: number) => ({
        from: instant(from),
        to: instant(to),
        cause: 'stalled' as const,
      });
      const restart = { from: instant(50), to: instant(90), cause: 'restarted' as const };
      for (const interval of [at(200, 300), restart, at(400, 500), at(200, 300)])
        await store.write([{ kind: 'blind', interval }]);
      expect(await store.blindIntervals(10)).to.deep.equal([at(400, 500), at(200, 300), restart]);
      expect(await store.blindIntervals(2)).to.deep.equal([at(400, 500), at(200, 300)]);
    });

    it('finds everything again after a restart', async () => {
      const interval = { from: instant(1), to: instant(2), cause: 'stalled' as const };
      await store.write([opened(ALICE, 300), ended(BOB, 100, 200), { kind: 'blind', interval }]);
      store = await subject.reopen();
      expect(await openIn(store)).to.deep.equal([{ user: ALICE, onlineAt: instant(300), generation: 0 }]);
      expect(await historyOf(store, BOB)).to.deep.equal([session(100, 200)]);
      expect(await store.blindIntervals(10)).to.deep.equal([interval]);
      expect(store.countSessions()).to.equal(1);
    });

    it('can be closed twice', async () => {
      await store.close();
      await store.close();
    });
  });
}
