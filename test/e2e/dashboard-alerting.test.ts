import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { DashboardBrowser, expectAccessible, WHILE_AWAY } from '../support/dashboard-browser.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { freePort } from '../support/free-port.js';
import { HookServer } from '../support/hook-server.js';
import { keyLine } from '../support/keys.js';
import { TestResources } from '../support/test-resources.js';

const ADMIN = 'admin-key';
const DAY = 86_400_000;

describe('silences, maintenance, rotas and channels of the dashboard, in a browser', () => {
  const resources = new TestResources();
  const browser = DashboardBrowser.forSuite();
  let hook: HookServer;
  let home: string;
  let port: number;
  let daemon: DaemonProcess;
  let url: string;

  before(async () => {
    hook = await HookServer.start();
    resources.onClear(() => hook.stop());
    home = resources.directory();
    port = await freePort();
    writeFileSync(path.join(home, 'heartbeat.yaml'), configuration(hook.url));
    await start();
  });

  after(() => resources.clear());

  async function start(): Promise<void> {
    const config = path.join(home, 'heartbeat.yaml');
    daemon = await resources.daemon(path.join(home, 'data'), { port, config });
    url = daemon.url;
  }

  const open = (hash: string): Promise<Page> => browser.openAs(ADMIN, `${url}/#/${hash}`);
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

  it('says what a silence is where there is none, makes one, lists it by its state, and ends it', async () => {
    browser.expectComplaints(/status of 400/);
    const page = await open('silences');
    await page.getByText('Nothing is silenced.').waitFor();
    await expectAccessible(page, 'no silences');
    await button(page, 'New silence').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Matchers').fill('env=~[');
    await dialog.getByLabel('Your name').fill('ann');
    await dialog.getByLabel('Reason').fill('a new switch');
    await dialog.getByRole('button', { name: 'Silence' }).click();
    const problem = dialog.locator('.problem');
    await problem.waitFor();
    const described = await dialog.getByLabel('Matchers').getAttribute('aria-describedby');
    expect(described).to.include(await problem.getAttribute('id'));
    await expectAccessible(page, 'a silence that is wrong');
    await dialog.getByLabel('Matchers').fill('env=prod\nname=~web-.*');
    await dialog.getByLabel('For how long').selectOption({ label: '4h' });
    await dialog.getByRole('button', { name: 'Silence' }).click();
    const row = page.locator('.silence-row');
    await row.waitFor();
    const text = await row.innerText();
    for (const part of ['env=prod', 'name=~web-.*', 'by ann: a new switch']) expect(text).to.include(part);
    expect(text).to.match(/ends in [34]h/);
    const states = page.getByRole('navigation', { name: 'Which silences' });
    await states.getByText('Expired', { exact: true }).click();
    await page.getByText('There are none of this kind.').waitFor();
    expect(page.url()).to.equal(`${url}/#/silences?state=expired`);
    await page.goBack();
    await row.waitFor();
    await page.getByRole('button', { name: 'End: env=prod, name=~web-.*' }).click();
    await dialog.getByText('alerted now').waitFor();
    await dialog.getByRole('button', { name: 'End' }).click();
    await page.getByText('Nothing is silenced.').waitFor();
    await states.getByText('Expired', { exact: true }).click();
    await row.waitFor();
    expect(await page.getByRole('button', { name: /^End/ }).count()).to.equal(0);
    await page.context().close();
  });

  it('shows the maintenance that goes on and the one to come, which the configuration has', async () => {
    const page = await open('maintenance');
    await page.locator('.silence-row').nth(1).waitFor();
    const rows = await page.locator('.silence-row').allInnerTexts();
    expect(rows[0]).to.include('Open now').and.include('env=prod').and.include('ends in');
    expect(rows[1]).to.include('Next').and.include('team=db').and.include('begins in');
    await page.getByText('The configuration has these windows').waitFor();
    await page.getByRole('link', { name: 'Expired', exact: true }).click();
    await page.getByText('There are none of this kind.').waitFor();
    await page.context().close();
  });

  it('says who is on call and who comes next', async () => {
    const page = await open('rotas');
    const card = page.locator('section.card');
    await card.waitFor();
    const text = await card.innerText();
    for (const part of ['ops', 'reached by hook', 'each day at 09:00 (Europe/Berlin)', 'ann, ben'])
      expect(text).to.include(part);
    expect(text).to.match(/On call\s*(ann|ben)/);
    expect(text).to.match(/Next\s*(ann|ben)/);
    await page.context().close();
  });

  it('shows each channel with what waits, tests it, and previews what it sends', async () => {
    const page = await open('channels');
    const ofChannel = (name: string) => page.locator(`[data-channel="${name}"]`);
    await ofChannel('hook').getByText('Delivers').waitFor();
    await ofChannel('hook').getByRole('button', { name: 'Send a test' }).click();
    await ofChannel('hook').getByText('The test was delivered.').waitFor();
    expect(hook.requests.length).to.be.greaterThan(0);
    await ofChannel('gone').getByRole('button', { name: 'Send a test' }).click();
    await ofChannel('gone').getByText('An attempt has failed, and there will be others').waitFor();
    await ofChannel('gone').getByRole('link', { name: '1 alert' }).waitFor();
    await ofChannel('hook').getByRole('button', { name: 'Preview' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('"type": "node.failed"').first().waitFor();
    await expectAccessible(page, 'a preview');
    await dialog.getByRole('button', { name: 'Close the preview' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('is stale while the daemon is away, and right again when it is back', async () => {
    browser.expectComplaints(WHILE_AWAY);
    const page = await open('channels');
    await page.locator('[data-channel="hook"]').waitFor();
    await daemon.kill();
    const banner = page.getByRole('alert').filter({ hasText: 'The daemon does not answer.' });
    await banner.waitFor();
    // Without its channel of last time.
    writeFileSync(path.join(home, 'heartbeat.yaml'), configuration(hook.url).replace(/ {2}gone:.*\n/, ''));
    await start();
    await banner.waitFor({ state: 'detached' });
    await page.locator('[data-channel="gone"]').waitFor({ state: 'detached' });
    await page.context().close();
  });
});

function configuration(hook: string): string {
  const at = (days: number): string => new Date(Date.now() + days * DAY).toISOString();
  return `auth:
  keys:
${keyLine(ADMIN)}channels:
  hook: { kind: webhook, url: "${hook}", allow_addresses: [127.0.0.1] }
  gone: { kind: webhook, url: "http://127.0.0.1:9/", allow_addresses: [127.0.0.1] }
maintenance:
  - { matchers: ["env=prod"], starts_at: "${at(-1)}", ends_at: "${at(1)}", reason: the switch is being changed }
  - { matchers: ["team=db"], starts_at: "${at(2)}", ends_at: "${at(3)}" }
rotas:
  ops:
    people: [{ name: ann, channel: hook }, { name: ben, channel: hook }]
    turns: daily
    start: 2026-01-05
    hand_over: "09:00"
    time_zone: Europe/Berlin
`;
}
