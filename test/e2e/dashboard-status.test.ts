import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { DashboardBrowser, expectAccessible, heading, LOOKS } from '../support/dashboard-browser.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { freePort } from '../support/free-port.js';
import { keyLine } from '../support/keys.js';
import { TestResources } from '../support/test-resources.js';

const ADMIN = 'admin-key';
const VIEWER = 'viewer-key';
const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 32" width="96" height="32"><rect width="96" height="32" fill="#1d5f8a"/></svg>';

describe('status pages in the dashboard, in a browser', () => {
  const resources = new TestResources();
  const browser = DashboardBrowser.forSuite();
  let directory: string;
  let port: number;
  let daemon: DaemonProcess;
  let url: string;

  before(async () => {
    directory = resources.directory();
    port = await freePort();
    writeFileSync(
      path.join(directory, 'heartbeat.yaml'),
      `auth:\n  keys:\n${keyLine(ADMIN)}${keyLine(VIEWER, 'read')}${keyLine('some-key', 'read').trimEnd()}\nstatus:\n  web: { title: Example, groups: [{ title: Website, labels: { team: web } }] }\n`,
    );
    await start();
  });

  after(() => resources.clear());

  async function start(): Promise<void> {
    const config = path.join(directory, 'heartbeat.yaml');
    daemon = await resources.daemon(path.join(directory, 'data'), { port, config });
    url = daemon.url;
  }

  const open = (hash: string, key = ADMIN, look = LOOKS[0]): Promise<Page> =>
    browser.openAs(key, `${url}/#/${hash}`, look);
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

  it('are made by keyboard alone, with what is wrong beside its field, and are public and there after a restart', async () => {
    browser.expectComplaints(/status of 400/, /status of 412/);
    const page = await open('status');
    await page.getByRole('link', { name: 'New status page' }).press('Enter');
    const name = page.getByLabel('Name in the address');
    await name.waitFor();
    // The form has the focus, so that one can begin to type.
    await page.keyboard.type('shop');
    expect(await name.inputValue()).to.equal('shop');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Example shop');
    await page.keyboard.press('Tab');
    await page.keyboard.type('javascript:alert(1)');
    await page.keyboard.press('Enter');
    await page.getByText('must be the URL of a web page').waitFor();
    await page.getByText('must have 1 to 16 labels').waitFor();
    await expectAccessible(page, 'a page that is wrong');
    await page.getByLabel('Website').fill('https://shop.example.org');
    await page
      .getByLabel('Logo')
      .setInputFiles({ name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(LOGO) });
    await page.getByLabel('Title of the group').fill('Shop');
    await page.getByLabel('Labels of its nodes').fill('team:shop\nenv:prod');
    await button(page, 'Add a group').press('Enter');
    const second = page.getByRole('group', { name: 'Group 2' });
    await second.getByLabel('Title of the group').fill('Till');
    await second.getByLabel('Labels of its nodes').fill('team:till');
    await button(page, 'Save').press('Enter');
    await heading(page, 'Example shop').waitFor();
    expect(page.url()).to.equal(`${url}/#/status/shop`);
    await page.getByText('env:prod').waitFor();
    // Nobody overwrites a page by its name.
    await page.goto(`${url}/#/status?edit=new`);
    await name.fill('shop');
    await page.getByLabel('Title', { exact: true }).fill('Mine');
    await page.getByLabel('Title of the group').fill('Shop');
    await page.getByLabel('Labels of its nodes').fill('team:shop');
    await button(page, 'Save').click();
    await page.getByText('There is a page of this name already.').waitFor();
    await page.context().close();
    daemon.signal('SIGTERM');
    await daemon.ended;
    await start();
    const open1 = await browser.open(`${url}/status/shop`);
    expect(await open1.locator('.brand').innerText()).to.equal('Example shop');
    expect(await open1.evaluate("document.querySelector('.brand img').naturalWidth")).to.equal(96);
    expect(await open1.locator('.group h3').allInnerTexts()).to.deep.equal(['Shop', 'Till']);
    await open1.context().close();
  });

  it('are edited, and written on, and deleted after a question', async () => {
    const page = await open('status/shop');
    await page.getByRole('link', { name: 'Edit', exact: true }).click();
    await page.getByLabel('Title', { exact: true }).fill('The shop');
    await page.getByLabel('Remove the logo that the page has').check();
    await button(page, 'Remove group 2').click();
    await button(page, 'Save').click();
    await heading(page, 'The shop').waitFor();
    await page.getByText('none').waitFor();
    await button(page, 'Report an incident').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Title').fill('<b>It fails</b>');
    await dialog.getByLabel('What people should know').fill('One.\nTwo.');
    await expectAccessible(page, 'a new incident');
    await dialog.getByRole('button', { name: 'Publish' }).click();
    const row = page.locator('.incident-row');
    await row.getByText('<b>It fails</b>').waitFor();
    await row.getByRole('button', { name: 'Write an update: <b>It fails</b>' }).click();
    await dialog.getByLabel('State').selectOption({ label: 'Resolved' });
    await dialog.getByLabel('What people should know').fill('It is over.');
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await row.getByText('It is over.').waitFor();
    const shown = await browser.open(`${url}/status/shop`);
    expect(await shown.locator('body').innerText())
      .to.include('The shop')
      .and.include('<b>It fails</b>')
      .and.include('It is over.');
    await shown.context().close();
    await row.getByRole('button', { name: 'Remove: <b>It fails</b>' }).click();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await row.waitFor({ state: 'detached' });
    await button(page, 'Delete').click();
    await dialog.getByText('with all incidents').waitFor();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await heading(page, 'Status pages').waitFor();
    await page.locator('.page-row').filter({ hasText: 'The shop' }).waitFor({ state: 'detached' });
    expect((await fetch(`${url}/status/shop`)).status).to.equal(404);
    await page.context().close();
  });

  it('of the configuration are shown, and written on, and changed there only', async () => {
    const page = await open('status/web');
    await page.getByText('The configuration has this page').waitFor();
    for (const name of ['Edit', 'Delete'])
      expect(await page.getByText(name, { exact: true }).count()).to.equal(0);
    await button(page, 'Report an incident').waitFor();
    await page.context().close();
    const reader = await open('status/web', VIEWER);
    await reader.getByText('Nothing was written on this page.').waitFor();
    expect(await reader.getByRole('button', { name: /Report|Edit|Delete/ }).count()).to.equal(0);
    await reader.context().close();
  });
});
