import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import { CommitCutter } from '../support/commit-cutter.js';
import { heal, history, isOnline, supervision } from '../support/calls.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { PostgresProcess } from '../support/postgres-process.js';
import { kindsOfDisk } from '../support/small-disk.js';
import { TestResources } from '../support/test-resources.js';

/** Users who stay online while the database refuses writes. */
const KEPT = [1_000_001, 1_000_002, 1_000_003];
/** A full disk is noticed when a new page is needed. */
const ENOUGH = 2_000;

describe('a daemon whose database refuses writes', () => {
  const resources = new TestResources();
  let postgres: PostgresProcess;
  let cutter: CommitCutter;
  let daemon: DaemonProcess;
  let user = 0;

  before(async () => {
    postgres = await PostgresProcess.start('fsync=off');
    await postgres.query('create role heartbeat login');
    await postgres.query('create database heartbeat owner heartbeat');
    cutter = await CommitCutter.before(postgres.port);
    const store = `postgres://heartbeat@127.0.0.1:${String(cutter.port)}/heartbeat`;
    const made = await resources.heartbeat(['store', 'init', '--store', store]);
    expect(made.stderr).to.equal('');
    daemon = await resources.daemon(resources.directory(), { store, 'session-timeout': 600 });
    for (const kept of KEPT) expect((await heal(daemon.url, kept)).status).to.equal(200);
  });
  after(async () => {
    await resources.clear();
    await cutter.close();
    await postgres.remove();
  });
  afterEach(() => {
    expect(daemon.running, daemon.stderr).to.equal(true);
  });

  /** Opens a session for a new user. @returns the user */
  async function open(): Promise<{ readonly id: number; readonly status: number; readonly body: string }> {
    const id = ++user;
    return { id, ...(await heal(daemon.url, id)) };
  }

  /** Openings get 503, all other heals 200. @returns the user whose opening was refused */
  async function expectRefusal(): Promise<number> {
    const refused = await eventually(async () => {
      const opening = await open();
      expect(opening.status).to.equal(503);
      return opening;
    });
    expect(refused.body).to.include('the store refuses writes');
    for (const kept of KEPT) expect((await heal(daemon.url, kept)).status).to.equal(200);
    expect(await isOnline(daemon.url, refused.id)).to.equal(false);
    return refused.id;
  }

  /** @param refused has no session, also where PostgreSQL had committed it */
  async function expectRecovery(refused: number): Promise<void> {
    await eventually(async () => expect((await open()).status).to.equal(200));
    await eventually(async () => expect((await supervision(daemon.url)).status).to.equal('ready'));
    expect(await history(daemon.url, refused)).to.deep.equal([]);
    for (const kept of KEPT) expect(await history(daemon.url, kept)).to.have.length(1);
  }

  async function set(setting: string): Promise<void> {
    await postgres.query(`alter system set ${setting}`);
    await postgres.query('select pg_reload_conf()');
  }

  it('goes on after the server was stopped and started again', async () => {
    await postgres.stop('SIGQUIT');
    const refused = await expectRefusal();
    // Attempts are 1, 3, 7, 15 and 31 s after the refusal, and one more as soon as the row is renewed.
    await pause(16_000);
    await postgres.run();
    await expectRecovery(refused);
    const [from, reached, again] = [
      'store refuses writes',
      'the row of this daemon is renewed again',
      'store takes writes again',
    ].map((event) => Date.parse(daemon.logged(event).at(-1)?.timestamp ?? '')) as [number, number, number];
    const attempts = Array.from({ length: 8 }, (_, attempt) => from + (2 ** attempt - 1) * 1000);
    expect(again).to.be.below(attempts.find((at) => at > reached) ?? Infinity);
  });

  it('undoes a commit that took too long', async () => {
    const client = new pg.Client(postgres.url('heartbeat'));
    await client.connect();
    await client.query('begin; lock table heartbeat.record in exclusive mode');
    const begun = Date.now();
    const refused = await open();
    expect(refused.status).to.equal(503);
    // A statement has 2 s. The table stays locked until after the answer.
    expect(Date.now() - begun).to.be.above(1_500);
    for (const kept of KEPT) expect((await heal(daemon.url, kept)).status).to.equal(200);
    await client.query('rollback');
    await client.end();
    await expectRecovery(refused.id);
  });

  it('goes on after it was read-only', async () => {
    await set('default_transaction_read_only = on');
    const refused = await expectRefusal();
    const client = new pg.Client(postgres.url());
    await client.connect();
    await client.query('set default_transaction_read_only = off');
    await client.query('alter system reset default_transaction_read_only');
    await client.query('select pg_reload_conf()');
    await client.end();
    await expectRecovery(refused);
  });

  it('goes on after there was no connection left', async () => {
    await postgres.query('alter role heartbeat connection limit 0');
    await postgres.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'heartbeat'",
    );
    const refused = await expectRefusal();
    await postgres.query('alter role heartbeat connection limit -1');
    await expectRecovery(refused);
  });

  for (const cut of ['stored', 'lost'] as const) {
    it(`acknowledges an opening once whose connection was cut when its commit was ${cut}`, async () => {
      cutter.cutNextCommit(cut, false);
      const { id, status } = await open();
      expect(status).to.equal(200);
      expect(await history(daemon.url, id)).to.have.length(1);
    });

    it(`has no session of an opening that it refused, and whose commit was ${cut}`, async () => {
      cutter.cutNextCommit(cut, true);
      const { id, status } = await open();
      expect(status).to.equal(503);
      cutter.up();
      await expectRecovery(id);
    });
  }

  it('goes on after its disk was full', async () => {
    const [disk] = kindsOfDisk()
      .filter(({ name }) => name === 'a full tmpfs')
      .map(({ make }) => make());
    if (disk !== undefined) {
      await postgres.tablespace('small', disk.directory);
      await postgres.query('alter table heartbeat.record set tablespace small', [], 'heartbeat');
      disk.fill(daemon);
    } else {
      await postgres.query(
        `create function full_disk() returns trigger language plpgsql as
         $$ begin raise 'no space left' using errcode = 'disk_full'; end $$`,
        [],
        'heartbeat',
      );
      await postgres.query(
        'create trigger full before insert on heartbeat.record execute function full_disk()',
        [],
        'heartbeat',
      );
    }
    let refused: number | undefined;
    for (let tries = 0; refused === undefined && tries < ENOUGH; tries++) {
      const { id, status } = await open();
      if (status !== 200) refused = id;
    }
    expect(refused, 'an opening was refused').to.be.a('number');
    for (const kept of KEPT) expect((await heal(daemon.url, kept)).status).to.equal(200);
    if (disk !== undefined) disk.free(daemon);
    else await postgres.query('drop trigger full on heartbeat.record', [], 'heartbeat');
    await expectRecovery(refused ?? 0);
    if (disk !== undefined) {
      await postgres.query('alter table heartbeat.record set tablespace pg_default', [], 'heartbeat');
      await postgres.query('drop tablespace small');
      disk.remove();
    }
  });
});
