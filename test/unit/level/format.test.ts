import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { Level } from 'level';
import { VERSION } from '../../../src/adapters/level/codec.js';
import { LevelHistoryStore } from '../../../src/adapters/level/level-history-store.js';
import { instant } from '../../../src/domain/time.js';
import type { HistoryRecord } from '../../../src/ports/history-store.js';
import { healedIn, historyOf, opened, openIn, session, user } from '../../contract/history-store/reading.js';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/temporary-directory.js';
import { withDatabase } from './support/raw.js';

const GOLDEN = new URL('format-1.golden.txt', import.meta.url);

const LEAST = user('-9223372036854775808');
const MOST = user('9223372036854775807');
const SNOWFLAKE = user('9007199254740993');

const recovery = {
  generation: 3,
  silent: [{ generation: 2, deadline: instant(1_700_000_127_000), endsAt: instant(1_700_000_007_000) }],
};
const stalled = {
  from: instant(1_700_000_000_000),
  to: instant(1_700_000_002_500),
  cause: 'stalled' as const,
};
const restarted = { from: instant(-2_000), to: instant(-1), cause: 'restarted' as const };

const RECORDS: readonly HistoryRecord[] = [
  opened(user(12345), 1_638_360_000_000),
  { kind: 'ended', user: LEAST, ...session(-1_000, -1, -500) },
  { kind: 'ended', user: user(-1), ...session(0, 7_000, 1) },
  { kind: 'ended', user: user(0), ...session(1_638_360_000_000, 1_638_360_300_000, 1_638_360_293_000) },
  { kind: 'ended', user: SNOWFLAKE, ...session(1_638_360_000_000, 1_638_360_000_000, 1_638_360_000_000) },
  { kind: 'ended', user: MOST, ...session(1_638_360_000_000, 1_638_360_007_001, 1_638_360_000_001) },
  { kind: 'watermark', at: instant(1_700_000_000_250) },
  { kind: 'recovered', recovery },
  opened(SNOWFLAKE, 1_700_000_000_123),
  { kind: 'healed', generation: 3, users: [SNOWFLAKE, user(-1)] },
  { kind: 'healed', generation: 3, users: [MOST] },
  { kind: 'blind', interval: stalled },
  { kind: 'blind', interval: restarted },
];

/** One entry a line, in the order of the keys: key and value in hexadecimal, the key's parts set apart. */
async function goldenEntries(): Promise<[Buffer, Buffer][]> {
  const lines = (await readFile(GOLDEN, 'utf8'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [key = '', value = ''] = line.split('=>').map((part) => part.replaceAll(/\s/g, ''));
    return [Buffer.from(key, 'hex'), Buffer.from(value, 'hex')];
  });
}

const shown = (entries: [Buffer, Buffer][]) =>
  entries.map((entry) => entry.map((part) => part.toString('hex')).join(' => '));

describe(`the format of a history on disk, version ${VERSION}`, () => {
  let directory: TemporaryDirectory;
  let store: LevelHistoryStore;
  beforeEach(async () => {
    directory = await temporaryDirectory();
    store = new LevelHistoryStore(directory.path);
  });
  afterEach(async () => {
    await store.close();
    await directory.remove();
  });

  // A change here is a new version: it needs a step in `upgrade`, and a golden file of its own beside this one.
  it('is written as it always was', async () => {
    await store.open();
    await store.write(RECORDS);
    await store.close();
    const written = await withDatabase(directory.path, (db) => db.iterator().all());
    expect(shown(written)).to.deep.equal(shown(await goldenEntries()));
  });

  it('is read as it always was', async () => {
    const db = new Level<Buffer, Buffer>(path.join(directory.path, 'history'), {
      keyEncoding: 'buffer',
      valueEncoding: 'buffer',
    });
    for (const [key, value] of await goldenEntries()) await db.put(key, value);
    await db.close();

    expect(await store.open()).to.deep.equal({
      watermark: 1_700_000_000_250,
      recovery,
      latestEnd: 1_638_360_300_000,
    });
    expect(await openIn(store)).to.deep.equal([
      { user: user(12345), onlineAt: 1_638_360_000_000, generation: 0 },
      { user: SNOWFLAKE, onlineAt: 1_700_000_000_123, generation: 3 },
    ]);
    for (const record of RECORDS)
      if (record.kind === 'ended') {
        const { onlineAt, offlineAt, lastSeen } = record;
        expect(await historyOf(store, record.user)).to.deep.equal([session(onlineAt, offlineAt, lastSeen)]);
      }
    expect(await healedIn(store)).to.deep.equal([
      { generation: 3, users: [SNOWFLAKE, user(-1)] },
      { generation: 3, users: [MOST] },
    ]);
    expect(await store.blindIntervals(10)).to.deep.equal([stalled, restarted]);
    expect(store.countSessions()).to.equal(5);
    expect(await store.prune(instant(0), 10)).to.equal(1);
  });
});
