import { expect } from 'chai';
import { RateLimiter, sourceOf } from '../../../src/http/security/rate-limit.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { authOf, callWith, keyRule, START, token } from '../auth/support.js';
import { starting } from '../support/gateway-under-test.js';

describe('a rate', () => {
  it('lets a second’s worth come at once, and then so many a second', async () => {
    const clock = new SimulatedClock();
    const rates = new RateLimiter(clock, 10);
    const passed = (count: number) =>
      Array.from({ length: count }, () => rates.take('one')).filter((wait) => wait === 0).length;
    expect(passed(50)).to.equal(10);
    expect(rates.take('one')).to.be.closeTo(0.1, 0.001);
    expect(rates.take('another')).to.equal(0);
    await clock.advance(100);
    expect(passed(50)).to.equal(1);
    let all = 0;
    for (let second = 0; second < 20; second++) {
      await clock.advance(1000);
      all += passed(50);
    }
    expect(all).to.equal(200);
  });

  it('of less than one a second lets one come when it is due', async () => {
    const clock = new SimulatedClock();
    const rates = new RateLimiter(clock, 0.1);
    expect(rates.take('one')).to.equal(0);
    expect(rates.take('one')).to.equal(10);
    await clock.advance(9_999);
    expect(rates.take('one')).to.be.above(0);
    await clock.advance(1);
    expect(rates.take('one')).to.equal(0);
  });

  it('remembers a fixed number of addresses, and forgets the quiet ones first', () => {
    const rates = new RateLimiter(new SimulatedClock(), 1, 3);
    for (const who of ['a', 'b', 'c']) expect(rates.take(who)).to.equal(0);
    expect(rates.take('d')).to.equal(0);
    expect(['b', 'c', 'd'].map((who) => rates.take(who) > 0)).to.deep.equal([true, true, true]);
    expect(rates.take('a')).to.equal(0);
  });
});

describe('the network of an address', () => {
  for (const [address, source] of [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1', 'fe80:0:0:0::/64'],
  ] as const) {
    it(`${address} is one of ${source}`, () => {
      expect(sourceOf(address)).to.equal(source);
    });
  }
});

for (const [lane, fastLane] of [
  ['Express alone', false],
  ['the fast lane before Express', true],
] as const) {
  describe(`rates, with ${lane}`, () => {
    const start = starting(fastLane);

    it('of an address are enforced with our error form, except for probes', async () => {
      const gateway = await start({ limits: { rate_per_address: 0.25 } });
      expect((await gateway.call('PUT', '/heal/5')).status).to.equal(200);
      const { status, headers, json } = await gateway.call('PUT', '/heal/5');
      expect([status, headers['retry-after'], json]).to.deep.equal([
        429,
        '4',
        { error: 'too many requests, try again later' },
      ]);
      expect((await gateway.call('GET', '/nodes')).json).to.include({ code: 'HEARTBEAT_RATE_LIMITED' });
      expect((await gateway.call('GET', '/healthz')).status).to.equal(200);
      await gateway.clock.advance(4_000);
      expect((await gateway.call('PUT', '/heal/5')).status).to.equal(200);
      expect(gateway.gateway.inspect().refused.rate_limited).to.equal(2);
      expect(gateway.daemon.asked).to.have.length(2);
    });

    it('of a key are its own, and each user with a token has one', async () => {
      const gateway = await start({ limits: { rate_per_key: 1 }, auth: authOf(keyRule('a'), keyRule('b')) });
      const [five, six] = await Promise.all(['5', '6'].map((sub) => token({ sub, exp: START + 60 })));
      for (const [credential, user] of [
        ['a', 1],
        ['b', 1],
        [five!, 5],
        [six!, 6],
      ] as const) {
        expect((await callWith(gateway, credential, 'PUT', `/heal/${user}`)).status).to.equal(200);
        expect((await callWith(gateway, credential, 'PUT', `/heal/${user}`)).status).to.equal(429);
      }
      // Another token of the same user does not avoid it.
      const again = await token({ sub: '5', exp: START + 61 });
      expect((await callWith(gateway, again, 'PUT', '/heal/5')).status).to.equal(429);
      // Unauthenticated requests do not count.
      expect((await callWith(gateway, 'c', 'PUT', '/heal/5')).status).to.equal(401);
    });

    it('are unlimited unless configured', async () => {
      const gateway = await start({ auth: authOf(keyRule('a')) });
      for (let again = 0; again < 200; again++) {
        expect((await callWith(gateway, 'a', 'PUT', '/heal/5')).status).to.equal(200);
      }
    });
  });
}
