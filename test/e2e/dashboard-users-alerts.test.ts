import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { instant } from '../../src/domain/time.js';
import {
  DashboardBrowser,
  expectAccessible,
  heading,
  LOOKS,
  WHILE_AWAY,
} from '../support/dashboard-browser.js';
import { freePort } from '../support/free-port.js';
import { behave, HookServer } from '../support/hook-server.js';
import { user } from '../support/ids.js';
import { keyLine } from '../support/keys.js';
import { placeOf } from '../support/partitions.js';
import { writeHistory } from '../support/stored-history.js';
import { ready, startFlags, TestResources } from '../support/test-resources.js';
import { ROOT, type DaemonProcess } from '../support/daemon-process.js';
import { WITH_TYPESCRIPT } from '../support/typescript.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ADMIN = 'admin-key';
const READER = 'reader-key';
/** Its heal crashes its actor twice, so the message is a dead letter: see test/support/faulty-daemon.ts. */
const BROKEN = '667';
const SHARDS = 1024;

describe('users, alerts and the supervision tree in the dashboard, in a browser', () => {
  const resources = new TestResources();
  const browser = DashboardBrowser.forSuite();
  let hooks: HookServer;
  let directory: string;
  let port: number;
  let daemon: DaemonProcess;
  let url: string;
  /** A page for each look, with the key of the reader. A view is an address of it. */
  let looks: readonly Page[];
  let reader: Page;
  let admin: Page;

  before(async () => {
    hooks = await HookServer.start();
    directory = resources.directory();
    port = await freePort();
    writeFileSync(
      path.join(directory, 'heartbeat.yaml'),
      [
        `auth:\n  keys:\n${keyLine(ADMIN, 'admin')}${keyLine(READER, 'read')}`,
        'channels:',
        `  ops: { kind: webhook, url: '${hooks.url}', allow_addresses: ['127.0.0.0/8'] }`,
        '  notes: { kind: log }',
        '',
      ].join('\n'),
    );
    await writeHistory(path.join(directory, 'data'), pastSessions());
    await start();
    const [desk, phone] = await Promise.all(LOOKS.map((look) => browser.openAs(READER, url, look)));
    if (desk === undefined || phone === undefined) throw new TypeError('a desk and a phone are looked at');
    looks = [desk, phone];
    reader = desk;
    admin = await browser.openAs(ADMIN, url);
  });

  after(async () => {
    await hooks.stop();
    await resources.clear();
  });

  async function start(): Promise<void> {
    const program = path.join(ROOT, 'test', 'support', 'faulty-daemon.ts');
    const flags = {
      port,
      shards: SHARDS,
      config: path.join(directory, 'heartbeat.yaml'),
      'session-timeout': 100_000,
      'nodes-timeout': 100_000,
    };
    const command: [string, ...string[]] = [
      process.execPath,
      ...WITH_TYPESCRIPT,
      program,
      'start',
      ...startFlags(path.join(directory, 'data'), flags),
    ];
    daemon = await ready(resources.run({ command }));
    url = daemon.url;
  }

  const call = async (method: string, target: string, body?: object): Promise<number> => {
    const { status } = await fetch(url + target, {
      method,
      headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return status;
  };
  const done = async (method: string, target: string, body?: object): Promise<void> => {
    expect(await call(method, target, body), `${method} ${target}`).to.be.lessThan(300);
  };
  const show = async (page: Page, view: string): Promise<void> => {
    await page.goto(`${url}/#/${view}`);
  };
  /** Expects a view to be accessible in each look, once it has been drawn. */
  const expectLooks = async (view: string, mark: string): Promise<void> => {
    for (const page of looks) {
      await show(page, view);
      await page.locator(mark).first().waitFor();
      await expectAccessible(page, `${view} at ${page.viewportSize()?.width ?? 0} pixels`);
    }
  };
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const at = (page: Page): string => decodeURIComponent(page.url().replace(`${url}/`, ''));

  it('says what to do where nobody is online, nothing was raised, and nothing has crashed', async () => {
    const views = [
      { at: 'users', heading: ['Users', 'Benutzer'], text: ['Nobody is online.', 'Niemand ist online.'] },
      {
        at: 'alerts',
        heading: ['Alerts', 'Alarme'],
        text: ['There are no alerts yet.', 'Noch gibt es keine Alarme.'],
      },
      {
        at: 'supervision?only=crashed',
        heading: ['Supervision', 'Supervision'],
        text: ['No actor fits.', 'Kein Actor passt.'],
      },
    ];
    for (const [language, page] of looks.entries())
      for (const view of views) {
        await show(page, view.at);
        await heading(page, view.heading[language] ?? '').waitFor();
        await page.getByText(view.text[language] ?? '', { exact: true }).waitFor();
      }
  });

  it('lists those who are online page by page, and goes back', async () => {
    await done(
      'POST',
      '/heal',
      Array.from({ length: 1200 }, (_, place) => 10_000 + place),
    );
    await expectLooks('users', '.virtual .user-row');
    const page = reader;
    await show(page, 'users');
    await page.locator('.virtual .user-row', { hasText: '10000' }).waitFor();
    expect(await page.locator('.virtual .user-row').count()).to.be.lessThan(70);
    await page.getByText('1,200 are online').waitFor();
    await page.getByRole('link', { name: 'Next page' }).click();
    await page.locator('.virtual .user-row', { hasText: '11000' }).waitFor();
    expect(at(page)).to.match(/^#\/users\?cursor=/);
    await page.reload();
    await page.locator('.virtual .user-row', { hasText: '11000' }).waitFor();
    expect(await page.getByRole('link', { name: 'Next page' }).count()).to.equal(0);
    await page.goBack();
    await page.locator('.virtual .user-row', { hasText: '10000' }).waitFor();
  });

  it('finds a user by id, and shows devices and sessions as they come and go', async () => {
    await done('PUT', '/heal/7?device=phone', { meta: { place: '<b>Köln</b>', away: true } });
    const page = reader;
    await show(page, 'users');
    await page.getByRole('searchbox').fill('8');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing is known of this user.').waitFor();
    await page.goBack();
    await page.getByRole('searchbox').fill('7');
    await page.keyboard.press('Enter');
    await heading(page, '7').waitFor();
    await page.getByText('<b>Köln</b>').waitFor();
    await page.locator('.state', { hasText: 'Online' }).waitFor();
    await done('PUT', '/heal/7?device=tablet');
    await page.locator('#devices + .rows').getByText('tablet').waitFor();
    await done('DELETE', '/heal/7');
    await page.locator('.state', { hasText: 'Offline' }).waitFor();
    await page.getByText('No device keeps this user online.').waitFor();
  });

  it('shows when a user was online: weeks, days and sessions, each with an address', async () => {
    await done('PUT', '/heal/42');
    await expectLooks('users/42', '.session-row');
    const page = reader;
    await show(page, 'users/42');
    await page.locator('.axis-day').nth(6).waitFor();
    expect(await page.locator('.axis-day').count()).to.equal(7);
    await page.getByRole('link', { name: '30 days' }).click();
    await page.locator('.axis-day').nth(29).waitFor();
    expect(at(page)).to.equal('#/users/42?range=30d');
    // From today's column, one week back.
    await page.locator('.calendar-days a[tabindex="0"]').focus();
    await page.keyboard.press('ArrowLeft');
    const day = await page.evaluate<string>('document.activeElement.getAttribute("href")');
    await page.keyboard.press('Enter');
    await page.waitForURL((address) => address.hash === day);
    await page.locator('.axis[data-days="one"]').waitFor();
    expect(await page.locator('.axis-day').getAttribute('aria-label')).to.equal(null);
    expect(await page.locator('.axis-day svg').getAttribute('aria-label')).to.include('2 sessions');
    expect(await page.locator('.session-row').count()).to.equal(2);
    await expectAccessible(page, 'one day of a user');
    await page.goBack();
    await page.locator('.axis-day').nth(29).waitFor();
    await page.getByRole('link', { name: 'Earlier' }).click();
    await page.getByText('No session in this time.').waitFor();
    expect(at(page)).to.match(/^#\/users\/42\?to=\d{4}-\d\d-\d\d$/);
    await page.getByRole('link', { name: 'Later' }).click();
    await page.locator('.session-row').first().waitFor();
  });

  it('erases a user after a question, and offers that to nobody who may not', async () => {
    await show(reader, 'users/42');
    await reader.locator('.session-row').first().waitFor();
    expect(await button(reader, 'Erase').count()).to.equal(0);
    const page = admin;
    await show(page, 'users/42');
    await button(page, 'Erase').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('are deleted for good').waitFor();
    await expectAccessible(page, 'the question before a user is erased');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await button(page, 'Erase').click();
    await dialog.getByRole('button', { name: 'Erase' }).click();
    await page.getByText('Nothing is known of this user.').waitFor();
    const history = await fetch(`${url}/heart_rhythm/42`, { headers: { authorization: `Bearer ${ADMIN}` } });
    expect(await history.json()).to.deep.equal({ id: 42, history: [] });
  });

  it('says that an id is none of this daemon', async () => {
    browser.expectComplaints(/status of 400/);
    // A page of its own: Chromium complains of each answer.
    const page = await browser.openAs(READER, `${url}/#/users/ann`);
    await page.getByText('invalid user_id format').waitFor();
    await page.context().close();
  });

  it('lists alerts by state and channel, with attempts and errors, and delivers a dead letter again', async () => {
    hooks.behaviour = behave.status(410);
    await done('PUT', '/nodes/db-1', { labels: { team: 'db' } });
    await done('POST', '/nodes/db-1/fail', { reason: 'disk full' });
    await expectLooks('alerts', '.delivery-error');
    const page = admin;
    await show(page, 'alerts');
    await page.getByRole('navigation', { name: 'By delivery' }).getByText('Dead letter').click();
    await page.locator('.alert-row').waitFor();
    expect(at(page)).to.equal('#/alerts?state=dead');
    await page.getByLabel('Channel').selectOption('notes');
    await page.getByText('No alert fits.').waitFor();
    expect(at(page)).to.equal('#/alerts?state=dead&channel=notes');
    await page.getByLabel('Channel').selectOption('ops');
    await page.getByRole('searchbox').fill('db-1');
    await page.keyboard.press('Enter');
    await page.locator('.delivery', { hasText: 'answered 410' }).getByText('1 attempt').waitFor();
    expect(at(page)).to.equal('#/alerts?state=dead&channel=ops&node=db-1');
    hooks.behaviour = behave.accept;
    await button(page, 'Redeliver').click();
    await page.getByText('No alert fits.').waitFor();
    await page.getByRole('navigation', { name: 'By delivery' }).getByText('All').click();
    await page.locator('.delivery', { hasText: 'ops' }).getByText('Delivered').waitFor();
    expect(await button(page, 'Redeliver').count()).to.equal(0);
    await page.goBack();
    await page.getByText('No alert fits.').waitFor();
  });

  it('silences the node of an alert, follows new ones, and offers nothing to a reader', async () => {
    await done('POST', '/nodes/db-2/fail');
    const page = admin;
    await show(page, 'alerts?node=db-2');
    await button(page, 'Silence').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Your name').fill('ann');
    await expectAccessible(page, 'the question before a node is silenced');
    await dialog.getByRole('button', { name: 'Silence' }).click();
    await dialog.waitFor({ state: 'detached' });
    const list = await fetch(`${url}/silences`, { headers: { authorization: `Bearer ${ADMIN}` } });
    expect(await list.json())
      .to.have.nested.property('silences[0].matchers')
      .that.deep.equals(['name="db-2"']);
    await done('PUT', '/nodes/db-2/heartbeat');
    await page.locator('.alert-row').nth(1).waitFor();
    await done('POST', '/nodes/db-2/fail');
    await page.locator('.delivery', { hasText: 'by a silence' }).first().waitFor();
    await page.getByRole('link', { name: 'db-2', exact: true }).first().click();
    await heading(page, 'db-2').waitFor();
    await show(reader, 'alerts');
    await reader.locator('.alert-row').first().waitFor();
    expect(await reader.locator('.alert-row button').count()).to.equal(0);
  });

  it('shows the tree of supervision with what crashed last, and folds thousands of actors', async () => {
    expect(await call('PUT', `/heal/${BROKEN}`)).to.equal(500);
    await expectLooks('supervision', '.dead-letters .rows');
    const page = reader;
    await show(page, 'supervision');
    const users = ['root', ...placeOf(user(BROKEN)), 'users'].join('/');
    const row = (actor: string) =>
      page.locator('.virtual .actor-row').filter({ has: page.locator(`a[href="#/supervision/${actor}"]`) });
    await row(users).getByText('1,024 children').waitFor();
    expect(await page.locator('.dead-letters').innerText()).to.include('planned fault');
    await row(users).getByRole('button', { name: 'Show the children of users' }).click();
    await row(`${users}/shard-0`).waitFor();
    expect(at(page)).to.include(`open=${users}`);
    expect(await page.locator('.virtual .actor-row').count()).to.be.lessThan(70);
    await page.reload();
    await row(`${users}/shard-0`).waitFor();
    await row(users).getByRole('button', { name: 'Hide the children of users' }).click();
    await row(users).getByText('1,024 children').waitFor();
    await page.getByRole('navigation', { name: 'By condition' }).getByText('Crashed').click();
    const crashed = page.locator('.virtual .actor-row', { hasText: 'planned fault' });
    await crashed.waitFor();
    expect(at(page)).to.include('only=crashed');
    const name = await crashed.getByRole('link').innerText();
    await crashed.getByRole('link').click();
    await heading(page, name).waitFor();
    await page.getByText('planned fault').waitFor();
    await expectAccessible(page, 'an actor of the tree');
    await page.getByRole('link', { name: 'users', exact: true }).click();
    await heading(page, 'users').waitFor();
    await page.locator('.child-row').first().getByText(name, { exact: true }).waitFor();
    await page.goBack();
    await page.goBack();
    await crashed.waitFor();
    await page.getByRole('searchbox').fill('no such actor');
    await page.getByText('No actor fits.').waitFor();
    await page.getByRole('navigation', { name: 'By condition' }).getByText('All').click();
    await page.getByRole('searchbox').fill('channel/ops');
    await page.locator('.virtual .actor-row').getByRole('link', { name: 'ops', exact: true }).waitFor();
  });

  it('says in each view that it is stale while the daemon is away, and reads again when it is back', async () => {
    browser.expectComplaints(WHILE_AWAY);
    await done('POST', '/heal', [5, 6]);
    await done('POST', '/nodes/db-3/fail');
    expect(await call('PUT', `/heal/${BROKEN}`)).to.equal(500);
    const [users, alerts, supervision] = [reader, looks[1] ?? reader, admin];
    const pages = [users, alerts, supervision];
    await show(users, 'users');
    await show(alerts, 'alerts');
    await show(supervision, 'supervision');
    await users.locator('.user-row b').first().waitFor();
    await alerts.locator('.alert-row').first().waitFor();
    await supervision.locator('.dead-letters .rows').waitFor();
    await daemon.kill();
    const banner = (page: Page) => page.locator('.banner[role=alert]');
    for (const page of pages) await banner(page).waitFor();
    await supervision.getByText('The daemon does not answer.').waitFor();
    await alerts.getByText('Der Daemon antwortet nicht.').waitFor();
    await expectAccessible(supervision, 'a stale tree');
    await start();
    await done('POST', '/nodes/web-1/fail');
    for (const page of pages) await banner(page).waitFor({ state: 'detached' });
    await users.getByText(/are online/).waitFor();
    await alerts.getByText("Node 'web-1' has").first().waitFor();
    await supervision.getByText('There are none since the daemon started.').waitFor();
  });
});

/** Of user 42: two sessions on each of the last 60 days, by the clock of UTC. */
function pastSessions(): Parameters<typeof writeHistory>[1] {
  const today = Math.floor(Date.now() / DAY) * DAY;
  return Array.from({ length: 60 }, (_, place) => today - (60 - place) * DAY).flatMap((day, place) =>
    [
      [8, 9 + (place % 4)],
      [15, 15.25],
    ].map(([from = 0, to = 0]) => ({
      kind: 'ended' as const,
      user: user('42'),
      onlineAt: instant(day + from * HOUR),
      offlineAt: instant(day + to * HOUR),
      lastSeen: instant(day + to * HOUR),
    })),
  );
}
