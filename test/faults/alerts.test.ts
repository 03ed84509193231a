import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { allAlerts, flipsOf } from '../support/alert-calls.js';
import { call } from '../support/calls.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { sized } from '../support/effort.js';
import { eventually } from '../support/eventually.js';
import { behave, HookServer, type Behaviour } from '../support/hook-server.js';
import { TestResources } from '../support/test-resources.js';
import { chosenSeed, SeededRandom } from '../support/seeded-random.js';
import { kindsOfDisk } from '../support/small-disk.js';

const NODES = Array.from({ length: 20 }, (_, index) => `node-${String(index)}`);
const KILLS = sized(8, 15);

/** Settings with short timeouts. */
const SOON = {
  nodes: { timeout: 0.5, max_retries: 0 },
  alerts: { mass_failure: { at_least: 1_000_000 }, flapping: { max_per_hour: 3600 } },
};

interface Body {
  readonly id: string;
  readonly type: string;
  readonly node: { readonly name: string };
}

describe('alerts of a daemon', () => {
  const resources = new TestResources();
  let hooks: HookServer;

  beforeEach(async () => {
    hooks = await HookServer.start();
    resources.onClear(() => hooks.stop());
  });

  afterEach(() => resources.clear());

  const ops = (more: object = {}) => ({
    kind: 'webhook',
    url: hooks.url,
    retry: { min_delay: 0.05, max_delay: 0.5 },
    ...more,
  });

  /** Writes a configuration, and returns its path. */
  function configure(directory: string, settings: object = {}): string {
    const file = path.join(directory, 'heartbeat.yaml');
    writeFileSync(file, stringify({ ...SOON, channels: { ops: ops() }, ...settings }));
    return file;
  }

  const bodies = () => hooks.requests.map(({ body }) => JSON.parse(body) as Body);
  const beat = (daemon: DaemonProcess, nodes = NODES) =>
    Promise.all(
      nodes.map((node) => call(daemon.url, 'PUT', `/nodes/${node}/heartbeat`).catch(() => undefined)),
    );

  const seed = chosenSeed();

  it(`survive ${KILLS} kills with SIGKILL, and keep their ids (seed ${seed})`, async () => {
    const random = new SeededRandom(seed);
    const below = (limit: number) => Math.floor(random.between(0, limit));
    const directory = resources.directory();
    const config = configure(directory, { channels: { ops: ops({ attempt_timeout: 1 }) } });
    const moods: readonly Behaviour[] = [
      behave.accept,
      behave.accept,
      behave.status(500),
      behave.hang,
      behave.reset,
      behave.status(429, { 'retry-after': '0' }),
    ];
    hooks.behaviour = (response, request) => moods[below(moods.length)]?.(response, request);

    for (let kill = 0; kill < KILLS; kill++) {
      const daemon = await resources.daemon(path.join(directory, 'data'), { config });
      // Some nodes recover, all fail again half a second later, and the kill comes at a random moment.
      await beat(
        daemon,
        NODES.filter(() => below(2) === 0),
      );
      await pause(below(1200));
      await daemon.kill();
    }

    hooks.behaviour = behave.accept;
    const last = await resources.daemon(path.join(directory, 'data'), { config });
    await beat(last);
    await eventually(async () => {
      // In this order: a node that fails in between has a pending alert.
      for (const node of NODES) expect((await flipsOf(last.url, node)).at(-1)?.to).to.equal('failed');
      expect(await allAlerts(last.url, '&state=pending,held')).to.deep.equal([]);
    });

    const told = await allAlerts(last.url);
    const heard = new Map(bodies().map((body) => [body.id, body]));
    for (const alert of told) {
      const { state } = alert.channels['ops'] ?? { state: 'none' };
      expect(state, alert.id).to.be.oneOf(['delivered', 'cancelled']);
      if (state === 'delivered') expect(heard.get(alert.id)?.node.name, alert.id).to.equal(alert.node);
    }
    const known = new Set(told.map(({ id }) => id));
    for (const { id } of bodies()) expect(known.has(id), `${id} was told, and is known`).to.equal(true);
    for (const node of NODES) {
      const flips = await flipsOf(last.url, node);
      const failures = flips.filter(({ to }) => to === 'failed').length;
      const alerts = told.filter((alert) => alert.node === node && alert.type === 'node.failed');
      expect(alerts, node).to.have.length(failures);
    }
  });

  for (const { name, make } of kindsOfDisk()) {
    it(`are sent while the disk is full, and stored later (${name})`, async () => {
      const disk = make();
      resources.onClear(() => disk.remove());
      const config = configure(resources.directory());
      const daemon = await resources.daemon(path.join(disk.directory, 'data'), { config });
      await beat(daemon);
      disk.fill(daemon);
      await eventually(() =>
        expect(bodies().filter(({ type }) => type === 'node.failed')).to.have.length(NODES.length),
      );
      await beat(daemon, NODES.slice(0, 3));
      await eventually(() => expect(bodies().length).to.be.at.least(NODES.length + 6));
      disk.free(daemon);
      await eventually(async () => {
        const stored = await allAlerts(daemon.url, '&state=delivered');
        expect(new Set(stored.map(({ id }) => id))).to.deep.equal(new Set(bodies().map(({ id }) => id)));
        expect(await call(daemon.url, 'GET', '/supervision'))
          .to.have.property('body')
          .that.includes('"unstored":0,');
      });
      expect(new Set(bodies().map(({ id }) => id)).size, 'each was told once').to.equal(bodies().length);
      await daemon.kill();
      const told = bodies();
      const next = await resources.daemon(path.join(disk.directory, 'data'), { config });
      const kept = new Set((await allAlerts(next.url)).map(({ id }) => id));
      for (const { id } of told) expect(kept.has(id), id).to.equal(true);
    });
  }

  it('become dead letters that are listed, logged as errors and delivered again on request', async () => {
    hooks.behaviour = behave.status(410, {}, 'gone');
    const directory = resources.directory();
    const config = configure(directory);
    const daemon = await resources.daemon(path.join(directory, 'data'), { config });
    await beat(daemon, ['node1']);
    const dead = await eventually(async () => {
      const [alert] = await allAlerts(daemon.url, '&state=dead');
      if (alert === undefined) throw new Error('no dead letter yet');
      return alert;
    });
    expect(dead.channels['ops']).to.include({ attempts: 1, last_error: 'answered 410: gone' });
    expect(daemon.logged('alert became a dead letter')).to.have.length(1);
    hooks.behaviour = behave.accept;
    expect((await call(daemon.url, 'POST', `/alerts/${dead.id}/redeliver`)).status).to.equal(202);
    await eventually(() => expect(bodies().filter(({ id }) => id === dead.id)).to.have.length(2));
    expect((await call(daemon.url, 'POST', '/channels/ops/test')).status).to.equal(202);
    await eventually(() => expect(bodies().at(-1)?.type).to.equal('test'));
    daemon.signal('SIGTERM');
    expect(await daemon.ended).to.deep.equal({ code: 0, signal: null });
  });

  it('pass a custom channel that hangs and exits without harm to the daemon', async () => {
    const directory = resources.directory();
    writeFileSync(
      path.join(directory, 'mine.mjs'),
      `import { BaseNotifier } from '@heartbeatd/heartbeat';
       export default class extends BaseNotifier {
         async notify(alert, { attempt }) { if (attempt === 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); if (attempt === 2) process.exit(1); console.log('told', alert.id); }
       }`,
    );
    const retry = { min_delay: 0.05, max_delay: 0.1 };
    // An attempt includes the start of a thread.
    const mine = { kind: './mine.mjs', attempt_timeout: 5, retry };
    const config = configure(directory, { channels: { mine } });
    const daemon = await resources.daemon(path.join(directory, 'data'), { config });
    await beat(daemon, ['node1']);
    await eventually(async () => {
      const [alert] = await allAlerts(daemon.url);
      expect(alert?.channels['mine']).to.include({ state: 'delivered' });
      expect(alert?.channels['mine']?.attempts).to.be.at.least(3);
      expect(daemon.logged('channel says')[0]).to.include({ text: `told ${String(alert?.id)}` });
    });
  });

  it('need channels that can be used: otherwise the daemon exits 78 and names them', async () => {
    const directory = resources.directory();
    writeFileSync(path.join(directory, 'mine.mjs'), 'export const nothing = 1;');
    const config = configure(directory, {
      channels: { mine: { kind: './mine.mjs' }, bad: { kind: './mine.mjs' } },
    });
    const daemon = resources.launch(path.join(directory, 'data'), { config });
    expect(await daemon.ended).to.deep.equal({ code: 78, signal: null });
    const lines = daemon.stderr.trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/:\d+\)$/, ''))).to.deep.equal([
      `channels.mine.kind: it exports no class that extends BaseNotifier (from ${config}`,
      `channels.bad.kind: it exports no class that extends BaseNotifier (from ${config}`,
    ]);
  });
});
