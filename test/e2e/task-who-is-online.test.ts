import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { ROOT, type DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { FollowedPage } from '../support/followed-page.js';
import { freePort } from '../support/free-port.js';
import { LocalRegistry } from '../support/local-registry.js';
import { launchChromium, patientContext } from '../support/patient-chromium.js';
import { ready, TestResources } from '../support/test-resources.js';

describe('the page "Who is online in my app", followed word by word from an empty folder', () => {
  const resources = new TestResources();
  let browser: Browser;
  let registry: LocalRegistry;
  let folder: string;

  before(async () => {
    registry = await LocalRegistry.start();
    browser = await launchChromium();
    const home = resources.directory();
    folder = path.join(home, 'app');
    mkdirSync(folder);
    // Beside it, as if that were the clone.
    mkdirSync(path.join(home, 'heartbeat'));
    await run(`npm pack --silent --ignore-scripts --pack-destination ${path.join(home, 'heartbeat')}`, ROOT);
  });

  after(async () => {
    await browser.close();
    registry.close();
    await resources.clear();
  });

  function start(script: string, cwd: string, env: Record<string, string> = {}): DaemonProcess {
    // The last command is what a signal ends.
    const lines = script.trim().split('\n');
    const last = lines.pop() ?? '';
    const text = [...lines, `exec ${last}`].join('\n');
    return resources.run({ command: ['bash', '-euc', text], cwd, env });
  }

  async function run(script: string, cwd: string): Promise<void> {
    const child = start(script, cwd, {
      npm_config_registry: registry.url,
      npm_config_cache: path.join(resources.directory(), 'cache'),
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_update_notifier: 'false',
    });
    const { code } = await child.ended;
    expect(code, child.stderr).to.equal(0);
  }

  async function open(url: string, user: string, context = browser.contexts()[0]): Promise<Page> {
    const page = await (context ?? (await patientContext(browser))).newPage();
    await page.goto(`${url}/?user=${user}`);
    return page;
  }

  async function shows(page: Page, ...online: string[]): Promise<void> {
    await eventually(async () => {
      expect(await page.locator('ul:not(.stale) li.online').allInnerTexts()).to.deep.equal(online);
    });
  }

  it('ends with dots that are green while somebody has the page open', async () => {
    const page = new FollowedPage('docs/task-who-is-online.md');
    // It is packed as `npm pack` does it, above.
    expect(page.command('clone')).to.equal('scripts/ready\nnpm pack\n');
    await run(page.command('install'), folder);
    for (const [name, text] of page.files) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
    // Other programs of this machine may use the ports of the page.
    const port = String(await freePort());
    const origin = `http://localhost:${port}`;
    const daemon = await ready(
      start(page.command('daemon'), folder, { HEARTBEAT_PORT: '0', HEARTBEAT_CORS_ORIGINS: origin }),
    );
    await ready(start(page.command('server'), folder, { PORT: port, HEARTBEAT_URL: daemon.url }));

    const ann = await open(origin, 'ann');
    await shows(ann, 'ann (you)');
    const bob = await open(origin, 'bob');
    await shows(ann, 'ann (you)', 'bob');
    await shows(bob, 'ann', 'bob (you)');
    const second = await open(origin, 'bob');
    await shows(second, 'ann', 'bob (you)');
    await bob.close();
    await shows(second, 'ann', 'bob (you)');
    await shows(ann, 'ann (you)', 'bob');
    await second.close();
    await shows(ann, 'ann (you)');
    expect(page.unused).to.deep.equal([]);
  });
});
