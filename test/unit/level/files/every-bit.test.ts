import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { scanLog } from '../../../../src/adapters/level/files/log-scan.js';
import { inspect } from '../../../../src/adapters/level/files/inspection.js';
import { blocksOf, readBlock } from '../../../../src/adapters/level/files/table-check.js';
import { LevelHistoryStore } from '../../../../src/adapters/level/level-history-store.js';
import { HeartbeatError } from '../../../../src/errors.js';
import { collect, ended, opened, user } from '../../../contract/history-store/reading.js';
import { recordAt } from '../../../support/alert-records.js';
import { EFFORT, sized } from '../../../support/effort.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { temporaryDirectory, type TemporaryDirectory } from '../../../support/temporary-directory.js';

/** Opening a store for each bit would take minutes, so the test opens it for one bit in so many. */
const OPENED_EVERY = sized(797, 79);

describe('every bit of a small store with tables and a log, turned over,', function () {
  this.timeout(900_000 * EFFORT);
  let directory: TemporaryDirectory;
  let files: Map<string, Buffer>;
  const at = (name: string) => path.join(directory.path, 'history', name);

  before(async () => {
    directory = await temporaryDirectory();
    for (let run = 0; run < 3; run++) {
      // Each opening turns the log into a table.
      const store = new LevelHistoryStore(directory.path);
      await store.open();
      await store.write(
        Array.from({ length: 3 }, (_, index) => ended(user(run * 100 + index), index, index + 7)),
      );
      await store.write([
        opened(user(-run), run),
        { kind: 'alerts', records: [recordAt(run + 1, 'pending')] },
      ]);
      await store.close();
    }
    const names = (await readdir(path.join(directory.path, 'history'))).filter(
      (name) => !/^LO(?:CK|G)/.test(name),
    );
    files = new Map(
      await Promise.all(
        names.map(async (name): Promise<[string, Buffer]> => [name, await readFile(at(name))]),
      ),
    );
  });
  after(() => directory.remove());

  const named = (ending: RegExp) => [...files].filter(([name]) => ending.test(name));

  /** Flips each bit, calls the function, and flips it back. */
  async function eachBit(contents: Buffer, use: (bit: number) => Promise<void>, step = 1): Promise<void> {
    for (let bit = 0; bit < contents.length * 8; bit += step) {
      contents[bit >> 3]! ^= 1 << (bit & 7);
      await use(bit);
      contents[bit >> 3]! ^= 1 << (bit & 7);
    }
  }

  it('is noticed in a table by its checksums', async () => {
    const tables = named(/\.ldb$/);
    expect(tables).to.have.length(2);
    for (const [name, contents] of tables) {
      const read = (offset: number, length: number) =>
        Promise.resolve(contents.subarray(offset, offset + length));
      const check = async () => {
        for (const block of await blocksOf(read, contents.length)) await readBlock(read, block);
      };
      await check();
      await eachBit(contents, async (bit) => {
        const problem = await check().then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(problem, `bit ${bit} of ${name}`).to.be.instanceOf(RangeError);
      });
    }
  });

  it('is noticed in the log and the manifest, which are read before LevelDB opens them', async () => {
    const logs = [...named(/\.log$/), ...named(/^MANIFEST/)];
    expect(logs).to.have.length(2);
    for (const [name, contents] of logs) {
      expect(scanLog(contents).damage).to.equal(undefined);
      await eachBit(contents, (bit) => {
        expect(scanLog(contents).damage, `bit ${bit} of ${name}`).not.to.equal(undefined);
        return Promise.resolve();
      });
    }
  });

  it('is noticed in CURRENT', async () => {
    const contents = files.get('CURRENT')!;
    expect(await inspect(path.join(directory.path, 'history'))).to.deep.include({
      damage: undefined,
      torn: [],
    });
    await eachBit(contents, async (bit) => {
      await writeFile(at('CURRENT'), contents);
      const { damage } = await inspect(path.join(directory.path, 'history'));
      expect(damage, `bit ${bit}`).not.to.equal(undefined);
    });
    await writeFile(at('CURRENT'), contents);
  });

  /** A bit of each part of a LevelDB file, and one in so many of all others. */
  async function bitsOf(name: string, contents: Buffer): Promise<number[]> {
    const bytes = new Set<number>();
    for (let bit = 0; bit < contents.length * 8; bit += OPENED_EVERY) bytes.add(bit >> 3);
    if (name.endsWith('.ldb')) {
      const read = (offset: number, length: number) =>
        Promise.resolve(contents.subarray(offset, offset + length));
      // Entries, the filter, both indexes: first, middle and last byte, compression and checksum of each.
      for (const { offset, size } of await blocksOf(read, contents.length))
        for (const at of [0, size >> 1, size - 1, size, size + 1, size + 4]) bytes.add(offset + at);
      // The footer: handles, padding, magic number.
      for (const at of [48, 46, 44, 40, 20, 8, 1]) bytes.add(contents.length - at);
    } else if (name === 'CURRENT') {
      for (let at = 0; at < contents.length; at++) bytes.add(at);
    } else {
      // Each record of a log or manifest: checksum, length, type, first and last byte of its content.
      for (let at = 0; at + 7 <= contents.length; at += 7 + contents.readUInt16LE(at + 4)) {
        const end = at + 7 + contents.readUInt16LE(at + 4);
        for (const byte of [at, at + 3, at + 4, at + 5, at + 6, at + 7, at + 15, end - 1]) bytes.add(byte);
      }
    }
    return [...bytes].map((byte) => byte * 8 + (byte % 8));
  }

  async function openedOn(path: string, acceptDataLoss: boolean) {
    const logger = new RecordingLogger();
    const store = new LevelHistoryStore(path, { logger, acceptDataLoss });
    const refused: unknown = await store.open().then(
      () => undefined,
      (error: unknown) => error,
    );
    return { store, logger, refused };
  }

  it('is reported when the store is opened, unless the loss is accepted', async () => {
    let passed = 0;
    for (const [name, contents] of files)
      for (const bit of await bitsOf(name, contents)) {
        const copy = await temporaryDirectory();
        const target = path.join(copy.path, 'history');
        await mkdir(target);
        for (const [each, bytes] of files) await writeFile(path.join(target, each), bytes);
        const damaged = Buffer.from(contents);
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        await writeFile(path.join(target, name), damaged);
        const { store, logger, refused } = await openedOn(copy.path, false);
        if (refused === undefined) await store.checkFiles(Infinity);
        const isPassable = refused instanceof HeartbeatError && /--accept-data-loss/.test(refused.message);
        const said =
          (refused instanceof HeartbeatError && refused.code === 'HEARTBEAT_STORE_CORRUPT') ||
          store.trouble?.kind === 'damaged' ||
          logger.lines.some(({ event }) => event === 'the end of a file is torn or damaged, and lost');
        expect(said, `bit ${bit} of ${name}: ${String(refused)}`).to.equal(true);
        await store.close();
        if (isPassable) {
          passed++;
          const accepted = await openedOn(copy.path, true);
          expect(accepted.refused, `bit ${bit} of ${name}: ${String(accepted.refused)}`).to.equal(undefined);
          expect(accepted.logger.events()).to.include(
            'opening a damaged database: what cannot be read is lost',
          );
          await accepted.store.close();
          const after = await openedOn(copy.path, false);
          expect(after.refused, `after bit ${bit} of ${name}: ${String(after.refused)}`).to.equal(undefined);
          await after.store.checkFiles(Infinity);
          await collect(after.store.openSessions());
          await collect(after.store.openAlerts());
          expect(after.store.trouble, `bit ${bit} of ${name}, afterwards`).to.equal(undefined);
          await after.store.close();
        }
        await copy.remove();
      }
    expect(passed).to.be.above(50);
  });
});
