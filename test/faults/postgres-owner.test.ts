import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { CommitCutter } from '../support/commit-cutter.js';
import { call, heal, history, isOnline, supervision } from '../support/calls.js';
import { eventually } from '../support/eventually.js';
import { PostgresProcess } from '../support/postgres-process.js';
import { TestResources, ready } from '../support/test-resources.js';

const USERS = 50;
const ANN = 1_001;
const BEN = 1_002;
/** A daemon that has not renewed its row for so many milliseconds is taken for dead. */
const VALID = 10_000;

describe('a database that several daemons can reach', () => {
  const resources = new TestResources();
  let postgres: PostgresProcess;
  let cutter: CommitCutter;
  before(async () => {
    postgres = await PostgresProcess.start('fsync=off');
    cutter = await CommitCutter.before(postgres.port);
  });
  after(async () => {
    await cutter.close();
    await postgres.remove();
  });
  beforeEach(async () => {
    await postgres.query('drop schema if exists heartbeat cascade');
    await postgres.init();
  });
  afterEach(async () => {
    cutter.up();
    await resources.clear();
  });

  /** When a daemon last renewed its row, in milliseconds of the database's clock. */
  const lastRenewal = (): Promise<number> => selectMs('max(renewed_at)', 'heartbeat.daemon');
  const databaseTime = (): Promise<number> => selectMs('clock_timestamp()', 'heartbeat.format');

  async function selectMs(instant: string, table: string): Promise<number> {
    const [row] = await postgres.query<{ ms: number }>(
      `select (extract(epoch from ${instant}) * 1000)::float8 as ms from ${table}`,
    );
    return row?.ms ?? NaN;
  }

  it('has one daemon: the next one waits for a killed one, keeps all sessions, and lets the third in at once', async () => {
    const store = postgres.url();
    const flags = { store, 'session-timeout': 600 };
    const data = resources.directory();
    const first = await resources.daemon(data, flags);
    const healed = await Promise.all(Array.from({ length: USERS }, (_, user) => heal(first.url, user)));
    expect(healed.map(({ status }) => status)).to.deep.equal(healed.map(() => 200));

    const [sameDirectory, sameDatabase] = [data, resources.directory()].map((directory) =>
      resources.launch(directory, flags),
    );
    expect(await sameDirectory?.ended).to.include({ code: 1 });
    expect(sameDirectory?.stderr).to.match(/another daemon owns .*lock: stop it, or choose another data_dir/);
    expect(await sameDatabase?.ended).to.include({ code: 1 });
    expect(sameDatabase?.stderr).to.include(
      'another daemon uses this store: stop it, or choose another store',
    );

    await first.kill();
    const renewedAt = await lastRenewal();
    const second = await ready(resources.launch(resources.directory(), flags));
    expect((await databaseTime()) - renewedAt, 'it waited until the row was too old').to.be.at.least(VALID);
    expect((await supervision(second.url)).users.online).to.equal(USERS);

    second.signal('SIGTERM');
    expect(await second.ended).to.include({ code: 0 });
    const third = await resources.daemon(resources.directory(), flags);
    expect(third.hasLogged('waiting for the row of another daemon to expire')).to.equal(false);
    expect(await history(third.url, 1)).to.have.length(1);
  });

  it('is given up by a daemon that stood still while another one took it over', async () => {
    const flags = { store: postgres.url(), 'session-timeout': 60 };
    const first = await resources.daemon(resources.directory(), flags);
    expect((await heal(first.url, ANN)).status).to.equal(200);
    first.signal('SIGSTOP');
    await pause(4_000);
    first.signal('SIGCONT');
    await eventually(async () =>
      expect((await heal(first.url, ANN)).status, 'after a stall without another daemon').to.equal(200),
    );
    expect(await history(first.url, ANN)).to.have.length(1);

    first.signal('SIGSTOP');
    const late = heal(first.url, BEN).catch(() => undefined);
    const second = await resources.daemon(resources.directory(), flags);
    expect((await call(second.url, 'DELETE', `/heal/${ANN}`)).status).to.equal(200);
    first.signal('SIGCONT');
    expect(await first.ended).to.include({ code: 1 });
    const [line] = first.logged('another daemon has taken the database over');
    expect(line).to.include({ level: 'error' });
    expect((await late)?.status ?? 503, 'what it was asked meanwhile').to.equal(503);
    expect(await isOnline(second.url, ANN)).to.equal(false);
    expect(await history(second.url, BEN)).to.deep.equal([]);
  });

  it('is not used by a daemon that was cut off for 10 s, until it is reached again', async () => {
    const store = `postgres://postgres@127.0.0.1:${String(cutter.port)}/postgres`;
    const { url } = await resources.daemon(resources.directory(), { store, 'session-timeout': 7 });
    expect((await heal(url, ANN)).status).to.equal(200);
    cutter.down();
    const validUntil = (await lastRenewal()) + VALID;
    expect((await heal(url, BEN)).status, 'an opening, which the store refuses').to.equal(503);
    expect((await heal(url, ANN)).status, 'a heal that needs no write').to.equal(200);
    await eventually(async () => {
      const sentAt = await databaseTime();
      const { status } = await heal(url, ANN);
      if (status === 200) expect(sentAt, 'when a heal was still answered').to.be.below(validUntil);
      expect(status).to.equal(503);
    });
    for (const [method, path, status] of [
      ['GET', '/readyz', 503],
      ['GET', `/checkup/${ANN}`, 503],
      ['GET', `/heart_rhythm/${ANN}`, 503],
      ['POST', '/heal', 503],
      ['GET', '/nodes', 503],
      ['GET', '/alerts', 503],
      ['GET', '/nothing', 503],
      ['GET', '/healthz', 200],
      ['GET', '/supervision', 200],
      ['GET', '/metrics', 200],
    ] as const)
      expect((await call(url, method, path)).status, path).to.equal(status);
    expect((await call(url, 'GET', '/metrics')).body).to.match(/^heartbeat_store_owned 0$/m);
    expect((await call(url, 'GET', '/readyz')).body).to.include('the database could not be told for 10 s');
    await pause(8_000);
    cutter.up();
    await eventually(async () => expect((await heal(url, ANN)).status).to.equal(200));
    // The row has a connection of its own. A read may still meet one that was cut, and is then refused.
    await eventually(async () => expect(await history(url, ANN)).to.have.length(1));
    const { blind_intervals: intervals } = await supervision(url);
    expect(Math.max(...intervals.map(({ seconds }) => seconds))).to.be.above(6);
    expect((await call(url, 'GET', '/metrics')).body).to.match(/^heartbeat_store_owned 1$/m);
  });
});
