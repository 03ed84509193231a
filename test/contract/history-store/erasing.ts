import { expect } from 'chai';
import type { HistoryStore } from '../../../src/ports/history-store.js';
import type { MakeSubject, Subject } from './subject.js';
import { ended, healedIn, historyOf, opened, openIn, session, user } from './reading.js';

const ALICE = user('1234567890123456789');
const BEFORE = user('1234567890123456788');
const AFTER = user('1234567890123456790');

export function describeErasing(make: MakeSubject): void {
  describe('erases a user, and', () => {
    let subject: Subject;
    let store: HistoryStore;
    beforeEach(async () => {
      subject = await make();
      ({ store } = subject);
      await store.write(
        [BEFORE, ALICE, AFTER].flatMap((id) => [ended(id, 100, 200), ended(id, 300, 400), opened(id, 500)]),
      );
      await store.write([{ kind: 'healed', generation: 1, users: [BEFORE, ALICE, AFTER] }]);
    });
    afterEach(() => subject.dispose());

    async function expectOnlyTheOthers() {
      expect(await historyOf(store, ALICE)).to.deep.equal([]);
      expect(await store.lastSession(ALICE)).to.equal(undefined);
      expect((await openIn(store)).map((open) => open.user)).to.deep.equal([BEFORE, AFTER]);
      expect(await healedIn(store)).to.deep.equal([{ generation: 1, users: [BEFORE, AFTER] }]);
      for (const id of [BEFORE, AFTER])
        expect(await historyOf(store, id)).to.deep.equal([session(100, 200), session(300, 400)]);
      expect(store.countSessions()).to.equal(4);
    }

    it('leaves nothing of them, and everything of everybody else', async () => {
      await store.erase(ALICE);
      await expectOnlyTheOthers();
      store = await subject.reopen();
      await expectOnlyTheOthers();
    });

    it('does nothing the second time, or for a stranger', async () => {
      await store.erase(ALICE);
      await store.erase(ALICE);
      await store.erase(user(1));
      await expectOnlyTheOthers();
    });

    it('keeps what the user does afterwards', async () => {
      await store.erase(ALICE);
      await store.write([ended(ALICE, 100, 250), opened(ALICE, 600)]);
      store = await subject.reopen();
      expect(await historyOf(store, ALICE)).to.deep.equal([session(100, 250)]);
      expect((await openIn(store)).map((open) => open.onlineAt)).to.deep.equal([500, 600, 500]);
      expect(store.countSessions()).to.equal(5);
    });

    it('erases a long history', async () => {
      await store.write(
        Array.from({ length: 10_000 }, (_, index) => ended(ALICE, 1_000 + index * 10, 1_005 + index * 10)),
      );
      await store.erase(ALICE);
      await expectOnlyTheOthers();
    });
  });
}
