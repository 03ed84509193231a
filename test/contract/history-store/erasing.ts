import { expect } from 'chai';
import type { MakeSubject } from './subject.js';
import { withStore } from '../../support/with-store.js';
import { ended, healedIn, historyOf, opened, openIn, session, user } from './reading.js';

const ALICE = user('1234567890123456789');
const BEFORE = user('1234567890123456788');
const AFTER = user('1234567890123456790');

export function describeErasing(make: MakeSubject): void {
  describe('erases a user, and', () => {
    const history = withStore(make);
    beforeEach(async () => {
      await history.store.write(
        [BEFORE, ALICE, AFTER].flatMap((id) => [ended(id, 100, 200), ended(id, 300, 400), opened(id, 500)]),
      );
      await history.store.write([{ kind: 'healed', generation: 1, users: [BEFORE, ALICE, AFTER] }]);
    });

    async function expectOnlyTheOthers() {
      expect(await historyOf(history.store, ALICE)).to.deep.equal([]);
      expect(await history.store.lastSession(ALICE)).to.equal(undefined);
      expect((await openIn(history.store)).map((open) => open.user)).to.deep.equal([BEFORE, AFTER]);
      expect(await healedIn(history.store)).to.deep.equal([{ generation: 1, users: [BEFORE, AFTER] }]);
      for (const id of [BEFORE, AFTER])
        expect(await historyOf(history.store, id)).to.deep.equal([session(100, 200), session(300, 400)]);
      expect(history.store.countSessions()).to.equal(4);
    }

    it('removes everything of theirs, and nothing of others', async () => {
      await history.store.erase(ALICE);
      await expectOnlyTheOthers();
      await history.reopen();
      await expectOnlyTheOthers();
    });

    it('does nothing the second time, or for an unknown user', async () => {
      await history.store.erase(ALICE);
      await history.store.erase(ALICE);
      await history.store.erase(user(1));
      await expectOnlyTheOthers();
    });

    it('keeps what the user does afterwards', async () => {
      await history.store.erase(ALICE);
      await history.store.write([ended(ALICE, 100, 250), opened(ALICE, 600)]);
      await history.reopen();
      expect(await historyOf(history.store, ALICE)).to.deep.equal([session(100, 250)]);
      expect((await openIn(history.store)).map((open) => open.onlineAt)).to.deep.equal([500, 600, 500]);
      expect(history.store.countSessions()).to.equal(5);
    });

    it('erases a long history', async () => {
      await history.store.write(
        Array.from({ length: 10_000 }, (_, index) => ended(ALICE, 1_000 + index * 10, 1_005 + index * 10)),
      );
      let isWhole = false;
      while (!isWhole) isWhole = await history.store.erase(ALICE);
      await expectOnlyTheOthers();
    });
  });
}
