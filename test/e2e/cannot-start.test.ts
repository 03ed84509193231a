import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync, writeFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Level } from 'level';
import { metaKey, VERSION } from '../../src/adapters/history/format.js';
import { isOnline } from '../support/calls.js';
import { eventually } from '../support/eventually.js';
import { HEARTBEAT, type DaemonProcess } from '../support/daemon-process.js';
import { firstHistoryIn } from '../support/partition-stores.js';
import { TestResources, startFlags } from '../support/test-resources.js';

describe('a daemon that cannot start', () => {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  describe('says why in one clear line, without a stack trace, and exits 1', () => {
    it('when the port is in use', async () => {
      const other = await resources.daemon(resources.directory());
      const { port } = new URL(other.url);
      await expectOneLine(resources.launch(resources.directory(), { port }), /already in use/);
    });

    it('when another daemon owns the data directory', async () => {
      const data = resources.directory();
      await resources.daemon(data);
      await expectOneLine(
        resources.launch(data),
        /another daemon owns .*: stop it, or choose another data_dir/,
      );
    });

    it('when something else lies where the data directory should be', async () => {
      const file = path.join(resources.directory(), 'file');
      writeFileSync(file, '');
      await expectOneLine(resources.launch(path.join(file, 'data')), /cannot write to .*file/);
    });

    it('when nothing may be written there', async () => {
      const start = [process.execPath, HEARTBEAT, 'start', ...startFlags(resources.directory())];
      await expectOneLine(resources.run({ command: ['prlimit', '--fsize=0', ...start] }), /free space/);
    });

    it('when the database is damaged', async () => {
      const data = resources.directory();
      await makeHistory(data);
      const database = firstHistoryIn(data);
      const manifest = readdirSync(database).find((name) => name.startsWith('MANIFEST'));
      writeFileSync(path.join(database, manifest ?? ''), 'this is no manifest, and was never one');
      await expectOneLine(resources.launch(data), /damaged.*restore it from a backup/);
    });

    it('when a log is damaged, unless the loss is accepted', async () => {
      const data = resources.directory();
      const first = await resources.daemon(data);
      for (let user = 1; user <= 20; user++) await fetch(`${first.url}/heal/${user}`, { method: 'PUT' });
      await first.kill();
      const database = firstHistoryIn(data);
      const log = path.join(database, readdirSync(database).find((name) => name.endsWith('.log')) ?? '');
      const contents = readFileSync(log);
      const middle = contents.length >> 1;
      contents.writeUInt8(contents.readUInt8(middle) ^ 1, middle);
      writeFileSync(log, contents);
      await expectOneLine(resources.launch(data), /records lie behind it.*--accept-data-loss/);
      const start = [process.execPath, HEARTBEAT, 'start', ...startFlags(data), '--accept-data-loss'];
      const accepted = resources.run({ command: ['env', ...start] });
      await eventually(() => {
        expect(accepted.stdout).to.match(/listening on/);
      });
    });

    it('when a newer version wrote the database', async () => {
      const data = resources.directory();
      await makeHistory(data);
      const level = new Level<Buffer, Buffer>(firstHistoryIn(data), {
        keyEncoding: 'buffer',
        valueEncoding: 'buffer',
      });
      await level.put(metaKey('version'), Buffer.from(JSON.stringify(VERSION + 1)));
      await level.close();
      await expectOneLine(resources.launch(data), new RegExp(`format ${VERSION + 1}.*knows ${VERSION}`));
    });
  });

  describe('with several partitions', () => {
    const flags = { partitions: 2, 'session-timeout': 600 };
    const heal = (daemon: DaemonProcess, user: number) =>
      fetch(`${daemon.url}/heal/${user}`, { method: 'PUT' });

    async function stop(daemon: DaemonProcess): Promise<void> {
      daemon.signal('SIGTERM');
      await daemon.ended;
    }

    it('without one of their directories, or with two of them swapped; nothing is lost by that', async () => {
      const data = resources.directory();
      const first = await resources.daemon(data, flags);
      for (let user = 1; user <= 8; user++) await heal(first, user);
      await stop(first);
      const [one, other, aside] = ['users-0', 'users-1', 'aside'].map((name) =>
        path.join(data, 'partitions-2', name),
      );
      if (one === undefined || other === undefined || aside === undefined) throw new TypeError();
      renameSync(one, aside);
      await expectOneLine(resources.launch(data, flags), /nothing is stored in partition users-0/);
      rmSync(one, { recursive: true });
      renameSync(other, one);
      renameSync(aside, other);
      await expectOneLine(resources.launch(data, flags), /users-0 is that of users-1: put each back/);
      renameSync(one, aside);
      renameSync(other, one);
      renameSync(aside, other);
      const last = await resources.daemon(data, flags);
      for (let user = 1; user <= 8; user++) expect(await isOnline(last.url, user)).to.equal(true);
      await stop(last);
    });

    it('on a port in use, and leaves nothing behind that fixes the number of partitions', async () => {
      const other = await resources.daemon(resources.directory());
      const data = resources.directory();
      const port = Number(new URL(other.url).port);
      await expectOneLine(resources.launch(data, { ...flags, port }), /in use/);
      await stop(await resources.daemon(data, { partitions: 3 }));
      await expectOneLine(resources.launch(data, flags), /was made with 3 partitions: set partitions to 3/);
    });
  });

  it('lists every problem of a wrong configuration, exits 78, and has opened nothing', async () => {
    const data = path.join(resources.directory(), 'data');
    const daemon = resources.launch(
      data,
      { 'session-timeout': 'soon', shards: 0 },
      { env: { HEARTBEAT_PROT: '1' } },
    );
    expect((await daemon.ended).code).to.equal(78);
    expect(daemon.stdout).to.equal('');
    const problems = daemon.stderr.trimEnd().split('\n');
    expect(problems).to.have.length(3);
    expect(problems.join('\n'))
      .to.match(/session_timeout: must be/)
      .and.match(/shards: must be/);
    expect(problems.join('\n')).to.match(/HEARTBEAT_PROT: .*did you mean HEARTBEAT_PORT/);
    expect(existsSync(data)).to.equal(false);
  });

  it('exits 78 with every line of wrong maintenance windows', async () => {
    const directory = resources.directory();
    const config = path.join(directory, 'heartbeat.yaml');
    const data = path.join(directory, 'data');
    writeFileSync(
      config,
      [
        'maintenance:',
        '  - { matchers: ["env=~.*"], starts_at: 2027-01-31T12:00:00Z, ends_at: 2027-01-31T14:00:00Z }',
        '  - { matchers: ["name=db"], starts_at: 2027-01-31T14:00:00Z, ends_at: 2027-01-31T12:00:00Z }',
        '  - { matchers: ["name=db"], cron: "0 4 30 2 *", duration: 60 }',
        '  - { matchers: ["name=db"], cron: "0 4 * 13 *", duration: 60, time_zone: Europe/Berlino }',
        '',
      ].join('\n'),
    );
    const daemon = resources.launch(data, { config });
    expect((await daemon.ended).code).to.equal(78);
    const problems = daemon.stderr.trimEnd().split('\n');
    expect(problems.join('\n'))
      .to.match(/maintenance[.]0.*at least one must not match the empty string/)
      .and.match(/maintenance[.]1/)
      .and.match(/maintenance[.]2.*never comes: there is no such day/)
      .and.match(/maintenance[.]3.*the month must be between 1 and 12: "13"/)
      .and.match(/maintenance[.]3.*unknown time zone/);
    expect(existsSync(data)).to.equal(false);
  });

  it('exits 78 if ids of users may be texts in the history, and names user_ids', async () => {
    const data = resources.directory();
    const texts = await resources.daemon(data, { 'user-ids': 'text' });
    texts.signal('SIGTERM');
    await texts.ended;
    const daemon = resources.launch(data);
    expect((await daemon.ended).code).to.equal(78);
    expect(daemon.stderr).to.match(/^heartbeat: .*set user_ids to text$/m);
  });

  it('refuses a non-loopback address without keys unless it is allowed, and says how', async () => {
    const data = path.join(resources.directory(), 'data');
    const refused = resources.launch(data, { host: '0.0.0.0' });
    expect((await refused.ended).code).to.equal(78);
    expect(refused.stderr).to.match(
      /^host: 0\.0\.0\.0 can be reached from other machines, .*--insecure.*\n$/,
    );
    expect(existsSync(data)).to.equal(false);
    const open = await resources.daemon(data, { host: '0.0.0.0', insecure: 'true' });
    expect(open.logged('listening on a non-loopback address without authentication')).to.have.length(1);
  });

  for (const given of [['start', '--frequency', '1'], ['dance'], ['start', 'now']]) {
    it(`exits 64 for wrong usage: heartbeat ${given.join(' ')}`, async () => {
      const cwd = resources.directory();
      const command = await resources.heartbeat(given, { cwd });
      expect((await command.ended).code).to.equal(64);
      expect(command.stdout).to.equal('');
      expect(command.stderr).to.match(/^error: /);
      expect(readdirSync(cwd)).to.deep.equal([]);
    });
  }

  async function makeHistory(data: string): Promise<void> {
    const daemon = await resources.daemon(data);
    daemon.signal('SIGTERM');
    await daemon.ended;
  }
});

async function expectOneLine(daemon: DaemonProcess, why: RegExp): Promise<void> {
  expect(await daemon.ended).to.deep.equal({ code: 1, signal: null });
  expect(daemon.stdout).to.equal('');
  const lines = daemon.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
  expect(lines, daemon.stderr).to.have.length(1);
  expect(lines[0])
    .to.match(/^heartbeat: /)
    .and.match(why);
  expect(daemon.stderr).not.to.match(/"stack"|^ +at /m);
  expect(daemon.stderr, 'the log').not.to.match(/restart intensity|child crashed/);
}
