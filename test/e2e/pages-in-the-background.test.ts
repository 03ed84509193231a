import { expect } from 'chai';
import { Chromium, type ChromiumTab } from '../support/chromium.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { sized } from '../support/effort.js';
import { eventually } from '../support/eventually.js';
import { PRESENCE_PAGE, type Seen } from '../support/presence-page.js';
import { StaticSite } from '../support/static-site.js';
import { TestResources } from '../support/test-resources.js';

/** Seconds. */
const SESSION_TIMEOUT = 6;
/** Seconds that a tab is hidden. */
const HIDDEN_FOR = sized(15, 75);
/** Timers of a hidden tab run once a minute, and not only after five minutes: the gate has not so long. */
const THROTTLE_SOON = '--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/1';

/** How often a timer runs, and how visible the page was. */
const OBSERVE = `(() => {
  window.ticks = 0;
  setInterval(() => ticks++, 100);
  window.states = [document.visibilityState];
  document.addEventListener('visibilitychange', () => states.push(document.visibilityState));
})()`;

interface History {
  readonly history: readonly { readonly online_at: number; readonly offline_at: number }[];
}

describe('the client in a page that nobody looks at', () => {
  const resources = new TestResources();
  let site: StaticSite;
  let chromium: Chromium;
  let daemon: DaemonProcess;

  beforeEach(async () => {
    site = await StaticSite.start(PRESENCE_PAGE);
    resources.onClear(() => {
      site.close();
    });
  });

  afterEach(() => resources.clear());

  async function start(sessionTimeout: number, ...flags: readonly string[]): Promise<void> {
    chromium = await Chromium.start(...flags);
    resources.onClear(() => chromium.close());
    const given = { 'cors-origins': site.origin, 'session-timeout': sessionTimeout };
    daemon = await resources.daemon(resources.directory(), given);
  }

  const pageOf = (user: number, watch: string, more: object = {}): string =>
    `${site.origin}/?${new URLSearchParams({ user: String(user), watch, url: daemon.url, ...more }).toString()}`;

  const get = async <Answer>(path: string): Promise<Answer> => {
    const response = await fetch(daemon.url + path);
    return (await response.json()) as Answer;
  };

  /** In whole seconds. Undefined for a user who is offline. */
  async function deadlineOf(user: number): Promise<number | undefined> {
    const { deadline } = await get<{ readonly deadline: number | null }>(`/users/${user}`);
    return deadline ?? undefined;
  }

  const sessionsOf = async (user: number): Promise<number> =>
    (await get<History>(`/heart_rhythm/${user}`)).history.length;

  async function sees(tab: ChromiumTab, expected: Partial<Seen>): Promise<void> {
    await eventually(async () => expect(await tab.evaluate<Seen>('seen()')).to.deep.include(expected));
  }

  const isStatus = (told: string): boolean => /^\w+$/.test(told);

  /** Statuses, then changes: two answers of the daemon come in any order. */
  async function told(tab: ChromiumTab): Promise<string[]> {
    const all = await tab.evaluate<string[]>('told');
    return [...all.filter(isStatus), ...all.filter((each) => !isStatus(each))];
  }

  it('keeps its user online in a hidden tab, over its socket, while its timers run once a minute', async () => {
    await start(SESSION_TIMEOUT, THROTTLE_SOON);
    const bob = await chromium.open(pageOf(2, '2'));
    await sees(bob, { status: 'online', stale: false, online: { 2: 1 } });
    await bob.evaluate(OBSERVE);
    // Another tab comes in front of each.
    const cid = await chromium.open(pageOf(3, '3', { socket: 'no' }));
    await sees(cid, { status: 'online', stale: false, online: { 3: 1 } });
    await cid.evaluate(OBSERVE);
    await chromium.open('about:blank');
    for (const tab of [bob, cid])
      await eventually(async () => expect(await tab.evaluate('states.at(-1)')).to.equal('hidden'));
    const before = (await deadlineOf(2)) ?? Infinity;
    await eventually(async () => expect(await deadlineOf(2)).to.be.at.least(before + HIDDEN_FOR));
    // Heals by HTTP come by timers: so these timers hold nobody.
    await eventually(async () => expect(await deadlineOf(3)).to.equal(undefined));
    expect(await bob.evaluate('states')).to.deep.equal(['visible', 'hidden']);
    expect(await told(bob)).to.deep.equal(['connecting', 'online', 'join 2 1']);
    expect(await sessionsOf(2)).to.equal(1);
    await bob.toFront();
    await eventually(async () => expect(await bob.evaluate('states.at(-1)')).to.equal('visible'));
    await bob.evaluate('heartbeat.update({ back: true })');
    await eventually(async () =>
      expect(await bob.evaluate('friends.get(2).devices[0].meta')).to.deep.equal({ back: true }),
    );
    expect(await told(bob)).to.deep.equal(['connecting', 'online', 'join 2 1', 'update 2 1']);
    await cid.toFront();
    await sees(cid, { status: 'online', stale: false, online: { 3: 1 } });
    // In between, each minute, a timer may have healed it.
    expect(await sessionsOf(3)).to.be.at.least(2);
  });

  it('says no goodbye when it goes into the back-forward cache, and is back with it', async () => {
    await start(60);
    const ann = await chromium.open(pageOf(1, '2'));
    const bob = await chromium.open(pageOf(2, '1'));
    await sees(ann, { status: 'online', stale: false, online: { 2: 1 } });
    await sees(bob, { status: 'online', stale: false, online: { 1: 1 } });
    const device = await bob.evaluate('heartbeat.device');
    await bob.evaluate(`(() => {
      window.shown = [];
      addEventListener('pageshow', ({ persisted }) => shown.push(persisted));
    })()`);
    await bob.goto(pageOf(3, '2'));
    // The page after it sees him online, and so does Ann.
    await sees(bob, { status: 'online', stale: false, online: { 2: 1 } });
    await sees(ann, { status: 'online', stale: false, online: { 2: 1 } });
    await bob.evaluate('setTimeout(() => history.back())');
    await eventually(async () => {
      // It is the same page as before, not a new one.
      expect(await bob.evaluate('window.shown')).to.deep.equal([true]);
    });
    await sees(bob, { status: 'online', stale: false, online: { 1: 1 } });
    expect(await bob.evaluate('heartbeat.device')).to.equal(device);
    expect(await told(bob)).to.deep.equal([
      'connecting',
      'online',
      'offline',
      'connecting',
      'online',
      'join 1 1',
    ]);
    await bob.evaluate('heartbeat.update({ back: true })');
    await eventually(async () =>
      expect(await ann.evaluate('friends.get(2).devices')).to.deep.equal([{ device, meta: { back: true } }]),
    );
    expect(await told(ann)).to.deep.equal(['connecting', 'online', 'join 2 1', 'update 2 1']);
    expect(await sessionsOf(2)).to.equal(1);
  });
});
