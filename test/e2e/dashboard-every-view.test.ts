import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { DashboardBrowser, expectAccessible, expectToFit, WHILE_AWAY } from '../support/dashboard-browser.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { freePort } from '../support/free-port.js';
import { HookServer } from '../support/hook-server.js';
import { keyLine } from '../support/keys.js';
import { TestResources } from '../support/test-resources.js';

const ADMIN = 'admin-key';
const READER = 'reader-key';
const DAY = 86_400_000;
const WIDTHS = [390, 1440] as const;
const SCHEMES = ['light', 'dark'] as const;

/** What there is. */
type State = 'empty' | 'data' | 'crowd';

interface View {
  readonly at: string;
  /** What is on the page once it has been drawn, with and without data. */
  readonly marks: Readonly<Record<'empty' | 'data', string>>;
  /** What a reader must not find, and an admin does where there is data. */
  readonly changes?: string;
  /** Whether ten thousand nodes make it another page. */
  readonly isOfNodes?: boolean;
}

const VIEWS: readonly View[] = [
  { at: '', marks: { empty: '.guide', data: '.failed-row' }, isOfNodes: true },
  { at: 'nodes', marks: { empty: 'main p a', data: '.node-row' }, isOfNodes: true },
  {
    at: 'nodes/web-1',
    marks: { empty: 'main p a', data: '#flips' },
    changes: '.actions button',
    isOfNodes: true,
  },
  { at: 'users', marks: { empty: '.find', data: '.user-row b' } },
  { at: 'users/7', marks: { empty: '.view-head', data: '#devices' }, changes: '.actions button' },
  { at: 'alerts', marks: { empty: '.empty', data: '.alert-row' }, changes: '.alert-row button' },
  { at: 'silences', marks: { empty: '.empty', data: '.silence-row' }, changes: '.silence-row button' },
  { at: 'maintenance', marks: { empty: '.empty', data: '.silence-row' } },
  { at: 'rotas', marks: { empty: '.empty', data: '.on-call' } },
  {
    at: 'channels',
    marks: { empty: '[data-channel="log"]', data: '[data-channel="ops"]' },
    changes: '.channel button',
  },
  { at: 'status', marks: { empty: '.empty', data: '.page-row' }, changes: '.view-head .button' },
  { at: 'status/shop', marks: { empty: 'main p a', data: '.incident-row' }, changes: '.incident-row button' },
  { at: 'supervision', marks: { empty: '.actor-row a', data: '.actor-row a' }, isOfNodes: true },
  { at: 'supervision/root/history', marks: { empty: '.view-head', data: '.view-head' } },
];

describe('every view of the dashboard, with and without data, of a reader and an admin, on each screen in each colour', () => {
  const resources = new TestResources();
  const browser = DashboardBrowser.forSuite();
  let directory: string;
  let hooks: HookServer;
  let port: number;
  let daemon: DaemonProcess;
  let url: string;
  /** The admin reads English, the reader German. */
  let pages: Readonly<Record<'admin' | 'reader', Page>>;

  before(async () => {
    hooks = await HookServer.start();
    resources.onClear(() => hooks.stop());
    directory = resources.directory();
    port = await freePort();
    await start('');
    const look = { width: 1440, colorScheme: 'light' } as const;
    const admin = await browser.openAs(ADMIN, url, { ...look, locale: 'en-GB' });
    const reader = await browser.openAs(READER, url, { ...look, locale: 'de-DE' });
    pages = { admin, reader };
  });

  after(() => resources.clear());

  async function start(settings: string): Promise<void> {
    const config = path.join(directory, 'heartbeat.yaml');
    writeFileSync(config, `auth:\n  keys:\n${keyLine(ADMIN)}${keyLine(READER, 'read')}${settings}`);
    const flags = { config, port, 'session-timeout': 100_000, 'nodes-timeout': 100_000 };
    daemon = await resources.daemon(path.join(directory, 'data'), flags);
    url = daemon.url;
  }

  async function restart(settings: string): Promise<void> {
    daemon.signal('SIGTERM');
    await daemon.ended;
    await start(settings);
  }

  const call = async (method: string, target: string, body?: object): Promise<void> => {
    const headers = { authorization: `Bearer ${ADMIN}` };
    const sent = body && { body: JSON.stringify(body) };
    const { status } = await fetch(url + target, { method, headers, ...sent });
    expect(status, `${method} ${target}`).to.be.lessThan(300);
  };

  async function fill(): Promise<void> {
    const settings = { labels: { team: 'web', env: 'prod' }, max_retries: 0 };
    for (const name of ['web-1', 'web-2', 'db-1']) await call('PUT', `/nodes/${name}`, settings);
    await call('POST', '/nodes/web-1/fail', { reason: 'the disk is full' });
    await call('POST', '/nodes/web-1/acknowledge', { by: 'ann', reason: 'a new disk is coming' });
    await call('PUT', '/heal/7?device=phone', { meta: { place: 'Köln' } });
    const endsAt = Math.floor(Date.now() / 1000) + 3600;
    await call('POST', '/silences', { matchers: ['env=test'], ends_at: endsAt, by: 'ann' });
    const groups = [{ title: 'Shop', labels: { team: 'web' } }];
    await call('PUT', '/status/shop', { title: 'Example shop', groups });
    const text = 'Some orders are lost.\nWe are looking into it.';
    await call('POST', '/status/shop/incidents', { title: 'Orders fail', text });
  }

  /** In which colours axe looks: without data, and with more of it, there are no others. */
  function looksOf(view: View, state: State): readonly (typeof SCHEMES)[number][] {
    if (state === 'data') return SCHEMES;
    return state === 'empty' && VIEWS.indexOf(view) % 2 === 0 ? ['light'] : state === 'empty' ? ['dark'] : [];
  }

  /**
   * Looks at a view as each of the two on each screen in each colour. What axe sees depends on colours and not on the
   * width, so it looks once for each colour, at another width.
   */
  async function expectFine(view: View, state: State): Promise<void> {
    const hasData = state !== 'empty';
    const looks = looksOf(view, state);
    for (const [role, page] of Object.entries(pages)) {
      await page.goto(`${url}/#/${view.at}`);
      await page
        .locator(view.marks[hasData ? 'data' : 'empty'])
        .first()
        .waitFor();
      await page.locator('h1').first().waitFor();
      expect(await page.locator('.notice[role=alert], .banner').count(), view.at).to.equal(0);
      if (view.changes !== undefined && hasData) {
        const offered = page.locator(view.changes).first();
        if (role === 'admin') await offered.waitFor();
        else expect(await offered.count(), `${view.at} for a reader`).to.equal(0);
      }
      for (const [at, colorScheme] of SCHEMES.entries()) {
        await page.emulateMedia({ colorScheme });
        for (const width of WIDTHS) {
          const what = `${view.at}, ${state}, ${role}, ${String(width)} pixels, ${colorScheme}`;
          await page.setViewportSize({ width, height: width < 500 ? 844 : 900 });
          if (role === 'admin' && width === WIDTHS[at] && looks.includes(colorScheme))
            await expectAccessible(page, what);
          else await expectToFit(page, what);
        }
      }
    }
  }

  it('says what to do where there is nothing', async () => {
    browser.expectComplaints(/status of 404/);
    for (const view of VIEWS) await expectFine(view, 'empty');
  });

  it('shows what there is', async () => {
    browser.expectComplaints(WHILE_AWAY);
    await restart(configuration(hooks.url));
    await fill();
    for (const page of Object.values(pages)) await page.locator('.banner').waitFor({ state: 'detached' });
    for (const view of VIEWS) await expectFine(view, 'data');
  });

  it('shows ten thousand nodes', async () => {
    const names = Array.from({ length: 10_000 }, (_, at) => `crowd-${String(at).padStart(5, '0')}`);
    await call('POST', '/nodes/heartbeats', names);
    for (const view of VIEWS) if (view.isOfNodes === true) await expectFine(view, 'crowd');
  });

  it('says that it is stale while the daemon is away, and is right again when it is back', async () => {
    browser.expectComplaints(WHILE_AWAY, /status of 503/);
    const { admin, reader } = pages;
    await daemon.kill();
    for (const [page, sentence] of [
      [admin, 'The daemon does not answer.'],
      [reader, 'Der Daemon antwortet nicht.'],
    ] as const) {
      const banner = page.getByRole('alert').filter({ hasText: sentence });
      await banner.waitFor();
      for (const view of VIEWS) {
        // As somebody does who goes on: without loading the page, which nobody would answer.
        await page.evaluate(`location.hash = '#/${view.at}'`);
        await page.locator('h1').first().waitFor();
        for (const colorScheme of SCHEMES) {
          await page.emulateMedia({ colorScheme });
          for (const width of WIDTHS) {
            await page.setViewportSize({ width, height: 900 });
            expect(await banner.isVisible(), view.at).to.equal(true);
            await expectToFit(page, `${view.at} while the daemon is away`);
          }
        }
      }
      await expectAccessible(page, 'a stale view');
    }
    await start(configuration(hooks.url));
    for (const view of VIEWS)
      for (const page of Object.values(pages)) {
        await page.evaluate(`location.hash = '#/${view.at}'`);
        await page.locator('.banner').waitFor({ state: 'detached' });
        await page.locator(view.marks.data).first().waitFor();
        await page.locator('.notice[role=alert]').waitFor({ state: 'detached' });
      }
  });
});

function configuration(hook: string): string {
  const at = (days: number): string => new Date(Date.now() + days * DAY).toISOString();
  return `channels:
  ops: { kind: webhook, url: "${hook}", allow_addresses: [127.0.0.1] }
maintenance:
  - { matchers: ["env=test"], starts_at: "${at(-1)}", ends_at: "${at(1)}", reason: the switch is being changed }
rotas:
  ops:
    people: [{ name: ann, channel: ops }, { name: ben, channel: ops }]
    turns: daily
    start: 2026-01-05
    hand_over: "09:00"
    time_zone: Europe/Berlin
`;
}
