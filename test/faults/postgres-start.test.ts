import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { heal } from '../support/calls.js';
import { HEARTBEAT, type DaemonProcess } from '../support/daemon-process.js';
import { PostgresProcess } from '../support/postgres-process.js';
import { TestResources } from '../support/test-resources.js';

describe('a database for the daemon', () => {
  const resources = new TestResources();
  let postgres: PostgresProcess;
  before(async () => {
    postgres = await PostgresProcess.start('fsync=off');
  });
  after(() => postgres.remove());
  afterEach(() => resources.clear());

  async function emptyDatabase(): Promise<string> {
    const name = `t${randomUUID().replaceAll('-', '')}`;
    await postgres.query(`create database ${name}`);
    return name;
  }

  function init(store: string, env: Readonly<Record<string, string>> = {}): DaemonProcess {
    return resources.run({ command: [process.execPath, HEARTBEAT, 'store', 'init', '--store', store], env });
  }

  it('is refused while it is empty, and used once its tables were created', async () => {
    const store = postgres.url(await emptyDatabase());
    const data = resources.directory();
    const refused = resources.launch(data, { store });
    expect(await refused.ended).to.include({ code: 78 });
    expect(refused.stderr).to.include('has no tables of Heartbeat: create them with heartbeat store init');
    for (const said of ['created the tables in', 'the tables in']) {
      const made = init(store);
      expect(await made.ended).to.include({ code: 0 });
      expect(made.stdout).to.match(new RegExp(`^${said} postgres://postgres@127`));
    }
    const daemon = await resources.daemon(data, { store });
    expect(daemon.logged('starting')[0]).to.include({ store: `${store}?sslmode=disable` });
    expect((await heal(daemon.url, 1)).status).to.equal(200);
    expect(readdirSync(data)).to.deep.equal(['lock']);
    expect(existsSync(path.join(data, 'history'))).to.equal(false);
  });

  it('is used beside a history in the data directory, and the log says that this one is not', async () => {
    const data = resources.directory();
    const before = await resources.daemon(data);
    await heal(before.url, 1);
    before.signal('SIGTERM');
    await before.ended;
    const store = postgres.url(await emptyDatabase());
    await init(store).ended;
    const daemon = await resources.daemon(data, { store });
    const [line] = daemon.logged('data_dir has a history that is not used: to move it, heartbeat store copy');
    expect(line).to.include({ level: 'warn', data_dir: data });
  });

  it('that a newer daemon made is refused', async () => {
    const name = await emptyDatabase();
    await init(postgres.url(name)).ended;
    await postgres.query('update heartbeat.format set version = 99', [], name);
    for (const refused of [
      init(postgres.url(name)),
      resources.launch(resources.directory(), { store: postgres.url(name) }),
    ]) {
      expect(await refused.ended).to.include({ code: 1 });
      expect(refused.stderr).to.include('have version 99, and this daemon knows');
    }
  });

  it('that cannot be used is refused in a line that says what to do', async () => {
    const name = await emptyDatabase();
    await postgres.query("create role secured login password 'opensesame'");
    await postgres.query('create role poor login');
    await postgres.askForPassword('secured');
    const at = `127.0.0.1:${String(postgres.port)}`;
    for (const [store, said] of [
      ['postgres://me@127.0.0.1:1/heart', /ECONNREFUSED .*\(start it, or correct store\)$/],
      [
        postgres.url('nothing'),
        /database "nothing" does not exist \(create it with createdb, or correct store\)$/,
      ],
      [postgres.url(name, 'secured'), /password.*\(give the password with store_password_file\)$/],
      [
        `postgres://secured:closesesame@${at}/${name}`,
        /password authentication failed .*\(correct the user or the password\)$/,
      ],
      [
        postgres.url(name, 'poor'),
        /permission denied .*\(grant the rights, or let the user own the database\)$/,
      ],
      [
        `${postgres.url(name)}?sslmode=require`,
        /SSL connections \(set sslmode=disable in store if nobody listens between\)$/,
      ],
    ] as const) {
      const refused = init(store);
      expect(await refused.ended, store).to.include({ code: 1 });
      expect(refused.stderr.trimEnd())
        .to.match(said)
        .and.not.match(/sesame@|\n/);
    }
    const env = { HEARTBEAT_STORE_PASSWORD_ENV: 'HEARTBEAT_DB', HEARTBEAT_DB: 'opensesame' };
    await postgres.query(`grant create on database ${name} to secured`);
    for (const known of [env, { PGPASSWORD: 'opensesame' }])
      expect(await init(postgres.url(name, 'secured'), known).ended).to.include({ code: 0 });
    const poor = resources.launch(resources.directory(), { store: postgres.url(name, 'poor') });
    expect(await poor.ended).to.include({ code: 1 });
    expect(poor.stderr).to.match(
      /permission denied .*\(grant the rights, or let the user own the database\)$/m,
    );
    const withPassword = `postgres://secured:opensesame@${at}/${name}`;
    const { stderr } = await resources.daemon(resources.directory(), { store: withPassword });
    // The path of a URL that holds a password is concealed with it.
    expect(stderr).to.match(/"message":"starting",.*"store":"postgres:\/\/secured@127\./);
    expect(stderr).not.to.include('sesame');
  });
});
