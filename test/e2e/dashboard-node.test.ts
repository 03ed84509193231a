import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import {
  DashboardBrowser,
  expectAccessible,
  heading,
  LOOKS,
  WHILE_AWAY,
} from '../support/dashboard-browser.js';
import type { DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { HookServer } from '../support/hook-server.js';
import { keyLine } from '../support/keys.js';
import { TestResources } from '../support/test-resources.js';

const ADMIN = 'admin-key';
const VIEWER = 'viewer-key';
const HTTP_PROBE = {
  every: 60,
  expect: { status: [200, 204], header: { 'x-a': 'b: c' }, body: 'ok', max_ms: 900, redirects: 2 },
};

describe('one node in the dashboard, in a browser', () => {
  const resources = new TestResources();
  const browser = DashboardBrowser.forSuite();
  let server: HookServer;
  let home: string;
  let port: number;
  let daemon: DaemonProcess;
  let url: string;

  before(async () => {
    server = await HookServer.start();
    resources.onClear(() => server.stop());
    home = resources.directory();
    port = await freePort();
    writeFileSync(path.join(home, 'nodes.yaml'), '- { name: declared-1, timeout: 600 }\n');
    writeFileSync(path.join(home, 'heartbeat.yaml'), configuration(server.url));
    await start();
    await call('PUT', '/nodes/web', { timeout: 600, probe: { http: server.url, every: 1 } });
    const { ping_uuid: uuid } = await call('PUT', '/nodes/backup', { schedule: { every: 3600 } });
    for (const said of ['/start', '', '/start', '/fail', ''])
      expect((await fetch(`${url}/ping/${String(uuid)}${said}`, { method: 'POST' })).status).to.equal(200);
    await call('PUT', '/nodes/db', { timeout: 600 });
    await call('POST', '/nodes/db/fail', { reason: 'disk full' });
    await call('PUT', '/nodes/db/heartbeat');
  });

  after(() => resources.clear());

  async function start(): Promise<void> {
    const config = path.join(home, 'heartbeat.yaml');
    daemon = await resources.daemon(path.join(home, 'data'), { port, config });
    url = daemon.url;
  }

  async function call(method: string, target: string, body?: object): Promise<Record<string, unknown>> {
    const headers = { authorization: `Bearer ${ADMIN}` };
    const answer = await fetch(url + target, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    expect(answer.status, `${method} ${target}`).to.be.lessThan(300);
    return (await answer.json()) as Record<string, unknown>;
  }

  const open = (name: string, key = ADMIN, look = LOOKS[0]): Promise<Page> =>
    browser.openAs(key, `${url}/#/nodes/${name}`, look);
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

  it('draws its past on an axis of time, with its probes and how long they took', async () => {
    for (const look of LOOKS) {
      const page = await open('web', ADMIN, look);
      await page.locator('.timeline [data-of="probe"] .mark-fine').nth(1).waitFor();
      await page.locator('#probes').waitFor();
      await page.locator('#settings').waitFor();
      await expectAccessible(page, `a probed node, ${JSON.stringify(look)}`);
      await page.context().close();
    }
    const page = await open('backup');
    await page.locator('.timeline .mark-failed').first().waitFor();
    expect(await page.locator('.timeline .mark-start').count()).to.equal(2);
    expect(await page.locator('.timeline [data-of="run"]').count()).to.equal(1);
    await page.goto(`${url}/#/nodes/db`);
    await page.locator('.timeline [data-state="failed"]').first().waitFor();
    const label = page.locator('.timeline svg');
    expect(await label.getAttribute('aria-label')).to.match(/^From .+ to .+: .*Active/);
    await page.context().close();
  });

  it('zooms and moves by keys, buttons, the mouse and two fingers, and has what it shows in its address', async () => {
    const page = await open('db');
    const axis = page.locator('.timeline');
    await axis.locator('svg').waitFor();
    const shown = (): URLSearchParams => new URLSearchParams(new URL(page.url()).hash.split('?')[1]);
    const span = (): number => Number(shown().get('span') ?? 6 * 3600);
    await axis.focus();
    await page.keyboard.press('+');
    await eventually(() => expect(span()).to.equal(3 * 3600));
    expect(shown().get('end'), 'it still follows the present').to.equal(null);
    await page.keyboard.press('ArrowLeft');
    await eventually(() => expect(shown().get('end')).not.to.equal(null));
    await page.keyboard.press('End');
    await eventually(() => expect(shown().get('end')).to.equal(null));
    // A step in the very moment in which the address says the one before.
    await page.evaluate(`addEventListener('hashchange', () => document.querySelector('.timeline').dispatchEvent(
      new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true })), { once: true })`);
    await page.keyboard.press('+');
    await eventually(() => expect(shown().get('end')).not.to.equal(null));
    await page.keyboard.press('-');
    await page.keyboard.press('End');
    await eventually(() => expect(shown().get('end')).to.equal(null));
    await button(page, 'Zoom out').click();
    await eventually(() => expect(span()).to.equal(6 * 3600));
    await button(page, 'Earlier').click();
    await eventually(() => expect(shown().get('end')).not.to.equal(null));
    const end = Number(shown().get('end'));

    const box = await axis.boundingBox();
    if (box === null) throw new Error('there is no axis');
    const [left, middle, y] = [box.x + box.width / 4, box.x + box.width / 2, box.y + 30];
    await page.mouse.move(left, y);
    await page.mouse.down();
    await page.mouse.move(middle, y);
    await page.mouse.up();
    await eventually(() => expect(Number(shown().get('end'))).to.be.closeTo(end - 1.5 * 3600, 60));
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -300);
    await page.keyboard.up('Control');
    await eventually(() => expect(span()).to.be.closeTo(3 * 3600, 10));

    const fingers = await page.context().newCDPSession(page);
    const touch = (type: string, ...at: readonly number[]) =>
      fingers.send('Input.dispatchTouchEvent', {
        type: type as 'touchStart',
        touchPoints: at.map((x, id) => ({ x, y, id })),
      });
    await touch('touchStart', middle - 50, middle + 50);
    await touch('touchMove', middle - 100, middle + 100);
    await touch('touchEnd');
    await eventually(() => expect(span()).to.be.closeTo(1.5 * 3600, 60));
    await page.getByRole('navigation', { name: 'How much time is shown' }).getByText('7d').click();
    await eventually(() => expect(span()).to.equal(7 * 86_400));
    await page.goBack();
    await eventually(() => expect(span()).to.be.closeTo(1.5 * 3600, 60));
    await page.context().close();
  });

  it('shows its ping URL, sends a test, and edits its settings, with what is wrong beside the field', async () => {
    browser.expectComplaints(/status of 400/);
    const page = await open('db');
    const uuid = String((await call('GET', '/nodes/db'))['ping_uuid']);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: /^Copy: URL to ping/ }).click();
    await page.getByRole('button', { name: /^Copied/ }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(`${url}/ping/${uuid}`);
    await page.getByRole('button', { name: 'Send a test through hook' }).click();
    await page.getByText('The test was delivered.').waitFor();
    expect(server.requests.some(({ body }) => body.includes('"type":"test"'))).to.equal(true);

    await button(page, 'Edit').click();
    await page.getByLabel('Timeout in seconds').fill('-5');
    await page.getByLabel('Labels').fill('team:web\nteam');
    await page.getByLabel('Channels', { exact: true }).waitFor({ state: 'detached' });
    await page.getByLabel('Its alerts go to').selectOption({ label: 'these channels' });
    await page.getByLabel('Channels', { exact: true }).fill('nowhere');
    await expectAccessible(page, 'the settings');
    await button(page, 'Save').click();
    await page.locator('.problem').nth(1).waitFor();
    const problemAt = async (label: string): Promise<string> => {
      const field = page.locator('.field', { has: page.getByLabel(label, { exact: true }) });
      return field.locator('.problem').innerText();
    };
    expect(await problemAt('Timeout in seconds')).to.equal('must be at least 0.001 seconds');
    expect(await problemAt('Channels')).to.include('unknown channel');
    await expectAccessible(page, 'settings that are wrong');
    await page.getByLabel('Timeout in seconds').fill('900');
    await page.getByLabel('Channels', { exact: true }).fill('hook');
    await page.getByLabel('Labels').fill('team:web:1');
    await button(page, 'Save').click();
    await button(page, 'Edit').waitFor();
    expect(await call('GET', '/nodes/db')).to.deep.include({
      timeout: 900,
      channels: ['hook'],
      labels: { team: 'web:1' },
    });
    await page.context().close();
  });

  it('changes nothing that was not changed in the form, and every kind of setting', async () => {
    const probe = { http: server.url, ...HTTP_PROBE };
    const settings = { timeout: { adaptive: true, min: 5, max: 60, threshold: 9 }, max_retries: 4, probe };
    const before = await call('PUT', '/nodes/edited', { ...settings, slug: 'its-slug', depends_on: ['db'] });
    const page = await open('edited');
    const save = async (): Promise<Record<string, unknown>> => {
      await button(page, 'Save').click();
      await button(page, 'Edit').waitFor();
      return call('GET', '/nodes/edited');
    };
    await button(page, 'Edit').click();
    await page.getByLabel('Labels').fill('a:b');
    expect(await save()).to.deep.include({ ...settings, slug: before['slug'], labels: { a: 'b' } });
    await button(page, 'Edit').click();
    await page.getByLabel('Maximum response time in milliseconds').fill('800');
    expect(await save()).to.deep.include({
      ...settings,
      probe: { ...probe, expect: { ...probe.expect, max_ms: 800 } },
    });
    await button(page, 'Edit').click();
    await page.getByLabel('Kind of probe').selectOption('dns');
    await page.getByLabel('Name to look up').fill('db.invalid');
    await page.getByLabel('Values that must be among them').fill('10.0.0.1\n10.0.0.2');
    await page.getByLabel('Maximum response time in milliseconds').fill('');
    expect(await save()).to.deep.include({
      probe: { dns: 'db.invalid', type: 'A', every: 60, expect: { answer: ['10.0.0.1', '10.0.0.2'] } },
    });
    await button(page, 'Edit').click();
    await page.getByLabel('What is expected').selectOption({ label: 'a job that runs by cron' });
    await page.getByLabel('Cron expressions').fill('0 4 * * 1-5\n0 5 * * 6');
    await page.getByLabel('Time zone').fill('Europe/Berlin');
    await page.getByLabel('Grace in seconds').fill('600');
    const job = await save();
    expect(job['schedule']).to.deep.equal({
      cron: ['0 4 * * 1-5', '0 5 * * 6'],
      time_zone: 'Europe/Berlin',
      grace: 600,
    });
    expect(job).not.to.have.property('probe');
    await button(page, 'Edit').click();
    await page.getByLabel('What is expected').selectOption({ label: 'a heartbeat within a time' });
    await page.getByLabel('Timeout in seconds').fill('45');
    const node = await save();
    expect(node).to.deep.include({ timeout: 45, labels: { a: 'b' }, depends_on: ['db'], slug: 'its-slug' });
    expect(node).not.to.have.property('schedule');
    await page.context().close();
  });

  it('lets no editor overwrite another one, and puts changes on top of theirs', async () => {
    browser.expectComplaints(/status of 412/);
    const page = await open('web');
    await button(page, 'Edit').click();
    await page.getByLabel('Timeout in seconds').fill('700');
    await call('PUT', '/nodes/web', { timeout: 650, labels: { by: 'ann' } });
    const conflict = page.getByText('Somebody else has changed these settings.');
    // Until the page has read the node again, the daemon refuses it.
    await button(page, 'Save')
      .click({ timeout: 500 })
      .catch(() => undefined);
    await conflict.waitFor();
    expect(await button(page, 'Save').isDisabled()).to.equal(true);
    expect(await call('GET', '/nodes/web')).to.deep.include({ timeout: 650, labels: { by: 'ann' } });
    await expectAccessible(page, 'settings that somebody else has changed');
    await button(page, 'Reload, and keep my changes').click();
    await conflict.waitFor({ state: 'detached' });
    expect(await page.getByLabel('Timeout in seconds').inputValue()).to.equal('700');
    expect(await page.getByLabel('Labels').inputValue()).to.equal('by:ann');
    await button(page, 'Save').click();
    await button(page, 'Edit').waitFor();
    expect(await call('GET', '/nodes/web')).to.deep.include({ timeout: 700, labels: { by: 'ann' } });
    await page.context().close();
  });

  it('offers a reader nothing that changes anything, and leaves a declared node to its file', async () => {
    const reader = await open('web', VIEWER);
    await reader.locator('.timeline').waitFor();
    await reader.locator('#probes').waitFor();
    for (const text of ['Edit', 'Send a test', 'Pause', 'Delete', 'URL to ping'])
      expect(await reader.getByText(text).count(), text).to.equal(0);
    await reader.context().close();
    const page = await open('declared-1');
    await page.getByText('The file of declared nodes owns this node').waitFor();
    await button(page, 'Pause').waitFor();
    for (const name of ['Edit', 'Delete']) expect(await button(page, name).count(), name).to.equal(0);
    await expectAccessible(page, 'a declared node');
    await page.context().close();
  });

  it('is stale while the daemon is away, and follows the node again when it is back', async () => {
    browser.expectComplaints(WHILE_AWAY);
    const page = await open('db');
    await page.locator('.timeline').waitFor();
    await daemon.kill();
    const banner = page.getByRole('alert').filter({ hasText: 'The daemon does not answer.' });
    await banner.waitFor();
    await start();
    await call('POST', '/nodes/db/fail', { reason: 'the disk again' });
    await banner.waitFor({ state: 'detached' });
    await page.getByText('the disk again').first().waitFor();
    await heading(page, 'db').waitFor();
    await page.context().close();
  });
});

function configuration(hook: string): string {
  return `auth:
  keys:
${keyLine(ADMIN)}${keyLine(VIEWER, 'read')}channels:
  hook: { kind: webhook, url: "${hook}" }
nodes: { declared: nodes.yaml }
probes: { allow: [127.0.0.0/8] }
`;
}
