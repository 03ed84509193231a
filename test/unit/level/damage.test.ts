import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { LevelHistoryStore } from '../../../src/adapters/level/level-history-store.js';
import { ended, historyOf, opened, openIn, user } from '../../contract/history-store/reading.js';
import { withUnopenedStore } from '../../support/level-data.js';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/temporary-directory.js';
import { problemOf } from './support/expect-problem.js';
import { fileOf } from './support/raw.js';

const BATCHES = 20;
const PER_BATCH = 100;
const idOf = (batch: number, index: number) => user(batch * PER_BATCH + index);

describe('a damaged history', () => {
  const data = withUnopenedStore();
  beforeEach(async () => {
    await data.store.open();
    for (let batch = 0; batch < BATCHES; batch++)
      await data.store.write(
        Array.from({ length: PER_BATCH }, (_, index) => ended(idOf(batch, index), batch, batch + 1)),
      );
    await data.store.close();
  });

  async function expectDamage(words: RegExp) {
    const error = await problemOf(data.store.open(), 'HEARTBEAT_STORE_CORRUPT');
    expect(error.message)
      .to.match(words)
      .and.match(/restore it from a backup, or choose another data_dir$/);
  }

  for (const [what, contents] of [
    ['is empty', ''],
    ['is torn', 'MANIFEST-0000'],
    ['names a file that is not there', 'MANIFEST-999999\n'],
  ] as const)
    it(`is not opened when CURRENT ${what}`, async () => {
      await writeFile(await fileOf(data.path, /^CURRENT$/), contents);
      await expectDamage(/damaged/);
    });

  it('is not opened when CURRENT is missing, and then is still there', async () => {
    const current = await fileOf(data.path, /^CURRENT$/);
    await rename(current, `${current}.lost`);
    await expectDamage(/CURRENT is missing/);
    await rename(`${current}.lost`, current);
    await data.store.open();
    expect(data.store.countSessions()).to.equal(BATCHES * PER_BATCH);
  });

  it('is not opened when its manifest is no manifest', async () => {
    const manifest = await fileOf(data.path, /^MANIFEST/);
    await writeFile(manifest, Buffer.alloc(200, 0x5a));
    await expectDamage(/damaged/);
  });

  it('is not opened when a table is missing', async () => {
    // Opening it moves the content of the log to a table.
    await data.store.open();
    await data.store.close();
    await rm(await fileOf(data.path, /\.ldb$/));
    await expectDamage(/missing files/);
  });

  it('reports an unreadable record when it is read', async () => {
    await data.store.open();
    await data.store.close();
    const table = await fileOf(data.path, /\.ldb$/);
    const file = await open(table, 'r+');
    await file.write(Buffer.alloc(2_000, 0x5a), 0, 2_000, 1_000);
    await file.close();
    const failing = data.store.open().then(() => historyOf(data.store, idOf(0, 30)));
    await problemOf(failing, 'HEARTBEAT_STORE_CORRUPT');
  });
});

describe('a history whose daemon died in the middle of a write', () => {
  let directory: TemporaryDirectory;
  let store: LevelHistoryStore;
  let log: string;
  let whole: Buffer;
  before(async () => {
    directory = await temporaryDirectory();
    store = new LevelHistoryStore(directory.path);
    await store.open();
    for (let batch = 0; batch < BATCHES; batch++)
      await store.write([
        ...Array.from({ length: PER_BATCH }, (_, index) => ended(idOf(batch, index), batch, batch + 1)),
        opened(user(-1), batch),
      ]);
    log = await fileOf(directory.path, /\.log$/);
    whole = await readFile(log);
    await store.close();
  });
  after(() => directory.remove());

  /** The state at its end. Opening it moves the log to a table, so each test makes it again. */
  async function openWithLog(contents: Buffer): Promise<void> {
    await rm(`${directory.path}/history`, { recursive: true });
    const fresh = new LevelHistoryStore(directory.path);
    await fresh.open();
    const path = await fileOf(directory.path, /\.log$/);
    await fresh.close();
    await writeFile(path, contents);
    store = new LevelHistoryStore(directory.path);
    await store.open();
  }

  async function expectWholeBatches(): Promise<number> {
    const count = store.countSessions();
    expect(count % PER_BATCH).to.equal(0);
    const batches = count / PER_BATCH;
    for (let batch = 0; batch < BATCHES; batch++)
      for (const index of [0, 57, PER_BATCH - 1])
        expect(await historyOf(store, idOf(batch, index))).to.have.length(batch < batches ? 1 : 0);
    expect((await openIn(store)).map(({ onlineAt }) => onlineAt)).to.deep.equal(
      batches === 0 ? [] : [batches - 1],
    );
    return batches;
  }

  it('has every batch of a whole log', async () => {
    await openWithLog(whole);
    expect(await expectWholeBatches()).to.equal(BATCHES);
    await store.close();
  });

  it('has whole batches only, wherever the log was torn', async () => {
    let last = BATCHES;
    for (let length = whole.length - 1; length > 0; length -= 4_001) {
      await openWithLog(whole.subarray(0, length));
      const batches = await expectWholeBatches();
      expect(batches).to.be.at.most(last).and.below(BATCHES);
      last = batches;
      await store.close();
    }
    expect(last).to.equal(0);
  });

  it('keeps older records and stores new ones when half a batch was never written', async () => {
    await openWithLog(Buffer.concat([whole.subarray(0, whole.length - 100), Buffer.alloc(100)]));
    expect(await expectWholeBatches()).to.equal(BATCHES - 1);
    await store.write([ended(user(-2), 1, 2)]);
    await store.close();
    await store.open();
    expect(store.countSessions()).to.equal((BATCHES - 1) * PER_BATCH + 1);
    await store.close();
  });
});
