import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Level } from 'level';
import { VERSION } from '../../../src/adapters/history/format.js';
import { LevelHistoryStore } from '../../../src/adapters/level/level-history-store.js';
import { opened, user } from '../../contract/history-store/reading.js';
import { eventually } from '../../support/eventually.js';
import { withUnopenedStore } from '../../support/level-data.js';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/temporary-directory.js';
import { WITH_TYPESCRIPT } from '../../support/typescript.js';
import { problemOf } from './support/expect-problem.js';
import { withDatabase } from './support/raw.js';
import { mountingIsAllowed, mountSmallDisk } from './support/small-disk.js';

const HOLDER = fileURLToPath(new URL('support/holder.ts', import.meta.url));

describe('a history is made', () => {
  let directory: TemporaryDirectory;
  beforeEach(async () => {
    directory = await temporaryDirectory();
  });
  afterEach(() => directory.remove());

  it('with the directories that lead to it', async () => {
    const store = new LevelHistoryStore(path.join(directory.path, 'on', 'the', 'way'));
    await store.open();
    await store.close();
  });

  it('where an empty database lies', async () => {
    const empty = new Level(path.join(directory.path, 'history'));
    await empty.open();
    await empty.close();
    const store = new LevelHistoryStore(directory.path);
    await store.open();
    await store.close();
  });
});

describe('opening a history that cannot be opened says why: it', () => {
  const data = withUnopenedStore();

  const history = () => path.join(data.path, 'history');

  it('is held by another process, until that one ends', async () => {
    const holder = spawn(process.execPath, [...WITH_TYPESCRIPT, HOLDER, data.path], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      await once(holder.stdout, 'data');
      const error = await problemOf(data.store.open(), 'HEARTBEAT_STORE_LOCKED');
      expect(error.message).to.equal(`another daemon owns ${history()}: stop it, or choose another data_dir`);
      expect(error.cause).to.be.instanceOf(Error).with.nested.property('cause.code', 'LEVEL_LOCKED');
      holder.stdin.end();
      await once(holder, 'exit');
      await data.store.open();
    } finally {
      holder.kill('SIGKILL');
    }
  });

  it('is held by another process, and nothing of it is read or moved', async () => {
    const holder = spawn(process.execPath, [...WITH_TYPESCRIPT, HOLDER, data.path], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      await once(holder.stdout, 'data');
      const journal = await readFile(path.join(history(), 'LOG'));
      // Reading this blocks for ever.
      const mark = path.join(history(), 'unproven');
      await rm(mark, { force: true });
      execFileSync('mkfifo', [mark]);
      const names = (await readdir(history())).toSorted();
      await problemOf(data.store.open(), 'HEARTBEAT_STORE_LOCKED');
      expect((await readdir(history())).toSorted()).to.deep.equal(names);
      expect(await readFile(path.join(history(), 'LOG'))).to.deep.equal(journal);
      await rm(mark);
    } finally {
      holder.kill('SIGKILL');
    }
  });

  it('lies on a file system that never answers, once that has had 30 s', async () => {
    await data.store.open();
    await data.store.close();
    const hanging = path.join(history(), 'unproven');
    execFileSync('mkfifo', [hanging]);
    const waiting = new Map<() => void, number>();
    const after = (delay: number, callback: () => void) => {
      waiting.set(callback, delay);
      return () => waiting.delete(callback);
    };
    data.store = new LevelHistoryStore(data.path, { clock: { after } });
    const opening = problemOf(data.store.open(), 'HEARTBEAT_STORE_HANGS');
    // All calls before it answer, so the call that is still under way after many looks is the hanging one.
    let [last, looks] = [new Map<() => void, number>(), 0];
    await eventually(() => {
      const isSame = waiting.size === 1 && [...waiting.keys()].every((each) => last.has(each));
      looks = isSame ? looks + 1 : 0;
      last = new Map(waiting);
      expect(looks).to.be.above(20);
    });
    const [[giveUp, delay] = []] = waiting;
    expect(delay).to.equal(30_000);
    giveUp?.();
    expect((await opening).message).to.equal(
      `the file system of ${history()} has not answered for 30 s: check its mount, or choose another data_dir`,
    );
    // Unblocks the reader.
    await (await open(hanging, 'w')).close();
    await rm(hanging);
  });

  for (const [how, spelt] of [
    ['relative', (directory: string) => path.relative(process.cwd(), directory)],
    ['with a detour', (directory: string) => `${directory}/history/..`],
    ['through a link', linked],
  ] as const) {
    it(`is held by this process, spelt ${how}, and nothing that was acknowledged is lost`, async () => {
      await data.store.open();
      const other = new LevelHistoryStore(await spelt(data.path));
      const error = await problemOf(other.open(), 'HEARTBEAT_STORE_LOCKED');
      expect(error.message).to.match(/^another daemon or instance in this process owns /);
      for (let id = 1; id <= 50; id++) await data.store.write([opened(user(id), id)]);
      await data.store.close();
      await other.open();
      expect((await other.lastSession(user(1))) ?? 'none').to.equal('none');
      let found = 0;
      for await (const chunk of other.openSessions()) found += chunk.length;
      expect(found).to.equal(50);
      await other.close();
    });
  }

  it('is held by this process until that one ends, also where it could not be opened', async () => {
    await writeFile(history(), 'no directory');
    await problemOf(data.store.open(), 'HEARTBEAT_STORE_UNWRITABLE');
    await rm(history());
    await data.store.open();
  });

  it('is held by this process', async () => {
    const other = new LevelHistoryStore(data.path);
    await other.open();
    await problemOf(data.store.open(), 'HEARTBEAT_STORE_LOCKED');
    await other.close();
    await data.store.open();
  });

  it('is a file', async () => {
    await writeFile(history(), 'not a directory');
    const error = await problemOf(data.store.open(), 'HEARTBEAT_STORE_UNWRITABLE');
    expect(error.message).to.include(history()).and.include('EEXIST');
    expect(error.cause).to.have.property('code', 'EEXIST');
  });

  it('lies below a file', async () => {
    const file = path.join(data.path, 'file');
    await writeFile(file, '');
    const error = await problemOf(new LevelHistoryStore(file).open(), 'HEARTBEAT_STORE_UNWRITABLE');
    expect(error.message).to.include('ENOTDIR');
    expect(error.cause).to.have.property('code', 'ENOTDIR');
  });

  // Permissions do not apply to root.
  const where = mountingIsAllowed ? 'a disk mounted read-only' : 'mounting is not allowed here: below a file';
  it(`cannot be written to (${where})`, async () => {
    const disk = mountingIsAllowed ? mountSmallDisk('ro,size=64k') : undefined;
    try {
      const unwritable = disk?.path ?? fileURLToPath(import.meta.url);
      const opening = new LevelHistoryStore(unwritable).open();
      const error = await problemOf(opening, 'HEARTBEAT_STORE_UNWRITABLE');
      expect(error.message)
        .to.include(unwritable)
        .and.match(/make it a writable directory/);
    } finally {
      disk?.unmount();
    }
  });

  it('was written by a newer daemon', async () => {
    await data.store.open();
    await data.store.close();
    const writeVersion = (version: number) =>
      withDatabase(data.path, (db) => db.put(Buffer.from('\x01version'), Buffer.from(String(version))));
    await writeVersion(VERSION + 1);
    const error = await problemOf(data.store.open(), 'HEARTBEAT_STORE_TOO_NEW');
    expect(error.message).to.equal(
      `the history in ${history()} has format ${VERSION + 1}, and this daemon knows ${VERSION}: ` +
        'start the newer daemon that wrote it, or choose another data_dir',
    );
    await writeVersion(VERSION);
    await data.store.open();
  });

  for (const [name, value] of [
    ['version', 'one'],
    ['version', '-1'],
    ['facts', '{"sessions":"many"}'],
    ['recovery', '{"generation":1}'],
    ['watermark', ''],
    ['vigil', '{"awake":1}'],
  ] as const)
    it(`has a ${name} that nobody can read: ${value || 'nothing'}`, async () => {
      await data.store.open();
      await data.store.close();
      await withDatabase(data.path, (db) => db.put(Buffer.from(`\x01${name}`), Buffer.from(value)));
      const error = await problemOf(data.store.open(), 'HEARTBEAT_STORE_CORRUPT');
      expect(error.message).to.include(history()).and.include(`"${name}"`);
      expect(error.cause).to.be.instanceOf(Error);
    });

  it('is the database of another program', async () => {
    await mkdir(history());
    await withDatabase(data.path, (db) => db.put(Buffer.from('theirs'), Buffer.from('value')));
    const error = await problemOf(data.store.open(), 'HEARTBEAT_STORE_CORRUPT');
    expect(error.message).to.equal(
      `the database in ${history()} is not a Heartbeat database: choose another data_dir`,
    );
    const theirs = await withDatabase(data.path, (db) => db.iterator().all());
    expect(theirs.map(([key, value]) => [key.toString(), value.toString()])).to.deep.equal([
      ['theirs', 'value'],
    ]);
  });

  it('is not open yet, or not any more', async () => {
    await problemOf(data.store.lastSession(user(1)), 'HEARTBEAT_STORE_FAILED');
    await problemOf(data.store.write([opened(user(1), 1)]), 'HEARTBEAT_STORE_FAILED');
    await data.store.open();
    await data.store.close();
    await problemOf(data.store.blindIntervals(1), 'HEARTBEAT_STORE_FAILED');
    await problemOf(data.store.reopen(), 'HEARTBEAT_STORE_FAILED');
  });
});

async function linked(directory: string): Promise<string> {
  const link = path.join(directory, 'link');
  await symlink(directory, link);
  return link;
}
