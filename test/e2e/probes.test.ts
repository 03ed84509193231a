import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '../support/eventually.js';
import { behave, HookServer } from '../support/hook-server.js';
import { TestResources } from '../support/test-resources.js';

interface Shown {
  readonly state: string;
  readonly probe?: object;
  readonly last_probe?: { readonly passed: boolean; readonly reason?: string; readonly status?: number };
}

describe('a daemon that probes nodes', () => {
  const resources = new TestResources();
  afterEach(() => resources.clear());

  it('keeps them active, fails them with the reason, and probes on after kill -9, within the networks of a reload, and shows its results after a restart', async () => {
    const server = await HookServer.start();
    resources.onClear(() => server.stop());
    const directory = resources.directory();
    const file = path.join(directory, 'heartbeat.yaml');
    const write = (allow: string): void => writeFileSync(file, `probes: { allow: [${allow}] }\n`);
    write('127.0.0.0/8');
    const data = path.join(directory, 'data');
    let daemon = await resources.daemon(data, { config: file });
    const call = async (method: string, route: string, body?: object): Promise<Response> =>
      fetch(`${daemon.url}${route}`, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
    const shown = async (): Promise<Shown> => (await (await call('GET', '/nodes/web')).json()) as Shown;

    const probe = { http: server.url, every: 1, expect: { status: 204 } };
    const made = await call('PUT', '/nodes/web', { timeout: 1.5, max_retries: 0, probe });
    expect([made.status, ((await made.json()) as Shown).probe]).to.deep.equal([201, probe]);
    await eventually(async () =>
      expect((await shown()).last_probe).to.include({ passed: true, status: 204 }),
    );
    expect(await shown()).to.deep.include({ state: 'active', probe });

    server.behaviour = behave.status(500);
    await eventually(async () => expect((await shown()).state).to.equal('failed'));
    const flips = (await (await call('GET', '/nodes/web/flips')).json()) as {
      readonly flips: readonly { readonly to: string; readonly reason?: string }[];
    };
    expect(flips.flips.at(-1)).to.include({ to: 'failed', reason: 'probe failed: it answered 500' });

    daemon.signal('SIGKILL');
    await daemon.ended;
    server.behaviour = behave.accept;
    daemon = await resources.daemon(data, { config: file });
    await eventually(async () => expect((await shown()).state).to.equal('active'));

    write('public');
    daemon.signal('SIGHUP');
    await eventually(async () =>
      expect((await shown()).last_probe?.reason).to.equal('the address 127.0.0.1 is not in probes.allow'),
    );
    expect(daemon.logged('configuration reloaded')[0]?.['applied']).to.include('probes.allow');
    const resultsOf = async (): Promise<readonly { readonly at_ms: number }[]> => {
      const shows = await (await call('GET', '/nodes/web/probes')).json();
      return (shows as { readonly results: readonly { readonly at_ms: number }[] }).results;
    };
    expect((await resultsOf()).length).to.be.within(1, 20);

    await call('PUT', '/nodes/web', { timeout: 9000, probe: { ...probe, every: 3600 } });
    await eventually(async () => expect(await resultsOf()).to.have.length(1));
    const before = await resultsOf();
    daemon.signal('SIGTERM');
    await daemon.ended;
    daemon = await resources.daemon(data, { config: file });
    await eventually(async () => expect(await resultsOf()).to.deep.include.members([...before]));
  });
});
