import { expect } from 'chai';
import { SystemClock } from '../../../src/adapters/clock/system-clock.js';
import { PostgresHistoryStore } from '../../../src/adapters/postgres/postgres-history-store.js';
import { Primary } from '../../../src/adapters/postgres/primary.js';
import { initSchema } from '../../../src/adapters/postgres/schema.js';
import { opened, openIn, user } from '../../contract/history-store/reading.js';
import { PostgresProcess } from '../../support/postgres-process.js';
import { problemOf } from '../level/support/expect-problem.js';

describe('the tables in PostgreSQL', () => {
  let postgres: PostgresProcess;
  let primary: Primary;
  beforeEach(async () => {
    postgres = await PostgresProcess.start('fsync=off');
    primary = await Primary.connect(postgres.address);
  });
  afterEach(async () => {
    await primary.end();
    await postgres.remove();
  });

  const open = async (): Promise<PostgresHistoryStore> => {
    const store = new PostgresHistoryStore({
      address: postgres.address,
      partition: 'all',
      clock: new SystemClock(),
    });
    await store.open();
    return store;
  };

  it('are made once, also by two at once, and keep what is in them', async () => {
    const other = await Primary.connect(postgres.address);
    const made = [initSchema(primary, 'here'), initSchema(other, 'here')];
    expect((await Promise.all(made)).includes(true)).to.equal(true);
    await other.end();
    const store = await open();
    await store.write([opened(user(1), 100)]);
    await store.close();
    expect(await initSchema(primary, 'here')).to.equal(false);
    const again = await open();
    expect(await openIn(again)).to.have.length(1);
    await again.close();
  });

  it('come with functions that are replaced each time', async () => {
    await initSchema(primary, 'here');
    await postgres.query(
      "create or replace function heartbeat.decode_text(bytes bytea) returns text language sql as $$ select 'old' $$",
    );
    expect(await initSchema(primary, 'here')).to.equal(false);
    const [row] = await postgres.query<{ text: string }>(
      "select heartbeat.decode_text('new'::bytea) as text",
    );
    expect(row?.text).to.equal('new');
  });

  it('are missing in an empty database, and none is made by opening it', async () => {
    const error = await problemOf(open(), 'HEARTBEAT_STORE_EMPTY');
    expect(error.message).to.include('has no tables of Heartbeat: create them with heartbeat store init');
    const [row] = await postgres.query<{ made: boolean }>(
      "select to_regnamespace('heartbeat') is not null as made",
    );
    expect(row?.made).to.equal(false);
  });

  it('are refused when they are of a newer daemon', async () => {
    await initSchema(primary, 'here');
    await postgres.query('update heartbeat.format set version = 2');
    await problemOf(open(), 'HEARTBEAT_STORE_TOO_NEW');
    await problemOf(initSchema(primary, 'here'), 'HEARTBEAT_STORE_TOO_NEW');
  });
});
