import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { head } from '../support/raw-client.js';
import { starting } from '../support/gateway-under-test.js';

describe('clients that mean to be slow', () => {
  const start = starting(true);

  it('are disconnected in time, even if they send a byte now and then, and delay no other client', async () => {
    const gateway = await start({ limits: { headers_timeout: 1 } });
    const slow = Array.from({ length: 50 }, () => gateway.raw().send('PUT /heal/5 HTTP/1.1\r\nHost: x\r\n'));
    const drip = setInterval(() => {
      for (const client of slow) if (!client.closed) client.send('X');
    }, 20);
    try {
      expect((await gateway.call('PUT', '/heal/6')).status).to.equal(200);
      for (const client of slow) expect((await client.answer()).status).to.equal(408);
    } finally {
      clearInterval(drip);
    }
    await gateway.clock.advance(2_000);
    await eventually(() => expect(gateway.gateway.inspect().connections).to.be.below(2));
    expect(gateway.daemon.asked).to.have.length(1);
  });

  it('are also disconnected if they send many requests at once and read nothing', async () => {
    const gateway = await start({ limits: { in_flight: 10 } });
    gateway.daemon.hold();
    const client = gateway.raw();
    client.send(head('PUT /heal/5').repeat(100));
    await eventually(() => expect(gateway.daemon.held).to.be.within(1, 12));
    gateway.daemon.release();
    const answers = await client.answers(100);
    expect(answers.filter(({ status }) => status === 503)).to.have.length.above(80);
  });
});
