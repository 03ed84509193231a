import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { freePort } from '../support/free-port.js';
import { CLIENT, OpenIdServer, Redirects } from '../support/openid-provider.js';
import { TestResources } from '../support/test-resources.js';

describe('a daemon whose people sign in at a provider', () => {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  it('starts without it, takes them once it is there, and knows them after a kill', async () => {
    const directory = resources.directory();
    const file = path.join(directory, 'heartbeat.yaml');
    const [port, at] = [await freePort(), await freePort()];
    const own = `http://127.0.0.1:${String(port)}`;
    const openid = {
      issuer: `http://127.0.0.1:${String(at)}`,
      client_id: CLIENT.id,
      client_secret_file: 'client-secret',
      scopes: { 'on-call': ['admin'] },
    };
    writeFileSync(path.join(directory, 'client-secret'), CLIENT.secret);
    writeFileSync(file, stringify({ public_url: own, auth: { openid } }));
    const start = () => resources.daemon(path.join(directory, 'data'), { config: file, port });
    const first = await start();
    const begin = () => fetch(`${own}/sign-in/openid`, { redirect: 'manual' });
    const away = await begin();
    expect([away.status, (await away.text()).includes('does not answer')]).to.deep.equal([503, true]);

    const server = await OpenIdServer.start(`${own}/sign-in/openid/callback`, at);
    resources.onClear(() => server.stop());
    server.accounts.set('ann', { name: 'Ann', groups: ['on-call'] });
    const begun = await begin();
    const [login = ''] = begun.headers.getSetCookie();
    const callback = await new Redirects().follow(begun.headers.get('location') ?? '');
    const back = await fetch(callback, {
      redirect: 'manual',
      headers: { cookie: login.split(';')[0] ?? '' },
    });
    expect([back.status, back.headers.get('location')]).to.deep.equal([303, `${own}/`]);
    const cookie = back.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const headers = { cookie, 'sec-fetch-site': 'same-origin' };
    const whoami = async () => (await fetch(`${own}/session`, { headers })).json();
    expect(await whoami()).to.include({ user: 'Ann', signed_in: true });
    const asked = { method: 'POST', headers: { ...headers, origin: own }, body: '{"by":"somebody else"}' };
    await fetch(`${own}/nodes/db/fail`, { ...asked, body: '{}' });
    await fetch(`${own}/nodes/db/acknowledge`, asked);
    const node: unknown = await (await fetch(`${own}/nodes/db`, { headers })).json();
    expect(node).to.have.nested.property('acknowledged.by', 'Ann');

    await first.kill();
    const second = await start();
    expect(await whoami()).to.include({ user: 'Ann', signed_in: true });
    expect(
      (await fetch(`${own}/session`, { method: 'DELETE', headers: { ...headers, origin: own } })).status,
    ).to.equal(204);
    await second.kill();
    await start();
    expect((await fetch(`${own}/session`, { headers })).status).to.equal(401);
    expect(first.stderr + second.stderr).to.not.include(CLIENT.secret);
  });
});
