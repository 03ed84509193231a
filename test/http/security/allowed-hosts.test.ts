import { expect } from 'chai';
import { Hosts, isHost } from '../../../src/http/security/allowed-hosts.js';
import { head } from '../support/raw-client.js';
import { starting, type StartOptions } from '../support/gateway-under-test.js';
import { authOf, keyRule } from '../auth/support.js';

describe('the names that a daemon answers to', () => {
  const start = starting(true);

  async function statusOf(host: string, options: StartOptions = {}): Promise<number> {
    const served = await start({ allowed_hosts: null, ...options });
    const client = served.raw().send(`PUT /heal/5 HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    return (await client.answer()).status;
  }

  it('are those of loopback, with any port, while no key is configured', async () => {
    for (const host of [
      'localhost',
      'LOCALHOST:3519',
      '127.0.0.1:1',
      '127.9.9.9',
      '[::1]:3519',
      'localhost.',
    ])
      expect(await statusOf(host), host).to.equal(200);
    for (const host of [
      'evil.example',
      'evil.example:3519',
      'localhost.evil.example',
      '10.0.0.1',
      '[::2]',
      '',
    ])
      expect(await statusOf(host), host).to.equal(421);
  });

  it('are that of the URL at which people reach it', async () => {
    const options = { public_url: 'https://heartbeat.example.org/below' };
    expect(await statusOf('heartbeat.example.org', options)).to.equal(200);
    expect(await statusOf('below.example.org', options)).to.equal(421);
  });

  it('are others where that is configured, and any with a star', async () => {
    const options = { allowed_hosts: ['Heartbeat.internal', '10.0.0.1'] };
    for (const host of ['heartbeat.internal', 'HEARTBEAT.internal:80', '10.0.0.1:3519', 'localhost'])
      expect(await statusOf(host, options), host).to.equal(200);
    expect(await statusOf('evil.example', options)).to.equal(421);
    expect(await statusOf('evil.example', { allowed_hosts: ['*'] })).to.equal(200);
  });

  it('are every address where it listens on all of them, and no other name', () => {
    for (const host of ['0.0.0.0', '::']) {
      const hosts = new Hosts({ host, allowed: [] });
      for (const address of ['10.0.0.5:3519', '[fd00::1]:3519', 'localhost'])
        expect(hosts.answersTo(address), address).to.equal(true);
      for (const name of ['evil.example', 'a@127.0.0.1', '127.0.0.1/x', ''])
        expect(hosts.answersTo(name), name).to.equal(false);
    }
    expect(new Hosts({ host: 'db.internal', allowed: [] }).answersTo('db.internal:3519')).to.equal(true);
  });

  it('are told by the target where it is in absolute form', async () => {
    const served = await start({ allowed_hosts: null });
    const client = served.raw();
    client.send(`GET http://localhost/checkup/5 HTTP/1.1\r\nHost: evil.example\r\n\r\n`);
    expect((await client.answer()).status).to.equal(200);
    client.send(`GET http://evil.example/checkup/5 HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    expect((await client.answers(2))[1]?.status).to.equal(421);
  });

  it('are any where a key is asked for: a page has none', async () => {
    const served = await start({ allowed_hosts: null, auth: authOf(keyRule('app')) });
    const client = served.raw().send(head('PUT /heal/5', `Authorization: Bearer app`));
    expect((await client.answer()).status).to.equal(200);
  });

  it('can be changed while it runs', async () => {
    const served = await start({ allowed_hosts: null });
    const ask = async () => (await served.raw().send(head('PUT /heal/5')).answer()).status;
    expect(await ask()).to.equal(421);
    served.reconfigure({ allowed_hosts: ['heartbeat'] });
    expect(await ask()).to.equal(200);
    served.reconfigure({ allowed_hosts: null });
    expect(await ask()).to.equal(421);
  });
});

describe('the value of a Host field', () => {
  it('is a name or an address, and a port if any', () => {
    for (const host of ['a', 'a.b:80', 'a:', '', '[::1]', '[::1]:80', '%41', 'a_b'])
      expect(isHost(host), host).to.equal(true);
    for (const host of ['a, a', 'a b', 'a/b', 'a@b', '[::1', 'a:b', 'a?b', '%4', 'é'])
      expect(isHost(host), host).to.equal(false);
  });
});
