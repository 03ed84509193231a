import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { chromium, type Browser, type Page } from 'playwright-core';
import { expectAccessible } from '../support/dashboard-browser.js';
import { TestResources } from '../support/test-resources.js';

const CHROMIUM = '/usr/bin/chromium';

describe('the page of the contract, in a browser', () => {
  const resources = new TestResources();
  let browser: Browser;
  let url: string;
  let page: Page;
  let asked: string[];
  let complaints: string[];

  before(async () => {
    if (!existsSync(CHROMIUM)) throw new Error('the tests need chromium: scripts/tools-for-tests');
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    ({ url } = await resources.daemon(resources.directory()));
  });

  after(async () => {
    await browser.close();
    await resources.clear();
  });

  async function open(width: number, colorScheme: 'light' | 'dark' = 'light'): Promise<void> {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    page = await context.newPage();
    asked = [];
    complaints = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${url}/docs`);
  }

  afterEach(() => page.context().close());

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
    expect(asked.filter((each) => !each.startsWith('data:'))).to.deep.equal([`${url}/docs`]);
    expect(complaints).to.deep.equal([]);
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
      if (scheme === 'light') await page.context().close();
    }
    expect(backgrounds.size).to.equal(2);
  });

  it('runs no script, even where one should get into it', async () => {
    await open(1280);
    await page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'document.title = "run"';
      document.body.append(script);
    `);
    expect(await page.title()).to.equal('Heartbeat');
    expect(complaints.join()).to.include('Content Security Policy');
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
    await page.context().close();
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
