import { expect } from 'chai';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { ClientAddresses } from '../../../src/http/security/client-addresses.js';
import { starting } from '../support/gateway-under-test.js';
import { authOf, callWith, keyRule } from './support.js';

/** The address of a request that came from here, with this `X-Forwarded-For`. */
function addressOf(proxies: readonly string[] | null, from: string, forwarded?: string): string | undefined {
  const addresses = new ClientAddresses();
  addresses.configure(proxies);
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: from });
  const request = new IncomingMessage(socket);
  if (forwarded !== undefined) request.headers['x-forwarded-for'] = forwarded;
  return addresses.of(request);
}

describe('the address of a client', () => {
  const PROXIES = ['10.0.0.0/8', 'fd00::/8', '192.0.2.7'];

  it('is that of its socket, unless a trusted proxy names another', () => {
    expect(addressOf(null, '10.0.0.1', '198.51.100.1')).to.equal('10.0.0.1');
    expect(addressOf([], '10.0.0.1', '198.51.100.1')).to.equal('10.0.0.1');
    expect(addressOf(PROXIES, '198.51.100.9', '198.51.100.1')).to.equal('198.51.100.9');
    for (const proxy of ['10.0.0.1', '::ffff:10.0.0.1', 'fd00::1', '192.0.2.7'])
      expect(addressOf(PROXIES, proxy, '198.51.100.1'), proxy).to.equal('198.51.100.1');
    expect(addressOf(PROXIES, '10.0.0.1')).to.equal('10.0.0.1');
  });

  it('is the last that is no trusted proxy, whatever a client says before it', () => {
    const of = (forwarded: string) => addressOf(PROXIES, '10.0.0.1', forwarded);
    expect(of('1.1.1.1, 198.51.100.1')).to.equal('198.51.100.1');
    expect(of('1.1.1.1, 198.51.100.1, 10.2.3.4, fd00::2')).to.equal('198.51.100.1');
    expect(of('2001:db8::1')).to.equal('2001:db8::1');
    expect(of('[2001:db8::1]:4711')).to.equal('2001:db8::1');
    expect(of('198.51.100.1:4711')).to.equal('198.51.100.1');
    // All are proxies: the first of them is as far as anybody knows.
    expect(of('10.9.9.9, 10.2.3.4')).to.equal('10.9.9.9');
    for (const nothing of ['', ' ', 'unknown', '_hidden', '1.1.1.1, unknown', '1.1.1.1, ', 'x'.repeat(5000)])
      expect(of(nothing), nothing).to.equal('10.0.0.1');
    expect(of('198.51.100.1, unknown, 10.2.3.4')).to.equal('10.2.3.4');
  });
});

describe('behind a trusted proxy', () => {
  const start = starting(true);

  it('each client has a rate and an entry in the audit log of its own', async () => {
    const auth = authOf(keyRule('ops', { scopes: ['admin'] }));
    const limits = { rate_per_address: 1 };
    const gateway = await start({ auth, limits, trusted_proxies: ['127.0.0.1'] });
    const from = (address: string, method = 'GET', path = '/session') =>
      callWith(gateway, 'ops', method, path, { headers: { 'x-forwarded-for': address } });
    expect((await from('198.51.100.1', 'DELETE', '/users/5')).status).to.equal(204);
    expect((await from('198.51.100.1')).status).to.equal(429);
    expect((await from('198.51.100.2')).status).to.equal(200);
    expect((await from('9.9.9.9, 198.51.100.2')).status).to.equal(429);
    const [audited] = gateway.logger.lines.filter(({ event }) => event === 'audit');
    expect(audited?.fields['address']).to.equal('198.51.100.1');
    gateway.reconfigure({ auth, limits });
    expect((await from('198.51.100.3')).status).to.equal(200);
    expect((await from('198.51.100.4')).status).to.equal(429);
  });
});
