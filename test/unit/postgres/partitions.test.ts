import { expect } from 'chai';
import { SystemClock } from '../../../src/adapters/clock/system-clock.js';
import { partitionSet } from '../../../src/adapters/postgres/partition-set.js';
import {
  clusterStores,
  postgresStores,
  type PostgresStores,
} from '../../../src/adapters/postgres/postgres-history-store.js';
import { App } from '../../../src/app.js';
import { instant } from '../../../src/domain/time.js';
import { HeartbeatError } from '../../../src/errors.js';
import type { HistoryStore } from '../../../src/ports/history-store.js';
import { eventually } from '../../support/eventually.js';
import { PostgresProcess } from '../../support/postgres-process.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { user } from '../../support/ids.js';
import { configOf } from '../../support/simulated-app.js';

const USERS = Array.from({ length: 40 }, (_, index) => user(index));
const ONLINE = { kind: 'online' };

describe('the partitions of a daemon in PostgreSQL', () => {
  let postgres: PostgresProcess;
  let app: App | undefined;
  before(async () => {
    postgres = await PostgresProcess.start('fsync=off');
    await postgres.init();
  });
  after(() => postgres.remove());
  afterEach(() => app?.stop());

  function stores(partitions: number): PostgresStores {
    return postgresStores(postgres.address, partitions, { clock: new SystemClock() });
  }

  async function start(partitions: number): Promise<App> {
    const started = new App(configOf({ '--partitions': String(partitions), '--shards': '2' }), {
      clock: new SystemClock(),
      logger: new RecordingLogger(),
      ...stores(partitions),
      processFacts: () => ({}),
      gateway: () => ({ stop: () => Promise.resolve(), inspect: () => ({}) }),
    });
    await started.start();
    app = started;
    return started;
  }

  async function refusal(partitions: number): Promise<HeartbeatError> {
    const refused: unknown = await start(partitions).catch((error: unknown) => error);
    if (!(refused instanceof HeartbeatError)) throw new Error('it was not refused');
    return refused;
  }

  function askAll(daemon: App, kind: 'heal' | 'checkup'): Promise<readonly { readonly kind: string }[]> {
    return new Promise((resolve) => {
      daemon.users.askMany(kind, USERS, resolve);
    });
  }

  it('keep their users over a restart and a hand-over, and notice a lost one and another number', async () => {
    const all = USERS.map(() => ONLINE);
    const first = await start(4);
    expect((await refusal(3)).code, 'while it runs').to.equal('HEARTBEAT_STORE_LOCKED');
    expect(await askAll(first, 'heal')).to.deep.equal(all);
    await first.handOver('users-1');
    expect((await askAll(first, 'checkup')).filter(({ kind }) => kind === 'refused')).not.to.have.length(0);
    await first.takeOver('users-1');
    expect(await askAll(first, 'checkup')).to.deep.equal(all);
    await first.stop();
    for (const other of [1, 3])
      expect((await refusal(other)).message).to.match(/was used with 4 partitions: set partitions to 4/);
    const kept = await postgres.query(
      "update heartbeat.partition set name = '4/aside' where name = '4/users-2' returning id",
    );
    expect(kept).to.have.length(1);
    expect((await refusal(4)).message).to.match(/^nothing is stored in partition users-2/);
    await postgres.query("delete from heartbeat.partition where name = '4/users-2'");
    await postgres.query("update heartbeat.partition set name = '4/users-2' where name = '4/aside'");
    const last = await start(4);
    expect(await askAll(last, 'checkup')).to.deep.equal(all);
    await eventually(() => {
      expect(last.unready()).to.deep.equal([]);
    });
  });

  describe('that a cluster shares', () => {
    const clock = new SystemClock();
    const setOf = (partitions: number): Promise<string> => partitionSet(postgres.address, partitions, clock);

    /** The membership that a partition has once a member has opened it. */
    async function openedBy(
      lost: (partition: string) => void = () => undefined,
    ): Promise<{ readonly store: HistoryStore; readonly set: string | undefined }> {
      const store = clusterStores(postgres.address, 4, { clock }, lost)('users-1');
      const { membership } = await store.open();
      return { store, set: membership?.set };
    }

    beforeEach(async () => {
      await postgres.query('drop schema heartbeat cascade');
      await postgres.init();
    });

    it('have one id, also when several members ask at once, and no other number of partitions', async () => {
      const [one, ...others] = await Promise.all([setOf(4), setOf(4), setOf(4)]);
      expect(one).to.match(/^[0-9a-f-]{36}$/);
      expect(others).to.deep.equal([one, one]);
      const refused: unknown = await setOf(3).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(HeartbeatError).with.property('code', 'HEARTBEAT_WRONG_PARTITIONS');
      expect(String(refused)).to.include('belongs to a cluster with 4 partitions');
      await postgres.query('drop schema heartbeat cascade');
      const empty: unknown = await setOf(4).catch((error: unknown) => error);
      expect(empty).to.have.property('code', 'HEARTBEAT_STORE_EMPTY');
      await postgres.init();
    });

    it('keep the id that they have of a daemon alone, and are not opened while it runs', async () => {
      const alone = await start(4);
      await askAll(alone, 'heal');
      const locked: unknown = await openedBy().catch((error: unknown) => error);
      expect(locked).to.have.property('code', 'HEARTBEAT_STORE_LOCKED');
      await alone.stop();
      app = undefined;
      const opened = await openedBy();
      expect(opened.set).to.equal(await setOf(4));
      await opened.store.close();
    });

    it('are lost by a member when another one opens them', async () => {
      const lost: string[] = [];
      const first = await openedBy((partition) => lost.push(partition));
      const second = await openedBy();
      const record = { kind: 'opened', user: user(1), onlineAt: instant(1) } as const;
      const refused: unknown = await first.store.write([record]).catch((error: unknown) => error);
      expect(refused).to.have.property('code', 'HEARTBEAT_STORE_LOCKED');
      expect(lost).to.deep.equal(['users-1']);
      await second.store.write([record]);
      await Promise.all([first.store.close(), second.store.close()]);
    });
  });
});
