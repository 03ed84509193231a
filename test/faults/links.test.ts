import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import type { AlertMessage } from '../../src/ports/channel.js';
import { describeOnEachStore } from '../support/each-store.js';
import { eventually } from '../support/eventually.js';
import { behave, HookServer } from '../support/hook-server.js';
import { askNode } from '../support/node-calls.js';
import { TestResources } from '../support/test-resources.js';

const PUBLIC_URL = 'http://heartbeat.example.org';

describeOnEachStore('a daemon killed with SIGKILL after its signed links were used', ({ make }) => {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  it('has done what they say, and refuses them from then on', async () => {
    const store = await make(resources);
    const directory = resources.directory();
    const config = path.join(directory, 'heartbeat.yaml');
    const secret = path.join(directory, 'secret');
    const told: AlertMessage[] = [];
    const hooks = await HookServer.start();
    resources.onClear(() => hooks.stop());
    hooks.behaviour = (response, { body }) => {
      told.push(JSON.parse(body) as AlertMessage);
      behave.accept(response);
    };
    writeFileSync(secret, 'x'.repeat(32));
    const channels = { ops: { kind: 'webhook', url: hooks.url } };
    const auth = { link_secret_file: secret };
    writeFileSync(config, stringify({ public_url: PUBLIC_URL, auth, channels }));
    const flags = { ...store.flags, config };
    const first = await resources.daemon(store.dataDirectory, flags);
    expect((await askNode(first.url, 'PUT', '/db1')).status).to.equal(201);
    expect((await askNode(first.url, 'POST', '/db1/fail')).status).to.equal(200);
    await eventually(() => expect(told).to.have.length(1));
    const { acknowledge = '', silence = '' } = told[0]?.links ?? {};
    const use = (daemon: { readonly url: string }, link: string) =>
      fetch(link.replace(PUBLIC_URL, daemon.url), { method: 'POST' });
    for (const link of [acknowledge, silence]) expect((await use(first, link)).status).to.equal(200);
    await first.kill();
    await store.expire();

    const second = await resources.daemon(store.dataDirectory, flags);
    for (const link of [acknowledge, silence]) expect((await use(second, link)).status).to.equal(410);
    const { body } = await askNode(second.url, 'GET', '/db1');
    expect(body).to.have.nested.property('acknowledged.by', 'channel ops');
    expect(body).to.have.property('silenced_by').with.length(1);
    for (const { stderr } of [first, second]) expect(stderr).to.not.include('hbl1_');
  });
});
