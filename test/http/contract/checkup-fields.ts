import { expect } from 'chai';
import { HeartbeatError } from '../../../src/errors.js';
import { authOf, callWith, keyRule, token } from '../auth/support.js';
import type { Start } from '../support/gateway-under-test.js';

const NOW = 1_700_000_000;
const PROBLEM = 'query parameter fields must be a comma-separated list of last_seen and devices';

/** `POST /checkup?fields=`. */
export function checkupFieldsContract(start: Start): void {
  it('adds when each user was last seen, also of those who are offline', async () => {
    const served = await start();
    await served.call('PUT', '/heal/1');
    await served.call('PUT', '/heal/2');
    await served.call('DELETE', '/heal/2');
    const { status, text } = await served.call('POST', '/checkup?fields=last_seen', { body: '[2,1,3]' });
    expect(status).to.equal(200);
    expect(text).to.equal(
      `{"results":[{"id":2,"status":"offline","last_seen":${NOW}},{"id":1,"status":"online","last_seen":${NOW}},{"id":3,"status":"offline","last_seen":null}]}`,
    );
  });

  it('adds the devices, and both, in one order', async () => {
    const served = await start();
    await served.call('PUT', '/heal/1');
    const times = { since: NOW, last_seen: NOW, deadline: NOW + 7 };
    const devices = [{ device: null, ...times, meta: null }];
    for (const [fields, more] of [
      ['devices', { devices }],
      ['devices,last_seen', { last_seen: NOW, devices }],
      ['last_seen,devices,devices', { last_seen: NOW, devices }],
    ] as const) {
      const { text } = await served.call('POST', `/checkup?fields=${fields}`, { body: '1\n' });
      expect(text).to.equal(JSON.stringify({ results: [{ id: 1, status: 'online', ...more }] }));
    }
    const { json } = await served.call('POST', '/checkup?fields=devices', { body: '[5]' });
    expect(json).to.deep.equal({ results: [{ id: 5, status: 'offline', devices: [] }] });
  });

  it('refuses a field that there is not, and asks nobody', async () => {
    const served = await start();
    for (const query of ['fields=', 'fields=name', 'fields=last_seen,', 'fields=last_seen,%20devices']) {
      const { status, json } = await served.call('POST', `/checkup?${query}`, { body: '[1]' });
      expect([status, json], query).to.deep.equal([400, { error: PROBLEM, code: 'HEARTBEAT_INVALID_QUERY' }]);
    }
    const { json } = await served.call('POST', '/checkup?fields=devices&fields=devices', { body: '[1]' });
    expect(json).to.have.property('error', 'query parameter fields is given more than once');
    expect(served.daemon.asked).to.be.empty;
    expect((await served.call('POST', '/checkup?when=now', { body: '[1]' })).status).to.equal(200);
  });

  it('rejects invalid ids by their index, and the whole batch while nobody can be asked', async () => {
    const served = await start();
    const { json } = await served.call('POST', '/checkup?fields=last_seen', { body: '["x",1]' });
    expect(json).to.deep.equal({
      results: [{ id: 1, status: 'offline', last_seen: null }],
      rejected: [{ index: 0, error: 'invalid user_id format' }],
    });
    served.daemon.refuseWith('HEARTBEAT_NOT_READY');
    expect((await served.call('POST', '/checkup?fields=last_seen', { body: '[1]' })).status).to.equal(503);
  });

  it('is an error as a whole when the store cannot be read', async () => {
    const served = await start();
    const error = new HeartbeatError('HEARTBEAT_STORE_FAILED', 'the disk is on fire');
    served.daemon.historyFault = { error, after: 0 };
    const { status } = await served.call('POST', '/checkup?fields=last_seen', { body: '[1]' });
    expect(status).to.equal(500);
    // Devices are not read from it.
    expect((await served.call('POST', '/checkup?fields=devices', { body: '[1]' })).status).to.equal(200);
  });

  it('is permitted to a key with the scope read, and to a user token for its own user', async () => {
    const served = await start({ auth: authOf(keyRule('read', { scopes: ['read'] }), keyRule('heal')) });
    const ask = (credential: string) =>
      callWith(served, credential, 'POST', '/checkup?fields=last_seen', { body: '[5,6]' });
    expect((await ask('read')).json).to.have.nested.property('results.length', 2);
    expect((await ask('heal')).status).to.equal(403);
    expect((await ask(await token())).json).to.deep.equal({
      results: [{ id: 5, status: 'offline', last_seen: null }],
      rejected: [{ index: 1, error: 'this user token does not cover this user_id' }],
    });
  });
}
