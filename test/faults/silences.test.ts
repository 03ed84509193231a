import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { allAlerts } from '../support/alert-calls.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { describeOnEachStore } from '../support/each-store.js';
import { eventually } from '../support/eventually.js';
import { behave, HookServer } from '../support/hook-server.js';
import { askNode, flipsOf } from '../support/node-calls.js';
import { TestResources } from '../support/test-resources.js';

/** Seconds for which nodes are muted: the daemon is killed and started again within. */
const LASTS = 25;
const SETTINGS = {
  nodes: { timeout: 0.5, max_retries: 0 },
  alerts: { mass_failure: { at_least: 1_000_000 }, flapping: { max_per_hour: 3600 } },
};

interface Body {
  readonly id: string;
  readonly type: string;
  readonly node?: { readonly name: string };
  readonly nodes?: readonly { readonly name: string }[];
}

/** A notification, and when it came. */
interface Told extends Body {
  readonly at: number;
}

describeOnEachStore('a daemon killed with SIGKILL while nodes are muted', ({ make }) => {
  const resources = new TestResources();
  const told: Told[] = [];
  let hooks: HookServer;

  beforeEach(async () => {
    told.length = 0;
    hooks = await HookServer.start();
    resources.onClear(() => hooks.stop());
    hooks.behaviour = (response, { body }) => {
      told.push({ ...(JSON.parse(body) as Body), at: Date.now() });
      behave.accept(response);
    };
  });

  afterEach(() => resources.clear());

  /** Those that name a node, without repetitions. */
  const about = (name: string): readonly Told[] => {
    const named = told.filter(({ node, nodes = [] }) =>
      [...(node === undefined ? [] : [node]), ...nodes].some((each) => each.name === name),
    );
    return named.filter(({ id }, index) => named.findIndex((other) => other.id === id) === index);
  };
  const lastStates = async (daemon: DaemonProcess, ...names: readonly string[]) =>
    Promise.all(names.map(async (name) => (await flipsOf(daemon.url, name)).at(-1)?.to));

  it('tells of them at the end, of each once, and forgets none', async () => {
    const store = await make(resources);
    const config = path.join(resources.directory(), 'heartbeat.yaml');
    const channels = { ops: { kind: 'webhook', url: hooks.url } };
    const configure = (settings: object) =>
      writeFileSync(config, stringify({ ...SETTINGS, channels, ...settings }));
    configure({});
    const flags = { ...store.flags, config };
    const first = await resources.daemon(store.dataDirectory, flags);
    const end = Math.ceil(Date.now() / 1000) + LASTS;
    // The window opens by a reload.
    configure({ maintenance: [{ matchers: ['name=window'], starts_at: end - 3600, ends_at: end }] });
    first.signal('SIGHUP');
    const silence = { matchers: ['name=~silenced'], ends_at: end, by: 'ann' };
    const made = await fetch(`${first.url}/silences`, { method: 'POST', body: JSON.stringify(silence) });
    expect(made.status).to.equal(201);
    const names = ['silenced', 'window', 'paused', 'loud'];
    for (const name of names) expect((await askNode(first.url, 'PUT', `/${name}`, {})).status).to.equal(201);
    expect((await askNode(first.url, 'POST', '/paused/pause', { until: end })).status).to.equal(200);
    await eventually(async () => {
      expect((await askNode(first.url, 'GET', '/window')).body).to.have.property('maintenance');
      expect(await lastStates(first, 'silenced', 'window', 'loud')).to.deep.equal(Array(3).fill('failed'));
      expect(about('loud')).to.have.length(1);
    });
    await first.kill();
    await store.expire();

    const second = await resources.daemon(store.dataDirectory, flags);
    const shown = (await askNode(second.url, 'GET', '/silenced')).body;
    // On a machine that took so long, it is over.
    if (Date.now() < (end - 1) * 1000) expect(shown).to.have.property('silenced_by').with.length(1);
    await eventually(async () => {
      for (const name of names) expect(about(name).length, name).to.be.at.least(1);
      expect(await allAlerts(second.url, '&state=pending,held')).to.deep.equal([]);
    });
    for (const name of names) {
      const failures = about(name);
      expect(
        failures.map(({ type }) => type),
        name,
      ).to.deep.equal(['node.failed']);
      if (name !== 'loud') expect(failures[0]?.at, `${name}: not before the end`).to.be.at.least(end * 1000);
    }
    expect((await askNode(second.url, 'GET', '/paused')).body).to.include({ paused: false });
    expect((await flipsOf(second.url, 'paused')).map(({ to }) => to)).to.deep.equal(['failed']);
    // What has been notified of is not notified of again at another start.
    const before = told.length;
    await second.kill();
    await store.expire();
    const third = await resources.daemon(store.dataDirectory, flags);
    await eventually(async () => {
      expect(await allAlerts(third.url, '&state=pending,held')).to.deep.equal([]);
    });
    for (const name of names) expect(about(name), name).to.have.length(1);
    expect(told.slice(before).filter(({ id }) => told.findIndex((each) => each.id === id) >= before)).to.be
      .empty;
  });

  it('lets jobs be late and fail by their schedules, once, and shows the same expected instants', async () => {
    const store = await make(resources);
    const config = path.join(resources.directory(), 'heartbeat.yaml');
    const channels = { ops: { kind: 'webhook', url: hooks.url } };
    writeFileSync(config, stringify({ ...SETTINGS, channels }));
    const flags = { ...store.flags, config };
    const first = await resources.daemon(store.dataDirectory, flags);
    const nightly = { cron: ['0 4 29 2 *', '30 2 * * 0'], time_zone: 'Europe/Berlin', grace: 600 };
    const put = async (name: string, schedule: object) => {
      expect((await askNode(first.url, 'PUT', `/${name}`, { schedule })).status).to.equal(201);
      expect((await askNode(first.url, 'PUT', `/${name}/heartbeat`)).status).to.equal(200);
    };
    await put('nightly', nightly);
    await put('job', { every: 2, grace: 1 });
    const expected = async (daemon: DaemonProcess) =>
      ((await askNode(daemon.url, 'GET', '/nightly')).body as { next_expected: number }).next_expected;
    const before = await expected(first);
    await first.kill();
    await store.expire();

    const second = await resources.daemon(store.dataDirectory, flags);
    expect(await expected(second)).to.equal(before);
    await eventually(async () => {
      expect(about('job')).to.have.length(1);
      expect(await allAlerts(second.url, '&state=pending,held')).to.deep.equal([]);
    });
    expect((await flipsOf(second.url, 'job')).map(({ to }) => to)).to.deep.equal(['inactive', 'failed']);
    expect(about('nightly')).to.be.empty;
  });
});
