import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { DaemonProcess } from '../support/daemon-process.js';
import { HEARTBEAT } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { TestResources } from '../support/test-resources.js';

interface Ping {
  readonly kind: string;
  readonly exit_status: number | null;
  readonly duration: number | null;
  readonly rid: string | null;
}

const ADMIN = 'hbk_admin';
const PING = 'hbk_ping';
const HEAL = 'hbk_heal';

describe('heartbeat run', () => {
  const resources = new TestResources();
  let daemon: DaemonProcess;
  let directory: string;

  before(async () => {
    directory = resources.directory();
    const config = path.join(directory, 'heartbeat.yaml');
    const entry = (name: string, key: string, rest: string) =>
      `{ name: ${name}, hash: 'sha256:${createHash('sha256').update(key).digest('hex')}', ${rest} }`;
    writeFileSync(
      config,
      `auth:\n  keys:\n    - ${entry('admin', ADMIN, 'scopes: [admin, read]')}\n` +
        `    - ${entry('jobs', PING, 'scopes: [ping], create: true')}\n` +
        `    - ${entry('app', HEAL, 'scopes: [heal, read]')}\npings: { body: 1000 }\n`,
    );
    daemon = await resources.daemon(path.join(directory, 'data'), { config });
  });

  after(() => resources.clear());

  const run = (name: string, command: readonly string[], key = ADMIN, url = daemon.url) =>
    resources.heartbeat(['run', '--name', name, '--', ...command], {
      env: { HEARTBEAT_URL: url, HEARTBEAT_KEY: key, XDG_CONFIG_HOME: directory },
    });

  const get = async (target: string): Promise<string> =>
    (await fetch(`${daemon.url}${target}`, { headers: { authorization: `Bearer ${ADMIN}` } })).text();
  const pingsOf = async (name: string): Promise<readonly Ping[]> =>
    (JSON.parse(await get(`/nodes/${name}/pings`)) as { pings: readonly Ping[] }).pings;
  const script = (text: string): readonly string[] => ['sh', '-c', text];

  it('reports start, exit code, duration and the end of the output, and registers the node', async () => {
    const job = await run('backup', script('echo out; echo err >&2; exit 3'));
    expect([(await job.ended).code, job.stdout, job.stderr]).to.deep.equal([3, 'out\n', 'err\n']);
    const [end, start, ...others] = await pingsOf('backup');
    expect(others).to.deep.equal([]);
    expect([start?.kind, end?.kind, end?.exit_status]).to.deep.equal(['start', 'exit', 3]);
    expect(end?.rid).to.be.a('string').and.equal(start?.rid);
    expect(end?.duration).to.be.a('number');
    expect((await get('/nodes/backup/pings/2/body')).split('\n').sort()).to.deep.equal(['', 'err', 'out']);
    expect(JSON.parse(await get('/nodes/backup'))).to.deep.include({
      state: 'failed',
      schedule: { every: 86_400, grace: 3600 },
    });
    const good = await run('backup', ['true']);
    expect((await good.ended).code).to.equal(0);
    expect(JSON.parse(await get('/nodes/backup'))).to.include({ state: 'active' });
  });

  it('registers a node with the schedule of its options, and leaves one that is there as it is', async () => {
    const cron = ['--cron', '0 4 * * 1-5', '--time-zone', 'Europe/Berlin', '--grace', '30m'];
    const args = (more: readonly string[]) => ['run', '--name', 'nightly', ...more, '--', 'true'];
    const env = { HEARTBEAT_URL: daemon.url, HEARTBEAT_KEY: ADMIN, XDG_CONFIG_HOME: directory };
    await resources.heartbeat(args(cron), { env });
    await resources.heartbeat(args(['--every', '6h']), { env });
    expect(JSON.parse(await get('/nodes/nightly'))).to.deep.include({
      schedule: { cron: '0 4 * * 1-5', time_zone: 'Europe/Berlin', grace: 1800 },
    });
    const wrong = await resources.heartbeat(args(['--every', 'soon', '--time-zone', 'x']), { env });
    expect((await wrong.ended).code).to.equal(64);
    expect(wrong.stderr).to.include('--time-zone is for --cron').and.include('--every must be');
  });

  it('works with a ping key, and says which scope it needs', async () => {
    const job = await run('by-slug', script('echo done'), PING);
    expect([(await job.ended).code, job.stdout, job.stderr]).to.deep.equal([0, 'done\n', '']);
    expect((await pingsOf('by-slug')).map(({ kind }) => kind)).to.deep.equal(['exit', 'start']);
    const refused = await run('by-slug', ['true'], HEAL);
    expect((await refused.ended).code).to.equal(0);
    expect(refused.stderr).to.match(/not reported: the key may not ping this node: it needs the scope ping/);
  });

  it('ends with 127 for a command that is not found, and 126 for one that cannot be run, and reports both', async () => {
    const missing = await run('missing', ['no-such-command']);
    expect((await missing.ended).code).to.equal(127);
    expect(missing.stderr).to.equal('heartbeat run: no-such-command: there is no such command\n');
    const file = path.join(directory, 'plain');
    writeFileSync(file, 'x');
    chmodSync(file, 0o600);
    const plain = await run('missing', [file]);
    expect((await plain.ended).code).to.equal(126);
    const codes = (await pingsOf('missing')).map(({ exit_status: code }) => code);
    expect(codes).to.deep.equal([126, null, 127, null]);
    expect(await get('/nodes/missing/pings/2/body')).to.equal('no-such-command: there is no such command');
  });

  it('passes signals on, and ends as the command does', async () => {
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
      const mark = path.join(directory, `ready-${signal}`);
      const trap = `trap 'echo ${signal}; exit 9' ${signal.slice(3)}; : > ${mark}; while :; do sleep 0.05; done`;
      const job = resources.run({
        command: [process.execPath, HEARTBEAT, 'run', '--name', 'signals', '--', ...script(trap)],
        env: { HEARTBEAT_URL: daemon.url, HEARTBEAT_KEY: ADMIN, XDG_CONFIG_HOME: directory },
      });
      await eventually(() => expect(existsSync(mark)).to.equal(true));
      job.signal(signal);
      expect([await job.ended, job.stdout]).to.deep.equal([{ code: 9, signal: null }, `${signal}\n`]);
    }
    const killed = await run('signals', script('kill -KILL $$'));
    expect(await killed.ended).to.deep.equal({ code: 137, signal: null });
    expect((await pingsOf('signals'))[0]).to.include({ exit_status: 137 });
  });

  it('passes all of a large output on, and sends its end up to the bound of bodies', async () => {
    const job = await run('large', script('yes 0123456789abcde | head -c 20000000; printf end; exit 1'));
    expect((await job.ended).code).to.equal(1);
    expect(job.stdout).to.have.length(20_000_003);
    expect(job.stdout.endsWith('0123456789abcde\nend')).to.equal(true);
    const body = await get('/nodes/large/pings/2/body');
    expect(body).to.have.length(1000);
    expect(job.stdout.endsWith(body)).to.equal(true);
  });

  it('ends only when a slow reader has all of its output', async () => {
    const go = path.join(directory, 'go-read');
    const pipeline =
      '"$0" "$1" run --name slow -- sh -c "head -c 100000 /dev/zero; printf end" |' +
      ` { while [ ! -e ${go} ]; do sleep 0.05; done; cat; }`;
    const shell = resources.run({
      command: ['sh', '-c', pipeline, process.execPath, HEARTBEAT],
      env: { HEARTBEAT_URL: daemon.url, HEARTBEAT_KEY: ADMIN, XDG_CONFIG_HOME: directory },
    });
    // Nobody has read any of it when its end is reported.
    await eventually(async () =>
      expect((await pingsOf('slow')).map(({ kind }) => kind)).to.deep.equal(['exit', 'start']),
    );
    writeFileSync(go, '');
    await shell.ended;
    expect([shell.stdout.length, shell.stdout.slice(-3)]).to.deep.equal([100_003, 'end']);
  });

  it('passes standard input through, and gives the job an output that it can open', async () => {
    const child = spawn(
      process.execPath,
      [HEARTBEAT, 'run', '--name', 'cat', '--', ...script('cat > /dev/stdout; echo e > /dev/stderr')],
      {
        env: { ...process.env, HEARTBEAT_URL: daemon.url, HEARTBEAT_KEY: ADMIN, XDG_CONFIG_HOME: directory },
      },
    );
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.write('one\n');
    // It is there while the job still runs.
    await eventually(() => expect(stdout).to.equal('one\n'));
    child.stdin.end('two');
    await once(child, 'close');
    expect([child.exitCode, stdout, stderr]).to.deep.equal([0, 'one\ntwo', 'e\n']);
  });

  it('ends the job as without it when nobody reads its output any more', async () => {
    const file = path.join(directory, 'piped');
    const command = `"$0" "$1" run --name piped -- sh -c 'yes; echo $? > ${file}' | head -n 1`;
    const shell = resources.run({
      command: ['sh', '-c', command, process.execPath, HEARTBEAT],
      env: { HEARTBEAT_URL: daemon.url, HEARTBEAT_KEY: ADMIN, XDG_CONFIG_HOME: directory },
    });
    expect(await shell.ended).to.deep.equal({ code: 0, signal: null });
    expect(shell.stdout).to.equal('y\n');
    await eventually(() => expect(existsSync(file) && readFileSync(file, 'utf8')).to.equal('141\n'));
  });

  it('does not fail because the daemon is away, and says so', async () => {
    const job = await run('away', script('echo out; exit 5'), ADMIN, `http://127.0.0.1:${await freePort()}`);
    expect([(await job.ended).code, job.stdout]).to.deep.equal([5, 'out\n']);
    expect(job.stderr).to.match(
      /^heartbeat run: the start of this run is not reported: .*ECONNREFUSED\nheartbeat run: the end of this run is not reported: .*ECONNREFUSED\n$/,
    );
    const nowhere = await run('away', ['true'], ADMIN, 'nonsense');
    expect((await nowhere.ended).code).to.equal(0);
    expect(nowhere.stderr).to.match(/^heartbeat run: this run is not reported: --url must be/);
  });

  it('ends as the command does though the daemon stops meanwhile, and reports to the one that comes after', async () => {
    const data = path.join(resources.directory(), 'data');
    const port = await freePort();
    const first = await resources.daemon(data, { port });
    const go = path.join(directory, 'go');
    const start = (name: string): DaemonProcess =>
      resources.run({
        command: [
          process.execPath,
          ...[HEARTBEAT, 'run', '--name', name, '--'],
          ...script(`while [ ! -e ${go}-${name} ]; do sleep 0.05; done; exit 4`),
        ],
        env: { HEARTBEAT_URL: first.url, XDG_CONFIG_HOME: directory },
      });
    const started = async (name: string): Promise<void> =>
      eventually(async () => {
        const answer = await fetch(`${first.url}/nodes/${name}`);
        expect(((await answer.json()) as { started: number | null }).started).to.be.a('number');
      });
    const [stopped, back] = [start('stopped'), start('back')];
    await Promise.all([started('stopped'), started('back')]);
    first.signal('SIGTERM');
    await first.ended;
    writeFileSync(`${go}-stopped`, '');
    expect((await stopped.ended).code).to.equal(4);
    expect(stopped.stderr).to.match(/^heartbeat run: the end of this run is not reported: .*ECONNREFUSED\n$/);
    const second = await resources.daemon(data, { port });
    writeFileSync(`${go}-back`, '');
    expect([(await back.ended).code, back.stderr]).to.deep.equal([4, '']);
    const answer = await fetch(`${second.url}/nodes/back/pings`);
    const { pings } = (await answer.json()) as { pings: readonly Ping[] };
    expect(pings[0]).to.include({ kind: 'exit', exit_status: 4 });
  });
});
