import { expect } from 'chai';
import { SystemClock } from '../../../src/adapters/clock/system-clock.js';
import { PostgresHistoryStore } from '../../../src/adapters/postgres/postgres-history-store.js';
import { collect, opened, openIn, user } from '../../contract/history-store/reading.js';
import { eventually } from '../../support/eventually.js';
import { PostgresProcess } from '../../support/postgres-process.js';

describe('a history in PostgreSQL with a synchronous standby', () => {
  let primary: PostgresProcess;
  let standby: PostgresProcess;
  before(async () => {
    primary = await PostgresProcess.start('fsync=off');
    await primary.init();
    standby = await primary.standby();
  });
  after(async () => {
    await primary.remove();
    await standby.remove();
  });

  it('loses nothing that was acknowledged when the standby takes over', async () => {
    const hosts = [...primary.address.hosts, ...standby.address.hosts];
    const store = new PostgresHistoryStore({
      address: { ...primary.address, hosts },
      partition: 'all',
      clock: new SystemClock(),
    });
    await store.open();
    const acknowledged: string[] = [];
    for (let at = 1; at <= 20; at++) {
      await store.write([opened(user(at), at)]);
      acknowledged.push(String(at));
    }
    await primary.stop('SIGQUIT');
    const refused = await store.write([opened(user(1_000), 1)]).catch((error: unknown) => error);
    expect(refused).to.have.property('code', 'HEARTBEAT_STORE_REFUSES');
    await standby.query('select pg_promote()');
    await eventually(() => store.reopen());
    expect((await openIn(store)).map(({ user: id }) => id)).to.have.members(acknowledged);
    await store.write([opened(user(2_000), 1)]);
    expect(await collect(store.openSessions())).to.have.length(21);
    await store.close();
  });
});
