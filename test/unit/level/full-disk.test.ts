import { expect } from 'chai';
import { LevelHistoryStore } from '../../../src/adapters/level/level-history-store.js';
import { instant } from '../../../src/domain/time.js';
import { ended, historyOf, opened, openIn, session, user } from '../../contract/history-store/reading.js';
import { levelData } from '../../support/level-data.js';
import { withStore } from '../../support/with-store.js';
import { problemOf } from './support/expect-problem.js';
import { refuseNextBatch } from './support/refuse-batch.js';
import { mountingIsAllowed, mountSmallDisk, type SmallDisk } from './support/small-disk.js';

const ALICE = user(1);
const BOB = user(2);

if (mountingIsAllowed) {
  describe('on a disk that is full (a real one of 4 MB), a history', () => {
    let disk: SmallDisk;
    let store: LevelHistoryStore;
    beforeEach(async () => {
      disk = mountSmallDisk('size=4m');
      store = new LevelHistoryStore(disk.path);
      await store.open();
      await store.write([opened(ALICE, 100), opened(BOB, 100)]);
      await store.write([ended(BOB, 100, 200)]);
    });
    afterEach(async () => {
      await store.close();
      disk.unmount();
    });

    /** The current page of the log still has some room. */
    async function writeUntilRefused(): Promise<number> {
      await disk.fill();
      for (let index = 0; ; index++) {
        const users = Array.from({ length: 100 }, (_, at) => user(1_000 + index * 100 + at));
        const refused = await store.write(users.map((id) => ended(id, 1, 2))).then(
          () => false,
          () => true,
        );
        if (refused) return index;
      }
    }

    it('refuses writes, answers reads, and takes writes again once it was reopened with room', async () => {
      const stored = 1 + 100 * (await writeUntilRefused());
      const error = await problemOf(store.write([ended(ALICE, 100, 300)]), 'HEARTBEAT_STORE_REFUSES');
      expect(error.message).to.match(/^the store refused a write: .*No space left on device$/);
      expect(error.cause).to.have.property('code', 'LEVEL_IO_ERROR');
      await problemOf(store.erase(BOB), 'HEARTBEAT_STORE_REFUSES');
      await problemOf(store.prune(instant(1_000), 10), 'HEARTBEAT_STORE_REFUSES');

      const expectAllReads = async () => {
        expect(await historyOf(store, BOB)).to.deep.equal([session(100, 200)]);
        expect((await openIn(store)).map((open) => open.user)).to.deep.equal([ALICE]);
        expect(await store.lastSession(user(1_000))).to.deep.equal(stored > 1 ? session(1, 2) : undefined);
        expect(store.countSessions()).to.equal(stored);
        expect(await store.size()).to.be.above(0);
      };
      await expectAllReads();

      const still = await problemOf(store.reopen(), 'HEARTBEAT_STORE_REFUSES');
      expect(still.message).to.include('ENOSPC');
      await expectAllReads();

      await disk.free();
      await store.reopen();
      await expectAllReads();
      await store.write([ended(ALICE, 100, 300)]);
      await store.close();
      await store.open();
      expect(await historyOf(store, ALICE)).to.deep.equal([session(100, 300)]);
      expect(store.countSessions()).to.equal(stored + 1);
    });

    // Without it LevelDB appends after half a record, and does not find the appended data when it is opened.
    it('refuses writes until it was reopened, though there is room again', async () => {
      await writeUntilRefused();
      await disk.free();
      await problemOf(store.write([ended(ALICE, 100, 300)]), 'HEARTBEAT_STORE_REFUSES');
    });

    it('loses nothing that it took when it is closed, and opened with room', async () => {
      const stored = 1 + 100 * (await writeUntilRefused());
      await disk.free();
      await store.close();
      await store.open();
      expect(store.countSessions()).to.equal(stored);
    });

    it('is not closed in vain when there is room for a file, and too little to open it again', async () => {
      // The content of the log must fit a second time.
      for (let at = 0; at < 12; at++)
        await store.write(Array.from({ length: 2_000 }, (_, index) => ended(user(at * 2_000 + index), 1, 2)));
      await writeUntilRefused();
      const stored = store.countSessions();
      await disk.free(1_200_000);
      await problemOf(store.reopen(), 'HEARTBEAT_STORE_REFUSES');
      expect(await historyOf(store, BOB)).to.deep.include(session(100, 200));
      expect(store.countSessions()).to.equal(stored);
    });
  });
}

describe(`after a refused write${mountingIsAllowed ? '' : ' (mounting is not allowed here: an injected one)'}, a history`, () => {
  const history = withStore(levelData);
  beforeEach(async () => {
    await history.store.write([ended(BOB, 100, 200), ended(BOB, 300, 400), opened(ALICE, 100)]);
  });

  it('refuses writes and answers reads until it is reopened', async () => {
    refuseNextBatch('lost');
    await problemOf(history.store.write([ended(ALICE, 100, 300)]), 'HEARTBEAT_STORE_REFUSES');
    await problemOf(history.store.write([ended(ALICE, 100, 300)]), 'HEARTBEAT_STORE_REFUSES');
    expect(await historyOf(history.store, BOB)).to.have.length(2);
    await history.store.reopen();
    await history.store.write([ended(ALICE, 100, 300)]);
    expect(history.store.countSessions()).to.equal(3);
  });

  for (const outcome of ['stored', 'lost'] as const) {
    it(`counts right when an erasure was refused and ${outcome}`, async () => {
      refuseNextBatch(outcome);
      await problemOf(history.store.erase(BOB), 'HEARTBEAT_STORE_REFUSES');
      await history.store.reopen();
      expect(history.store.countSessions()).to.equal(outcome === 'stored' ? 0 : 2);
      expect(await historyOf(history.store, BOB)).to.have.length(history.store.countSessions());
    });

    it(`counts right when a pruning was refused and ${outcome}`, async () => {
      refuseNextBatch(outcome);
      await problemOf(history.store.prune(instant(300), 10), 'HEARTBEAT_STORE_REFUSES');
      await history.store.reopen();
      expect(history.store.countSessions()).to.equal(outcome === 'stored' ? 1 : 2);
      expect(await history.store.prune(instant(300), 10)).to.equal(outcome === 'stored' ? 0 : 1);
    });
  }

  it('answers reads while it is reopened', async () => {
    const reopening = history.store.reopen();
    const reads = [historyOf(history.store, BOB), historyOf(history.store, BOB, { order: 'desc' })];
    const open = openIn(history.store);
    await reopening;
    for (const read of reads) expect(await read).to.have.length(2);
    expect(await open).to.have.length(1);
  });

  it('rejects reads that it cut short', async () => {
    await history.store.write(
      Array.from({ length: 2_000 }, (_, index) => ended(ALICE, 1_000 + index, 1_001 + index)),
    );
    const chunks = history.store.sessions(ALICE, { order: 'asc' })[Symbol.asyncIterator]();
    await chunks.next();
    await history.store.reopen();
    await problemOf(chunks.next(), 'HEARTBEAT_STORE_FAILED');
  });

  it('stays closed when it was closed meanwhile', async () => {
    const reopening = history.store.reopen();
    await history.store.close();
    await problemOf(reopening, 'HEARTBEAT_STORE_FAILED');
    await history.store.open();
  });
});
