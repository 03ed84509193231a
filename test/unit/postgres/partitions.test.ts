import { expect } from 'chai';
import { SystemClock } from '../../../src/adapters/clock/system-clock.js';
import {
  postgresStores,
  type PostgresStores,
} from '../../../src/adapters/postgres/postgres-history-store.js';
import { App } from '../../../src/app.js';
import { HeartbeatError } from '../../../src/errors.js';
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
});
