import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import type { AlertMessage } from '../../src/ports/channel.js';
import { eventually } from '../support/eventually.js';
import { behave, HookServer } from '../support/hook-server.js';
import { askNode } from '../support/node-calls.js';
import { TestResources } from '../support/test-resources.js';

interface Shown {
  readonly id: string;
  readonly on: { readonly name: string };
  readonly next: { readonly name: string };
  readonly override?: string;
}

describe('rotas of a daemon that gets SIGKILL and SIGHUP', () => {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  it('go on with the person of the first attempt, and keep overrides', async () => {
    const directory = resources.directory();
    const config = path.join(directory, 'heartbeat.yaml');
    const told: string[] = [];
    let isReached = false;
    const hooks = await HookServer.start();
    resources.onClear(() => hooks.stop());
    hooks.behaviour = (response, { path: phone, body }) => {
      const { node } = JSON.parse(body) as AlertMessage;
      told.push(`${phone.slice(1)}: ${node?.name ?? ''}`);
      (isReached ? behave.accept : behave.status(500))(response, { method: '', path: '', headers: {}, body });
    };
    const phone = (name: string) => ({
      kind: 'webhook',
      url: `http://127.0.0.1:${hooks.port}/${name}`,
      events: [],
    });
    const write = (...names: readonly string[]) =>
      writeFileSync(
        config,
        stringify({
          channels: {
            oncall: { kind: 'rota', rota: 'ops', retry: { min_delay: 0.1, max_delay: 0.2 } },
            ...Object.fromEntries(['ann', 'ben', 'cid'].map((name) => [name, phone(name)])),
          },
          rotas: {
            ops: {
              people: names.map((name) => ({ name, channel: name })),
              turns: 'weekly',
              start: '2026-11-30',
            },
          },
        }),
      );
    write('ann', 'ben');
    const flags = { config };
    const first = await resources.daemon(path.join(directory, 'data'), flags);
    const call = async (daemon: { readonly url: string }, method: string, at: string, body?: object) => {
      const answer = await fetch(`${daemon.url}/rotas/ops${at}`, {
        method,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return (await answer.json()) as Shown;
    };
    const { on, next } = await call(first, 'GET', '/now');
    await askNode(first.url, 'PUT', '/db1');
    await askNode(first.url, 'POST', '/db1/fail');
    await eventually(() => expect(told.length).to.be.greaterThan(0));
    const override = await call(first, 'POST', '/overrides', {
      person: next.name,
      ends_at: '2100-01-01',
      by: on.name,
    });
    await first.kill();

    const second = await resources.daemon(path.join(directory, 'data'), flags);
    expect(await call(second, 'GET', '/now')).to.deep.include({ on: next, override: override.id });
    isReached = true;
    await askNode(second.url, 'PUT', '/db2');
    await askNode(second.url, 'POST', '/db2/fail');
    await eventually(() => expect(told).to.include(`${next.name}: db2`));
    await eventually(async () => {
      const alerts = (await (await fetch(`${second.url}/alerts?channel=oncall`)).json()) as {
        alerts: readonly { node: string; channels: Record<string, unknown> }[];
      };
      const delivered = alerts.alerts.find(({ node }) => node === 'db1')?.channels['oncall'];
      expect(delivered).to.include({ state: 'delivered', person: on.name });
    });
    expect(new Set(told)).to.deep.equal(new Set([`${on.name}: db1`, `${next.name}: db2`]));

    // Whoever has left the rota takes no turn, and no override puts them on call.
    write('cid', on.name);
    second.signal('SIGHUP');
    await eventually(() => expect(second.hasLogged('configuration reloaded')).to.equal(true));
    const after = await call(second, 'GET', '/now');
    expect(['cid', on.name]).to.include(after.on.name);
    expect(after).to.not.have.property('override');
  });
});
