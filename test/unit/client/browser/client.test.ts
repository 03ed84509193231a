import { expect } from 'chai';
import { createClient, type Client, type ConnectOptions } from '../../../../src/client/browser/client.js';
import type { HeartbeatClientError } from '../../../../src/client/browser/types.js';
import { SimulatedBrowser } from '../../../support/simulated-browser.js';

describe('the client of browsers', () => {
  let browser: SimulatedBrowser;
  let client: Client;
  let statuses: string[];
  let errors: HeartbeatClientError[];

  beforeEach(() => {
    browser = new SimulatedBrowser();
    statuses = [];
    errors = [];
  });

  function open(options: Partial<ConnectOptions> = {}): void {
    client = createClient(browser, { url: 'http://daemon/', user: 7, ...options });
    client.on('status', (status) => statuses.push(status));
    client.on('error', (error) => errors.push(error));
  }

  const pass = (milliseconds: number): Promise<void> => browser.clock.advance(milliseconds);

  async function online(options: Partial<ConnectOptions> = {}): Promise<void> {
    open(options);
    await pass(200);
    expect(client.status).to.equal('online');
  }

  it('is online once the daemon has taken its device, with its meta', async () => {
    open({ meta: { away: false } });
    expect(client.status).to.equal('offline');
    await pass(6);
    expect(client.status).to.equal('connecting');
    await pass(200);
    expect(statuses).to.deep.equal(['connecting', 'online']);
    expect(browser.sockets.map(({ url }) => url)).to.deep.equal(['ws://daemon/socket']);
    expect(client.device).to.match(/^web-[a-z0-9]{8}$/);
    expect(browser.users.get('7')).to.deep.equal(new Map([[client.device, { away: false }]]));
  });

  it('says other things about its device when asked to', async () => {
    await online();
    client.update({ away: true });
    await pass(10);
    expect(browser.users.get('7')?.get(client.device)).to.deep.equal({ away: true });
    browser.endAll(1006);
    await pass(2000);
    expect(browser.heard('heal').at(-1)?.devices).to.deep.equal([
      { id: '7', device: client.device, meta: { away: true } },
    ]);
  });

  it('keeps the name of its device over a reload, and takes another in another tab', async () => {
    open();
    expect(createClient(browser, { url: 'http://daemon', user: 7 }).device).to.equal(client.device);
    expect(createClient(new SimulatedBrowser(2), { url: 'http://daemon', user: 7 }).device).not.to.equal(
      client.device,
    );
  });

  it('refuses names of devices that the daemon would refuse', () => {
    expect(() => open({ device: 'a b' })).to.throw(RangeError, 'device must be');
    expect(() => open({ device: 'x'.repeat(56) })).to.throw(RangeError);
    open({ device: 'x'.repeat(55) });
    expect(client.device).to.have.length(64);
  });

  it('refuses options that it does not have, by their names', () => {
    const misspelt: ConnectOptions & { readonly devise: string } = { url: 'http://daemon', devise: 'web' };
    expect(() => createClient(browser, misspelt)).to.throw(TypeError, 'connect: no option devise');
  });

  it('refuses meta that is no JSON, when it is given', async () => {
    await online();
    expect(() => client.update({ id: 7n })).to.throw(TypeError);
    const meta: Record<string, unknown> = { away: true };
    client.update(meta);
    meta.away = false;
    await pass(100);
    expect(browser.users.get('7')?.get(client.device)).to.deep.equal({ away: true });
    expect(client.status).to.equal('online');
  });

  it('says goodbye for its device when closed, and is offline then', async () => {
    await online();
    browser.join('7', 'phone');
    const closed = client.close();
    await pass(10);
    await closed;
    expect([...(browser.users.get('7')?.keys() ?? [])]).to.deep.equal(['phone']);
    expect(client.status).to.equal('offline');
    expect(browser.socket).to.equal(undefined);
    await pass(60_000);
    expect(browser.sockets).to.have.length(1);
  });

  it('says goodbye by HTTP if it has no connection, and waits for 5 s at most', async () => {
    await online({ token: () => 'secret' });
    browser.isDown = true;
    browser.endAll(1006);
    browser.fetch = (url, request) => {
      browser.requests.push({ url, request });
      return new Promise(() => undefined);
    };
    const closed = client.close();
    await pass(5001);
    await closed;
    expect(browser.requests).to.deep.equal([
      {
        url: `http://daemon/heal/7?device=${client.device}`,
        request: { method: 'DELETE', headers: { authorization: 'Bearer secret' }, keepalive: false },
      },
    ]);
  });

  it('says goodbye at the end of the page, on both ways', async () => {
    await online({ token: () => 'secret' });
    browser.happen('pagehide');
    const { request, url } = browser.requests[0] ?? {};
    expect(url).to.equal(`http://daemon/heal/7?device=${client.device}`);
    expect(request).to.include({ method: 'DELETE', keepalive: true });
    expect(request?.headers).to.deep.equal({ authorization: 'Bearer secret' });
    expect(browser.heard('goodbye').map(({ devices }) => devices)).to.deep.equal([
      [{ id: '7', device: client.device }],
    ]);
    expect(browser.socket).to.equal(undefined);
  });

  it('says no goodbye when the page goes into the back-forward cache, and is back with it', async () => {
    await online();
    browser.happen('pagehide', true);
    await pass(10_000);
    expect(browser.requests).to.deep.equal([]);
    expect(browser.heard('goodbye')).to.deep.equal([]);
    expect(browser.socket).to.equal(undefined);
    expect(client.status).to.equal('offline');
    browser.happen('pageshow', true);
    await pass(1);
    await pass(200);
    expect(client.status).to.equal('online');
  });

  it('gets a new token before the old one ends, without a break', async () => {
    let count = 0;
    browser.tokens = new Set(['token-1', 'token-2']);
    await online({ token: async () => `token-${++count}` });
    browser.say(browser.socket!, { type: 'expiring', in_ms: 60_000 });
    await pass(100);
    expect(browser.heard('auth').map(({ token }) => token)).to.deep.equal(['token-1', 'token-2']);
    expect(browser.sockets).to.have.length(1);
    expect(statuses).to.deep.equal(['connecting', 'online']);
  });

  it('gets a new token after a refused one, and tells why it was refused', async () => {
    let count = 0;
    browser.tokens = new Set(['token-3']);
    open({ token: () => `token-${++count}` });
    await pass(10_000);
    expect(client.status).to.equal('online');
    expect(errors.map(({ code }) => code)).to.deep.equal([
      'HEARTBEAT_UNAUTHORIZED',
      'HEARTBEAT_UNAUTHORIZED',
    ]);
  });

  it('tells that the app gives no token, and asks again', async () => {
    let count = 0;
    open({
      token: () => {
        if (++count < 3) throw new Error('no session');
        return 'token';
      },
    });
    await pass(10_000);
    expect(errors.map(({ code, status }) => ({ code, status }))).to.deep.equal(
      Array.from({ length: 2 }, () => ({ code: 'HEARTBEAT_CLIENT_NO_TOKEN', status: 0 })),
    );
    expect(client.status).to.equal('online');
  });

  it('asks again for a token that never comes', async () => {
    let count = 0;
    open({ token: () => (++count === 1 ? new Promise<string>(() => undefined) : 'token') });
    await pass(29_000);
    expect(client.status).to.equal('connecting');
    await pass(5000);
    expect(client.status).to.equal('online');
  });

  it('connects again after the time that a daemon which stops asks for, not before', async () => {
    await online();
    browser.endAll(1012, '{"retry_after_ms":4000}');
    await pass(3999);
    expect(browser.sockets).to.have.length(1);
    await pass(1300);
    expect(browser.sockets).to.have.length(2);
    expect(client.status).to.equal('online');
  });

  it('tries again if the daemon could not take the device just now', async () => {
    browser.refusals.set('heal', 'HEARTBEAT_NOT_READY');
    open();
    await pass(3000);
    expect(client.status).to.equal('connecting');
    browser.refusals.clear();
    await pass(30_000);
    expect(client.status).to.equal('online');
  });

  it('does not ask again for what it may not do', async () => {
    browser.refusals.set('heal', 'HEARTBEAT_FORBIDDEN');
    open();
    await pass(15_000);
    expect(errors.map(({ code }) => code)).to.deep.equal(['HEARTBEAT_FORBIDDEN']);
    expect(browser.heard('heal')).to.have.length(1);
    expect(client.status).to.equal('offline');
  });

  it('keeps its device online with the meta that was taken last, if another one is refused', async () => {
    await online({ meta: { away: true } });
    client.update({ text: 'x'.repeat(2000) });
    await pass(100);
    expect(errors.map(({ code }) => code)).to.deep.equal(['HEARTBEAT_INVALID_FRAME']);
    expect(client.status).to.equal('online');
    browser.users.clear();
    browser.endAll(1006);
    await pass(2000);
    expect(client.status).to.equal('online');
    expect(browser.users.get('7')).to.deep.equal(new Map([[client.device, { away: true }]]));
    expect(errors).to.have.length(1);
  });

  it('is online without meta if its first one is refused', async () => {
    await online({ meta: { text: 'x'.repeat(2000) } });
    expect(errors.map(({ code }) => code)).to.deep.equal(['HEARTBEAT_INVALID_FRAME']);
    expect([...(browser.users.get('7')?.values() ?? [])]).to.deep.equal([null]);
  });

  it('keeps a meta that was taken while an earlier one was refused', async () => {
    await online();
    client.update({ text: 'x'.repeat(2000) });
    client.update({ away: true });
    await pass(100);
    expect(errors).to.have.length(1);
    expect(browser.users.get('7')?.get(client.device)).to.deep.equal({ away: true });
  });

  for (const [what, random] of [
    ['usual waits', undefined],
    ['the shortest waits', 0],
  ] as const) {
    it(`makes at most 25 attempts in the first 10 s while the daemon is down: ${what}`, async () => {
      browser.isDown = true;
      if (random !== undefined) browser.random = () => random;
      open();
      // A network that comes and goes, and a user who looks at the page again and again.
      for (let step = 0; step < 100; step++) {
        await pass(100);
        if (random === undefined) continue;
        browser.happen('offline');
        browser.happen('online');
        browser.happen('resume');
      }
      const early = browser.attempts.filter((at) => at <= browser.attempts[0]! + 10_000);
      expect(early.length).to.be.within(3, 25);
    });
  }

  it('does not hammer a daemon that accepts and closes', async () => {
    open();
    for (let step = 0; step < 1000; step++) {
      await pass(10);
      browser.endAll(1006);
    }
    expect(browser.attempts.length).to.be.at.most(25);
  });

  it('notices within 35 s that nothing arrives any more', async () => {
    await online();
    const watch = client.watch(['ann']);
    await pass(100);
    expect(watch.stale).to.equal(false);
    browser.isCut = true;
    await pass(35_000);
    expect(watch.stale).to.equal(true);
    expect(client.status).to.equal('connecting');
    browser.isCut = false;
    await pass(45_000);
    expect(client.status).to.equal('online');
    expect(watch.stale).to.equal(false);
  });

  it('notices within 10 s after the page woke', async () => {
    await online();
    browser.isCut = true;
    browser.happen('resume');
    await pass(10_001);
    expect(client.status).to.equal('connecting');
  });

  it('is offline as long as the browser has no network, and tries now and then all the same', async () => {
    await online();
    browser.isDown = true;
    browser.endAll(1006);
    browser.happen('offline');
    expect(client.status).to.equal('offline');
    browser.isDown = false;
    await pass(31_000);
    expect(client.status).to.equal('online');
  });

  it('reports what a listener throws, and goes on', async () => {
    open();
    client.on('status', () => {
      throw new Error('of the app');
    });
    await pass(200);
    expect(browser.reported.map(String)).to.deep.equal(['Error: of the app', 'Error: of the app']);
    expect(client.status).to.equal('online');
  });

  it('only watches if it has no user', async () => {
    open({ user: undefined });
    await pass(200);
    expect(client.status).to.equal('online');
    expect(browser.heard('heal')).to.deep.equal([]);
    await client.close();
    expect(browser.requests).to.deep.equal([]);
  });
});
