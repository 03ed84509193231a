import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { DashboardBrowser, expectAccessible } from '../support/dashboard-browser.js';
import { eventually } from '../support/eventually.js';
import { TestResources } from '../support/test-resources.js';

describe('the page of the contract, in a browser', () => {
  const resources = new TestResources();
  const browser = DashboardBrowser.forSuite();
  let url: string;
  let page: Page;

  before(async () => {
    ({ url } = await resources.daemon(resources.directory()));
  });

  after(() => resources.clear());

  async function open(width: number, colorScheme: 'light' | 'dark' = 'light'): Promise<void> {
    page = await browser.open(`${url}/docs`, { width, colorScheme, locale: 'en-GB' });
  }

  it('shows every call, and loads nothing but itself', async () => {
    await open(1280);
    const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    const documented = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const shown = await page.locator('section.call h3:has(.method)').allInnerTexts();
    expect(shown).to.have.members(documented);
    const called: string[] = [];
    page.on('request', (request) => called.push(request.url()));
    await page.reload();
    expect(called.filter((each) => !each.startsWith('data:'))).to.deep.equal([`${url}/docs`]);
    expect(await page.locator('script').count()).to.equal(0);
  });

  it('has a style, which its policy lets through, in light and in dark', async () => {
    const backgrounds = new Set<unknown>();
    for (const scheme of ['light', 'dark'] as const) {
      await open(1280, scheme);
      expect(await page.evaluate("getComputedStyle(document.querySelector('.page')).display")).to.equal(
        'grid',
      );
      backgrounds.add(await page.evaluate("getComputedStyle(document.querySelector('pre')).backgroundColor"));
    }
    expect(backgrounds.size).to.equal(2);
  });

  it('runs no script, even where one should get into it', async () => {
    browser.expectComplaints(/Content Security Policy/);
    await open(1280);
    await page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'document.title = "run"';
      document.body.append(script);
    `);
    expect(await page.title()).to.equal('Heartbeat');
    await eventually(() => expect(browser.complaints.join()).to.include('Content Security Policy'));
  });

  it('links each call in the list to its description, and that to its responses', async () => {
    await open(1280);
    await page.locator('nav a', { hasText: '/nodes/{name}/flips' }).click();
    expect(page.url()).to.equal(`${url}/docs#flips`);
    expect(await page.locator('#flips').isVisible()).to.equal(true);
    const links = await page.evaluate<string[]>(
      `[...document.querySelectorAll('a[href^="#"]')].map((each) => each.getAttribute('href'))`,
    );
    for (const href of new Set(links)) expect(await page.locator(href).count(), href).to.equal(1);
  });

  /** A call, a schema and all around them: the others are alike, and all of them take a minute. */
  const PARTS = ['nav', 'h1', '#silence', '#schema-Silence'];

  it('is accessible, and fits a telephone, whose screen the index does not fill', async () => {
    await open(1280);
    await expectAccessible(page, 'the page of the API', PARTS);
    await open(360, 'dark');
    await expectAccessible(page, 'the page of the API, on a telephone', PARTS);
    const { height = Infinity } = (await page.locator('nav').boundingBox()) ?? {};
    expect(height).to.be.lessThan(450);
    await page.getByRole('link', { name: 'alerts', exact: true }).click();
    expect(page.url()).to.equal(`${url}/docs#tag-alerts`);
  });

  it('has the fields of answers, also where their schema has a name', async () => {
    await open(1280);
    const fields = await page.locator('#silence .answer td:first-child code').allInnerTexts();
    expect(fields).to.include.members(['id', 'matchers', 'ends_at']);
  });
});
