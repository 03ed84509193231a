import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { SystemClock } from '../../../src/adapters/clock/system-clock.js';
import type { PostgresOptions } from '../../../src/adapters/postgres/postgres-engine.js';
import { PostgresHistoryStore } from '../../../src/adapters/postgres/postgres-history-store.js';
import { moment } from '../../../src/domain/time.js';
import type { HeartbeatError } from '../../../src/errors.js';
import { opened, openIn, user } from '../../contract/history-store/reading.js';
import { eventually } from '../../support/eventually.js';
import { PostgresProcess } from '../../support/postgres-process.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { problemOf } from '../level/support/expect-problem.js';

const ALICE = user(1);

describe('the row of a daemon in PostgreSQL', function () {
  this.timeout(60_000);
  let postgres: PostgresProcess;
  let partition: string;
  const stores: PostgresHistoryStore[] = [];
  before(async () => {
    postgres = await PostgresProcess.start('fsync=off');
    await postgres.init();
  });
  after(() => postgres.remove());
  beforeEach(() => {
    partition = randomUUID();
  });
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });

  async function open(options: Partial<PostgresOptions> = {}): Promise<PostgresHistoryStore> {
    const clock = new SystemClock();
    const store = new PostgresHistoryStore({ address: postgres.address, partition, clock, ...options });
    stores.push(store);
    await store.open();
    return store;
  }

  async function ageOf(): Promise<number | undefined> {
    const [row] = await postgres.query<{ age: number }>(
      'select extract(epoch from clock_timestamp() - renewed_at)::float8 as age from heartbeat.daemon where partition = $1',
      [partition],
    );
    return row?.age;
  }

  function age(seconds: number): Promise<unknown> {
    return postgres.query(
      "update heartbeat.daemon set renewed_at = renewed_at - $1 * interval '1 second' where partition = $2",
      [seconds, partition],
    );
  }

  it('is renewed each second, and removed when the store is closed', async () => {
    const store = await open();
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
    const store = await open();
    const error = await problemOf(open(), 'HEARTBEAT_STORE_LOCKED');
    expect(error.message).to.equal('another daemon uses this store: stop it, or choose another store');
    await store.write([opened(ALICE, 100)]);
  });

  it('is taken over by the next daemon once it is 10 s old, and not before', async () => {
    const told: HeartbeatError[] = [];
    const stopped = { after: () => () => undefined, now: () => moment(0) };
    const old = await open({ clock: stopped, lost: (error) => told.push(error) });
    await old.write([opened(ALICE, 100)]);
    const begun = performance.now();
    await age(8.5);
    const next = await open();
    expect(performance.now() - begun).to.be.above(900);
    expect(await openIn(next)).to.have.length(1);
    await problemOf(old.write([opened(user(2), 100)]), 'HEARTBEAT_STORE_LOCKED');
    expect(told).to.have.length(1);
  });

  it('tells a daemon that another one has taken it', async () => {
    const told: HeartbeatError[] = [];
    await open({ lost: (error) => told.push(error) });
    await postgres.query("update heartbeat.daemon set incarnation = 'another' where partition = $1", [
      partition,
    ]);
    await eventually(() => {
      expect(told.map(({ code }) => code)).to.deep.equal(['HEARTBEAT_STORE_LOCKED']);
    });
  });

  it('is removed by a daemon that closes the store just after its connection was lost', async () => {
    const store = await open();
    await postgres.stop();
    await postgres.run();
    await store.close();
    expect(await ageOf()).to.equal(undefined);
  });

  it('is renewed again after the server was restarted', async () => {
    const told: HeartbeatError[] = [];
    const logger = new RecordingLogger();
    const store = await open({ lost: (error) => told.push(error), logger });
    await postgres.stop();
    await eventually(() => {
      expect(logger.events()).to.include('the row of this daemon could not be renewed');
    });
    await postgres.run();
    await age(20);
    await eventually(async () => {
      expect(await ageOf()).to.be.below(1.5);
    });
    expect(logger.events()).to.include('the row of this daemon is renewed again');
    await store.write([opened(ALICE, 100)]);
    expect(told).to.deep.equal([]);
  });
});
