import { expect } from 'chai';
import { Client } from '../../../../src/client/browser/client.js';
import { SharedTabs } from '../../../../src/client/browser/tabs/shared-tabs.js';
import type { Watch } from '../../../../src/client/browser/watch.js';
import { SimulatedBrowser } from '../../../support/simulated-browser.js';
import { SimulatedOrigin, type SimulatedTab } from '../../../support/simulated-tabs.js';

interface Opened {
  readonly tab: SimulatedTab;
  readonly client: Client;
  readonly watch: Watch;
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
    // What tabs say to each other takes no time, but passes of the loop.
    for (let part = 0; part < 10; part++) await browser.clock.advance(milliseconds / 10);
  };

  function open(...watched: string[]): Opened {
    const tab = origin.tab();
    const client = new Client(browser, {
      url: 'http://daemon',
      user: 7,
      device: `tab${tabs.length}`,
      tabs: (env, name, lead) => new SharedTabs(env, tab, name, lead),
    });
    const opened = { tab, client, watch: client.watch(watched) };
    tabs.push(opened);
    return opened;
  }

  const devices = (): string[] => [...(browser.users.get('7')?.keys() ?? [])].map((name) => name.slice(0, 4));
  const openSockets = (): number => browser.sockets.filter(({ isOpen }) => isOpen).length;

  it('have one, and are devices of their own', async () => {
    for (let count = 0; count < 10; count++) open('ann');
    await pass(2000);
    expect(browser.sockets).to.have.length(1);
    expect(devices()).to.have.length(10);
    for (const { client, watch } of tabs) {
      expect(client.status).to.equal('online');
      expect(watch.stale).to.equal(false);
    }
    browser.join('ann', 'web');
    await pass(10);
    for (const { watch } of tabs) expect(watch.list().map(({ id }) => id)).to.deep.equal(['ann']);
  });

  it('know of users whom another one watches already', async () => {
    browser.join('ann', 'web');
    open('ann', 'bob');
    await pass(2000);
    const second = open('ann', 'cid');
    await pass(2000);
    expect(second.watch.stale).to.equal(false);
    expect(second.watch.list().map(({ id }) => id)).to.deep.equal(['ann']);
    const first = tabs[0]!.client.watch(['cid']);
    browser.join('cid', 'web');
    await pass(10);
    expect(first.list().map(({ id }) => id)).to.deep.equal(['cid']);
  });

  it('say goodbye for their own devices only', async () => {
    open('ann');
    const second = open('ann');
    await pass(2000);
    const closed = second.client.close();
    await pass(100);
    await closed;
    expect(devices()).to.deep.equal(['tab0']);
    expect(browser.sockets).to.have.length(1);
  });

  it('take over when the one with the connection is closed', async () => {
    const first = open('ann');
    open('ann');
    const third = open('ann');
    const errors: unknown[] = [];
    third.client.on('error', (error) => errors.push(error));
    await pass(2000);
    const closed = first.client.close();
    await pass(100);
    await closed;
    await pass(3000);
    expect(openSockets()).to.equal(1);
    expect(third.client.status).to.equal('online');
    expect(third.watch.stale).to.equal(false);
    expect(devices()).to.deep.equal(['tab1', 'tab2']);
    expect(errors).to.deep.equal([]);
    expect(browser.socket?.heard.filter(({ type }) => type === 'heal')).to.have.length(2);
  });

  it('take over when it crashes, and leave its device to its timeout', async () => {
    const first = open('ann');
    const second = open('ann');
    await pass(2000);
    first.tab.crash();
    browser.endAll(1006);
    const before = browser.heard('goodbye').length;
    await pass(3000);
    expect(second.client.status).to.equal('online');
    expect(second.watch.stale).to.equal(false);
    // The code of a tab that crashed goes on here, with a connection of its own.
    const healed = browser.sockets
      .filter(({ isOpen }) => isOpen)
      .map(({ heard }) => JSON.stringify(heard.filter(({ type }) => type === 'heal')))
      .filter((each) => each.includes('tab1'));
    expect(healed).to.have.length(1);
    expect(healed[0]).not.to.include('tab0');
    expect(browser.heard('goodbye')).to.have.length(before);
  });

  it('do not keep the device of one that crashed, and say no goodbye for it', async () => {
    const first = open('ann');
    const second = open('ann');
    await pass(2000);
    second.tab.crash();
    await pass(3000);
    expect(browser.sockets).to.have.length(2);
    expect(first.client.status).to.equal('online');
    const healed = browser.socket?.heard.filter(({ type }) => type === 'heal') ?? [];
    expect(JSON.stringify(healed)).to.include('tab0').and.not.include('tab1');
    expect(browser.heard('goodbye')).to.deep.equal([]);
  });

  it('are stale while the connection is lost, and see the differences after that', async () => {
    browser.join('ann', 'web');
    open('ann');
    const second = open('ann');
    await pass(2000);
    browser.isDown = true;
    browser.endAll(1006);
    await pass(10);
    expect(second.watch.stale).to.equal(true);
    expect(second.client.status).to.equal('connecting');
    browser.leave('ann', 'web');
    browser.isDown = false;
    await pass(20_000);
    expect(second.watch.stale).to.equal(false);
    expect(second.watch.list()).to.deep.equal([]);
    expect(openSockets()).to.equal(1);
  });

  it('are stale if the one with the connection hangs', async () => {
    const first = open('ann');
    const second = open('ann');
    await pass(2000);
    first.tab.hasCrashed = true;
    await pass(30_000);
    expect(second.watch.stale).to.equal(true);
  });

  it('make together at most 25 attempts in the first 10 s while the daemon is down', async () => {
    browser.isDown = true;
    for (let count = 0; count < 10; count++) open('ann');
    await pass(10_000);
    expect(browser.attempts.length).to.be.within(3, 25);
  });
});
