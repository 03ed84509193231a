import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { call } from '../support/calls.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { FollowedPage, type PageShell } from '../support/followed-page.js';
import { HookServer } from '../support/hook-server.js';
import { TestResources, type StartFlags } from '../support/test-resources.js';

const ADDRESS = 'http://127.0.0.1:3519';
/** The ping URL of the page. */
const UUID = '5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278';

interface Followed {
  readonly daemon: DaemonProcess;
  readonly page: FollowedPage;
  readonly folder: string;
  /** @returns what the command printed */
  readonly run: (name: string, more?: Omit<PageShell, 'cwd'>) => Promise<string>;
}

/** Lines of JSON without what differs from run to run. */
function comparable(text: string): string {
  return text.replaceAll(/\s/g, '').replaceAll(/\d{10}/g, 'TIME');
}

describe('pages by task, followed word by word', () => {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  async function follow(
    name: string,
    { config = '', flags = {} }: { readonly config?: string; readonly flags?: StartFlags } = {},
    env: Readonly<Record<string, string>> = {},
  ): Promise<Followed> {
    const folder = resources.directory();
    const file = path.join(folder, 'heartbeat.yaml');
    writeFileSync(file, config);
    const page = new FollowedPage(name);
    const daemon = await resources.daemon(path.join(folder, 'data'), { config: file, ...flags }, { env });
    const run = async (command: string, more: Omit<PageShell, 'cwd'> = {}): Promise<string> => {
      const here = { [ADDRESS]: daemon.url, ...more.here };
      const ran = await page.run(resources, command, {
        ...more,
        cwd: folder,
        env: { HEARTBEAT_URL: daemon.url, ...more.env },
        here,
      });
      expect((await ran.ended).code, `${command}: ${ran.stdout}${ran.stderr}`).to.equal(0);
      return ran.stdout;
    };
    return { daemon, page, folder, run };
  }

  it('README.md ends with a user, a machine and a job', async () => {
    const { page, run, folder } = await follow('README.md', { flags: { 'session-timeout': 600 } });
    const answer = page.answer('users');
    expect(comparable(await run('users'))).to.equal(comparable(answer));
    expect(await run('nodes'))
      .to.match(/"state":"active".*"timeout":10.*/s)
      .and.match(/\{"nodes":\[\],"next_cursor":null\}\s*$/);
    const archive = path.join(folder, 'backup.tar.gz');
    // On a busy machine db-1 may miss its 10 s meanwhile.
    expect(await run('job', { here: { '/tmp/backup.tar.gz': archive } })).to.match(
      /2: (?:2 active, 0|1 active, 1) inactive/,
    );
    expect(existsSync(archive)).to.equal(true);
    expect(page.unused).to.deep.equal([]);
  });

  it('docs/task-cron-jobs.md ends with a job that reports how it went', async () => {
    const { daemon, page, run, folder } = await follow('docs/task-cron-jobs.md');
    const backup = path.join(folder, 'backup');
    writeFileSync(backup, '#!/bin/sh\necho the disk is full\nexit "${CODE:-0}"\n');
    chmodSync(backup, 0o755);
    const here = { '/usr/local/bin/backup': backup };
    const node = async () =>
      JSON.parse((await call(daemon.url, 'GET', '/nodes/backup')).body) as Record<string, unknown>;

    expect(JSON.parse(await run('register'))).to.deep.include({
      name: 'backup',
      schedule: { cron: '0 4 * * 1-5', time_zone: 'Europe/Berlin', grace: 1800 },
    });
    expect((await node())['last_heartbeat']).to.equal(null);
    await run('crontab', { here: { ...here, '0 4 * * 1-5  ': '' } });
    expect((await node())['last_heartbeat']).to.be.a('number');
    await run('output', { here, env: { CODE: '1' } });
    expect(await node()).to.deep.include({ state: 'failed' });
    await run('output', { here });
    expect(await node()).to.deep.include({ state: 'active' });
    await run('job', { here: { ...here, '0 4 * * 1-5  ': '' } });

    const [, uuid = ''] = /"ping_uuid":"([^"]*)"/.exec(await run('uuid')) ?? [];
    await run('ping', { here: { ...here, [UUID]: uuid }, env: { CODE: '3' } });
    expect(await node()).to.deep.include({ state: 'failed' });
    const { pings } = JSON.parse((await call(daemon.url, 'GET', '/nodes/backup/pings')).body) as {
      readonly pings: readonly { readonly kind: string }[];
    };
    expect(pings.map(({ kind }) => kind)).to.deep.equal(['exit', 'start', 'exit', 'start']);
    expect(page.unused).to.deep.equal([]);
  });

  it('docs/task-certificates.md ends with nodes that have a probe', async () => {
    const { page, run } = await follow('docs/task-certificates.md', {
      config: 'probes: { allow: [127.0.0.0/8] }\n',
    });
    expect(JSON.parse(await run('website'))).to.deep.include({ name: 'cert-www' });
    expect(JSON.parse(await run('mail'))).to.deep.include({ name: 'cert-mail', max_retries: 0 });
    expect(JSON.parse(await run('days'))).to.have.property('probe');
    expect(await run('try')).to.match(/"name":"cert-test".*"results":\[/s);
    expect(page.unused).to.deep.equal([]);
  });

  it('docs/task-on-call.md ends with a rota that notifies the person on call', async () => {
    const hook = await HookServer.start();
    resources.onClear(() => hook.stop());
    const config = new FollowedPage('docs/task-on-call.md')
      .file('heartbeat.yaml')
      .replaceAll('kind: ntfy,', `kind: ntfy, url: '${new URL(hook.url).origin}',`);
    const topics = { ANN_TOPIC: 'ann', BEN_TOPIC: 'ben', CID_TOPIC: 'cid' };
    const { page, run } = await follow('docs/task-on-call.md', { config }, topics);
    const tried = await run('try');
    const [, person = ''] = /"on":\{"name":"([a-z]+)"/.exec(tried) ?? [];
    expect(person, tried).to.be.oneOf(['ann', 'ben', 'cid']);
    await eventually(() =>
      expect(hook.requests.map(({ path: topic, body }) => topic + body).join()).to.include(person),
    );
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const here = { '2026-12-01': day(1), '2026-12-03': day(3) };
    expect(await run('swap', { here })).to.match(/"person":"ben".*"by":"ann"/s);
    page.file('heartbeat.yaml');
    expect(page.unused).to.deep.equal([]);
  });

  it('docs/task-move-presence.md has a counterpart for each call', async () => {
    const { daemon, page, run, folder } = await follow('docs/task-move-presence.md', {
      flags: { 'session-timeout': 600 },
    });
    expect(comparable(await run('heal'))).to.equal(comparable(page.answer('heal')));
    expect(comparable(await run('checkup'))).to.equal(comparable(page.answer('checkup')));
    expect(await run('list')).to.match(/"id":7,.*"id":9,.*"users":\{"online":2\}/s);
    const events = page.start(resources, 'events', { cwd: folder, here: { [ADDRESS]: daemon.url } });
    await eventually(() => expect(events.stdout).to.match(/"type":"state".*"id":8,"status":"offline"/s));
    expect(await run('device')).to.match(/"status":"online".*"device":"phone".*"meta":\{"away":true\}/s);
    expect(page.unused).to.deep.equal([]);
  });

  it('docs/task-kubernetes.md has a configuration that is right', async () => {
    const page = new FollowedPage('docs/task-kubernetes.md');
    const cwd = resources.directory();
    const made = (await page.run(resources, 'key', { cwd })).stdout;
    const [app = '', me = ''] = [...made.matchAll(/sha256:[0-9a-f]{64}/g)].map(([hash]) => hash);
    const config = page
      .file('heartbeat.yaml')
      .replace('sha256:<hash of the first key>', app)
      .replace('sha256:<hash of the second key>', me);
    writeFileSync(path.join(cwd, 'heartbeat.yaml'), config);
    const shown = await page.run(resources, 'config', { cwd });
    expect([(await shown.ended).code, shown.stderr]).to.deep.equal([0, '']);
    expect(shown.stdout).to.include('heartbeat.yaml');
    expect(page.unused).to.deep.equal([]);
  });
});
