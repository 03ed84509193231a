import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import type { Level } from 'level';
import { compactStore } from '../../../src/adapters/compact-store.js';
import { metaKey } from '../../../src/adapters/history/format.js';
import type { Database } from '../../../src/adapters/level/database.js';
import { StartMark } from '../../../src/adapters/level/files/start-mark.js';
import { Scrubber } from '../../../src/adapters/level/scrubber.js';
import { instant } from '../../../src/domain/time.js';
import { ended, user } from '../../contract/history-store/reading.js';
import { eventually } from '../../support/eventually.js';
import { levelData } from '../../support/level-data.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { withStore } from '../../support/with-store.js';
import { problemOf } from './support/expect-problem.js';
import { withDatabase } from './support/raw.js';

const ERASED = [Buffer.of(0x40), Buffer.of(0x41)];
const LAST = Buffer.of(0xff);

/** A database with the mark of an erasure, and the first key of each range that is merged in it. */
async function withScrubber(
  dataDirectory: string,
  use: (scrubber: Scrubber, db: Level<Buffer, Buffer>, merged: string[]) => Promise<void>,
  duringMerge: (scrubber: Scrubber, from: string) => void = () => undefined,
): Promise<void> {
  await withDatabase(dataDirectory, async (opened) => {
    const db = opened as Database;
    const merged: string[] = [];
    const done = { merging: () => Promise.resolve(), merged: () => Promise.resolve() };
    const scrubber = new Scrubber(db, done, {
      isMergeable: () => Promise.resolve(true),
      failed: (error) => {
        throw error;
      },
    });
    const compact = db.compactRange.bind(db);
    db.compactRange = async (from, to) => {
      // One that writes what is in memory to a file.
      if (from.equals(to)) return compact(from, to);
      const isMarked = (await opened.getMany([metaKey('erasing')]))[0] !== undefined;
      merged.push(`${from.toString('hex')} ${isMarked ? 'marked' : 'unmarked'}`);
      duringMerge(scrubber, from.toString('hex'));
      return compact(from, to);
    };
    await db.put(metaKey('erasing'), Buffer.from('true'));
    await use(scrubber, opened, merged);
  });
}

async function isMarked(db: Level<Buffer, Buffer>): Promise<boolean> {
  return (await db.getMany([metaKey('erasing')]))[0] !== undefined;
}

describe('removing erased data from files', () => {
  const history = withStore(levelData);
  beforeEach(() => history.store.close());

  it('waits for snapshots that could still read it, and a store that is closed does not', async () => {
    await withScrubber(history.data.path, async (scrubber, db, merged) => {
      const ends = [scrubber.hold(), scrubber.hold()];
      await scrubber.after(Promise.resolve([ERASED]));
      ends[0]?.();
      scrubber.reclaim();
      expect([merged, scrubber.isLeft]).to.deep.equal([[], true]);
      ends[1]?.();
      await scrubber.settled();
      expect(merged[0]).to.equal('40 marked');
      expect([scrubber.isLeft, await isMarked(db)]).to.deep.equal([false, false]);
      scrubber.hold();
      await scrubber.after(Promise.resolve([ERASED]));
      await scrubber.settled();
      expect(scrubber.isLeft).to.equal(true);
    });
  });

  it('is done again after a snapshot that began meanwhile', async () => {
    const ends: (() => void)[] = [];
    await withScrubber(
      history.data.path,
      async (scrubber, db, merged) => {
        await scrubber.after(Promise.resolve([ERASED]));
        await eventually(() => expect(ends).not.to.deep.equal([]), { every: 1 });
        ends[0]?.();
        await scrubber.settled();
        expect(merged).to.deep.equal(['40 marked', '40 marked']);
        expect(await isMarked(db)).to.equal(false);
      },
      (scrubber) => {
        if (ends.length === 0) ends.push(scrubber.hold());
      },
    );
  });

  it('keeps the mark of what was erased while space was given back', async () => {
    let erasure: Promise<void> | undefined;
    await withScrubber(
      history.data.path,
      async (scrubber, db, merged) => {
        scrubber.reclaim();
        await eventually(() => expect(erasure).not.to.equal(undefined), { every: 1 });
        await erasure;
        await scrubber.settled();
        expect(merged).to.include('40 marked');
        expect([scrubber.isLeft, await isMarked(db)]).to.deep.equal([false, false]);
      },
      (scrubber) => {
        erasure ??= scrubber.after(Promise.resolve([ERASED]));
      },
    );
  });

  it('merges ranges of few large values when space is given back', async () => {
    await withScrubber(history.data.path, async (scrubber, db, merged) => {
      const large = randomBytes(20_000);
      for (let at = 0; at < 1_500; at += 100) {
        const batch = db.batch();
        for (let id = at; id < at + 100; id++)
          batch.put(Buffer.from(`k${String(id).padStart(6, '0')}`), large);
        await batch.write();
      }
      await (db as Database).compactRange(Buffer.of(0), LAST);
      merged.length = 0;
      scrubber.reclaim();
      await eventually(() => expect(merged).to.have.length.at.least(3), { every: 1 });
      await scrubber.settled();
    });
  });
});

describe('compacting a store', () => {
  const history = withStore(levelData);

  it('is refused, and not said to be done, where no files are merged any more', async () => {
    await history.store.write([ended(user(1), 1, 2)]);
    await history.store.prune(instant(10), 10);
    await history.store.close();
    const directory = path.join(history.data.path, 'history');
    const mark = new StartMark(directory);
    await mark.begin({ starts: 0, merges: 2 });
    await mark.merging();
    const location = { kind: 'leveldb', directory: history.data.path } as const;
    const error = await problemOf(
      compactStore(location, { clock: new SimulatedClock() }),
      'HEARTBEAT_STORE_FAILED',
    );
    expect(error.message).to.include('was not compacted');
    expect(await readdir(directory)).not.to.include('unproven');
    const { after } = await compactStore(location, { clock: new SimulatedClock() });
    expect(after).to.be.above(0);
  });
});
