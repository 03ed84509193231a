import { expect } from 'chai';
import type { PostgresHistoryStore } from '../../../src/adapters/postgres/postgres-history-store.js';
import { ended, historyOf, opened, openIn, session, user } from '../../contract/history-store/reading.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { problemOf } from '../level/support/expect-problem.js';
import { withPartition } from './support/with-partition.js';

const ALICE = user(1);
const BOB = user(2);
const MESSAGE =
  'a stored record is damaged: restore the database from a backup, or lose what is damaged with --accept-data-loss';

describe('a damaged record in PostgreSQL', () => {
  const partition = withPartition();
  let logger: RecordingLogger;
  beforeEach(async () => {
    logger = new RecordingLogger();
    const store = await open();
    await store.write([
      ended(ALICE, 1, 2),
      ended(ALICE, 3, 4),
      opened(ALICE, 5),
      ended(BOB, 1, 2),
      opened(BOB, 5),
    ]);
    await store.close();
  });

  const open = (acceptDataLoss = false): Promise<PostgresHistoryStore> =>
    partition.open({ logger, acceptDataLoss });

  /** The first record of a kind. */
  async function damage(kind: string): Promise<void> {
    await partition.postgres.query(
      `update heartbeat.record set value = set_bit(value, 0, 1 - get_bit(value, 0))
       where (partition, key) = (select partition, key from heartbeat.record
         join heartbeat.partition on id = partition
         where name = $1 and substr(key, 1, 1) = decode($2, 'hex') order by key limit 1)`,
      [partition.name, kind],
    );
  }

  it('is named in the log by whoever reads it, with the key by which SQL finds it', async () => {
    await damage('10');
    const store = await open();
    expect(store.trouble).to.equal(undefined);
    expect((await problemOf(historyOf(store, ALICE), 'HEARTBEAT_STORE_CORRUPT')).message).to.equal(MESSAGE);
    expect(store.trouble).to.deep.equal({ kind: 'damaged', message: MESSAGE });
    const { event, fields } = logger.lines.at(-1)!;
    expect(event).to.equal('the database is damaged');
    expect(fields).to.include({ record: 'session of user 1 from 1970-01-01T00:00:00.001Z' });
    const [found] = await partition.postgres.query(
      'select count(*)::int as found from heartbeat.record where key = $1',
      [Buffer.from(String(fields['key']).slice(2), 'hex')],
    );
    expect(found).to.deep.equal({ found: 1 });
    expect(await historyOf(store, BOB)).to.deep.equal([session(1, 2)]);
  });

  it('is named also when it is found by a change', async () => {
    await damage('10');
    const store = await open();
    await problemOf(store.erase(ALICE), 'HEARTBEAT_STORE_CORRUPT');
    expect(logger.lines.at(-1)?.fields).to.include({
      record: 'session of user 1 from 1970-01-01T00:00:00.001Z',
    });
  });

  it('is dropped by a start that accepts the loss, and refuses no start after that', async () => {
    for (const kind of ['10', '11', '12']) await damage(kind);
    const refused = await open();
    await problemOf(openIn(refused), 'HEARTBEAT_STORE_CORRUPT');
    expect(logger.lines.at(-1)?.fields).to.include({ record: 'open session of user 1' });
    await refused.close();

    const accepting = await open(true);
    const dropped = logger.lines.filter(({ event }) => event === 'damaged records are dropped');
    expect(dropped.map(({ fields }) => fields)).to.have.deep.members([
      { kind: 'session', count: 1 },
      { kind: 'open session', count: 1 },
      { kind: 'index of ends', count: 1 },
    ]);
    await accepting.close();
    const after = await open();
    expect(await historyOf(after, ALICE)).to.deep.equal([session(3, 4)]);
    expect((await openIn(after)).map(({ user: id }) => id)).to.deep.equal([BOB]);
    expect(after.countSessions()).to.equal(2);
  });
});
