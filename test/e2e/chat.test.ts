import path from 'node:path';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { ROOT } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { launchChromium, patientContext } from '../support/patient-chromium.js';
import { TestResources } from '../support/test-resources.js';

const SECRET = 'a secret of user tokens, in thirty-two bytes';

describe('the example chat', () => {
  const resources = new TestResources();
  let browser: Browser;

  before(async () => {
    browser = await launchChromium();
  });

  after(async () => {
    await browser.close();
    await resources.clear();
  });

  async function startServer(): Promise<string> {
    const port = String(await freePort());
    const flags = {
      config: path.join(ROOT, 'examples/chat/heartbeat.yaml'),
      'cors-origins': `http://127.0.0.1:${port}`,
    };
    const daemon = await resources.daemon(resources.directory(), flags, { env: { TOKEN_SECRET: SECRET } });
    const server = resources.run({
      command: [process.execPath, 'examples/chat/server.js'],
      cwd: ROOT,
      env: { PORT: port, TOKEN_SECRET: SECRET, HEARTBEAT_URL: daemon.url },
    });
    await eventually(() => expect(server.stdout, server.stderr).to.include('listening'));
    return server.url;
  }

  const viewport = { width: 600, height: 440 };

  async function open(url: string, name: string, given?: BrowserContext): Promise<Page> {
    const context = given ?? (await patientContext(browser, { viewport }));
    const page = await context.newPage();
    await page.goto(url);
    await page.getByRole('button', { name }).click();
    return page;
  }

  async function shows(page: Page, ...people: string[]): Promise<void> {
    await eventually(async () =>
      expect(
        (
          await page.evaluate<string[]>(
            '[...document.querySelectorAll("#people li")].map((row) => `${row.className} ${row.textContent}`)',
          )
        ).map((row) => row.trim().replaceAll(/\s+/g, ' ')),
      ).to.deep.equal(people),
    );
  }

  it('shows two people and their devices, who types, and what they say', async () => {
    const url = await startServer();
    const ann = await open(url, 'Ann');
    await shows(ann, 'online Ann', 'Bob');
    const bob = await open(url, 'Bob');
    const phone = await open(url, 'Bob');
    await shows(ann, 'online Ann', 'online Bob on 2 devices');
    await phone.locator('input').fill('Hello');
    await shows(ann, 'online Ann', 'online Bob on 2 devices is typing…');
    await phone.locator('input').press('Enter');
    await shows(ann, 'online Ann', 'online Bob on 2 devices');
    for (const page of [ann, bob])
      await eventually(async () =>
        expect(await page.locator('#messages li').allInnerTexts()).to.deep.equal(['Bob: Hello']),
      );
    const { CHAT_SCREENSHOT } = process.env;
    if (CHAT_SCREENSHOT !== undefined) await ann.screenshot({ path: CHAT_SCREENSHOT });
    await phone.goto('about:blank');
    await shows(ann, 'online Ann', 'online Bob');
    await bob.goto('about:blank');
    await shows(ann, 'online Ann', 'Bob');
  });

  it('shows two people who use one browser, each in a tab', async () => {
    const url = await startServer();
    const context = await patientContext(browser, { viewport });
    const ann = await open(url, 'Ann', context);
    const bob = await open(url, 'Bob', context);
    for (const page of [ann, bob]) await shows(page, 'online Ann', 'online Bob');
    await ann.reload();
    await ann.locator('input').fill('Hello');
    await ann.locator('input').press('Enter');
    await eventually(async () =>
      expect(await bob.locator('#messages li').allInnerTexts()).to.deep.equal(['Ann: Hello']),
    );
    for (const page of [ann, bob]) await shows(page, 'online Ann', 'online Bob');
  });
});
