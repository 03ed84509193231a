import { expect } from 'chai';
import { createClient, type Client, type ConnectOptions } from '../../../../src/client/browser/client.js';
import type { HeartbeatClientError } from '../../../../src/client/browser/types.js';
import { SimulatedBrowser } from '../../../support/simulated-browser.js';
import { answer } from '../../../support/simulated-http.js';

describe('the client of browsers without sockets', () => {
  let browser: SimulatedBrowser;
  let client: Client;
  let errors: HeartbeatClientError[];

  beforeEach(() => {
    browser = new SimulatedBrowser();
    browser.hasSockets = false;
    errors = [];
  });

  function open(options: Partial<ConnectOptions> = {}): void {
    client = createClient(browser, { url: 'http://daemon', user: 7, ...options });
    client.on('error', (error) => errors.push(error));
  }

  const pass = (milliseconds: number): Promise<void> => browser.clock.advance(milliseconds);

  it('heals about three times in a session timeout, never later, and not always at the same time', async () => {
    open({ meta: { away: true } });
    await pass(200);
    expect(client.status).to.equal('online');
    const times: number[] = [];
    for (let at = 0, before = 1; at < 100_000; at += 100) {
      await pass(100);
      if (browser.http.heals.length > before) times.push(at);
      before = browser.http.heals.length;
    }
    const waits = times.map((time, index) => time - (times[index - 1] ?? 0)).slice(1);
    for (const wait of waits) expect(wait).to.be.within(7900, 10_000);
    expect(new Set(waits).size).to.be.greaterThan(5);
    expect(browser.http.heals.at(-1)).to.deep.equal({
      device: client.device,
      body: { meta: { away: true } },
    });
    expect(browser.sockets).to.deep.equal([]);
  });

  it('warns once that hidden tabs will go offline where the session timeout is below 90 s', async () => {
    open();
    await pass(60_000);
    browser.isDown = true;
    for (const stream of browser.http.open) stream.end();
    await pass(60_000);
    browser.isDown = false;
    await pass(60_000);
    expect(client.status).to.equal('online');
    expect(browser.warned.join()).to.match(/session_timeout is 30 s/);
    expect(browser.warned).to.have.length(1);
  });

  it('does not warn where it is 90 s', async () => {
    browser.http.sessionTimeout = 90;
    open();
    await pass(60_000);
    expect(browser.warned).to.deep.equal([]);
    expect(browser.http.heals).to.have.length.within(2, 4);
  });

  it('watches by a stream of events, and opens another one for more users', async () => {
    browser.join('ann', 'web');
    open();
    const told: string[] = [];
    const watch = client.watch(['ann']);
    watch.on('join', ({ id }) => told.push(`join ${id}`));
    watch.on('leave', ({ id }) => told.push(`leave ${id}`));
    await pass(200);
    expect(watch.stale).to.equal(false);
    const both = client.watch(['ann', 'bob']);
    await pass(200);
    expect(both.stale).to.equal(false);
    expect(browser.http.open.map(({ users }) => [...users])).to.deep.equal([['ann', 'bob']]);
    browser.leave('ann', 'web');
    browser.join('bob', 'web');
    await pass(1);
    expect(told).to.deep.equal(['join ann', 'leave ann']);
    expect(both.list().map(({ id }) => id)).to.deep.equal(['bob']);
    both.close();
    watch.close();
    await pass(1);
    expect(browser.http.open).to.deep.equal([]);
    await pass(60_000);
    expect(client.status).to.equal('online');
  });

  it('is stale once a stream has ended or was silent for 45 s, and tells differences after that', async () => {
    browser.join('ann', 'web');
    open();
    const told: string[] = [];
    const watch = client.watch(['ann', 'bob']);
    for (const name of ['join', 'leave'] as const) watch.on(name, ({ id }) => told.push(`${name} ${id}`));
    await pass(200);
    told.length = 0;
    browser.http.open[0]?.end();
    await pass(1);
    expect(watch.stale).to.equal(true);
    browser.join('bob', 'web');
    await pass(3000);
    expect(watch.stale).to.equal(false);
    await pass(46_000);
    await pass(5000);
    expect(browser.http.streams).to.have.length.greaterThan(2);
    expect(told).to.deep.equal(['join bob']);
  });

  it('connects again after what Retry-After says, not before', async () => {
    const refusal = answer(503, { code: 'HEARTBEAT_OVERLOADED', error: 'busy' }, { 'retry-after': '20' });
    browser.http.refusals.set('/heal', refusal);
    open();
    await pass(19_900);
    expect(browser.attempts).to.have.length(1);
    browser.http.refusals.clear();
    await pass(3000);
    expect(client.status).to.equal('online');
  });

  it('tells what it may not do, with code and status, and does not ask again', async () => {
    browser.http.refusals.set('/events', answer(403, { code: 'HEARTBEAT_FORBIDDEN', error: 'not yours' }));
    open();
    const watch = client.watch(['ann']);
    await pass(60_000);
    expect(errors.map(({ code, status }) => [code, status])).to.deep.equal([['HEARTBEAT_FORBIDDEN', 403]]);
    expect(watch.stale).to.equal(true);
    expect(client.status).to.equal('online');
  });

  it('tells once that its device is refused, is offline, and does not send it again at each beat', async () => {
    const refusal = answer(403, { error: 'this key or user token does not permit this call' });
    browser.http.refusals.set('/heal', refusal);
    open();
    await pass(60_000);
    const heals = (): number => browser.requests.filter(({ url }) => url.includes('/heal/')).length;
    expect(heals()).to.equal(1);
    expect(errors.map(({ code }) => code)).to.deep.equal(['HEARTBEAT_FORBIDDEN']);
    expect(client.status).to.equal('offline');
    await client.close();
    browser.http.refusals.clear();
    browser.requests.length = 0;
    open();
    await pass(60_000);
    expect(client.status).to.equal('online');
    // Another heal is refused than the first one.
    browser.http.refusals.set('/heal', refusal);
    await pass(20_000);
    expect(errors.map(({ code }) => code)).to.deep.equal(['HEARTBEAT_FORBIDDEN', 'HEARTBEAT_FORBIDDEN']);
    expect(client.status).to.equal('offline');
    const before = heals();
    await pass(60_000);
    expect(heals()).to.equal(before);
  });

  it('keeps its device online with the meta that was taken last, if another one is refused', async () => {
    open({ meta: { away: true } });
    await pass(200);
    client.update({ text: 'x'.repeat(2000) });
    await pass(1);
    await pass(60_000);
    expect(errors.map(({ code }) => code)).to.deep.equal(['HEARTBEAT_INVALID_BODY']);
    expect(client.status).to.equal('online');
    expect(browser.http.heals.at(-1)?.body).to.deep.equal({ meta: { away: true } });
    expect(browser.http.heals.filter(({ body }) => JSON.stringify(body).length > 1024)).to.have.length(1);
  });

  it('gives refusals that have no code the code that belongs to them', async () => {
    const refusals = [
      [400, 'invalid user_id format'],
      [403, 'this key or user token does not permit this call'],
      [400, 'meta has more than 1024 bytes'],
      [401, 'a key is required'],
    ] as const;
    const seen: unknown[] = [];
    for (const [status, error] of refusals) {
      browser.http.refusals.set('/heal', answer(status, { error }));
      open();
      await pass(200);
      seen.push(...errors.splice(0).map((each) => [each.status, each.code, each.message]));
      await client.close();
    }
    expect(seen).to.deep.equal([
      [400, 'HEARTBEAT_INVALID_USER_ID', 'invalid user_id format'],
      [403, 'HEARTBEAT_FORBIDDEN', 'this key or user token does not permit this call'],
      [400, 'HEARTBEAT_INVALID_BODY', 'meta has more than 1024 bytes'],
      [401, 'HEARTBEAT_UNAUTHORIZED', 'a key is required'],
    ]);
  });

  it('gets a new token if the old one has ended', async () => {
    let count = 0;
    open({ token: () => `token-${++count}` });
    await pass(200);
    browser.http.refusals.set('/heal', answer(401, { code: 'HEARTBEAT_UNAUTHORIZED', error: 'expired' }));
    await pass(10_001);
    browser.http.refusals.clear();
    await pass(10_000);
    expect(client.status).to.equal('online');
    expect(browser.requests.at(-1)?.request.headers.authorization).to.equal(`Bearer token-${count}`);
    expect(count).to.be.greaterThan(1);
  });

  it('heals at once when the page woke', async () => {
    open();
    await pass(200);
    browser.clock.standStill(300_000);
    const before = browser.http.heals.length;
    browser.happen('resume');
    await pass(1);
    expect(browser.http.heals.length).to.be.greaterThan(before);
  });

  it('makes at most 25 attempts in the first 10 s while the daemon is down', async () => {
    browser.isDown = true;
    browser.random = () => 0;
    open();
    client.watch(['ann']);
    for (let step = 0; step < 100; step++) {
      await pass(100);
      browser.happen('online');
    }
    expect(browser.attempts.length).to.be.within(3, 25);
  });

  it('is used where sockets are blocked, and sockets again once they are not', async () => {
    browser.hasSockets = true;
    browser.areSocketsBlocked = true;
    open();
    await pass(15_000);
    expect(client.status).to.equal('online');
    expect(browser.socket).to.equal(undefined);
    browser.areSocketsBlocked = false;
    await pass(1_300_000);
    expect(client.status).to.equal('online');
    expect(browser.socket).not.to.equal(undefined);
    const { length } = browser.http.heals;
    await pass(100_000);
    expect(browser.http.heals).to.have.length(length);
  });

  it('says goodbye when closed', async () => {
    open();
    await pass(200);
    await client.close();
    expect(browser.users.get('7')?.size).to.equal(0);
    await pass(100_000);
    expect(browser.users.get('7')?.size).to.equal(0);
  });
});
