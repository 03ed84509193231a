import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { crc32c } from '../../../src/adapters/level/files/crc32c.js';
import { StartMark } from '../../../src/adapters/level/files/start-mark.js';
import { LevelHistoryStore } from '../../../src/adapters/level/level-history-store.js';
import { instant } from '../../../src/domain/time.js';
import { NOTHING_CHOSEN } from '../../../src/domain/node.js';
import { parseNodeName } from '../../../src/domain/node-name.js';
import { collect, ended, historyOf, opened, openIn, user } from '../../contract/history-store/reading.js';
import { recordAt } from '../../support/alert-records.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { levelData } from '../../support/level-data.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { withStore } from '../../support/with-store.js';
import { problemOf } from './support/expect-problem.js';
import { fileOf, withDatabase } from './support/raw.js';

const ALICE = user(1);
const BATCHES = 20;

describe('damage in the files of a store', () => {
  let logger: RecordingLogger;
  beforeEach(() => {
    logger = new RecordingLogger();
  });
  const history = withStore(() => levelData({ logger }));

  async function writeBatches(): Promise<void> {
    for (let batch = 0; batch < BATCHES; batch++)
      await history.store.write([ended(user(batch), batch, batch + 1)]);
  }

  /** The content of the log becomes a table. */
  async function restart(acceptDataLoss = false): Promise<void> {
    await history.reopen({ logger, acceptDataLoss });
  }

  async function turnOver(file: string, byte: (size: number) => number): Promise<void> {
    const contents = await readFile(file);
    contents[byte(contents.length)]! ^= 1;
    await writeFile(file, contents);
  }

  it('is looked for with the checksum that LevelDB has', () => {
    const text = Buffer.from('123456789');
    expect(crc32c(text, 0, 9) >>> 0).to.equal(0xe3069283);
    expect(crc32c(Buffer.alloc(32), 0, 32) >>> 0).to.equal(0x8a9136aa);
  });

  it('with a record behind it in the log refuses the start, until the loss is accepted', async () => {
    await writeBatches();
    await history.store.close();
    await turnOver(await fileOf(history.data.path, /\.log$/), (size) => size >> 1);
    const error = await problemOf(history.store.open(), 'HEARTBEAT_STORE_CORRUPT');
    expect(error.message).to.match(/\d+\.log is damaged at byte \d+, and records lie behind it/);
    expect(error.message).to.match(
      /restore it from a backup, or lose what is damaged with --accept-data-loss$/,
    );
    await restart(true);
    expect(logger.events()).to.include('opening a damaged database: what cannot be read is lost');
    expect(await historyOf(history.store, user(0))).to.have.length(1);
  });

  it('at the very end of the log is said with the bytes that are lost', async () => {
    await writeBatches();
    await history.store.close();
    const log = await fileOf(history.data.path, /\.log$/);
    await turnOver(log, (size) => size - 3);
    await history.store.open();
    const line = logger.lines.find(({ level }) => level === 'warn');
    expect(line?.event).to.equal('the end of a file is torn or damaged, and lost');
    expect(line?.fields).to.include({ file: path.basename(log) });
    expect(line?.fields['bytes_lost']).to.be.above(0);
    expect(history.store.countSessions()).to.equal(BATCHES - 1);
  });

  it('in a table refuses the start in words, and says which file', async () => {
    await writeBatches();
    await restart();
    await history.store.close();
    const table = await fileOf(history.data.path, /\.ldb$/);
    await turnOver(table, () => 100);
    const error = await problemOf(history.store.open(), 'HEARTBEAT_STORE_CORRUPT');
    expect(error.message).to.include(path.basename(table)).and.include('block at 0 is damaged');
  });

  it('is found in a table that was cut short', async () => {
    await writeBatches();
    await restart();
    await history.store.close();
    const table = await fileOf(history.data.path, /\.ldb$/);
    const file = await open(table, 'r+');
    await file.truncate((await stat(table)).size - 10);
    await file.close();
    const error = await problemOf(history.store.open(), 'HEARTBEAT_STORE_CORRUPT');
    expect(error.message).to.match(/\d+\.ldb has \d+ bytes of \d+/);
  });

  it('is found in CURRENT as a directory, which is no matter of rights', async () => {
    await history.store.close();
    const current = await fileOf(history.data.path, /^CURRENT$/);
    await rm(current);
    await mkdir(current);
    const error = await problemOf(history.store.open(), 'HEARTBEAT_STORE_CORRUPT');
    expect(error.message).to.include('CURRENT is no file');
  });

  it('is found while the daemon runs, and then no files are merged', async () => {
    await writeBatches();
    await restart();
    const table = await fileOf(history.data.path, /\.ldb$/);
    await turnOver(table, () => 100);
    expect(await history.store.checkFiles(Infinity)).to.equal(true);
    expect(history.store.trouble).to.deep.include({ kind: 'damaged' });
    expect(history.store.trouble?.message)
      .to.include(path.basename(table))
      .and.match(/restore the data directory from a backup$/);
    expect(history.store.damages).to.equal(1);
    expect(logger.events()).to.include('the database is damaged');
    await history.store.erase(user(BATCHES - 1));
    await history.store.close();
    // A successful merge removes LevelDB's journal, `LOG`.
    expect(await readdir(path.join(history.data.path, 'history'))).to.include('LOG');
    expect(await readFile(table)).to.be.instanceOf(Buffer);
  });

  it('is looked for in all tables before the first merge', async () => {
    await writeBatches();
    await restart();
    await turnOver(await fileOf(history.data.path, /\.ldb$/), () => 100);
    await history.store.erase(user(3)).catch(() => undefined);
    await history.store.close();
    expect(history.store.trouble).to.deep.include({ kind: 'damaged' });
  });

  it('is looked for in steps, and all over again once all was read', async () => {
    for (let run = 0; run < 3; run++) {
      await history.store.write([ended(user(run), 1, 2)]);
      await restart();
    }
    let steps = 1;
    while (!(await history.store.checkFiles(1))) steps++;
    expect(steps).to.be.above(1);
    expect(await history.store.checkFiles(Infinity)).to.equal(true);
    expect(history.store.trouble).to.equal(undefined);
  });

  it('is looked for in no more tables at a time than it takes to reach the given bytes', async () => {
    for (let run = 0; run < 3; run++) {
      await history.store.write([ended(user(run), 1, 2)]);
      await restart();
    }
    const names = (await readdir(path.join(history.data.path, 'history'))).filter((name) =>
      name.endsWith('.ldb'),
    );
    const sizes = await Promise.all(
      names.map(async (name) => (await stat(path.join(history.data.path, 'history', name))).size),
    );
    const largest = Math.max(...sizes);
    expect(Math.min(...sizes), 'tables of about the same size').to.be.above(largest / 2);
    expect(sizes.length).to.be.above(2);
    let steps = 1;
    while (!(await history.store.checkFiles(largest))) steps++;
    // Each step takes one table, or two if the first is smaller than the largest.
    expect(steps).to.be.within(sizes.length / 2, sizes.length);
  });

  it('that a merge wrote anew with good blocks is found where it is read', async () => {
    await history.store.write([ended(ALICE, 1, 2), ended(user(2), 1, 2)]);
    await history.store.close();
    await withDatabase(history.data.path, async (db) => {
      for await (const [key, value] of db.iterator({ gte: Buffer.of(0x10), lt: Buffer.of(0x11), limit: 1 })) {
        value[3]! ^= 1;
        await db.put(key, value);
      }
    });
    await history.store.open();
    const error = await problemOf(historyOf(history.store, ALICE), 'HEARTBEAT_STORE_CORRUPT');
    expect(error.message).to.equal(
      'a stored record is damaged: restore the database from a backup, or lose what is damaged with --accept-data-loss',
    );
    expect(logger.lines.at(-1)?.fields).to.include({
      record: 'session of user 1 from 1970-01-01T00:00:00.001Z',
      key: '\\x108000000000000001800000000001',
    });
    expect(history.store.trouble).to.deep.include({ kind: 'damaged' });
    expect(await historyOf(history.store, user(2))).to.have.length(1);
  });

  it('that took a node away is found when all are read', async () => {
    const name = parseNodeName('db')!;
    const node = { name, registeredAt: instant(1), settings: NOTHING_CHOSEN, pausedAt: undefined };
    await history.store.write([
      { kind: 'registered', node },
      {
        kind: 'statuses',
        nodes: [
          {
            name,
            status: {
              state: 'active',
              retries: 0,
              since: instant(1),
              lastHeartbeat: undefined,
              deadline: 1,
              heardBlind: 0,
            },
          },
        ],
      },
    ]);
    expect(await collect(history.store.nodes())).to.have.length(1);
    await history.store.close();
    await withDatabase(history.data.path, (db) => db.del(Buffer.from(' db')));
    await history.store.open();
    const error = await problemOf(collect(history.store.nodes()), 'HEARTBEAT_STORE_CORRUPT');
    expect(error.message).to.include('0 nodes are stored of 1');
    await restart(true);
    expect(await collect(history.store.nodes())).to.deep.equal([]);
  });

  it('that took an open session away is found when all are read', async () => {
    await history.store.write([opened(ALICE, 1), opened(user(2), 1)]);
    await history.store.write([ended(user(2), 1, 2), opened(user(3), 2)]);
    expect(await openIn(history.store)).to.have.length(2);
    await history.store.close();
    await withDatabase(history.data.path, async (db) => {
      for await (const key of db.keys({ gte: Buffer.of(0x11), limit: 1 })) await db.del(key);
    });
    await history.store.open();
    const error = await problemOf(openIn(history.store), 'HEARTBEAT_STORE_CORRUPT');
    expect(error.message).to.include('1 open sessions are stored of 2');
    expect(history.store.trouble).to.deep.include({ kind: 'damaged' });
    await restart(true);
    expect(await openIn(history.store)).to.have.length(1);
  });

  it('is no opening that was refused, undone, erased or ended', async () => {
    await history.store.write([opened(ALICE, 1), opened(user(2), 1), opened(user(3), 1)]);
    await history.store.write([{ kind: 'unopened', user: ALICE }]);
    await history.store.write([{ kind: 'unopened', user: ALICE }]);
    await history.store.write([ended(user(2), 1, 2)]);
    await history.store.write([
      { kind: 'unended', user: user(2), onlineAt: instant(1), offlineAt: instant(2) },
    ]);
    await history.store.erase(user(3));
    await restart();
    expect(await openIn(history.store)).to.have.length(1);
    expect(history.store.trouble).to.equal(undefined);
  });

  it('that took an open alert away is found when all are read', async () => {
    await history.store.write([
      { kind: 'alerts', records: [recordAt(1, 'pending'), recordAt(2, 'held'), recordAt(3, 'delivered')] },
    ]);
    await history.store.write([
      { kind: 'alerts', records: [recordAt(1, 'delivered'), recordAt(4, 'pending')] },
    ]);
    expect((await collect(history.store.openAlerts())).map(({ alert }) => alert.id)).to.have.length(2);
    await history.store.close();
    // The index entry of its state.
    await withDatabase(history.data.path, async (db) => {
      for await (const key of db.keys({ gte: Buffer.of(0x31), limit: 1 })) await db.del(key);
    });
    await history.store.open();
    const error = await problemOf(collect(history.store.openAlerts()), 'HEARTBEAT_STORE_CORRUPT');
    expect(error.message).to.include('1 open alerts are stored of 2');
    await restart(true);
    expect(await collect(history.store.openAlerts())).to.have.length(1);
  });

  it('is looked for before the next start when a run ended in a merge', async () => {
    await history.store.close();
    const mark = new StartMark(path.join(history.data.path, 'history'));
    await mark.begin({ starts: 0, merges: 0 });
    await mark.merging();
    await history.store.open();
    expect(logger.events()).to.include('the last run ended before its tables were checked: checking them');
    await history.store.close();
    expect(await mark.read()).to.deep.equal({ starts: 0, merges: 0 });
  });

  it('does not merge any more when three runs in a row ended in a merge', async () => {
    await history.store.write([ended(ALICE, 1, 2)]);
    await history.store.close();
    const mark = new StartMark(path.join(history.data.path, 'history'));
    await mark.begin({ starts: 0, merges: 2 });
    await mark.merging();
    await history.store.open();
    await history.store.erase(ALICE);
    expect(logger.events()).to.include('no files are merged, so that erased data stays in them');
    expect(await readdir(path.join(history.data.path, 'history'))).to.include('LOG');
  });

  it('is not what another daemon sees that finds the store owned', async () => {
    await writeBatches();
    const second = new LevelHistoryStore(history.data.path, { logger });
    await problemOf(second.open(), 'HEARTBEAT_STORE_LOCKED');
    const mark = new StartMark(path.join(history.data.path, 'history'));
    expect((await mark.read()).starts).to.equal(1);
  });

  it('is no removed directory, which is noticed, refuses writes, and is over when it is back', async () => {
    await history.store.write([ended(ALICE, 1, 2)]);
    const away = `${history.data.path}-away`;
    await rename(history.data.path, away);
    await history.store.checkPresence();
    expect(history.store.trouble).to.deep.include({ kind: 'missing' });
    expect(history.store.trouble?.message).to.include('is not in').and.include('put it back');
    await problemOf(history.store.write([ended(ALICE, 3, 4)]), 'HEARTBEAT_STORE_REFUSES');
    await problemOf(history.store.reopen(), 'HEARTBEAT_STORE_REFUSES');
    await rename(away, history.data.path);
    await history.store.checkPresence();
    expect(history.store.trouble).to.equal(undefined);
    await history.store.reopen();
    await history.store.write([ended(ALICE, 3, 4)]);
    expect(await historyOf(history.store, ALICE)).to.have.length(2);
  });

  it('is no empty directory in its place, in which nothing is begun anew', async () => {
    await history.store.write([ended(ALICE, 1, 2)]);
    await rm(history.data.path, { recursive: true });
    await mkdir(path.join(history.data.path, 'history'), { recursive: true });
    await history.store.checkPresence();
    expect(history.store.trouble).to.deep.include({ kind: 'missing' });
    expect(
      await history.store.reopen().then(
        () => 'reopened',
        () => 'refused',
      ),
    ).to.equal('refused');
  });

  it('is not reported by a check that ends after the store was closed', async () => {
    await rename(path.join(history.data.path, 'history', 'CURRENT'), path.join(history.data.path, 'CURRENT'));
    const check = history.store.checkPresence();
    await Promise.all([check, history.store.close()]);
    expect(history.store.trouble).to.equal(undefined);
    expect(logger.events()).not.to.include('the database is gone');
  });
});

describe('the directory of a store', () => {
  it('is for its owner alone where it is made, and said to be open where it is', async () => {
    const directory = await temporaryDirectory();
    const made = path.join(directory.path, 'a', 'b', 'data');
    const logger = new RecordingLogger();
    const store = new LevelHistoryStore(made, { logger });
    await store.open();
    await store.close();
    for (const each of [made, path.join(made, 'history')])
      expect((await stat(each)).mode & 0o777).to.equal(0o700);
    expect(logger.events()).to.deep.equal([]);
    const wide = path.join(directory.path, 'wide');
    await mkdir(wide, { mode: 0o755 });
    const other = new LevelHistoryStore(wide, { logger });
    await other.open();
    await other.close();
    expect(logger.lines).to.deep.include({
      level: 'warn',
      event: 'others may read the data directory: chmod 0700 keeps it private',
      fields: { data_dir: wide, mode: '0755' },
    });
    await directory.remove();
  });

  it('cannot be made below /proc, which is said at once', async () => {
    for (const below of ['/proc/heartbeat', '/proc/self/heartbeat/data'])
      await problemOf(new LevelHistoryStore(below).open(), 'HEARTBEAT_STORE_UNWRITABLE');
  });
});
