import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import type { DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { PRESENCE_PAGE, type Seen } from '../support/presence-page.js';
import { StaticSite } from '../support/static-site.js';
import { TestResources } from '../support/test-resources.js';

const CHROMIUM = { executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] };
const SECRET = 'a secret of user tokens, in thirty-two bytes';

describe('the client, in a browser', () => {
  const resources = new TestResources();
  let browser: Browser;
  let site: StaticSite;
  let daemon: DaemonProcess;
  let directory: string;
  let contexts: BrowserContext[];
  let tokens: number;
  /** Seconds that a token lives. */
  let tokenLife: number;

  before(async () => {
    if (!existsSync(CHROMIUM.executablePath))
      throw new Error('the tests need chromium: scripts/tools-for-tests');
    browser = await chromium.launch(CHROMIUM);
    site = await StaticSite.start(PRESENCE_PAGE);
  });

  after(async () => {
    await browser.close();
    site.close();
  });

  beforeEach(() => {
    contexts = [];
    tokens = 0;
    tokenLife = 3600;
    directory = resources.directory();
  });

  afterEach(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    await resources.clear();
  });

  async function start(sessionTimeout: number, port?: string): Promise<void> {
    const config = path.join(directory, 'heartbeat.yaml');
    writeFileSync(config, 'auth:\n  user_tokens: { secret_env: TOKEN_SECRET }\n');
    const flags = {
      config,
      'cors-origins': site.origin,
      'session-timeout': sessionTimeout,
      ...(port !== undefined && { port }),
    };
    daemon = await resources.daemon(path.join(directory, 'data'), flags, { env: { TOKEN_SECRET: SECRET } });
  }

  async function fetchToken(user: string): Promise<string> {
    tokens++;
    return new SignJWT({ watch: '*', meta: true })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(user)
      .setExpirationTime(new Date(Date.now() + 1000 * tokenLife))
      .sign(new TextEncoder().encode(SECRET));
  }

  async function device(of = browser): Promise<BrowserContext> {
    const context = await of.newContext();
    contexts.push(context);
    await context.exposeFunction('fetchToken', fetchToken);
    return context;
  }

  async function open(context: BrowserContext, user: string, watch: string, share = ''): Promise<Page> {
    const page = await context.newPage();
    const query = new URLSearchParams({ user, watch, share, url: daemon.url });
    await page.goto(`${site.origin}/?${query.toString()}`);
    return page;
  }

  /** When a device goes offline without another heal, in whole seconds; undefined if it is. */
  async function deadlineOf(user: string, name?: string): Promise<number | undefined> {
    const headers = { authorization: `Bearer ${await fetchToken(user)}` };
    const request = { method: 'POST', headers, body: JSON.stringify([user]) };
    const response = await fetch(`${daemon.url}/checkup?fields=devices`, request);
    const { results } = (await response.json()) as {
      results: { devices: { device: string; deadline: number }[] }[];
    };
    const devices = results[0]?.devices ?? [];
    return devices.find(({ device: each }) => name === undefined || each === name)?.deadline;
  }

  /** Its process ends. */
  async function crash(context: BrowserContext, page: Page): Promise<void> {
    const tools = await context.newCDPSession(page);
    const crashed = page.waitForEvent('crash');
    tools.send('Page.crash').catch(() => undefined);
    await crashed;
  }

  const seen = (page: Page): Promise<Seen> => page.evaluate<Seen>('seen()');
  const told = (page: Page): Promise<string[]> => page.evaluate<string[]>('told.splice(0)');

  async function sees(page: Page, expected: Partial<Seen>): Promise<void> {
    await eventually(async () => expect(await seen(page)).to.deep.include(expected));
  }

  it('shows two users each other, with their devices, and a page that is closed at once', async () => {
    await start(60);
    const ann = await open(await device(), '1', '2');
    const bobs = await device();
    const bob = await open(bobs, '2', '1,2');
    await sees(ann, { status: 'online', stale: false, online: { 2: 1 } });
    await sees(bob, { status: 'online', stale: false, online: { 1: 1, 2: 1 } });
    const second = await open(await device(), '2', '1');
    await sees(ann, { online: { 2: 2 } });
    // A page that is left says goodbye for its own device.
    await second.goto('about:blank');
    await sees(ann, { online: { 2: 1 } });
    await bob.evaluate('heartbeat.update({ away: true })');
    await eventually(async () =>
      expect(await ann.evaluate('friends.get(2).devices[0].meta')).to.deep.equal({ away: true }),
    );
    await bob.evaluate('heartbeat.close()');
    await sees(ann, { online: {} });
    expect(await told(ann)).to.deep.equal([
      'connecting',
      'online',
      'join 2 1',
      'update 2 2',
      'update 2 1',
      'update 2 1',
      'leave 2 0',
    ]);
  });

  it('says that it may be wrong while the network is cut, and tells the differences after that', async () => {
    await start(60);
    const annsDevice = await device();
    const ann = await open(annsDevice, '1', '2,3');
    const bob = await open(await device(), '2', '1');
    await sees(ann, { status: 'online', stale: false, online: { 2: 1 } });
    await told(ann);
    await annsDevice.setOffline(true);
    await sees(ann, { status: 'offline', stale: true, online: { 2: 1 } });
    await open(await device(), '3', '1');
    await bob.evaluate('heartbeat.close()');
    await annsDevice.setOffline(false);
    await sees(ann, { status: 'online', stale: false, online: { 3: 1 } });
    expect(await told(ann)).to.have.members(['offline', 'connecting', 'online', 'leave 2 0', 'join 3 1']);
  });

  it('comes back after the daemon was killed, and nobody was offline', async () => {
    await start(60);
    const ann = await open(await device(), '1', '2');
    const bob = await open(await device(), '2', '1');
    for (const [page, other] of [
      [ann, 2],
      [bob, 1],
    ] as const)
      await sees(page, { status: 'online', stale: false, online: { [other]: 1 } });
    await told(ann);
    const { port } = new URL(daemon.url);
    await daemon.kill();
    await sees(ann, { status: 'connecting', stale: true });
    await start(60, port);
    await sees(ann, { status: 'online', stale: false, online: { 2: 1 } });
    // Devices are in memory only: the user of one that has not healed again is online without it.
    const others = (await told(ann)).filter((each) => !each.startsWith('update'));
    expect(others).to.deep.equal(['connecting', 'online']);
  });

  it('goes grey after the timeout, not before, when its process is killed', async () => {
    await start(4);
    const ann = await open(await device(), '1', '2');
    const server = await chromium.launchServer(CHROMIUM);
    try {
      const other = await chromium.connect(server.wsEndpoint());
      await open(await device(other), '2', '1');
      await sees(ann, { online: { 2: 1 } });
      const deadline = await deadlineOf('2');
      await server.kill();
      contexts.pop();
      await sees(ann, { online: {} });
      expect(Date.now()).to.be.at.least(1000 * (deadline ?? Infinity));
    } finally {
      await server.kill();
    }
  });

  it('keeps a frozen page online, and goes on when it is thawed', async () => {
    await start(6);
    const ann = await open(await device(), '1', '2');
    const bobs = await device();
    const bob = await open(bobs, '2', '1');
    await sees(ann, { status: 'online', stale: false, online: { 2: 1 } });
    await sees(bob, { status: 'online', stale: false, online: { 1: 1 } });
    const tools = await bobs.newCDPSession(bob);
    const before = await deadlineOf('2');
    await tools.send('Page.setWebLifecycleState', { state: 'frozen' });
    await eventually(async () => expect(await deadlineOf('2')).to.be.at.least((before ?? Infinity) + 12));
    await tools.send('Page.setWebLifecycleState', { state: 'active' });
    await bob.evaluate('heartbeat.update({ thawed: true })');
    await eventually(async () =>
      expect(await ann.evaluate('friends.get(2).devices[0].meta')).to.deep.equal({ thawed: true }),
    );
    expect(await told(ann)).to.deep.equal(['connecting', 'online', 'join 2 1', 'update 2 1']);
    expect(await seen(bob)).to.deep.include({ status: 'online', stale: false, online: { 1: 1 } });
  });

  it('has one connection for ten tabs by default, and another tab takes over when the first is closed', async () => {
    await start(60);
    const ann = await open(await device(), '1', '2');
    const bobs = await device();
    let opened = 0;
    bobs.on('page', (page) => page.on('websocket', () => opened++));
    const pages: Page[] = [];
    for (let count = 0; count < 10; count++) pages.push(await open(bobs, '2', '1'));
    for (const page of pages) await sees(page, { status: 'online', stale: false, online: { 1: 1 } });
    await sees(ann, { online: { 2: 10 } });
    expect(opened).to.equal(1);
    await pages.shift()?.goto('about:blank');
    await sees(ann, { online: { 2: 9 } });
    await told(ann);
    await eventually(() => expect(opened).to.equal(2));
    for (const page of pages) await sees(page, { status: 'online', stale: false, online: { 1: 1 } });
    await ann.evaluate('heartbeat.update({ away: true })');
    for (const page of pages)
      await eventually(async () =>
        expect(await page.evaluate('friends.get(1).devices[0].meta')).to.deep.equal({ away: true }),
      );
    expect(opened).to.equal(2);
    expect((await told(ann)).filter((each) => each.startsWith('leave'))).to.deep.equal([]);
  });

  it('has a connection for each tab if the app says so', async () => {
    await start(60);
    const bobs = await device();
    let opened = 0;
    bobs.on('page', (page) => page.on('websocket', () => opened++));
    for (let count = 0; count < 3; count++)
      await sees(await open(bobs, '2', '1', 'no'), { status: 'online', stale: false });
    expect(opened).to.equal(3);
  });

  it('leaves the device of a tab that crashes to its timeout, and the others go on', async () => {
    await start(6);
    const ann = await open(await device(), '1', '2');
    const bobs = await device();
    const pages: Page[] = [];
    for (let count = 0; count < 3; count++) {
      pages.push(await open(bobs, '2', '1'));
      // The first of them has the connection.
      await sees(pages.at(-1)!, { status: 'online', stale: false, online: { 1: 1 } });
    }
    await sees(ann, { online: { 2: 3 } });
    const devices = await Promise.all(pages.map((page) => page.evaluate<string>('heartbeat.device')));
    for (const [index, page] of pages.slice(0, 2).entries()) {
      await crash(bobs, page);
      await eventually(async () => {
        const { online } = await seen(ann);
        // Nothing ends it but its time.
        const deadline = await deadlineOf('2', devices[index]);
        if (deadline !== undefined) throw new Error('still held');
        expect(online[2]).to.equal(2 - index);
      });
    }
    const last = pages[2]!;
    await sees(last, { status: 'online', stale: false, online: { 1: 1 } });
    expect((await told(ann)).filter((each) => each.startsWith('leave'))).to.deep.equal([]);
  });

  it('takes over from a tab that is frozen, and uses the connection of the other when it is thawed', async () => {
    await start(60);
    const ann = await open(await device(), '1', '2');
    const bobs = await device();
    const first = await open(bobs, '2', '1');
    await sees(first, { status: 'online', stale: false, online: { 1: 1 } });
    const tools = await bobs.newCDPSession(first);
    await tools.send('Page.setWebLifecycleState', { state: 'frozen' });
    const second = await open(bobs, '2', '1');
    await sees(second, { status: 'online', stale: false, online: { 1: 1 } });
    await tools.send('Page.setWebLifecycleState', { state: 'active' });
    await ann.evaluate('heartbeat.update({ away: true })');
    for (const page of [first, second]) {
      await sees(page, { status: 'online', stale: false, online: { 1: 1 } });
      await eventually(async () =>
        expect(await page.evaluate('friends.get(1).devices[0].meta')).to.deep.equal({ away: true }),
      );
    }
    await sees(ann, { online: { 2: 2 } });
  });

  it('draws a dot for a user, and for another one if it is told so', async () => {
    await start(60);
    const ann = await open(await device(), '1', '1');
    const bob = await open(await device(), '2', '1');
    await ann.evaluate(`(async () => {
      const { definePresenceDot } = await import('/client/elements/presence-dot.js');
      definePresenceDot(heartbeat);
      document.body.innerHTML = '<presence-dot user="2"></presence-dot>';
    })()`);
    const dot = ann.locator('presence-dot');
    const shows = (status: string, color: string): Promise<unknown> =>
      eventually(async () => {
        expect(await dot.getAttribute('status')).to.equal(status);
        expect(await dot.getAttribute('stale')).to.equal(null);
        expect(
          await ann.evaluate("getComputedStyle(document.querySelector('presence-dot')).backgroundColor"),
        ).to.equal(color);
      });
    const green = 'rgb(45, 164, 78)';
    await shows('online', green);
    await bob.evaluate('heartbeat.close()');
    await shows('offline', 'rgb(168, 168, 168)');
    await ann.evaluate("document.querySelector('presence-dot').setAttribute('user', '1')");
    await shows('online', green);
  });

  it('renews its token before it ends, without a break', async () => {
    tokenLife = 4;
    await start(60);
    const ann = await open(await device(), '1', '1');
    await sees(ann, { status: 'online', stale: false });
    await eventually(() => expect(tokens).to.be.at.least(4));
    expect(await told(ann)).to.have.members(['connecting', 'online', 'join 1 1']);
  });
});
