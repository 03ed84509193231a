import { expect } from 'chai';
import { createClient, type Client, type ConnectOptions } from '../../../../src/client/browser/client.js';
import type { Watch } from '../../../../src/client/browser/watch.js';
import { SimulatedBrowser } from '../../../support/simulated-browser.js';
import { SimulatedOrigin, type SimulatedTab } from '../../../support/simulated-tabs.js';

interface Opened {
  readonly tab: SimulatedTab;
  readonly client: Client;
  readonly watch: Watch;
  readonly statuses: string[];
  readonly errors: string[];
}

describe('tabs that share a connection', () => {
  let browser: SimulatedBrowser;
  let origin: SimulatedOrigin;
  let tabs: Opened[];

  beforeEach(() => {
    browser = new SimulatedBrowser();
    origin = new SimulatedOrigin();
    tabs = [];
  });

  const pass = async (milliseconds: number): Promise<void> => {
    // What tabs say to each other takes no time, but passes of the loop, after which there are other timers.
    for (let part = 0; part < 10; part++) await browser.clock.advance(milliseconds / 10);
  };

  function open(watched: readonly string[] = ['ann'], options: Partial<ConnectOptions> = {}): Opened {
    const tab = origin.tab(browser);
    const device = `tab${tabs.length}`;
    const client = createClient(tab, { url: 'http://daemon', user: 7, device, ...options });
    const opened = {
      tab,
      client,
      watch: client.watch(watched),
      statuses: [] as string[],
      errors: [] as string[],
    };
    client.on('status', (status) => opened.statuses.push(status));
    client.on('error', ({ code }) => opened.errors.push(code));
    tabs.push(opened);
    return opened;
  }

  async function close({ client }: Opened): Promise<void> {
    const closed = client.close();
    await pass(100);
    await closed;
  }

  const devices = (): string[] => [...(browser.users.get('7')?.keys() ?? [])].map((name) => name.slice(0, 4));
  const openSockets = (): number => browser.sockets.filter(({ isOpen }) => isOpen).length;
  /** The devices that the connection of now stands for. */
  const healed = (): string[] => {
    const frames = browser.socket?.heard.filter(({ type }) => type === 'heal') ?? [];
    const sent = frames.flatMap(({ devices: some }) => some as { device: string }[]);
    return [...new Set(sent.map(({ device }) => device.slice(0, 4)))];
  };

  function areFine(some: readonly Opened[] = tabs): void {
    for (const { client, watch } of some) {
      expect(client.status).to.equal('online');
      expect(watch.stale).to.equal(false);
    }
  }

  it('have one, and are devices of their own', async () => {
    for (let count = 0; count < 10; count++) open();
    await pass(2000);
    expect(browser.sockets).to.have.length(1);
    expect(devices()).to.have.length(10);
    areFine();
    browser.join('ann', 'web');
    await pass(10);
    for (const { watch } of tabs) expect(watch.list().map(({ id }) => id)).to.deep.equal(['ann']);
  });

  it('ask the app for a token once, and each for another one before it ends', async () => {
    let count = 0;
    browser.tokens = new Set(['token-1', 'token-2', 'token-3', 'token-4']);
    for (let tab = 0; tab < 2; tab++) open(['ann'], { token: () => `token-${++count}` });
    await pass(2000);
    expect(count).to.equal(2);
    browser.say(browser.socket!, { type: 'expiring', in_ms: 60_000 });
    await pass(2000);
    expect(count).to.equal(4);
    expect(browser.sockets).to.have.length(1);
    for (const { statuses } of tabs) expect(statuses).to.deep.equal(['connecting', 'online']);
  });

  it('know of users whom another one watches already', async () => {
    browser.join('ann', 'web');
    open(['ann', 'bob']);
    await pass(2000);
    const second = open(['ann', 'cid']);
    await pass(2000);
    expect(second.watch.stale).to.equal(false);
    expect(second.watch.list().map(({ id }) => id)).to.deep.equal(['ann']);
    const first = tabs[0]!.client.watch(['cid']);
    browser.join('cid', 'web');
    await pass(10);
    expect(first.list().map(({ id }) => id)).to.deep.equal(['cid']);
  });

  it('watch a user as long as one of them does, and no longer', async () => {
    open(['ann']);
    const second = open(['ann', 'bob', 'cid']);
    await pass(2000);
    tabs[0]!.watch.close();
    await pass(100);
    expect(browser.heard('unwatch')).to.deep.equal([]);
    second.watch.close();
    await pass(100);
    expect(browser.heard('unwatch').map(({ users }) => users)).to.deep.equal([['ann', 'bob', 'cid']]);
    const again = second.client.watch(['dan']);
    await pass(100);
    await close(second);
    await pass(2000);
    expect(browser.heard('unwatch').at(-1)?.users).to.deep.equal(['dan']);
    expect(again.stale).to.equal(true);
    expect(browser.sockets).to.have.length(1);
  });

  it('say goodbye for their own devices only', async () => {
    const first = open();
    const second = open();
    await pass(2000);
    await close(second);
    await pass(3000);
    expect(devices()).to.deep.equal(['tab0']);
    expect(browser.sockets).to.have.length(1);
    expect(first.statuses).to.deep.equal(['connecting', 'online']);
  });

  it('take over when the one with the connection is closed', async () => {
    const first = open();
    open();
    open();
    await pass(2000);
    await close(first);
    await pass(3000);
    expect(openSockets()).to.equal(1);
    areFine(tabs.slice(1));
    expect(devices()).to.deep.equal(['tab1', 'tab2']);
    expect(healed()).to.have.members(['tab1', 'tab2']);
    for (const { errors } of tabs) expect(errors).to.deep.equal([]);
  });

  it('take over when it crashes, with the devices of all others', async () => {
    const first = open();
    open();
    open();
    await pass(2000);
    first.tab.crash();
    await pass(3000);
    expect(openSockets()).to.equal(1);
    areFine(tabs.slice(1));
    expect(healed()).to.have.members(['tab1', 'tab2']);
    expect(browser.heard('goodbye')).to.deep.equal([]);
  });

  it('do not keep the device of one that crashed, and say no goodbye for it', async () => {
    open();
    const second = open();
    const third = open();
    await pass(2000);
    second.tab.crash();
    await pass(5000);
    expect(openSockets()).to.equal(1);
    areFine([tabs[0]!, third]);
    expect(healed()).to.have.members(['tab0', 'tab2']);
    expect(browser.heard('goodbye')).to.deep.equal([]);
  });

  it('are stale while the connection is lost, and see the differences after that', async () => {
    browser.join('ann', 'web');
    open();
    const second = open();
    await pass(2000);
    browser.isDown = true;
    browser.endAll(1006);
    await pass(10);
    expect(second.watch.stale).to.equal(true);
    expect(second.client.status).to.equal('connecting');
    browser.leave('ann', 'web');
    browser.isDown = false;
    await pass(20_000);
    areFine();
    expect(second.watch.list()).to.deep.equal([]);
    expect(openSockets()).to.equal(1);
  });

  it('are all online again at once when a daemon that was down for long is back', async () => {
    for (let count = 0; count < 3; count++) open();
    browser.isDown = true;
    await pass(120_000);
    browser.isDown = false;
    for (let waited = 0; tabs[0]!.client.status !== 'online' && waited < 60; waited++) await pass(1000);
    await pass(2000);
    areFine();
  });

  it('take over from one that is frozen, which uses their connection when it is thawed', async () => {
    browser.join('ann', 'web');
    const first = open();
    const second = open();
    await pass(2000);
    first.tab.freeze();
    // Within 33 s it is noticed, and 6 s later nobody waits for that tab any more.
    await pass(33_000);
    expect(second.watch.stale).to.equal(true);
    await pass(7000);
    areFine([second]);
    browser.leave('ann', 'web');
    await pass(100);
    expect(second.watch.list()).to.deep.equal([]);
    first.tab.thaw();
    await pass(2000);
    areFine();
    expect(openSockets()).to.equal(1);
    expect(healed()).to.have.members(['tab0', 'tab1']);
    for (const { watch } of tabs) expect(watch.list()).to.deep.equal([]);
    expect(first.errors).to.deep.equal([]);
  });

  it('do not wait for one that is frozen when they are opened', async () => {
    const first = open();
    await pass(2000);
    first.tab.freeze();
    const second = open();
    const third = open();
    await pass(8000);
    areFine([second, third]);
    expect(healed()).to.have.members(['tab1', 'tab2']);
  });

  it('share requests by HTTP, too', async () => {
    browser.hasSockets = false;
    for (let count = 0; count < 10; count++) open(['ann', `user-${count}`]);
    await pass(5000);
    areFine();
    expect(devices()).to.have.length(10);
    expect(browser.http.open).to.have.length(1);
    await pass(100_000);
    areFine();
    const latest = browser.http.heals.slice(-10).map(({ device }) => device);
    expect(new Set(latest).size).to.equal(10);
  });

  it('have connections of their own if the app says so, or without locks', async () => {
    for (let count = 0; count < 3; count++) open(['ann'], { share: false });
    await pass(2000);
    expect(openSockets()).to.equal(3);
    origin.hasLocks = false;
    for (let count = 0; count < 3; count++) open();
    await pass(2000);
    expect(openSockets()).to.equal(6);
    expect(browser.sockets).to.have.length(6);
    for (const { statuses } of tabs) expect(statuses).to.deep.equal(['connecting', 'online']);
    areFine();
  });

  it('go on if the page may have no more locks', async () => {
    const first = open();
    await pass(2000);
    origin.hasLocks = false;
    const other = origin.channel(origin.tab(browser), 'heartbeat 1 http://daemon 7');
    other.postMessage({ from: 'other', call: { type: 'hello' } });
    await pass(2000);
    areFine();
    expect(first.statuses).to.deep.equal(['connecting', 'online']);
    expect(browser.sockets).to.have.length(1);
  });

  it('are offline beyond the most devices of a user, say so once, and are online when another one has gone', async () => {
    browser.mostDevices = 2;
    open();
    const second = open();
    await pass(2000);
    const third = open();
    await pass(60_000);
    areFine([tabs[0]!, second]);
    expect(third.client.status).to.equal('offline');
    expect(third.statuses).to.deep.equal(['connecting', 'offline']);
    expect(third.errors).to.deep.equal(['HEARTBEAT_TOO_MANY_DEVICES']);
    expect(third.watch.stale).to.equal(false);
    await close(second);
    await pass(30_100);
    areFine([tabs[0]!, third]);
    expect(devices()).to.deep.equal(['tab0', 'tab2']);
    expect(third.errors).to.have.length(1);
    expect(browser.sockets).to.have.length(1);
  });

  it('ask at most every few seconds for a device that is refused, however often it is updated', async () => {
    browser.mostDevices = 1;
    open();
    await pass(2000);
    const second = open();
    await pass(2000);
    for (let count = 0; count < 20; count++) second.client.update({ count });
    await pass(60_000);
    const before = browser.heard('heal').length;
    await pass(300_000);
    // 15 s on average.
    expect(browser.heard('heal').length - before).to.be.within(10, 40);
  });

  it('make together at most 25 attempts in the first 10 s while the daemon is down', async () => {
    browser.isDown = true;
    for (let count = 0; count < 10; count++) open();
    await pass(10_000);
    expect(browser.attempts.length).to.be.within(3, 25);
  });
});
