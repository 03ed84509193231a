import { expect } from 'chai';
import { Level } from 'level';
import { instant } from '../../../src/domain/time.js';
import { ended, historyOf, user } from '../../contract/history-store/reading.js';
import { levelData } from '../../support/level-data.js';
import { withStore } from '../../support/with-store.js';

const ALICE = user(1);
const SESSIONS = 20_000;

/** The read entries, and the open iterators. */
interface Readings {
  entries: number;
  open: number;
}

const PROTOTYPE: object = Level.prototype;

function watch(readings: Readings): void {
  const iterator = function (this: Level<Buffer, Buffer>, options: object) {
    unwatch();
    const watched = this.iterator(options);
    watch(readings);
    const nextv = watched.nextv.bind(watched);
    const close = watched.close.bind(watched);
    readings.open++;
    watched.nextv = async (size: number) => {
      const chunk = await nextv(size);
      readings.entries += chunk.length;
      return chunk;
    };
    watched.close = async () => {
      readings.open--;
      await close();
    };
    return watched;
  };
  Object.defineProperty(PROTOTYPE, 'iterator', { configurable: true, value: iterator });
}

function unwatch(): void {
  Reflect.deleteProperty(PROTOTYPE, 'iterator');
}

describe('a long history is read no further than needed:', () => {
  let readings: Readings;
  const history = withStore(levelData, 'all');
  before(async () => {
    await history.store.write(
      Array.from({ length: SESSIONS }, (_, index) => ended(ALICE, index * 10, index * 10 + 5)),
    );
  });
  beforeEach(() => {
    readings = { entries: 0, open: 0 };
    watch(readings);
  });
  afterEach(unwatch);

  for (const order of ['asc', 'desc'] as const)
    it(`a page of 100 reads little more than 100 of ${SESSIONS}, ${order}`, async () => {
      for await (const chunk of history.store.sessions(ALICE, { order })) {
        expect(chunk.length).to.be.at.least(101);
        break;
      }
      expect(readings).to.include({ open: 0 });
      expect(readings.entries).to.be.at.most(150);
    });

  it('a page in the middle does not read what lies before it', async () => {
    for await (const [first] of history.store.sessions(ALICE, { order: 'asc', from: instant(100_000) })) {
      expect(first?.onlineAt).to.equal(100_000);
      break;
    }
    expect(readings).to.include({ open: 0 });
    expect(readings.entries).to.be.at.most(150);
  });

  it('all of it is read once', async () => {
    expect(await historyOf(history.store, ALICE)).to.have.length(SESSIONS);
    expect(readings).to.include({ open: 0, entries: SESSIONS });
  });

  it('the last session is the only one read', async () => {
    expect((await history.store.lastSession(ALICE))?.onlineAt).to.equal((SESSIONS - 1) * 10);
    expect(readings).to.include({ open: 0, entries: 1 });
  });

  it('an iterator that is returned before it was asked for anything reads nothing', async () => {
    const iterator = history.store.sessions(ALICE, { order: 'asc' })[Symbol.asyncIterator]();
    await iterator.return?.();
    expect(readings).to.include({ open: 0, entries: 0 });
  });

  it('an iterator whose consumer fails is closed', async () => {
    const failing = (async () => {
      for await (const _ of history.store.sessions(ALICE, { order: 'asc' })) throw new Error('consumer');
    })();
    await failing.catch(() => undefined);
    expect(readings.open).to.equal(0);
  });

  it('pruning reads only what it removes, again and again', async () => {
    for (let pass = 1; pass <= 5; pass++)
      expect(await history.store.prune(instant(100_000), 100)).to.equal(100);
    expect(readings).to.include({ open: 0, entries: 500 });
    await history.store.prune(instant(-1), 100);
    expect(readings).to.include({ open: 0, entries: 500 });
  });
});
