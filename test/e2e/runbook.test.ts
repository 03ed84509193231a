import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { call, heal } from '../support/calls.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { FollowedPage } from '../support/followed-page.js';
import { behave, HookServer } from '../support/hook-server.js';
import { TestResources } from '../support/test-resources.js';

/** The id of the alert in the page. */
const ALERT = '01M8160K8C0000MBCVSRV9YN0E';

describe('the page "What to do when …", followed word by word', () => {
  const resources = new TestResources();
  const page = new FollowedPage('docs/runbook.md');
  let folder: string;
  let daemon: DaemonProcess;
  let hook: HookServer;

  before(async () => {
    folder = resources.directory();
    hook = await HookServer.start();
    resources.onClear(() => hook.stop());
    const config = path.join(folder, 'heartbeat.yaml');
    writeFileSync(config, `channels: { ops: { kind: webhook, url: '${hook.url}' } }\n`);
    mkdirSync(path.join(folder, 'backups'));
    // A history that is divided has no backup.
    daemon = await resources.daemon(path.join(folder, 'data'), { config, partitions: 1 });
    await heal(daemon.url, 12345);
    hook.behaviour = behave.status(410);
    await call(daemon.url, 'POST', '/nodes/db-1/fail');
  });

  after(() => resources.clear());

  /** Runs a command of the page here, and expects it to succeed. */
  async function run(name: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
    const here = {
      'http://127.0.0.1:3519': daemon.url,
      '/var/lib/heartbeat': path.join(folder, 'data'),
      '/backups/': `${path.join(folder, 'backups')}/`,
      ...more,
    };
    const env = { HEARTBEAT_URL: daemon.url };
    const ran = await page.run(resources, name, { cwd: folder, env, here });
    expect((await ran.ended).code, `${name}: ${ran.stdout}${ran.stderr}`).to.equal(0);
    return ran.stdout;
  }

  async function alerts(state: string): Promise<readonly { readonly id: string }[]> {
    const { body } = await call(daemon.url, 'GET', `/alerts?state=${state}`);
    return (JSON.parse(body) as { readonly alerts: readonly { readonly id: string }[] }).alerts;
  }

  it('finds alerts that were not delivered, and delivers them', async () => {
    const [dead] = await eventually(async () => {
      const found = await alerts('dead');
      expect(found).to.have.length(1);
      return found;
    });
    expect(await run('dead')).to.match(/db-1.*"last_error":"[^"]*410/s);
    hook.behaviour = behave.accept;
    await run('test');
    await run('redeliver', { [ALERT]: dead?.id ?? '' });
    await eventually(async () => expect(await alerts('dead')).to.deep.equal([]));
  });

  it('shows a running daemon', async () => {
    expect(await run('look'))
      .to.match(/db-1/)
      .and.match(/\{"status":"ready"\}\s*$/);
    expect(JSON.parse(await run('port'))).to.deep.equal({ status: 'ok' });
    expect(await run('disk')).to.match(/"size_bytes":\d+.*Filesystem/s);
    expect(await run('blind')).to.match(/"blind_intervals":\[/);
    expect(await run('wrong')).to.match(/12345.*db-1.*"cause":"report"/s);
    expect(await run('silence')).to.include('the switch is being changed');
    expect(await run('key')).to.match(/sha256:[0-9a-f]{64}/);
    await run('diff');
    await run('backup');
  });

  it('checks, moves, restores and repairs a store', async () => {
    daemon.signal('SIGTERM');
    await daemon.ended;
    await run('verify');
    expect(await run('move')).to.include('verified');
    const backups = path.join(folder, 'backups');
    copyFileSync(path.join(backups, 'move.ndjson.gz'), path.join(backups, 'heartbeat.ndjson.gz'));
    expect(await run('restore')).to.include('verified');
    await run('repair');
    const restored = await resources.daemon(path.join(folder, 'data-restored'), { partitions: 1 });
    expect((await call(restored.url, 'GET', '/nodes/db-1')).body).to.include('"state":"failed"');
    expect(page.unused).to.deep.equal([]);
  });
});
