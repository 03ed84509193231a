import { expect } from 'chai';
import { SystemClock } from '../../../src/adapters/clock/system-clock.js';
import { DaemonRow } from '../../../src/adapters/postgres/daemon-row.js';
import { moment } from '../../../src/domain/time.js';
import type { HeartbeatError } from '../../../src/errors.js';
import { opened, openIn, user } from '../../contract/history-store/reading.js';
import { eventually } from '../../support/eventually.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { problemOf } from '../level/support/expect-problem.js';
import { withPartition } from './support/with-partition.js';

const ALICE = user(1);

describe('the row of a daemon in PostgreSQL', () => {
  const partition = withPartition();

  async function ageOf(): Promise<number | undefined> {
    const [row] = await partition.postgres.query<{ age: number }>(
      'select extract(epoch from clock_timestamp() - renewed_at)::float8 as age from heartbeat.daemon where partition = $1',
      [partition.name],
    );
    return row?.age;
  }

  function age(seconds: number): Promise<unknown> {
    return partition.postgres.query(
      "update heartbeat.daemon set renewed_at = renewed_at - $1 * interval '1 second' where partition = $2",
      [seconds, partition.name],
    );
  }

  it('is renewed each second, and removed when the store is closed', async () => {
    const store = await partition.open();
    await age(5);
    await eventually(async () => {
      expect(await ageOf()).to.be.below(1.5);
    });
    await store.reopen();
    expect(await ageOf()).to.be.a('number');
    await store.close();
    expect(await ageOf()).to.equal(undefined);
  });

  it('refuses a second daemon as soon as it is renewed', async () => {
    const store = await partition.open();
    const error = await problemOf(partition.open(), 'HEARTBEAT_STORE_LOCKED');
    expect(error.message).to.equal('another daemon uses this store: stop it, or choose another store');
    await store.write([opened(ALICE, 100)]);
  });

  it('is taken over by the next daemon once it is 10 s old, and not before', async () => {
    const told: HeartbeatError[] = [];
    const stopped = { after: () => () => undefined, now: () => moment(0) };
    const old = await partition.open({ clock: stopped, lost: (error) => told.push(error) });
    await old.write([opened(ALICE, 100)]);
    const begun = performance.now();
    await age(8.5);
    const next = await partition.open();
    expect(performance.now() - begun).to.be.above(900);
    expect(await openIn(next)).to.have.length(1);
    await problemOf(old.write([opened(user(2), 100)]), 'HEARTBEAT_STORE_LOCKED');
    expect(told).to.have.length(1);
  });

  it('tells a daemon that another one has taken it', async () => {
    const told: HeartbeatError[] = [];
    await partition.open({ lost: (error) => told.push(error) });
    await partition.postgres.query(
      "update heartbeat.daemon set incarnation = 'another' where partition = $1",
      [partition.name],
    );
    await eventually(() => {
      expect(told.map(({ code }) => code)).to.deep.equal(['HEARTBEAT_STORE_LOCKED']);
    });
  });

  it('is removed by a daemon that closes the store just after its connection was lost', async () => {
    const store = await partition.open();
    await partition.postgres.stop();
    await partition.postgres.run();
    await store.close();
    expect(await ageOf()).to.equal(undefined);
  });

  it('is renewed again after the server was restarted', async () => {
    const told: HeartbeatError[] = [];
    const logger = new RecordingLogger();
    const store = await partition.open({ lost: (error) => told.push(error), logger });
    await partition.postgres.stop();
    await eventually(() => {
      expect(logger.events()).to.include('the row of this daemon could not be renewed');
    });
    await partition.postgres.run();
    await age(20);
    await eventually(async () => {
      expect(await ageOf()).to.be.below(1.5);
    });
    expect(logger.events()).to.include('the row of this daemon is renewed again');
    await store.write([opened(ALICE, 100)]);
    expect(told).to.deep.equal([]);
  });

  it('tells once that the server is reached again, after it was away', async () => {
    let reached = 0;
    const logger = new RecordingLogger();
    const row = await DaemonRow.claim({
      address: partition.postgres.address,
      partition: partition.name,
      incarnation: 'this',
      clock: new SystemClock(),
      logger,
      lost: () => undefined,
      reached: () => reached++,
    });
    try {
      await partition.postgres.stop();
      await eventually(() => {
        expect(logger.events()).to.include('the row of this daemon could not be renewed');
      });
      expect(reached).to.equal(0);
      await partition.postgres.run();
      await eventually(() => {
        expect(reached).to.equal(1);
      });
    } finally {
      await row.release();
    }
  });
});
