import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Level } from 'level';
import { LevelHistoryStore } from '../../../src/adapters/level/level-history-store.js';
import type { HistoryRecord } from '../../../src/ports/history-record.js';
import type { HistoryStore } from '../../../src/ports/history-store.js';
import { collect, historyOf, user } from '../../contract/history-store/reading.js';
import { flipped, registered } from '../../contract/history-store/nodes.js';
import { uptimeDay, uptimeDays } from '../../contract/history-store/uptime-days.js';
import { metaKey } from '../../../src/adapters/history/format.js';
import { instant } from '../../../src/domain/time.js';
import { UTC_DAY, type UptimeMarks } from '../../../src/domain/uptime-day.js';
import { node } from '../../support/ids.js';
import { withDatabase } from './support/raw.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const GOLDEN = fileURLToPath(new URL('format-5.golden.txt', import.meta.url));
const [ANN, BOB] = [node('ann'), node('bob')];
const USERS = [12345, -1, 0, 7, 99].map(user);

describe('one damaged record', () => {
  it('of any kind is dropped by a start that accepts the loss, and refuses no start after that', async () => {
    const golden = await entries();
    for (const [index, [key, value]] of golden.entries()) {
      const what = key.toString('hex');
      const directory = await temporaryDirectory();
      const damaged = Buffer.from(value);
      damaged[value.length - 1]! ^= 1;
      await write(directory.path, golden.with(index, [key, damaged]));

      const logger = new RecordingLogger();
      const accepting = new LevelHistoryStore(directory.path, { logger, acceptDataLoss: true });
      await accepting.open();
      await readAll(accepting);
      expect(accepting.trouble, what).to.equal(undefined);
      const said = logger.lines.filter(({ event }) => /damaged records? /.test(event));
      expect(said, what).to.have.length(1);
      if (said[0]?.event === 'damaged records are dropped') {
        expect(said[0].fields, what).to.include({ count: 1 });
        expect(said[0].fields['kind'], what).to.be.a('string').and.not.equal('unknown');
      }
      await accepting.close();

      const after = new LevelHistoryStore(directory.path);
      await after.open();
      await readAll(after);
      expect(after.trouble, what).to.equal(undefined);
      await after.close();
      await directory.remove();
    }
  });

  describe('of which days of uptime are stored', () => {
    /** What it is after a repair. Ann has two days, and Bob the first one, as after a run that ended early. */
    async function marksAfterRepair(flips: readonly HistoryRecord[]): Promise<UptimeMarks> {
      const directory = await temporaryDirectory();
      const store = new LevelHistoryStore(directory.path);
      await store.open();
      await store.write([...registered(ANN), ...registered(BOB), ...flips]);
      await store.write([uptimeDays(ANN, uptimeDay(2), uptimeDay(3)), uptimeDays(BOB, uptimeDay(2))]);
      const marks = { storedTo: instant(5 * UTC_DAY), flipsFrom: instant(UTC_DAY) };
      await store.write([{ kind: 'uptime_days', nodes: [], marks }]);
      await store.close();
      await withDatabase(directory.path, (db) => db.put(metaKey('uptime'), Buffer.from('damaged')));
      const accepting = new LevelHistoryStore(directory.path, { acceptDataLoss: true });
      await accepting.open();
      const range = { from: instant(0), to: instant(5 * UTC_DAY) };
      expect(await collect(accepting.uptimeDays(ANN, range))).to.have.length(2);
      const found = await accepting.uptimeMarks();
      await accepting.close();
      await directory.remove();
      return found;
    }

    it('is made of those that are there, where no flip is left', async () => {
      const known = instant(4 * UTC_DAY);
      expect(await marksAfterRepair([])).to.deep.equal({ storedTo: known, flipsFrom: known });
    });

    it('is made of those that all nodes have, and of the oldest flip that is left', async () => {
      const flips = [flipped(ANN, 1.5 * UTC_DAY), flipped(BOB, 3.5 * UTC_DAY)];
      const [storedTo, flipsFrom] = [instant(3 * UTC_DAY), instant(2 * UTC_DAY)];
      expect(await marksAfterRepair(flips)).to.deep.equal({ storedTo, flipsFrom });
    });

    it('is never earlier than the flips that are left, as nothing else could be stored again', async () => {
      const known = instant(4 * UTC_DAY);
      const later = [flipped(ANN, 3.5 * UTC_DAY)];
      expect(await marksAfterRepair(later)).to.deep.equal({ storedTo: known, flipsFrom: known });
    });
  });

  it('of an index is rebuilt from the records', async () => {
    const golden = await entries();
    for (const kind of [0x12, 0x24, 0x31]) {
      const index = golden.findIndex(([key]) => key[0] === kind);
      const directory = await temporaryDirectory();
      const [key, value] = golden[index]!;
      await write(directory.path, golden.with(index, [key, Buffer.from(value.map((byte) => byte ^ 1))]));
      const store = new LevelHistoryStore(directory.path, { acceptDataLoss: true });
      await store.open();
      await store.close();
      expect(await keysOf(directory.path)).to.deep.equal(golden.map(([each]) => each.toString('hex')));
      await directory.remove();
    }
  });
});

async function readAll(store: HistoryStore): Promise<void> {
  await collect(store.openSessions());
  await collect(store.openAlerts());
  await collect(store.alerts({}));
  await store.blindIntervals(100);
  for await (const chunk of store.nodes())
    for (const { node } of chunk) {
      await collect(store.flips(node.name, { order: 'asc' }));
      await collect(store.pauses(node.name));
    }
  for await (const { users } of store.healedSince()) expect(users).to.be.an('array');
  for (const each of USERS) await historyOf(store, each);
}

async function entries(): Promise<[Buffer, Buffer][]> {
  const lines = (await readFile(GOLDEN, 'utf8'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [key = '', value = ''] = line.split('=>').map((part) => part.replaceAll(/\s/g, ''));
    return [Buffer.from(key, 'hex'), Buffer.from(value, 'hex')];
  });
}

function databaseIn(directory: string): Level<Buffer, Buffer> {
  return new Level(path.join(directory, 'history'), { keyEncoding: 'buffer', valueEncoding: 'buffer' });
}

async function write(directory: string, all: readonly [Buffer, Buffer][]): Promise<void> {
  const db = databaseIn(directory);
  for (const [key, value] of all) await db.put(key, value);
  await db.close();
}

async function keysOf(directory: string): Promise<string[]> {
  const db = databaseIn(directory);
  const keys = await db.keys().all();
  await db.close();
  return keys.map((key) => key.toString('hex'));
}
