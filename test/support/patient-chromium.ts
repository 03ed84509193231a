import { existsSync } from 'node:fs';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type BrowserServer,
} from 'playwright-core';
import { PATIENCE } from './eventually.js';

const FLAGS = { executablePath: '/usr/bin/chromium', args: ['--no-sandbox'], timeout: PATIENCE };

/** @throws Error if it is not installed */
export async function launchChromium(): Promise<Browser> {
  expectChromium();
  return chromium.launch(FLAGS);
}

/** One in a process that a test can kill. */
export async function launchChromiumServer(): Promise<BrowserServer> {
  expectChromium();
  return chromium.launchServer(FLAGS);
}

/** A context whose pages wait as long as `eventually`, where Playwright would give up after 30 seconds. */
export async function patientContext(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE);
  context.setDefaultNavigationTimeout(PATIENCE);
  return context;
}

function expectChromium(): void {
  if (!existsSync(FLAGS.executablePath)) throw new Error('the tests need chromium: scripts/tools-for-tests');
}
