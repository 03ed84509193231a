import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { instant } from '../../../src/domain/time.js';
import type { UserId } from '../../../src/domain/user-id.js';
import { ended, opened, user } from '../../contract/history-store/reading.js';
import { levelData } from '../../support/level-data.js';
import { withStore } from '../../support/with-store.js';
import { filesWith, keysIn, withDatabase } from './support/raw.js';

/*
 * LevelDB leaves out the prefix that a key shares with the previous one, and compresses blocks. Ids whose eight bytes have
 * nothing in common are still found, as each test shows before it erases.
 */
const ALICE = user('7296514038295617043');
const BOB = user('-3141592653589793238');

const bytesOf = (id: UserId): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(id) + 2n ** 63n);
  return bytes;
};

describe('an erased user', () => {
  const history = withStore(levelData);

  const filesAbout = (id: UserId) => filesWith(history.data.path, bytesOf(id));

  async function restart() {
    await history.store.close();
    await history.store.open();
  }

  async function writeAll(from: number) {
    for (const id of [ALICE, BOB])
      await history.store.write([
        ended(id, from, from + 10),
        ended(id, from + 20, from + 30),
        opened(id, from + 40),
        { kind: 'healed', generation: 1, users: [user(1), id] },
      ]);
  }

  async function expectNoTraceAfterRestart() {
    await history.store.close();
    expect((await keysIn(history.data.path)).filter((key) => key.includes(bytesOf(ALICE)))).to.deep.equal([]);
    await history.store.open();
    expect(await filesAbout(ALICE)).to.deep.equal([]);
    expect(await filesAbout(BOB)).not.to.deep.equal([]);
  }

  it('is in no file once the store is closed, but for what a manifest says of files that are gone', async () => {
    await writeAll(0);
    expect((await filesAbout(ALICE)).join()).to.match(/\.log/);
    await history.store.erase(ALICE);
    await history.store.close();
    expect((await filesAbout(ALICE)).filter((name) => !name.startsWith('MANIFEST'))).to.deep.equal([]);
    await history.store.open();
    await expectNoTraceAfterRestart();
  });

  it('is in no file when some of it was in tables and some in the log', async () => {
    await writeAll(0);
    await restart();
    expect((await filesAbout(ALICE)).join()).to.match(/\.ldb/);
    await writeAll(100);
    await history.store.erase(ALICE);
    await restart();
    await expectNoTraceAfterRestart();
  });

  it('is in no file when most of its sessions had been pruned, or had gone on', async () => {
    await writeAll(0);
    await history.store.write([
      { kind: 'unended', user: ALICE, onlineAt: instant(20), offlineAt: instant(30) },
    ]);
    await history.store.prune(instant(15), 10);
    await history.store.erase(ALICE);
    await restart();
    await expectNoTraceAfterRestart();
  });

  it('is in no file of a history of many', async () => {
    for (let batch = 0; batch < 10; batch++) {
      const others = Array.from({ length: 5_000 }, (_, index) =>
        user((BigInt(batch * 5_000 + index) * 48_271n) << 20n),
      );
      await history.store.write(
        others.map((id, index) => ended(id, batch * 5_000 + index, batch * 5_000 + index + 7)),
      );
      await writeAll(batch * 5_000);
      await restart();
    }
    expect((await filesAbout(ALICE)).filter((name) => name.endsWith('.ldb')).length).to.be.above(1);
    await history.store.erase(ALICE);
    await restart();
    await expectNoTraceAfterRestart();
    expect(history.store.countSessions()).to.equal(50_000 + 20);
  });

  it('is in no file when several are erased at once', async () => {
    const others = Array.from({ length: 50 }, (_, index) => user(BigInt(index) * 12_345_678_901n));
    await writeAll(0);
    await history.store.write(others.map((id) => ended(id, 1, 2)));
    for (const id of [...others, ALICE]) await history.store.erase(id);
    await restart();
    expect(history.store.countSessions()).to.equal(2);
    await expectNoTraceAfterRestart();
  });

  it('goes from the files after the next start when the daemon was killed at once', async () => {
    await writeAll(0);
    await restart();
    await history.store.close();
    await withDatabase(history.data.path, async (db) => {
      const keys = (await db.keys().all()).filter((key) => key.includes(bytesOf(ALICE)));
      const healed = (await db.iterator({ gte: Buffer.of(0x13), lt: Buffer.of(0x14) }).all()).map(
        ([key]) => key,
      );
      const batch = db.batch().put(Buffer.from('\x01erasing'), Buffer.from('true'));
      for (const key of [...keys, ...healed]) batch.del(key);
      await batch.write();
    });
    expect(await filesAbout(ALICE)).not.to.deep.equal([]);
    await history.store.open();
    await restart();
    await expectNoTraceAfterRestart();
    await history.store.close();
    expect((await keysIn(history.data.path)).map(String)).not.to.include('\x01erasing');
  });

  it('is in no file after a backup that could still read it', async () => {
    await writeAll(0);
    await restart();
    const backup = history.store.backup(instant(200))[Symbol.asyncIterator]();
    await backup.next();
    await history.store.erase(ALICE);
    // Time enough to merge the files.
    for (let id = 0; id < 500; id++) await history.store.write([opened(BOB, 300 + id)]);
    expect(await filesAbout(ALICE)).not.to.deep.equal([]);
    await backup.return?.();
    await history.store.close();
    expect((await filesAbout(ALICE)).filter((name) => !name.startsWith('MANIFEST'))).to.deep.equal([]);
    await history.store.open();
    await expectNoTraceAfterRestart();
  });

  it('is not named by the journal that LevelDB keeps for people', async () => {
    await writeAll(0);
    await history.store.erase(ALICE);
    await history.store.close();
    expect(await readdir(path.join(history.data.path, 'history'))).not.to.include('LOG');
  });
});
