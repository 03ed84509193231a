import { expect } from 'chai';
import type { BrowserContext, Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { PresenceBrowser, seen, sees, told } from '../support/presence-browser.js';

/** Its process ends. */
async function crash(context: BrowserContext, page: Page): Promise<void> {
  const tools = await context.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  tools.send('Page.crash').catch(() => undefined);
  await crashed;
}

describe('tabs of a browser', () => {
  let chrome: PresenceBrowser;

  before(async () => {
    chrome = await PresenceBrowser.launch();
  });

  after(() => chrome.close());
  afterEach(() => chrome.clear());

  it('has one connection for ten tabs by default, and another tab takes over when the first is closed', async () => {
    await chrome.start(60);
    const ann = await chrome.open(await chrome.device(), '1', '2');
    const bobs = await chrome.device();
    let opened = 0;
    bobs.on('page', (page) => page.on('websocket', () => opened++));
    const pages: Page[] = [];
    for (let count = 0; count < 10; count++) {
      pages.push(await chrome.open(bobs, '2', '1'));
      // The first of them has the connection.
      await sees(pages.at(-1)!, { status: 'online', stale: false, online: { 1: 1 } });
    }
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
    await chrome.start(60);
    const bobs = await chrome.device();
    let opened = 0;
    bobs.on('page', (page) => page.on('websocket', () => opened++));
    for (let count = 0; count < 3; count++)
      await sees(await chrome.open(bobs, '2', '1', 'no'), { status: 'online', stale: false });
    expect(opened).to.equal(3);
  });

  it('leaves the device of a tab that crashes to its timeout, and the others go on', async () => {
    await chrome.start(6);
    const ann = await chrome.open(await chrome.device(), '1', '2');
    const bobs = await chrome.device();
    const pages: Page[] = [];
    for (let count = 0; count < 3; count++) {
      pages.push(await chrome.open(bobs, '2', '1'));
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
        const deadline = await chrome.deadlineOf('2', devices[index]);
        if (deadline !== undefined) throw new Error('still held');
        expect(online[2]).to.equal(2 - index);
      });
    }
    const last = pages[2]!;
    await sees(last, { status: 'online', stale: false, online: { 1: 1 } });
    expect((await told(ann)).filter((each) => each.startsWith('leave'))).to.deep.equal([]);
  });

  it('takes over from a tab that is frozen, and uses the connection of the other when it is thawed', async () => {
    await chrome.start(60);
    const ann = await chrome.open(await chrome.device(), '1', '2');
    const bobs = await chrome.device();
    const first = await chrome.open(bobs, '2', '1');
    await sees(first, { status: 'online', stale: false, online: { 1: 1 } });
    const tools = await bobs.newCDPSession(first);
    await tools.send('Page.setWebLifecycleState', { state: 'frozen' });
    const second = await chrome.open(bobs, '2', '1');
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

  it('are offline beyond the devices that a user may have, and online once another one is left', async () => {
    await chrome.start(60, { 'limits-devices': 2 });
    const ann = await chrome.open(await chrome.device(), '1', '2');
    const bobs = await chrome.device();
    const pages: Page[] = [];
    for (let count = 0; count < 2; count++) {
      pages.push(await chrome.open(bobs, '2', '1'));
      await sees(pages[count]!, { status: 'online', online: { 1: 1 } });
    }
    const third = await chrome.open(bobs, '2', '1');
    // It still sees who is online.
    await sees(third, { status: 'offline', stale: false, online: { 1: 1 } });
    expect(await told(third)).to.include('error HEARTBEAT_TOO_MANY_DEVICES');
    await sees(ann, { online: { 2: 2 } });
    await pages[1]!.goto('about:blank');
    await sees(third, { status: 'online', stale: false });
    await sees(ann, { online: { 2: 2 } });
  });
});
