import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect } from 'chai';
import { HEARTBEAT, type DaemonProcess } from '../support/daemon-process.js';
import { FollowedPage } from '../support/followed-page.js';
import { TestResources } from '../support/test-resources.js';

/** A ping key as healthchecks makes them. */
const PING_KEY = 'fqOOd6-F4MMNuCEnzTU01w';
const API_KEY = 'hcr_recorded0000000000000000000000';
const UUID = '31365bce-8da9-4729-8ff3-aaa71d56b712';

const COMMON = { n_pings: 1, started: false, manual_resume: false, methods: '', filter_body: false };
/** The answer that its Management API v3 documents, and a check with a schedule of systemd. */
const CHECKS = [
  {
    ...COMMON,
    name: 'Filesystem Backup',
    slug: 'filesystem-backup',
    tags: 'backup fs',
    desc: 'Runs incremental backup every hour',
    grace: 600,
    status: 'up',
    last_ping: '2020-03-24T14:02:03+00:00',
    next_ping: '2020-03-24T15:02:03+00:00',
    start_kw: 'START',
    success_kw: 'SUCCESS',
    failure_kw: 'ERROR',
    filter_subject: true,
    ping_url: `https://hc-ping.com/${UUID}`,
    channels: '1bdea468-03bf-47b8-ab27-29a9dd0e4b94,51c6eb2b-2ae1-456b-99fe-6f1e0a36cd3c',
    timeout: 3600,
  },
  {
    ...COMMON,
    name: 'Database Backup',
    slug: 'database-backup',
    tags: 'production db',
    desc: 'Runs ~/db-backup.sh',
    grace: 1200,
    status: 'paused',
    last_ping: '2020-03-23T10:19:32+00:00',
    next_ping: null,
    manual_resume: true,
    start_kw: '',
    success_kw: '',
    failure_kw: '',
    filter_subject: false,
    ping_url: 'https://hc-ping.com/803f680d-e89b-492b-82ef-2be7b774a92d',
    channels: '',
    schedule: '15 5 * * *',
    tz: 'UTC',
  },
  {
    ...COMMON,
    name: "Month's end",
    slug: '',
    tags: '',
    desc: '',
    grace: 3600,
    status: 'new',
    last_ping: null,
    next_ping: null,
    start_kw: '',
    success_kw: '',
    failure_kw: '',
    filter_subject: false,
    ping_url: 'https://hc-ping.com/9a1f680d-e89b-492b-82ef-2be7b774a92d',
    channels: '',
    schedule: '*-*~1 12:00',
    tz: 'UTC',
  },
];

/** Answers as healthchecks does, with what is recorded. */
function recorded(): Promise<Server> {
  const server = createServer(({ method, url, headers }, response) => {
    const isKnown = method === 'GET' && url === '/api/v3/checks/';
    const isPermitted = headers['x-api-key'] === API_KEY;
    const [status, body] = !isKnown
      ? [404, {}]
      : isPermitted
        ? [200, { checks: CHECKS }]
        : [401, { error: 'wrong api key' }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

interface ShownNode {
  readonly name: string;
  readonly paused: boolean;
  readonly last_heartbeat: number | null;
  readonly labels: object;
}

describe('the page "Move from healthchecks or Uptime Kuma", followed word by word', () => {
  const resources = new TestResources();
  const page = new FollowedPage('docs/task-move-from-healthchecks.md');
  let server: Server;
  let from: string;
  let folder: string;

  before(async () => {
    server = await recorded();
    from = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    folder = resources.directory();
  });

  after(async () => {
    server.close();
    await resources.clear();
  });

  /** Runs a command of the page in the folder. */
  async function run(
    name: string,
    env: Readonly<Record<string, string>> = {},
    more = '',
  ): Promise<DaemonProcess> {
    const here = { 'https://healthchecks.io': from };
    return page.run(resources, name, { cwd: folder, env: { PING_KEY, ...env }, here, more });
  }

  it('ends with jobs that ping the daemon with the key and the slug that they had', async () => {
    const hash = (await run('hash')).stdout.split(' ')[0] ?? '';
    expect(hash).to.equal(createHash('sha256').update(PING_KEY).digest('hex'));
    const made = (await run('key', {}, ' --json')).stdout;
    const mine = JSON.parse(made) as { readonly key: string; readonly hash: string };
    const config = page
      .file('heartbeat.yaml')
      .replace('<hash of the ping key>', hash)
      .replace('sha256:<hash of your key>', mine.hash);
    writeFileSync(path.join(folder, 'heartbeat.yaml'), config);
    expect(page.command('start')).to.equal('heartbeat start --config heartbeat.yaml\n');
    const daemon = await resources.daemon(path.join(folder, 'data'), {
      config: path.join(folder, 'heartbeat.yaml'),
    });

    expect(page.command('environment')).to.equal('export HEARTBEAT_URL=http://127.0.0.1:3519\n');
    const env = { HEARTBEAT_URL: daemon.url, HEARTBEAT_KEY: mine.key, HC_API_KEY: API_KEY };
    const list = async (): Promise<readonly ShownNode[]> => {
      const response = await fetch(`${daemon.url}/nodes`, {
        headers: { authorization: `Bearer ${mine.key}` },
      });
      return ((await response.json()) as { readonly nodes: readonly ShownNode[] }).nodes;
    };

    const refused = await run('import', { ...env, HC_API_KEY: 'wrong' });
    expect([(await refused.ended).code, refused.stderr]).to.deep.equal([
      1,
      `heartbeat: ${from}/api/v3/checks/ refuses the key (401): it must be an API key of the project\n`,
    ]);
    const answer = page
      .answer('import')
      .replace('registered   Database Backup\n', 'registered   Database Backup, paused\n');
    const tried = await run('try', env);
    expect(tried.stdout).to.equal(answer.replace('\n2 registered', '\nwould be: 2 registered'));
    expect(await list()).to.deep.equal([]);

    const brought = await run('import', env);
    expect([(await brought.ended).code, brought.stdout]).to.deep.equal([2, answer]);
    expect(await list()).to.containSubset([
      {
        name: 'Database Backup',
        paused: true,
        schedule: { cron: '15 5 * * *', time_zone: 'UTC', grace: 1200 },
      },
      { name: 'Filesystem Backup', paused: false, schedule: { every: 3600, grace: 600 } },
    ]);
    const again = await run('import', env);
    expect(again.stdout).to.include('\n0 registered, 0 changed, 2 unchanged, 0 refused, 1 not brought\n');
    const json = await run('import', env, ' --json');
    const { nodes } = JSON.parse(json.stdout) as {
      readonly nodes: readonly { readonly ping_url: string; readonly ping_uuid: string }[];
    };
    expect(nodes[0]?.ping_url).to.equal(`https://hc-ping.com/${UUID}`);

    const ping = await run('ping', env);
    expect((await ping.ended).code, ping.stderr).to.equal(0);
    const pinged = (await list()).find(({ name }) => name === 'Filesystem Backup');
    expect(pinged?.last_heartbeat).to.be.a('number');
    const byUuid = await fetch(`${daemon.url}/ping/${nodes[0]?.ping_uuid ?? ''}`);
    expect(await byUuid.text()).to.equal('OK');

    writeFileSync(
      path.join(folder, 'crontab'),
      `* * * * * curl https://hc-ping.com/${PING_KEY}/filesystem-backup\n`,
    );
    await run('crontab');
    expect(readFileSync(path.join(folder, 'crontab'), 'utf8')).to.equal(
      `* * * * * curl http://127.0.0.1:3519/ping/${PING_KEY}/filesystem-backup\n`,
    );

    const monitor = {
      id: 1,
      name: 'Nightly import',
      type: 'push',
      interval: 60,
      maxretries: 1,
      retryInterval: 60,
    };
    const shop = { ...monitor, id: 2, name: 'Shop', type: 'http', url: 'https://shop.example.org' };
    const backup = { version: '1.23.11', notificationList: [], monitorList: [monitor, shop], proxyList: [] };
    writeFileSync(path.join(folder, 'Uptime_Kuma_Backup.json'), JSON.stringify(backup));
    const kuma = await run('kuma', env);
    expect([(await kuma.ended).code, kuma.stderr]).to.deep.equal([0, '']);
    const response = await fetch(`${daemon.url}/ping/${PING_KEY}/nightly-import`);
    expect(response.status).to.equal(200);
    for (const secret of [API_KEY, mine.key, PING_KEY])
      expect(brought.stdout + kuma.stdout + daemon.stderr).to.not.include(secret);
    expect(page.unused).to.deep.equal([]);
  });
});

describe('heartbeat import kuma', () => {
  const resources = new TestResources();

  after(() => resources.clear());

  it('says which file is missing', async () => {
    const command = resources.run({
      command: [process.execPath, HEARTBEAT, 'import', 'kuma', '/no/such/file'],
    });
    expect((await command.ended).code).to.equal(78);
    expect(command.stderr).to.equal('/no/such/file: cannot be read: there is no such file\n');
  });
});
