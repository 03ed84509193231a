import { expect } from 'chai';
import { authOf, callWith, keyRule } from '../auth/support.js';
import { starting } from '../support/gateway-under-test.js';
import { head } from '../support/raw-client.js';

describe('a gateway that is told to go on otherwise', () => {
  const start = starting(true);

  it('holds everybody to the new keys at once, on connections that are open too', async () => {
    const gateway = await start({ auth: authOf(keyRule('old')) });
    expect((await callWith(gateway, 'old', 'PUT', '/heal/5')).status).to.equal(200);
    gateway.reconfigure({ auth: authOf(keyRule('new')) });
    expect((await callWith(gateway, 'old', 'PUT', '/heal/5')).status).to.equal(401);
    expect((await callWith(gateway, 'new', 'PUT', '/heal/5')).status).to.equal(200);
    gateway.reconfigure({});
    expect((await gateway.call('PUT', '/heal/5')).status).to.equal(200);
  });

  it('holds everybody to the new limits, and lets pages in or out', async () => {
    const gateway = await start();
    gateway.reconfigure({
      limits: { body: 10, batch: 2, page: 3, rate_per_address: 1000, headers: 300 },
      cors: { origins: ['*'] },
    });
    expect((await gateway.call('PUT', '/heal/5', { body: 'x'.repeat(11) })).status).to.equal(413);
    expect((await gateway.call('POST', '/heal', { body: '[1,2,3]' })).status).to.equal(413);
    expect((await gateway.call('GET', '/heart_rhythm/5?limit=4')).status).to.equal(400);
    const { headers } = await gateway.call('PUT', '/heal/5', { headers: { origin: 'https://a.org' } });
    expect(headers).to.have.property('access-control-allow-origin', 'https://a.org');
    const large = gateway.raw().send(head('PUT /heal/5', `X-Filler: ${'x'.repeat(400)}`));
    expect((await large.answer()).status).to.be.oneOf([431, 503]);
    gateway.reconfigure({ limits: { connections: 1 } });
    const one = gateway.raw().send(head('PUT /heal/5'));
    const two = gateway.raw().send(head('PUT /heal/6'));
    const statuses = [(await one.answer()).status, (await two.answer()).status];
    expect(statuses).to.include(503);
  });
});
