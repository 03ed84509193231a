import { expect } from 'chai';
import { instant } from '../../../src/domain/time.js';
import { starting } from '../support/gateway-under-test.js';
import { authOf, callWith, keyRule, START, token } from './support.js';

describe('GET /session', () => {
  const start = starting(true);

  it('says what everybody may do while no key is configured', async () => {
    const gateway = await start();
    const { status, json } = await gateway.call('GET', '/session');
    expect(status).to.equal(200);
    expect(json).to.deep.equal({
      key: null,
      user: null,
      scopes: ['heal', 'read', 'admin'],
      nodes: null,
      expires: null,
      signed_in: false,
    });
  });

  it('says what the key is called, what it may do, for which nodes and until when', async () => {
    const expires = instant((START + 60) * 1000);
    const auth = authOf(
      keyRule('ops', { scopes: ['admin'], nodes: ['web-', 'db-'], expires }),
      keyRule('viewer', { scopes: ['read'] }),
      keyRule('app', { scopes: ['heal'] }),
    );
    const gateway = await start({ auth });
    const asked = (key: string) => callWith(gateway, key, 'GET', '/session');
    expect((await asked('ops')).json).to.deep.equal({
      key: 'ops',
      user: null,
      scopes: ['heal', 'read', 'admin'],
      nodes: ['web-', 'db-'],
      expires: START + 60,
      signed_in: false,
    });
    const viewer = {
      key: 'viewer',
      user: null,
      scopes: ['read'],
      nodes: null,
      expires: null,
      signed_in: false,
    };
    expect((await asked('viewer')).json).to.deep.equal(viewer);
    expect((await asked('app')).status).to.equal(403);
    expect((await asked(await token())).status).to.equal(403);
    expect((await asked('nobody')).status).to.equal(401);
    expect((await gateway.call('GET', '/session')).status).to.equal(401);
  });
});

describe('the dashboard', () => {
  const start = starting(true);

  it('is asked for without a key, with a wrong one, and with one for something else', async () => {
    const gateway = await start({ auth: authOf(keyRule('app', { scopes: ['heal'] })) });
    for (const path of ['/', '/assets/x.js', '/?a=b']) {
      // Where nothing is built there is no such file.
      expect((await gateway.call('GET', path, { parse: false })).status, path).to.be.oneOf([200, 404]);
      for (const key of ['app', 'nobody'])
        expect((await callWith(gateway, key, 'HEAD', path, { parse: false })).status).to.be.oneOf([200, 404]);
      expect((await gateway.call('PUT', path, { parse: false })).status).to.equal(401);
    }
    expect((await gateway.call('GET', '/assets', { parse: false })).status).to.equal(401);
  });
});
