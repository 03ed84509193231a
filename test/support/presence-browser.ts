import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { DaemonProcess } from './daemon-process.js';
import { eventually } from './eventually.js';
import { launchChromium, patientContext } from './patient-chromium.js';
import { PRESENCE_PAGE, type Seen } from './presence-page.js';
import { StaticSite } from './static-site.js';
import { TestResources, type StartFlags } from './test-resources.js';

const SECRET = 'a secret of user tokens, in thirty-two bytes';

/** A Chromium whose pages keep a user online and watch others, and a daemon that knows user tokens. */
export class PresenceBrowser {
  /** How many tokens were asked for. */
  tokens = 0;
  /** Seconds that a token lives. */
  tokenLife = 3600;
  /** One for each browser context that a test opened. */
  readonly contexts: BrowserContext[] = [];
  readonly #resources = new TestResources();
  readonly #browser: Browser;
  readonly #site: StaticSite;
  #daemon: DaemonProcess | undefined;
  #directory = '';

  private constructor(browser: Browser, site: StaticSite) {
    this.#browser = browser;
    this.#site = site;
  }

  static async launch(): Promise<PresenceBrowser> {
    return new PresenceBrowser(await launchChromium(), await StaticSite.start(PRESENCE_PAGE));
  }

  get daemon(): DaemonProcess {
    if (this.#daemon === undefined) throw new Error('no daemon was started');
    return this.#daemon;
  }

  /** Starts a daemon on the same data as the one before. */
  async start(sessionTimeout: number, more: StartFlags = {}): Promise<void> {
    if (this.#directory === '') this.#directory = this.#resources.directory();
    const config = path.join(this.#directory, 'heartbeat.yaml');
    writeFileSync(config, 'auth:\n  user_tokens: { secret_env: TOKEN_SECRET }\n');
    const flags = { config, 'cors-origins': this.#site.origin, 'session-timeout': sessionTimeout, ...more };
    const data = path.join(this.#directory, 'data');
    this.#daemon = await this.#resources.daemon(data, flags, { env: { TOKEN_SECRET: SECRET } });
  }

  async #fetchToken(user: string): Promise<string> {
    this.tokens++;
    return new SignJWT({ watch: '*', meta: true })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(user)
      .setExpirationTime(new Date(Date.now() + 1000 * this.tokenLife))
      .sign(new TextEncoder().encode(SECRET));
  }

  async device(of = this.#browser): Promise<BrowserContext> {
    const context = await patientContext(of);
    this.contexts.push(context);
    await context.exposeFunction('fetchToken', (user: string) => this.#fetchToken(user));
    return context;
  }

  async open(context: BrowserContext, user: string, watch: string, share = ''): Promise<Page> {
    const page = await context.newPage();
    const query = new URLSearchParams({ user, watch, share, url: this.daemon.url });
    await page.goto(`${this.#site.origin}/?${query.toString()}`);
    return page;
  }

  /** When a device goes offline without another heal, in whole seconds; undefined if it is. */
  async deadlineOf(user: string, name?: string): Promise<number | undefined> {
    const headers = { authorization: `Bearer ${await this.#fetchToken(user)}` };
    const request = { method: 'POST', headers, body: JSON.stringify([user]) };
    const response = await fetch(`${this.daemon.url}/checkup?fields=devices`, request);
    const { results } = (await response.json()) as {
      results: { devices: { device: string; deadline: number }[] }[];
    };
    const devices = results[0]?.devices ?? [];
    return devices.find(({ device: each }) => name === undefined || each === name)?.deadline;
  }

  /** Ends what a test began. */
  async clear(): Promise<void> {
    await Promise.all(this.contexts.splice(0).map((context) => context.close()));
    await this.#resources.clear();
    this.#directory = '';
    this.tokens = 0;
    this.tokenLife = 3600;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#site.close();
  }
}

export const seen = (page: Page): Promise<Seen> => page.evaluate<Seen>('seen()');
export const told = (page: Page): Promise<string[]> => page.evaluate<string[]>('told.splice(0)');

export async function sees(page: Page, expected: Partial<Seen>): Promise<void> {
  await eventually(async () => expect(await seen(page)).to.deep.include(expected));
}
