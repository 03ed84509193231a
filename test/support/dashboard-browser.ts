import axe from 'axe-core';
import { expect } from 'chai';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { eventually } from './eventually.js';
import { launchChromium, patientContext } from './patient-chromium.js';

/** How a page is looked at. */
export interface Look {
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
  readonly locale: string;
}

/** On a desk in light and on a phone in dark, in two languages: each costs seconds, and colours depend on no width. */
const DESK: Look = { width: 1440, colorScheme: 'light', locale: 'en-GB' };
export const LOOKS: readonly Look[] = [DESK, { width: 390, colorScheme: 'dark', locale: 'de-DE' }];

/** What a page may complain of while its daemon is away. */
export const WHILE_AWAY = /ERR_|Failed to load/;

/** What the accessibility check found. */
interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** A browser for a suite, which looks at the pages of a daemon after each test. */
export class DashboardBrowser {
  /** What the pages of this test complained of: errors of scripts, the console, and calls of other hosts. */
  readonly complaints: string[] = [];
  readonly #expected: RegExp[] = [];
  #contexts: BrowserContext[] = [];
  #browser: Browser | undefined;

  private constructor() {}

  /** Call it in a `describe`, before other hooks: pages that were opened in `before` stay open until the end of the suite. */
  static forSuite(): DashboardBrowser {
    const browser = new DashboardBrowser();
    before(async () => {
      browser.#browser = await launchChromium();
    });
    beforeEach(() => {
      browser.#contexts = [];
    });
    afterEach(async function () {
      await browser.#endTest(this.currentTest?.isFailed() === true);
    });
    after(() => browser.#browser?.close());
    return browser;
  }

  /**
   * Says what the pages of this test may complain of, before it happens: Chromium may report a failed request long after
   * the page has gone on.
   */
  expectComplaints(...expected: readonly RegExp[]): void {
    this.#expected.push(...expected);
  }

  /** Opens a page of a daemon with keys, and gives this one to it. */
  async openAs(key: string, url: string, look?: Look): Promise<Page> {
    const page = await this.#open(url, look, [/status of 401 .* \/session$/]);
    await page.getByLabel(/^(Key|Schlüssel)$/).fill(key);
    await page.keyboard.press('Enter');
    await page.locator('.shell').waitFor();
    return page;
  }

  open(url: string, look?: Look): Promise<Page> {
    return this.#open(url, look, []);
  }

  async #open(
    url: string,
    { width, colorScheme, locale }: Look = DESK,
    expected: readonly RegExp[],
  ): Promise<Page> {
    if (this.#browser === undefined) throw new Error('the browser was not started');
    const context = await patientContext(this.#browser, {
      viewport: { width, height: width < 500 ? 844 : 900 },
      colorScheme,
      locale,
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
    });
    this.#contexts.push(context);
    const { host } = new URL(url);
    const complain = (complaint: string): void => {
      if (!expected.some((each) => each.test(complaint))) this.complaints.push(complaint);
    };
    context.on('console', (message) => {
      complain(`${message.text()} ${pathOf(message.location().url)}`.trim());
    });
    context.on('weberror', (error) => {
      complain(error.error().message);
    });
    context.on('request', (request) => {
      const called = new URL(request.url());
      if (called.protocol !== 'data:' && called.host !== host) complain(`called ${called.host}`);
    });
    const page = await context.newPage();
    await page.goto(url);
    return page;
  }

  /** Closes what a test has opened, so that it does not complain during others. */
  async #endTest(hasFailed: boolean): Promise<void> {
    await Promise.all(this.#contexts.map((context) => context.close()));
    const complaints = this.complaints.splice(0);
    const expected = this.#expected.splice(0);
    // One that has failed is no second failure: that would skip the tests after it.
    if (hasFailed) return;
    expect(complaints.filter((each) => !expected.some((pattern) => pattern.test(each)))).to.deep.equal([]);
  }
}

/** Empty if it is no URL. */
function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : '';
}

export function heading(page: Page, text: string): Locator {
  return page.getByRole('heading', { level: 1, name: text });
}

/**
 * Expects no violation of what axe checks, and nothing wider than the screen.
 *
 * @param within selectors of the parts to check, of a page that has very many alike; all of it by default
 */
export async function expectAccessible(page: Page, what: string, within?: readonly string[]): Promise<void> {
  // Evaluated by the debugger: as a script of the page, its policy would stop it.
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(${within === undefined ? 'document' : JSON.stringify({ include: within.map((each) => [each]) })})`,
  );
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(', ')}`);
  expect(found, what).to.deep.equal([]);
  await expectToFit(page, what);
}

/** Expects nothing wider than the screen, once charts have followed a change of its size. */
export function expectToFit(page: Page, what: string): Promise<void> {
  return eventually(async () => {
    const excess = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(excess, `${what}: wider than the screen`).to.be.at.most(0);
  });
}
