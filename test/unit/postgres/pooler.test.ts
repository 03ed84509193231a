import { expect } from 'chai';
import { postgresOpenError } from '../../../src/adapters/postgres/postgres-errors.js';
import { Primary } from '../../../src/adapters/postgres/primary.js';
import { PoolerProcess } from '../../support/pooler-process.js';
import { PostgresProcess } from '../../support/postgres-process.js';

describe('a pooler before PostgreSQL', () => {
  let postgres: PostgresProcess;
  let pooler: PoolerProcess | undefined;
  before(async () => {
    postgres = await PostgresProcess.start('fsync=off');
  });
  after(() => postgres.remove());
  afterEach(() => pooler?.remove());

  it('is refused if it gives connections to the server in turns', async () => {
    pooler = await PoolerProcess.start(postgres, 'transaction');
    const refused = await Primary.connect(pooler.address).catch((error: unknown) => error);
    expect(postgresOpenError('here', refused).message).to.equal(
      'cannot use the database here: a pooler gives its connections to the server in turns: ' +
        'connect to the server itself, or pool whole sessions (pool_mode = session)',
    );
  });

  it('is used if each connection has a session of its own', async () => {
    pooler = await PoolerProcess.start(postgres, 'session');
    const connections = [await Primary.connect(pooler.address), await Primary.connect(pooler.address)];
    const backends = await Promise.all(
      connections.map(async (primary) => {
        const { rows } = await primary.query<{ backend: number; scans: string }>({
          text: "select pg_backend_pid() as backend, current_setting('enable_seqscan') as scans",
        });
        return rows[0];
      }),
    );
    expect(backends.map((row) => row?.scans)).to.deep.equal(['off', 'off']);
    expect(new Set(backends.map((row) => row?.backend)).size).to.equal(2);
    for (const primary of connections) await primary.end();
  });
});
