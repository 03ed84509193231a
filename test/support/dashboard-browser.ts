import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { expect } from 'chai';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

/** How a page is looked at. */
export interface Look {
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
  readonly locale: string;
}

/** On a desk in light and on a phone in dark, in two languages: each costs seconds, and colours depend on no width. */
const DESK: Look = { width: 1440, colorScheme: 'light', locale: 'en-GB' };
export const LOOKS: readonly Look[] = [DESK, { width: 390, colorScheme: 'dark', locale: 'de-DE' }];

/** What the accessibility check found. */
interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** A real browser with the dashboard in it. */
export class DashboardBrowser {
  /** What the pages complained of: errors of scripts, the console, and what the policy has stopped. */
  readonly complaints: string[] = [];
  /** The hosts that were asked for something. */
  readonly hosts = new Set<string>();
  #browser: Browser | undefined;

  async start(): Promise<void> {
    if (!existsSync(CHROMIUM)) throw new Error('the tests need chromium: scripts/tools-for-tests');
    this.#browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  }

  async close(): Promise<void> {
    await this.#browser?.close();
  }

  /** What Chromium itself says of answers that a test asks for. */
  ignore(expected: RegExp): void {
    const others = this.complaints.filter((each) => !expected.test(each));
    this.complaints.splice(0, this.complaints.length, ...others);
  }

  /** Opens a page of a daemon with keys, and gives this one to it. */
  async openAs(key: string, url: string, look?: Look): Promise<Page> {
    const page = await this.open(url, look);
    await page.getByLabel(/^(Key|Schlüssel)$/).fill(key);
    await page.keyboard.press('Enter');
    await page.locator('.shell').waitFor();
    this.ignore(/status of 401/);
    return page;
  }

  async open(url: string, { width, colorScheme, locale }: Look = DESK): Promise<Page> {
    if (this.#browser === undefined) throw new Error('the browser was not started');
    const context = await this.#browser.newContext({
      viewport: { width, height: width < 500 ? 844 : 900 },
      colorScheme,
      locale,
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    page.on('console', (message) => this.complaints.push(message.text()));
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('request', (request) => this.hosts.add(new URL(request.url()).host));
    await page.goto(url);
    return page;
  }
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
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(${within === undefined ? 'document' : JSON.stringify({ include: within.map((each) => [each]) })})`,
  );
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(', ')}`);
  expect(found, what).to.deep.equal([]);
  const excess = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  expect(excess, `${what}: wider than the screen`).to.be.at.most(0);
}
