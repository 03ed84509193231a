import { expect } from 'chai';
import { chromium } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { launchChromiumServer } from '../support/patient-chromium.js';
import { PresenceBrowser, seen, sees, told } from '../support/presence-browser.js';

describe('the client, in a browser', () => {
  let chrome: PresenceBrowser;

  before(async () => {
    chrome = await PresenceBrowser.launch();
  });

  after(() => chrome.close());
  afterEach(() => chrome.clear());

  it('shows two users each other, with their devices, and a page that is closed at once', async () => {
    await chrome.start(60);
    const ann = await chrome.open(await chrome.device(), '1', '2');
    const bobs = await chrome.device();
    const bob = await chrome.open(bobs, '2', '1,2');
    await sees(ann, { status: 'online', stale: false, online: { 2: 1 } });
    await sees(bob, { status: 'online', stale: false, online: { 1: 1, 2: 1 } });
    const second = await chrome.open(await chrome.device(), '2', '1');
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
    await chrome.start(60);
    const annsDevice = await chrome.device();
    const ann = await chrome.open(annsDevice, '1', '2,3');
    const bob = await chrome.open(await chrome.device(), '2', '1');
    await sees(ann, { status: 'online', stale: false, online: { 2: 1 } });
    await told(ann);
    await annsDevice.setOffline(true);
    await sees(ann, { status: 'offline', stale: true, online: { 2: 1 } });
    await chrome.open(await chrome.device(), '3', '1');
    await bob.evaluate('heartbeat.close()');
    await annsDevice.setOffline(false);
    await sees(ann, { status: 'online', stale: false, online: { 3: 1 } });
    expect(await told(ann)).to.have.members(['offline', 'connecting', 'online', 'leave 2 0', 'join 3 1']);
  });

  it('comes back after the daemon was killed, and nobody was offline', async () => {
    await chrome.start(60);
    const ann = await chrome.open(await chrome.device(), '1', '2');
    const bob = await chrome.open(await chrome.device(), '2', '1');
    for (const [page, other] of [
      [ann, 2],
      [bob, 1],
    ] as const)
      await sees(page, { status: 'online', stale: false, online: { [other]: 1 } });
    await told(ann);
    const { port } = new URL(chrome.daemon.url);
    await chrome.daemon.kill();
    await sees(ann, { status: 'connecting', stale: true });
    await chrome.start(60, { port });
    await sees(ann, { status: 'online', stale: false, online: { 2: 1 } });
    // Devices are in memory only: the user of one that has not healed again is online without it.
    const others = (await told(ann)).filter((each) => !each.startsWith('update'));
    expect(others).to.deep.equal(['connecting', 'online']);
  });

  it('goes grey after the timeout, not before, when its process is killed', async () => {
    await chrome.start(4);
    const ann = await chrome.open(await chrome.device(), '1', '2');
    const server = await launchChromiumServer();
    try {
      const other = await chromium.connect(server.wsEndpoint());
      await chrome.open(await chrome.device(other), '2', '1');
      await sees(ann, { online: { 2: 1 } });
      const deadline = await chrome.deadlineOf('2');
      await server.kill();
      chrome.contexts.pop();
      await sees(ann, { online: {} });
      expect(Date.now()).to.be.at.least(1000 * (deadline ?? Infinity));
    } finally {
      await server.kill();
    }
  });

  it('keeps a frozen page online, and goes on when it is thawed', async () => {
    await chrome.start(6);
    const ann = await chrome.open(await chrome.device(), '1', '2');
    const bobs = await chrome.device();
    const bob = await chrome.open(bobs, '2', '1');
    await sees(ann, { status: 'online', stale: false, online: { 2: 1 } });
    await sees(bob, { status: 'online', stale: false, online: { 1: 1 } });
    const tools = await bobs.newCDPSession(bob);
    const before = await chrome.deadlineOf('2');
    await tools.send('Page.setWebLifecycleState', { state: 'frozen' });
    await eventually(async () =>
      expect(await chrome.deadlineOf('2')).to.be.at.least((before ?? Infinity) + 12),
    );
    await tools.send('Page.setWebLifecycleState', { state: 'active' });
    await bob.evaluate('heartbeat.update({ thawed: true })');
    await eventually(async () =>
      expect(await ann.evaluate('friends.get(2).devices[0].meta')).to.deep.equal({ thawed: true }),
    );
    expect(await told(ann)).to.deep.equal(['connecting', 'online', 'join 2 1', 'update 2 1']);
    expect(await seen(bob)).to.deep.include({ status: 'online', stale: false, online: { 1: 1 } });
  });

  it('draws a dot for a user, and for another one if it is told so', async () => {
    await chrome.start(60);
    const ann = await chrome.open(await chrome.device(), '1', '1');
    const bob = await chrome.open(await chrome.device(), '2', '1');
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
    chrome.tokenLife = 4;
    await chrome.start(60);
    const ann = await chrome.open(await chrome.device(), '1', '1');
    await sees(ann, { status: 'online', stale: false });
    await eventually(() => expect(chrome.tokens).to.be.at.least(4));
    expect(await told(ann)).to.have.members(['connecting', 'online', 'join 1 1']);
  });
});
