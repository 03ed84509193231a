import { expect } from 'chai';
import type { Recovery } from '../../../src/domain/recovery.js';
import { instant } from '../../../src/domain/time.js';
import type { HistoryRecord, HistoryStore } from '../../../src/ports/history-store.js';
import type { MakeSubject, Subject } from './subject.js';
import { ended, healedIn, opened, openIn, unended, user } from './reading.js';

const ALICE = user('9007199254740993');
const BOB = user('-9223372036854775808');
const CAROL = user('9223372036854775807');

const unsettled = (generation: number): Recovery => ({
  generation,
  silent: [
    { generation: generation - 1, deadline: instant(9_000), endsAt: instant(8_000) },
    { generation: generation - 2, deadline: instant(7_000), endsAt: instant(-6_000) },
  ],
});
const recovered = (recovery: Recovery): HistoryRecord => ({ kind: 'recovered', recovery });
const settled = (generation: number): HistoryRecord => recovered({ generation, silent: [] });
const healed = (generation: number, ...users: (typeof ALICE)[]): HistoryRecord => ({
  kind: 'healed',
  generation,
  users,
});

export function describeRecovery(make: MakeSubject): void {
  describe('knows after a restart what it knew before, and', () => {
    let subject: Subject;
    let store: HistoryStore;
    beforeEach(async () => {
      subject = await make();
      ({ store } = subject);
    });
    afterEach(() => subject.dispose());

    /** What opening it says. */
    async function restart() {
      store = await subject.reopen();
      await store.close();
      return store.open();
    }

    it('knows no watermark, recovery, end or observed time when it is new', async () => {
      expect(await restart()).to.deep.equal({
        watermark: undefined,
        aliveAt: undefined,
        recovery: undefined,
        latestEnd: undefined,
        observed: undefined,
      });
    });

    it('has the last watermark', async () => {
      await store.write([{ kind: 'watermark', at: instant(2_000) }]);
      await store.write([{ kind: 'watermark', at: instant(1_500) }]);
      const { watermark, aliveAt } = await restart();
      expect({ watermark, aliveAt }).to.deep.equal({ watermark: 1_500, aliveAt: 1_500 });
    });

    it('has when the daemon was last alive, which the watermark may be behind', async () => {
      await store.write([{ kind: 'watermark', at: instant(1_500), aliveAt: instant(4_000) }]);
      const { watermark, aliveAt } = await restart();
      expect({ watermark, aliveAt }).to.deep.equal({ watermark: 1_500, aliveAt: 4_000 });
    });

    it('has the last recovery, settled or not', async () => {
      await store.write([settled(1), recovered(unsettled(2))]);
      expect((await restart()).recovery).to.deep.equal(unsettled(2));
      await store.write([settled(2)]);
      expect((await restart()).recovery).to.deep.equal({ generation: 2, silent: [] });
    });

    it('has the latest end, whoever it was and whatever was written after it', async () => {
      await store.write([ended(ALICE, 100, 900), ended(BOB, 100, 300)]);
      await store.write([ended(CAROL, 100, 400)]);
      expect((await restart()).latestEnd).to.equal(900);
      await store.write([ended(BOB, 400, 500)]);
      expect((await restart()).latestEnd).to.equal(900);
    });

    it('tells in which generation a session was opened, or went on', async () => {
      await store.write([opened(ALICE, 100), ended(CAROL, 50, 90)]);
      await store.write([recovered(unsettled(1)), opened(BOB, 200)]);
      store = await subject.reopen();
      await store.write([unended(CAROL, 50, 90)]);
      expect(await openIn(store)).to.deep.equal([
        { user: BOB, onlineAt: 200, generation: 1 },
        { user: ALICE, onlineAt: 100, generation: 0 },
        { user: CAROL, onlineAt: 50, generation: 1 },
      ]);
    });

    it('tells who was healed in which generation, later ones last', async () => {
      await store.write([healed(2, CAROL)]);
      await store.write([healed(1, ALICE, BOB)]);
      store = await subject.reopen();
      await store.write([healed(2, ALICE)]);
      await store.write([healed(10, BOB)]);
      expect(await healedIn(store)).to.deep.equal([
        { generation: 1, users: [ALICE, BOB] },
        { generation: 2, users: [CAROL] },
        { generation: 2, users: [ALICE] },
        { generation: 10, users: [BOB] },
      ]);
    });

    it('tells it of very many', async () => {
      const users = Array.from({ length: 40_000 }, (_, index) => user(index));
      await store.write([healed(1, ...users.slice(0, 20_000)), healed(1, ...users.slice(20_000))]);
      const all = await healedIn(store);
      expect(all.flatMap((one) => [...one.users])).to.deep.equal(users);
    });

    it('forgets who was healed once their recovery is settled, and only then', async () => {
      await store.write([healed(1, ALICE), recovered(unsettled(2)), healed(2, BOB)]);
      expect(await healedIn(store)).to.have.length(2);
      await store.write([healed(2, ALICE), settled(2), healed(3, CAROL)]);
      expect(await healedIn(store)).to.deep.equal([{ generation: 3, users: [CAROL] }]);
      store = await subject.reopen();
      expect(await healedIn(store)).to.deep.equal([{ generation: 3, users: [CAROL] }]);
    });
  });
}
