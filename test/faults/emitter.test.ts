import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { request } from 'undici';
import { HEARTBEAT } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { TestResources } from '../support/test-resources.js';

const resources = new TestResources();
afterEach(() => resources.clear());

interface ShownNode {
  readonly name: string;
  readonly last_heartbeat: number;
  readonly state: string;
}

async function nodesAt(url: string): Promise<readonly ShownNode[]> {
  const { body } = await request(`${url}/nodes?limit=1000`);
  return ((await body.json()) as { nodes: readonly ShownNode[] }).nodes;
}

async function flipsAt(url: string, name: string): Promise<number> {
  const { body } = await request(`${url}/nodes/${name}/flips`);
  return ((await body.json()) as { flips: readonly unknown[] }).flips.length;
}

function nodesFile(nodes: readonly unknown[]): string {
  const file = path.join(resources.directory(), 'nodes.yaml');
  writeFileSync(file, JSON.stringify({ nodes }));
  return file;
}

const emit = (url: string, file: string, ...more: readonly string[]) =>
  resources.run({
    command: [process.execPath, HEARTBEAT, 'emit', '--url', url, '--nodes', file, '--json', ...more],
  });

/** Emits until the daemon has answered the settings: a busy machine may need more than one run. */
async function settingsEmitted(url: string, file: string): Promise<unknown> {
  for (;;) {
    const emitter = emit(url, file, '--interval', '0.2', '--duration', '2');
    const { code } = await emitter.ended;
    const { settings } = JSON.parse(emitter.stdout) as { readonly settings: { readonly pending: number } };
    if (settings.pending === 0) return { code, settings };
  }
}

describe('heartbeat emit', () => {
  it('survives restarts of the daemon without a failed node', async () => {
    const directory = resources.directory();
    const flags = { 'nodes-timeout': 20, 'nodes-max-retries': 1 };
    let daemon = await resources.daemon(directory, flags);
    const { url } = daemon;
    const { port } = new URL(url);
    const names = Array.from({ length: 300 }, (_, index) => `node-${index}`);
    const probed = { name: 'probed', probe: { command: ['true'] }, deadline: 1 };
    const emitter = emit(
      url,
      nodesFile([...names, probed]),
      '--interval',
      '0.5',
      '--batch-sizes',
      '50,50,50',
    );
    await eventually(async () => expect(await nodesAt(url)).to.have.length(301));
    for (let kill = 1; kill <= 3; kill++) {
      await daemon.kill();
      await eventually(() => expect(emitter.stderr.match(/heartbeats are refused/g)).to.have.length(kill));
      daemon = await resources.daemon(directory, { ...flags, port });
      await eventually(() => expect(emitter.stderr.match(/accepted again/g)).to.have.length(kill));
    }
    const restarted = Math.ceil(Date.now() / 1000);
    await eventually(async () => {
      const nodes = await nodesAt(url);
      const beaten = nodes.filter((node) => node.state === 'active' && node.last_heartbeat >= restarted);
      expect(beaten).to.have.length(301);
    });
    for (const name of ['node-0', 'node-299', 'probed']) expect(await flipsAt(url, name)).to.equal(0);
    emitter.signal('SIGINT');
    expect(await emitter.ended).to.deep.equal({ code: 0, signal: null });
    const summary = JSON.parse(emitter.stdout) as {
      nodes: number;
      good: boolean;
      heartbeats: { accepted: number };
      calls: { failed: number };
    };
    expect(summary).to.include({ nodes: 301, good: true });
    expect(summary.heartbeats.accepted).to.be.at.least(301);
    expect(summary.calls.failed).to.be.greaterThan(2);
  });

  it('reports nodes whose probe fails, and registers unknown ones', async () => {
    const daemon = await resources.daemon(resources.directory());
    const file = nodesFile([
      'plain',
      { name: 'broken', probe: { tcp: '127.0.0.1:1' }, on_probe_failure: 'report' },
      { name: 'skipped', probe: { command: 'exit 1' } },
    ]);
    // A probe may take one interval, which is enough to start a command on a busy machine.
    const emitter = emit(daemon.url, file, '--interval', '3');
    await eventually(async () => {
      const states = (await nodesAt(daemon.url)).map(({ name, state }) => `${name} ${state}`);
      expect(states).to.deep.equal(['broken failed', 'plain active']);
    });
    await eventually(() =>
      expect(emitter.stderr)
        .to.include('broken failed its probe')
        .and.to.include('skipped failed its probe: it exited with 1'),
    );
    emitter.signal('SIGTERM');
    expect((await emitter.ended).code).to.equal(0);
  });

  it('registers nodes with the settings of the file, and changes nothing the second time', async () => {
    const daemon = await resources.daemon(resources.directory());
    const chosen = { timeout: 40, max_retries: 7, labels: { team: 'web' }, depends_on: ['switch'] };
    const file = nodesFile([
      'switch',
      { name: 'web', ...chosen, channels: ['log'], probe: { command: 'true' } },
    ]);
    for (const time of ['first', 'second']) {
      expect(await settingsEmitted(daemon.url, file), time).to.deep.equal({
        code: 0,
        settings: { registered: 1, refused: 0, pending: 0 },
      });
      const { body } = await request(`${daemon.url}/nodes/web`);
      const node = (await body.json()) as { readonly last_heartbeat: number | null };
      expect(node).to.deep.include({ ...chosen, channels: ['log'] });
      expect(node.last_heartbeat).to.be.a('number');
    }
  });

  it('registers a job with a schedule, and leaves its heartbeats to it', async () => {
    const daemon = await resources.daemon(resources.directory());
    const schedule = { cron: '0 4 * * 1-5', time_zone: 'Europe/Berlin', grace: 1800 };
    const job = { name: 'Backup', slug: 'backup', schedule };
    const file = nodesFile(['plain', job]);
    const emitter = emit(daemon.url, file, '--interval', '0.1');
    await eventually(async () => {
      const nodes = await nodesAt(daemon.url);
      expect(nodes.map(({ name }) => name)).to.deep.equal(['Backup', 'plain']);
      expect(nodes[0]).to.deep.include({ schedule, slug: 'backup', last_heartbeat: null });
      expect(nodes[1]?.last_heartbeat).to.be.a('number');
    });
    emitter.signal('SIGTERM');
    expect((await emitter.ended).code).to.equal(0);
    expect(emitter.stderr).to.equal(
      'no heartbeats are sent for nodes with a schedule and no probe, their jobs send them: Backup\n',
    );
    // It stays for nothing but jobs, too.
    expect(await settingsEmitted(daemon.url, nodesFile([job]))).to.deep.equal({
      code: 0,
      settings: { registered: 1, refused: 0, pending: 0 },
    });
  });

  it('prints settings that the daemon refuses, and exits 1', async () => {
    const daemon = await resources.daemon(resources.directory());
    const file = nodesFile([{ name: 'web', channels: ['nowhere'], labels: { team: 'web' } }]);
    const emitter = resources.run({
      command: [process.execPath, HEARTBEAT, 'emit', '--url', daemon.url, '--nodes', file],
    });
    await eventually(() => expect(emitter.stderr).to.include('refused'));
    await eventually(async () => expect(await nodesAt(daemon.url)).to.have.length(1));
    emitter.signal('SIGTERM');
    expect((await emitter.ended).code).to.equal(1);
    expect(emitter.stderr).to.equal(
      'settings of web are refused: channels.0: unknown channel; the configured ones are: log\n',
    );
    expect(emitter.stdout).to.match(/^settings {3}0 registered, 1 refused$/m);
  });

  it('is quiet in a pipe, prints a summary, and ends by itself', async () => {
    const daemon = await resources.daemon(resources.directory());
    const emitter = await resources.heartbeat([
      ...['emit', '--url', daemon.url, '--nodes', nodesFile(['a', 'b'])],
      ...['--interval', '0.1', '--duration', '1'],
    ]);
    expect(emitter.stderr).to.equal('');
    expect(emitter.stdout).to.match(
      /^2 nodes, heartbeats for \d+\.\d s at http.*\nheartbeats \d+ accepted, 0 refused\n/,
    );
  });

  it('exits 1 when no heartbeat was accepted', async () => {
    const emitter = emit(`http://127.0.0.1:${await freePort()}`, nodesFile(['a']), '--interval', '0.1');
    await eventually(() => expect(emitter.stderr).to.include('refused'));
    emitter.signal('SIGINT');
    expect((await emitter.ended).code).to.equal(1);
    expect(emitter.stderr).to.match(/^heartbeats are refused, trying again: .*ECONNREFUSED\n$/);
  });

  it('prints all problems of its arguments before it starts', async () => {
    const wrong = await resources.heartbeat([
      ...['emit', '--url', 'nowhere', '--nodes', 'none', '--interval', '0', '--batch-sizes', '1,2'],
    ]);
    expect((await wrong.ended).code).to.equal(64);
    expect(wrong.stderr.match(/^error: --(url|interval|batch-sizes) must be /gm)).to.have.length(3);
    const file = nodesFile([
      '..',
      'twin',
      'twin',
      { name: 'x', probe: { tcp: 'nowhere' } },
      { name: 'y', probe: {} },
      { name: 'z', timeout: 'long', labels: { team: 3 }, paused: true },
    ]);
    const listed = await resources.heartbeat(['emit', '--url', 'http://127.0.0.1:1', '--nodes', file]);
    expect((await listed.ended).code).to.equal(78);
    expect(
      listed.stderr
        .trim()
        .split('\n')
        .map((line) => line.replace(`${file}:1: `, '')),
    ).to.deep.equal([
      'nodes[0]: must be 1 to 255 bytes, and not "." or ".."',
      'nodes[2]: twin is listed twice: remove it here or in line 1',
      'nodes[3].probe.tcp: must be a host and a port, such as db-1:5432',
      'nodes[4].probe: must have one of http, tcp, tls, dns and command',
      'nodes[5].timeout: must be a number of seconds',
      'nodes[5].labels.team: a value must be a string',
      'nodes[5]: unknown field paused',
    ]);
    const missing = await resources.heartbeat(['emit', '--url', 'http://127.0.0.1:1', '--nodes', '/no/such']);
    expect((await missing.ended).code).to.equal(78);
  });
});
