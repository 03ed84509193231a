import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { SystemClock } from '../../../src/adapters/clock/system-clock.js';
import { moment } from '../../../src/domain/time.js';
import { PostgresHistoryStore } from '../../../src/adapters/postgres/postgres-history-store.js';
import type { PostgresOptions } from '../../../src/adapters/postgres/postgres-engine.js';
import type { HeartbeatError } from '../../../src/errors.js';
import {
  ended,
  historyOf,
  opened,
  openIn,
  session,
  unopened,
  user,
} from '../../contract/history-store/reading.js';
import { CommitCutter } from '../../support/commit-cutter.js';
import { eventually } from '../../support/eventually.js';
import { PostgresProcess } from '../../support/postgres-process.js';
import { problemOf } from '../level/support/expect-problem.js';

const ALICE = user(1);
const BOB = user(2);
const NO_STANDBY = "alter system set synchronous_standby_names = ''";

describe('a history in PostgreSQL', () => {
  let postgres: PostgresProcess;
  let cutter: CommitCutter;
  let partition: string;
  const stores: PostgresHistoryStore[] = [];
  before(async () => {
    postgres = await PostgresProcess.start('fsync=off');
    await postgres.init();
  });
  after(() => postgres.remove());
  beforeEach(async () => {
    cutter = await CommitCutter.before(postgres.port);
    partition = randomUUID();
  });
  afterEach(async () => {
    await postgres.query(NO_STANDBY);
    await postgres.query('select pg_reload_conf()');
    for (const store of stores.splice(0)) await store.close();
    await cutter.close();
  });

  /** Another daemon, which does not wait until the previous one's row has expired. */
  async function open(options: Partial<PostgresOptions> = {}): Promise<PostgresHistoryStore> {
    const address = { ...postgres.address, hosts: [{ host: '127.0.0.1', port: cutter.port }] };
    const store = new PostgresHistoryStore({ address, partition, clock: new SystemClock(), ...options });
    stores.push(store);
    await postgres.query('delete from heartbeat.daemon where partition = $1', [partition]);
    await store.open();
    return store;
  }

  async function waitForStandby(): Promise<void> {
    await postgres.query("alter system set synchronous_standby_names = 'nobody'");
    await postgres.query('select pg_reload_conf()');
    await eventually(async () => {
      const [row] = await postgres.query<{ names: string }>(
        "select current_setting('synchronous_standby_names') as names",
      );
      if (row?.names !== 'nobody') throw new Error('not in force yet');
    });
  }

  async function waitingCommit(statement = ''): Promise<number> {
    return eventually(async () => {
      const [row] = await postgres.query<{ pid: number }>(
        "select pid from pg_stat_activity where wait_event = 'SyncRep' and starts_with(query, $1)",
        [statement],
      );
      if (row === undefined) throw new Error('no commit waits for a standby');
      return row.pid;
    });
  }

  for (const cut of ['stored', 'lost'] as const) {
    it(`stores a batch once whose connection was cut when it was ${cut}`, async () => {
      const store = await open();
      cutter.cutNextCommit(cut, false);
      await store.write([ended(ALICE, 100, 200), opened(BOB, 300)]);
      await store.write([ended(ALICE, 400, 500)]);
      expect(await historyOf(store, ALICE)).to.deep.equal([session(100, 200), session(400, 500)]);
      const again = await open();
      expect(again.countSessions()).to.equal(2);
      expect(await openIn(again)).to.have.length(1);
    });
  }

  it('says that writes are refused while it cannot be reached, and stores them after that', async () => {
    const store = await open();
    cutter.down();
    await problemOf(store.write([ended(ALICE, 100, 200)]), 'HEARTBEAT_STORE_REFUSES');
    await problemOf(store.reopen(), 'HEARTBEAT_STORE_REFUSES');
    cutter.up();
    await problemOf(store.write([ended(ALICE, 100, 200)]), 'HEARTBEAT_STORE_REFUSES');
    await store.reopen();
    await store.write([ended(ALICE, 100, 200)]);
    expect(store.countSessions()).to.equal(1);
  });

  it('is read again by itself after the server was restarted', async () => {
    const store = await open();
    await store.write([ended(ALICE, 100, 200)]);
    await postgres.stop();
    await problemOf(historyOf(store, ALICE), 'HEARTBEAT_STORE_AWAY');
    await postgres.run();
    // On a busy machine its first answers may take longer than a read may.
    await eventually(async () => {
      expect(await historyOf(store, ALICE)).to.deep.equal([session(100, 200)]);
    });
    await store.write([ended(ALICE, 300, 400)]);
    expect(await historyOf(store, ALICE)).to.have.length(2);
  });

  it('takes nothing from a daemon that another one has taken over from', async () => {
    const told: HeartbeatError[] = [];
    const old = await open({ lost: (error) => told.push(error) });
    await old.write([opened(ALICE, 100)]);
    const owner = await open();
    const error = await problemOf(old.write([ended(ALICE, 100, 200)]), 'HEARTBEAT_STORE_LOCKED');
    // The renewal of its row may have noticed it, too.
    expect(told).to.include(error);
    expect(told.filter(({ code }) => code !== 'HEARTBEAT_STORE_LOCKED')).to.deep.equal([]);
    await problemOf(old.reopen(), 'HEARTBEAT_STORE_LOCKED');
    expect(await historyOf(owner, ALICE)).to.deep.equal([]);
    expect(await openIn(owner)).to.have.length(1);
    await owner.write([ended(ALICE, 100, 300)]);
    expect(await historyOf(owner, ALICE)).to.deep.equal([session(100, 300)]);
  });

  it('takes nothing from a daemon whose batch was cut off before another one took over', async () => {
    const told: HeartbeatError[] = [];
    const old = await open({ lost: (error) => told.push(error) });
    cutter.cutNextCommit('lost', true);
    await problemOf(old.write([opened(ALICE, 100)]), 'HEARTBEAT_STORE_REFUSES');
    cutter.up();
    const owner = await open();
    await problemOf(old.reopen(), 'HEARTBEAT_STORE_LOCKED');
    expect(await openIn(owner)).to.deep.equal([]);
  });

  it('lets nobody wait in a transaction', async () => {
    const store = await open();
    await store.write([opened(ALICE, 100)]);
    await historyOf(store, ALICE);
    expect(
      await postgres.query("select pid from pg_stat_activity where state like 'idle in transaction%'"),
    ).to.deep.equal([]);
  });

  it('refuses a batch that waits too long for a standby, and undoes it where it is committed later', async () => {
    const overdue: (() => void)[] = [];
    const clock = {
      after: (_delay: number, due: () => void) => {
        overdue.push(due);
        return () => void overdue.splice(overdue.indexOf(due), 1);
      },
      now: () => moment(0),
    };
    const store = await open({ clock });
    await waitForStandby();
    const refused = problemOf(store.write([opened(ALICE, 100)]), 'HEARTBEAT_STORE_REFUSES');
    await waitingCommit();
    for (const due of overdue.splice(0)) due();
    expect((await refused).message).to.match(/PostgreSQL has not answered for 2 s$/);
    await postgres.query(NO_STANDBY);
    await postgres.query('select pg_reload_conf()');
    await eventually(() => store.reopen());
    await store.write([unopened(ALICE)]);
    expect(await openIn(store)).to.deep.equal([]);
    expect(await openIn(await open())).to.deep.equal([]);
  });

  it('trusts no commit that stopped waiting for its standby', async () => {
    const store = await open();
    await waitForStandby();
    const writing = store.write([opened(ALICE, 100)]);
    await postgres.query(`select pg_cancel_backend(${String(await waitingCommit('with fence'))})`);
    await waitingCommit('update heartbeat.partition set seq = seq');
    await postgres.query(NO_STANDBY);
    await postgres.query('select pg_reload_conf()');
    await writing;
    expect(await openIn(await open())).to.have.length(1);
  });

  it('is on the one of several servers that takes writes', async () => {
    const other = await PostgresProcess.start('fsync=off', 'default_transaction_read_only=on');
    try {
      const hosts = [...other.address.hosts, ...postgres.address.hosts];
      const store = await open({ address: { ...postgres.address, hosts } });
      await store.write([opened(ALICE, 100)]);
      expect(await openIn(store)).to.have.length(1);
      const error = await problemOf(open({ address: other.address }), 'HEARTBEAT_STORE_FAILED');
      expect(error.message).to.match(
        /^cannot use the database postgres:.*takes no writes \(name the server that takes writes as well\)$/,
      );
    } finally {
      await other.remove();
    }
  });

  it('acknowledges only durable writes, also if the server is configured otherwise', async () => {
    await postgres.query('alter role postgres set synchronous_commit = off');
    try {
      const store = await open();
      await waitForStandby();
      const writing = store.write([opened(ALICE, 100)]);
      await waitingCommit();
      await postgres.query(NO_STANDBY);
      await postgres.query('select pg_reload_conf()');
      await writing;
    } finally {
      await postgres.query('alter role postgres reset synchronous_commit');
    }
  });
});
