import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { authOf, callWith, keyRule } from '../auth/support.js';
import { starting } from '../support/gateway-under-test.js';
import { head, type RawClient } from '../support/raw-client.js';

describe('a gateway that is reconfigured', () => {
  const start = starting(true);

  it('applies new keys at once, also on open connections', async () => {
    const gateway = await start({ auth: authOf(keyRule('old')) });
    expect((await callWith(gateway, 'old', 'PUT', '/heal/5')).status).to.equal(200);
    gateway.reconfigure({ auth: authOf(keyRule('new')) });
    expect((await callWith(gateway, 'old', 'PUT', '/heal/5')).status).to.equal(401);
    expect((await callWith(gateway, 'new', 'PUT', '/heal/5')).status).to.equal(200);
    gateway.reconfigure({});
    expect((await gateway.call('PUT', '/heal/5')).status).to.equal(200);
  });

  it('applies new limits, and allowed origins', async () => {
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

  it('applies every other limit, too', async () => {
    const auth = authOf(keyRule('app', { scopes: ['admin'] }));
    const gateway = await start({ auth });
    const statusOf = async () => (await callWith(gateway, 'app', 'PUT', '/heal/5')).status;
    expect(await statusOf()).to.equal(200);

    gateway.reconfigure({ auth, limits: { rate_per_key: 0.01 } });
    expect([await statusOf(), await statusOf()]).to.deep.equal([200, 429]);

    gateway.reconfigure({ auth, limits: { pass: 0.05 } });
    // Requests of one connection are handled in turn, so only many connections make a pass too long.
    const before = gateway.gateway.inspect().connections;
    const crowd = Array.from({ length: 30 }, () => gateway.raw());
    await eventually(() => expect(gateway.gateway.inspect().connections).to.equal(before + crowd.length), {
      every: 1,
    });
    gateway.daemon.whenAsked = () => gateway.clock.standStill(60);
    for (const client of crowd) client.send(head('PUT /heal/5', 'Authorization: Bearer app'));
    const answers = await Promise.all(crowd.map((client) => client.answer()));
    expect(answers.map(({ status }) => status)).to.include(503);
    gateway.daemon.whenAsked = () => undefined;

    gateway.reconfigure({ auth, limits: { in_flight: 1, request_timeout: 4 } });
    gateway.daemon.hold();
    const waiting = statusOf();
    await eventually(() => expect(gateway.daemon.held).to.equal(1), { every: 1 });
    expect(await statusOf()).to.equal(503);
    await gateway.clock.advance(5_000);
    expect(await waiting).to.equal(503);
    expect(gateway.gateway.inspect().refused.answer_timeouts).to.equal(1);
    gateway.daemon.release();

    gateway.reconfigure({ auth, keep_alive_timeout: 0.05, limits: { headers_timeout: 0.05 } });
    // A client that is closed before its first bytes are read gets no answer, or another one: a later one does.
    const answered = (text: string, status: number): Promise<RawClient> =>
      eventually(async () => {
        const client = gateway.raw().send(text);
        await eventually(() => expect(client.closed || client.received !== '').to.equal(true), { every: 1 });
        expect(client.received).to.include(`HTTP/1.1 ${status} `);
        return client;
      });
    const idle = await answered(head('PUT /heal/5', 'Authorization: Bearer app'), 200);
    expect((await idle.answer()).headers).to.include({ 'keep-alive': 'timeout=0' });
    await gateway.clock.advance(2_500);
    await idle.end();
    await answered('PUT /heal/5 HT', 408);
  });

  it('accepts only the new channels for nodes', async () => {
    const gateway = await start();
    const statusOf = async (channel: string) =>
      (await gateway.call('PUT', '/nodes/x', { body: JSON.stringify({ channels: [channel] }) })).status;
    // The node is unknown here.
    expect([await statusOf('ops'), await statusOf('pager')]).to.deep.equal([404, 400]);
    gateway.daemon.alerts = { ...gateway.daemon.alerts, channels: ['pager'] };
    expect([await statusOf('ops'), await statusOf('pager')]).to.deep.equal([400, 404]);
  });

  it('shows the new limits in its contract', async () => {
    const gateway = await start({ limits: { page: 7 } });
    const limit = async () =>
      /"name":"limit"[^}]*"maximum":(\d+)/.exec((await gateway.call('GET', '/openapi.json')).text)?.[1];
    expect(await limit()).to.equal('7');
    gateway.reconfigure({ limits: { page: 9 } });
    expect(await limit()).to.equal('9');
  });
});
