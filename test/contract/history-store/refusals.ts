import { expect } from 'chai';
import type { HistoryRecord } from '../../../src/ports/history-record.js';
import { instant } from '../../../src/domain/time.js';
import type { MakeSubject } from './subject.js';
import { withStore } from '../../support/with-store.js';
import { ended, healedIn, historyOf, opened, openIn, session, unended, unopened, user } from './reading.js';

const ALICE = user(1);
const BOB = user(2);

export function describeRefusals(make: MakeSubject): void {
  for (const outcome of ['stored', 'lost'] as const) {
    describe(`counts each session once after a refused batch that was ${outcome}, and`, () => {
      const history = withStore(make);
      beforeEach(async () => {
        await history.store.write([opened(ALICE, 100), opened(BOB, 100), ended(user(3), 1, 2)]);
      });

      const refuse = (...records: HistoryRecord[]) => history.data.refuse(records, outcome);

      async function expectCount(count: number) {
        expect(history.store.countSessions()).to.equal(count);
        await history.reopen();
        expect(history.store.countSessions()).to.equal(count);
      }

      it('has an end that is written again', async () => {
        await refuse(ended(ALICE, 100, 200), ended(BOB, 100, 300));
        await history.store.write([ended(ALICE, 100, 200), ended(BOB, 100, 300), opened(ALICE, 400)]);
        expect(await historyOf(history.store, ALICE)).to.deep.equal([session(100, 200)]);
        expect((await openIn(history.store)).map((open) => open.onlineAt)).to.deep.equal([400]);
        await expectCount(3);
      });

      it('has an end once when it was refused twice', async () => {
        await refuse(ended(ALICE, 100, 200));
        await refuse(ended(ALICE, 100, 200), ended(BOB, 100, 300));
        await history.store.write([ended(ALICE, 100, 200), ended(BOB, 100, 300)]);
        await expectCount(3);
      });

      it('has an end at its final time', async () => {
        await refuse(ended(ALICE, 100, 200));
        await history.store.write([ended(ALICE, 100, 900)]);
        expect(await historyOf(history.store, ALICE)).to.deep.equal([session(100, 900)]);
        expect(await history.store.prune(instant(500), 10)).to.equal(1);
        await expectCount(1);
      });

      it('has no end that was taken back', async () => {
        await refuse(ended(ALICE, 100, 200), ended(BOB, 100, 300));
        await history.store.write([unended(ALICE, 100, 200), ended(BOB, 100, 300)]);
        expect(await historyOf(history.store, ALICE)).to.deep.equal([]);
        expect((await openIn(history.store)).map((open) => open.user)).to.deep.equal([ALICE]);
        await expectCount(2);
      });

      it('has no opening that was taken back', async () => {
        await refuse(opened(user(4), 500));
        await history.store.write([unopened(user(4))]);
        expect((await openIn(history.store)).map((open) => open.user)).to.deep.equal([ALICE, BOB]);
        await expectCount(1);
      });

      it('has an end that is taken back and written again in one batch', async () => {
        await refuse(ended(ALICE, 100, 200));
        await history.store.write([ended(ALICE, 100, 200), unended(ALICE, 100, 200), ended(ALICE, 100, 250)]);
        expect(await historyOf(history.store, ALICE)).to.deep.equal([session(100, 250)]);
        await expectCount(2);
      });

      it('has the heals of a recovery, once or twice', async () => {
        await refuse({ kind: 'healed', generation: 1, users: [ALICE] });
        await history.store.write([{ kind: 'healed', generation: 1, users: [ALICE] }]);
        expect(new Set((await healedIn(history.store)).flatMap(({ users }) => users))).to.deep.equal(
          new Set([ALICE]),
        );
      });

      it('stores later batches as usual', async () => {
        await refuse(ended(ALICE, 100, 200));
        await history.store.write([ended(ALICE, 100, 200)]);
        await history.store.write([ended(BOB, 100, 300), opened(ALICE, 400)]);
        await history.store.write([ended(ALICE, 400, 500)]);
        await expectCount(4);
      });
    });
  }
}
