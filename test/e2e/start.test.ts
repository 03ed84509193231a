import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { goodbye, heal, history, isOnline } from '../support/calls.js';
import { HEARTBEAT, ROOT } from '../support/daemon-process.js';
import { TestResources, ready, startFlags } from '../support/test-resources.js';

/** Longer than any machine takes between two calls. */
const LASTING = { 'session-timeout': 600 };

const ONE_LINE = /^listening on http:\/\/127\.0\.0\.1:\d+\n$/;

describe('starting the daemon', () => {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  it('prints its address on standard output once it is ready, and nothing else', async () => {
    const daemon = await resources.daemon(resources.directory());
    expect((await heal(daemon.url, 1)).status).to.equal(200);
    daemon.signal('SIGTERM');
    await daemon.ended;
    expect(daemon.stdout).to.match(ONE_LINE);
  });

  it('logs one JSON object a line on standard error, from its start to its stop', async () => {
    const daemon = await resources.daemon(resources.directory());
    daemon.signal('SIGTERM');
    await daemon.ended;
    expect(daemon.log.map(({ message }) => message)).to.include.members([
      'starting',
      'ready',
      'stopping',
      'stopped',
    ]);
    for (const line of daemon.log) expect(line).to.include.keys('timestamp', 'level', 'message');
  });

  it('replaces the process of scripts/start, in the current directory', async () => {
    const cwd = resources.directory();
    const script = path.join(ROOT, 'scripts', 'start');
    const daemon = await ready(resources.run({ command: [script, ...startFlags('here')], cwd }));
    expect((await heal(daemon.url, 1)).status).to.equal(200);
    daemon.signal('SIGTERM');
    expect(await daemon.ended).to.deep.equal({ code: 0, signal: null });
    expect(daemon.stdout).to.match(ONE_LINE);
    const again = await resources.daemon(path.join(cwd, 'here'));
    expect(await history(again.url, 1)).to.have.length(1);
  });

  it('answers the three calls as the README has them with curl', async () => {
    const { url } = await resources.daemon(resources.directory());
    const curl = (...given: string[]): unknown =>
      JSON.parse(execFileSync('curl', ['--silent', '--show-error', ...given], { encoding: 'utf8' }));
    const before = Math.floor(Date.now() / 1000);
    expect(curl('-X', 'PUT', `${url}/heal/12345`)).to.deep.equal({ status: 'online' });
    expect(curl(`${url}/checkup/12345`)).to.deep.equal({ id: 12345, status: 'online' });
    expect(curl(`${url}/checkup/54321`)).to.deep.equal({ id: 54321, status: 'offline' });
    const rhythm = curl(`${url}/heart_rhythm/12345`) as {
      history: { online_at: number; offline_at: number }[];
    };
    expect(rhythm).to.have.all.keys('id', 'history');
    expect(rhythm.history).to.have.length(1);
    expect(rhythm.history[0]?.online_at).to.be.within(before, Date.now() / 1000);
    expect(rhythm.history[0]?.offline_at).to.equal((rhythm.history[0]?.online_at ?? 0) + 7);
    expect(curl(`${url}/heart_rhythm/54321`)).to.deep.equal({ id: 54321, history: [] });
  });

  it('finds online users and all histories after a restart', async () => {
    const data = resources.directory();
    const before = await resources.daemon(data, LASTING);
    await heal(before.url, 1);
    await heal(before.url, 2);
    await goodbye(before.url, 2);
    const [online] = await history(before.url, 1);
    const ended = await history(before.url, 2);
    before.signal('SIGTERM');
    await before.ended;

    const after = await resources.daemon(data, LASTING);
    expect(await isOnline(after.url, 1)).to.equal(true);
    expect(await isOnline(after.url, 2)).to.equal(false);
    expect(await history(after.url, 2)).to.deep.equal(ended);
    await heal(after.url, 1);
    const resumed = await history(after.url, 1);
    expect(resumed.map(({ online_at }) => online_at)).to.deep.equal([online?.online_at]);
  });

  it('keeps 64-bit ids to the last digit through a restart', async () => {
    const data = resources.directory();
    const before = await resources.daemon(data, LASTING);
    await heal(before.url, '9007199254740993');
    await before.kill();
    const after = await resources.daemon(data, LASTING);
    expect(await isOnline(after.url, '9007199254740993')).to.equal(true);
    expect(await isOnline(after.url, '9007199254740992')).to.equal(false);
  });

  it('runs with standard input closed, as under a service manager', async () => {
    const start = [process.execPath, HEARTBEAT, 'start', ...startFlags(resources.directory())];
    const daemon = await ready(resources.run({ command: ['bash', '-c', 'exec "$@" <&-', 'bash', ...start] }));
    expect((await heal(daemon.url, 1)).status).to.equal(200);
    daemon.signal('SIGTERM');
    expect(await daemon.ended).to.deep.equal({ code: 0, signal: null });
  });

  it('takes its configuration from the environment too', async () => {
    const daemon = resources.run({
      command: [process.execPath, HEARTBEAT, 'start'],
      cwd: resources.directory(),
      env: { HEARTBEAT_PORT: '0', HEARTBEAT_DATA_DIR: 'here', HEARTBEAT_LOG_LEVEL: 'warn' },
    });
    await ready(daemon);
    expect(daemon.stderr).to.equal('');
  });
});
