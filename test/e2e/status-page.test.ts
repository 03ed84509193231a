import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { DashboardBrowser, expectAccessible, expectToFit, LOOKS } from '../support/dashboard-browser.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { keyLine } from '../support/keys.js';
import { brokenRules, type FeedElement } from '../support/rss-rules.js';
import { TestResources } from '../support/test-resources.js';

const KEY = 'hbk_a-key-for-the-tests-of-status-pages';
const ADMIN = { authorization: `Bearer ${KEY}` };

describe('a status page, in a browser', () => {
  const resources = new TestResources();
  const browser = DashboardBrowser.forSuite();
  let directory: string;
  let port: number;
  let daemon: DaemonProcess;
  let url: string;
  let id: string;

  before(async () => {
    directory = resources.directory();
    port = await freePort();
    const file = path.join(directory, 'heartbeat.yaml');
    writeFileSync(
      path.join(directory, 'logo.svg'),
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 32" width="96" height="32"><rect width="96" height="32" rx="6" fill="#1d5f8a"/><circle cx="16" cy="16" r="8" fill="#fff"/></svg>',
    );
    const lines = [
      `public_url: http://127.0.0.1:${String(port)}`,
      `auth:\n  keys:\n${keyLine(KEY, 'admin', 'ops').trimEnd()}`,
      'maintenance:',
      '  - { matchers: [team=mail], starts_at: "2099-01-31T20:00:00Z", ends_at: "2099-01-31T22:00:00Z" }',
      'status:',
      '  web:',
      '    title: Example',
      '    logo: logo.svg',
      '    website: https://example.org',
      '    time_zone: Europe/Berlin',
      '    groups:',
      '      - { title: Website and customer area, labels: { team: web } }',
      '      - { title: Payments, labels: { team: pay } }',
      '      - { title: Mail, labels: { team: mail } }',
      '  empty: { title: Nothing yet, groups: [{ title: Website, labels: { team: nobody } }] }',
    ];
    writeFileSync(file, `${lines.join('\n')}\n`);
    await start();
    id = await fill();
  });

  after(() => resources.clear());

  async function start(): Promise<void> {
    const config = path.join(directory, 'heartbeat.yaml');
    daemon = await resources.daemon(directory, { config, port });
    url = daemon.url;
  }

  const call = async (method: string, target: string, body?: object): Promise<{ id: string }> => {
    const answer = await fetch(url + target, {
      method,
      headers: ADMIN,
      ...(body && { body: JSON.stringify(body) }),
    });
    expect(answer.status, `${method} ${target}`).to.be.lessThan(300);
    return (await answer.json()) as { id: string };
  };
  /** What the pages show: before any is read, since they are remembered for seconds. @returns the id of an incident */
  async function fill(): Promise<string> {
    const labels = (team: string) => ({ labels: { team }, timeout: 10_000, max_retries: 0 });
    for (const [name, team] of [
      ['web-1', 'web'],
      ['web-2', 'web'],
      ['pay-1', 'pay'],
      ['mail-1', 'mail'],
    ] as const)
      await call('PUT', `/nodes/${name}`, labels(team));
    await call('POST', '/nodes/web-2/fail', { reason: 'a secret reason' });
    await call('POST', '/nodes/pay-1/fail');
    await call('PUT', '/nodes/pay-1/heartbeat');
    const { id: made } = await call('POST', '/status/web/incidents', {
      title: 'The customer area is slow',
      text: 'Some pages take long to load.\nWe are looking into it.',
    });
    await call('POST', `/status/web/incidents/${made}`, {
      text: 'A disk is being replaced.',
      state: 'identified',
    });
    await call('POST', '/status/web/incidents', {
      title: 'Payments were refused',
      text: 'For two minutes, card payments were refused.',
      state: 'resolved',
    });
    return made;
  }

  /** On each screen in each colour, where axe has looked at one of both. */
  async function expectToFitEverywhere(page: Page): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [390, 1440]) {
        await page.setViewportSize({ width, height: 844 });
        await expectToFit(page, `${page.url()}, ${String(width)} pixels, ${colorScheme}`);
      }
    }
  }

  const heading = (page: Page) => page.locator('h1').innerText();

  it('says that nothing is known while there is nothing', async () => {
    for (const look of LOOKS) {
      const page = await browser.open(`${url}/status/empty`, look);
      const isGerman = look.locale.startsWith('de');
      expect(await heading(page)).to.equal(
        isGerman ? 'Der Zustand ist nicht bekannt' : 'The state is not known',
      );
      await expectAccessible(page, `an empty page, ${JSON.stringify(look)}`);
      await expectToFitEverywhere(page);
      await page.context().close();
    }
  });

  it('shows groups, incidents and maintenance without a script, and after a restart what was written', async () => {
    for (const look of LOOKS) {
      const page = await browser.open(`${url}/status/web`, look);
      const isGerman = look.locale.startsWith('de');
      expect(await heading(page)).to.equal(
        isGerman ? 'Einige Systeme sind ausgefallen' : 'Some systems have an outage',
      );
      expect(await page.locator('script').count()).to.equal(0);
      // Reading the uptime may take longer than a page waits for it.
      await eventually(async () => {
        if ((await page.locator('svg.strip').count()) === 3) return;
        await page.reload();
        throw new Error('the uptime is still being read');
      });
      expect(await page.evaluate("document.querySelector('.brand img').naturalWidth")).to.equal(96);
      expect(await page.locator('body').innerText())
        .to.include('A disk is being replaced.')
        .and.not.include('secret');
      await page.locator('summary').last().click();
      await expectAccessible(page, `a page with data, ${JSON.stringify(look)}`);
      await expectToFitEverywhere(page);
      await page.context().close();
    }
    daemon.signal('SIGTERM');
    await daemon.ended;
    await start();
    const page = await browser.open(`${url}/status/web`);
    expect(await page.locator(`#incident-${id} .updates li`).count()).to.equal(2);
    // It was blind while it did not run.
    await page.getByText('Monitoring was interrupted from').waitFor();
    await page.context().close();
  });

  it('has a feed that breaks no rule of RSS', async () => {
    const answer = await fetch(`${url}/status/web.rss`, { headers: { 'accept-language': 'de' } });
    expect(answer.status).to.equal(200);
    expect(answer.headers.get('content-type')).to.equal('application/rss+xml; charset=utf-8');
    const page = await browser.open(`${url}/status/empty`);
    const feed = await page.evaluate<FeedElement | undefined>(
      `(() => {
        const feed = new DOMParser().parseFromString(${JSON.stringify(await answer.text())}, 'application/xml');
        const shown = (element) => ({
          name: element.nodeName,
          attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
          text: element.textContent,
          children: [...element.children].map(shown),
        });
        return feed.querySelector('parsererror') === null ? shown(feed.documentElement) : undefined;
      })()`,
    );
    if (feed === undefined) throw new Error('it is no XML');
    expect(brokenRules(feed, { address: `${url}/status/web.rss`, at: new Date() })).to.deep.equal([]);
    const items = feed.children[0]?.children.filter(({ name }) => name === 'item') ?? [];
    expect(items.map(({ children }) => children.find(({ name }) => name === 'title')?.text)).to.deep.equal([
      'Geplante Wartung: Mail',
      'Behoben: Payments were refused',
      'Ursache gefunden: The customer area is slow',
      'Wird untersucht: The customer area is slow',
    ]);
    await page.context().close();
  });
});
