import { expect } from 'chai';
import { instant } from '../../../src/domain/time.js';
import { collect, ended, historyOf, opened, user } from '../../contract/history-store/reading.js';
import { eventually } from '../../support/eventually.js';
import { withUnopenedStore } from '../../support/level-data.js';

const MANY = 60_000;
const PORTION = 1_000;
/** As in the actor that prunes. */
async function pruneAll(store: {
  prune: (before: ReturnType<typeof instant>, limit: number) => Promise<number>;
}) {
  while ((await store.prune(instant(1_000), PORTION)) === PORTION);
}

describe('the space of what was pruned', () => {
  const data = withUnopenedStore();
  beforeEach(async () => {
    const { store } = data;
    await store.open();
    for (let id = 0; id < MANY; id += 5_000)
      await store.write(
        Array.from({ length: 5_000 }, (_, more) => ended(user(id + more), 0, 1 + (more % 900))),
      );
    await store.write([ended(user(-1), 0, 2_000), ended(user(MANY + 1), 0, 2_000)]);
    await pruneAll(store);
  });

  it('is given back while the store is written to and read', async () => {
    const { store } = data;
    const before = await store.size();
    expect(before).to.be.above(3_000_000);
    const { free, kinds } = await store.diskUse();
    expect(free).to.be.above(0);
    expect(await store.free()).to.be.above(0);
    expect(kinds?.sessions).to.be.within(before / 4, before);
    expect(kinds).to.include({ nodes: 0, pings: 0, alerts: 0 });
    await store.reclaim();
    let written = 0;
    await eventually(async () => {
      await store.write([opened(user(200_000 + written++), 5_000)]);
      expect(await store.size()).to.be.below(before / 4);
    });
    for (const id of [-1, MANY + 1]) expect(await historyOf(store, user(id))).to.have.length(1);
    expect(await historyOf(store, user(7))).to.deep.equal([]);
    expect(await collect(store.openSessions())).to.have.length(written);
    expect(store.trouble).to.equal(undefined);
  });

  it('is not waited for by a store that is closed, which then has what it had', async () => {
    const { store } = data;
    await store.reclaim();
    await store.close();
    await store.open();
    expect(store.countSessions()).to.equal(2);
    for (const id of [-1, MANY + 1]) expect(await historyOf(store, user(id))).to.have.length(1);
  });
});
