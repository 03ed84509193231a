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
import { keyLine } from '../support/keys.js';
import { freePort } from '../support/free-port.js';
import { TestResources } from '../support/test-resources.js';

describe('the dashboard, in a browser', () => {
  const resources = new TestResources();
  const browser = DashboardBrowser.forSuite();
  let directory: string;
  let port: number;
  let daemon: DaemonProcess;
  let url: string;

  before(async () => {
    directory = resources.directory();
    port = await freePort();
    await start();
  });

  after(() => resources.clear());

  async function start(): Promise<void> {
    daemon = await resources.daemon(directory, { port, 'session-timeout': 600, 'nodes-timeout': 600 });
    url = daemon.url;
  }

  const curl = async (method: string, path: string, body?: object): Promise<void> => {
    const { status } = await fetch(url + path, { method, ...(body && { body: JSON.stringify(body) }) });
    expect(status, `${method} ${path}`).to.be.lessThan(300);
  };

  it('shows what to paste on a daemon without data, and lights each line up when it arrives', async () => {
    for (const look of LOOKS) {
      const page = await browser.open(url, look);
      await page.locator('.guide').waitFor();
      await expectAccessible(page, `the first start, ${JSON.stringify(look)}`);
      await page.context().close();
    }
    const page = await browser.open(url);
    await page.locator('.command code').nth(2).waitFor();
    const commands = await page.locator('.command code').allInnerTexts();
    expect(commands).to.have.length(3);
    const lit = page.locator('.step[data-arrived]');
    for (const [at, command] of commands.entries()) {
      expect(await lit.count()).to.equal(at);
      const [, method = 'GET', target = ''] = /^curl(?: -X (\w+))? '?(http[^']+)/.exec(command) ?? [];
      expect(target.startsWith(url)).to.equal(true);
      expect((await fetch(target, { method })).status).to.be.oneOf([200, 201]);
      await lit.nth(at).waitFor();
    }
    await page.getByText('All three have arrived.').waitFor();
    await page.context().close();
  });

  it('says in one line who is alive, and below what has failed and who takes care of it', async () => {
    await curl('POST', '/nodes/my-first-node/fail', { reason: 'disk full' });
    await curl('POST', '/nodes/my-first-node/acknowledge', { by: 'ann', reason: 'a new disk is coming' });
    for (const look of LOOKS) {
      const page = await browser.open(url, look);
      const isGerman = look.locale.startsWith('de');
      await heading(
        page,
        isGerman
          ? '1 von 2 Nodes ist ausgefallen. 1 Benutzer ist online.'
          : '1 of 2 nodes has failed. 1 user is online.',
      ).waitFor();
      const failed = page.locator('.failed-row');
      await failed.waitFor();
      expect(await failed.innerText()).to.include('my-first-node');
      expect(await failed.innerText()).to.include('ann: a new disk is coming');
      await failed.getByText('disk full').waitFor();
      await page.locator('.chart canvas').waitFor();
      await page.locator('.facts').waitFor();
      await page.context().close();
    }
  });

  it('follows what happens', async () => {
    const page = await browser.open(url);
    await page.locator('.failed-row').waitFor();
    await curl('POST', '/nodes/my-first-job/fail');
    await page.getByText('my-first-job').first().waitFor();
    await heading(page, '2 of 2 nodes have failed. 1 user is online.').waitFor();
    await curl('PUT', '/nodes/my-first-job/heartbeat');
    await heading(page, '1 of 2 nodes has failed. 1 user is online.').waitFor();
    await page.context().close();
  });

  it('says that it is stale while the daemon is away, and is right again when it is back', async () => {
    browser.expectComplaints(WHILE_AWAY);
    const page = await browser.open(url);
    await page.locator('.failed-row').waitFor();
    await daemon.kill();
    const banner = page.getByRole('alert').filter({ hasText: 'The daemon does not answer.' });
    await banner.waitFor();
    expect(await banner.innerText()).to.match(/What you see is from \d\d:\d\d:\d\d and may be wrong/);
    await expectAccessible(page, 'a stale overview');
    await start();
    await curl('POST', '/nodes/another/fail');
    await banner.waitFor({ state: 'detached' });
    await heading(page, '2 of 3 nodes have failed. 1 user is online.').waitFor();
    await page.context().close();
  });

  it('has a page for addresses that lead nowhere, and goes back from it', async () => {
    const page = await browser.open(`${url}/#/`);
    await page.locator('.failed-row').first().waitFor();
    await page.goto(`${url}/#/nowhere?a=b`);
    await heading(page, 'There is no such view').waitFor();
    await expectAccessible(page, 'no such view');
    await page.goBack();
    await page.locator('.failed-row').first().waitFor();
    await page.context().close();
  });

  it('lists nodes by what their address says, and steps back through what was chosen', async () => {
    await curl('PUT', '/nodes/web-1', { labels: { team: 'web' } });
    await curl('PUT', '/nodes/web-2', { labels: { team: 'web' } });
    await curl('POST', '/nodes/web-2/fail');
    await curl('POST', '/nodes/another/pause');
    const names = (page: Page) => page.locator('.node-row b').allInnerTexts();
    const page = await browser.open(`${url}/#/nodes?label=team:web&sort=state`);
    await page.locator('.node-row').nth(1).waitFor();
    await page.locator('svg.strip').nth(1).waitFor();
    expect(await names(page)).to.deep.equal(['web-2', 'web-1']);
    await page.goto(`${url}/#/nodes`);
    await page.locator('.node-row').nth(4).waitFor();
    await page.getByRole('navigation', { name: 'By state' }).getByText('Failed').click();
    await page.getByText('3 of 5').waitFor();
    await page.getByRole('searchbox').fill('web-');
    await page.getByText('1 of 5').waitFor();
    expect(page.url()).to.equal(`${url}/#/nodes?search=web-&state=failed`);
    await page.getByRole('searchbox').fill('nothing like it');
    await page.getByText('No node fits.').waitFor();
    await page.goBack();
    await page.getByText('5', { exact: true }).first().waitFor();
    expect(page.url()).to.equal(`${url}/#/nodes`);
    await curl('PUT', '/nodes/web-2/heartbeat');
    await page.locator('.node-row', { hasText: 'web-2' }).getByText('Active').waitFor();
    await page.context().close();
  });

  it('shows one node, and what is done about it there', async () => {
    browser.expectComplaints(/status of 404/);
    const page = await browser.open(`${url}/#/nodes/my-first-node`);
    await heading(page, 'my-first-node').waitFor();
    await page.locator('.days li').first().waitFor();
    await page.locator('#flips').waitFor();
    await page.goto(`${url}/#/nodes/another`);
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    await button('Resume').click();
    await button('Pause').waitFor();
    await button('Acknowledge').click();
    const dialog = page.getByRole('dialog');
    await expectAccessible(page, 'a question');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await button('Acknowledge').click();
    await dialog.getByLabel('Your name').fill('bob');
    await dialog.getByLabel('Reason').fill('on it');
    await page.keyboard.press('Enter');
    await page.getByText('bob: on it').first().waitFor();
    await button('Pause').click();
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await button('Resume').waitFor();
    await button('Silence').click();
    await dialog.getByLabel('Your name').fill('bob');
    await dialog.getByRole('button', { name: 'Silence' }).click();
    await page.getByText('silenced', { exact: true }).waitFor();
    await button('Delete').click();
    await dialog.getByText('are deleted for good').waitFor();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await heading(page, 'Nodes').waitFor();
    expect((await fetch(`${url}/nodes/another`)).status).to.equal(404);
    await page.goto(`${url}/#/nodes/another`);
    await page.getByText('No node has this name.').waitFor();
    await page.context().close();
  });

  it('draws only what is on the screen of ten thousand nodes', async () => {
    const many = Array.from({ length: 10_000 }, (_, at) => `crowd-${String(at).padStart(5, '0')}`);
    await curl('POST', '/nodes/heartbeats', many);
    const page = await browser.open(`${url}/#/nodes?search=crowd`);
    await page.locator('.node-row').first().waitFor();
    expect(await page.locator('.node-row').count()).to.be.lessThan(60);
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    const last = page.locator('.node-row', { hasText: 'crowd-09999' });
    await last.waitFor();
    expect(await page.locator('.node-row').count()).to.be.lessThan(60);
    const place = 'document.querySelector(".virtual > li:last-child").ariaPosInSet';
    expect(await page.evaluate(place)).to.equal('10000');
    await page.getByRole('searchbox').fill('crowd-0777');
    await page.getByText('10 of ').waitFor();
    await page.context().close();
  });

  it('is sent compressed, kept by browsers, and asked for again only where it can change', async () => {
    const page = await fetch(url, { headers: { 'accept-encoding': 'br' } });
    expect(page.headers.get('content-encoding')).to.equal('br');
    expect(page.headers.get('cache-control')).to.equal('no-cache');
    const text = await page.text();
    const etag = page.headers.get('etag') ?? '';
    const again = await fetch(url, { headers: { 'accept-encoding': 'br', 'if-none-match': etag } });
    expect([again.status, again.headers.get('etag'), await again.text()]).to.deep.equal([304, etag, '']);
    const head = await fetch(url, { method: 'HEAD' });
    expect(head.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    const assets = [...text.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, file = '']) => file);
    expect(assets).to.have.length(3);
    for (const file of assets) {
      const { status, headers } = await fetch(`${url}/${file}`);
      expect(status).to.equal(200);
      expect(headers.get('cache-control')).to.equal('public, max-age=31536000, immutable');
      expect(headers.get('etag')).to.match(/^"/);
    }
    expect((await fetch(`${url}/assets/nothing.js`)).status).to.equal(404);
  });

  it('asks for a key where the daemon has some, says where it stays, and shows what the key may read', async () => {
    browser.expectComplaints(/status of 40[13]/);
    const home = resources.directory();
    const file = path.join(home, 'heartbeat.yaml');
    writeFileSync(
      file,
      `auth:\n  keys:\n${keyLine('viewer-key', 'read', 'viewer')}${keyLine('app-key', 'heal')}`,
    );
    const guarded = await resources.daemon(path.join(home, 'data'), { config: file });
    const page = await browser.open(guarded.url);
    await heading(page, 'This daemon needs a key').waitFor();
    await expectAccessible(page, 'the question for a key');
    expect(await page.getByText('is forgotten when the tab is closed').isVisible()).to.equal(true);
    const refusal = page.locator('#key-refusal');
    for (const [key, sentence] of [
      ['nobody-key', 'The daemon refused it: the key is unknown'],
      ['app-key', 'The daemon refused it: this key lacks the scope read'],
    ] as const) {
      await page.getByLabel('Key').fill(key);
      await page.keyboard.press('Enter');
      await page.getByText(sentence).waitFor();
      expect(await refusal.count()).to.equal(1);
    }
    await page.getByLabel('Key').fill('viewer-key');
    await page.keyboard.press('Enter');
    await heading(page, 'No nodes are registered. Nobody is online.').waitFor();
    await page.getByText('Key: viewer, read only').waitFor();
    expect(await page.evaluate('JSON.stringify([localStorage.length, document.cookie])')).to.equal('[0,""]');
    // A reload keeps it, another tab does not have it.
    await page.reload();
    await page.getByText('Key: viewer, read only').waitFor();
    await page.getByRole('button', { name: 'Forget the key' }).click();
    await heading(page, 'This daemon needs a key').waitFor();
    expect(await page.evaluate('sessionStorage.length')).to.equal(0);
    await page.context().close();
  });

  it('signs in with a key where people reach the daemon, stays signed in, and signs out', async () => {
    browser.expectComplaints(/status of 40[13]/);
    const home = resources.directory();
    const file = path.join(home, 'heartbeat.yaml');
    const own = await freePort();
    const reached = `http://127.0.0.1:${String(own)}`;
    const keys = `auth:\n  keys:\n${keyLine('ops-key', 'admin', 'ops')}`;
    writeFileSync(file, `public_url: ${reached}\n${keys}`);
    await resources.daemon(path.join(home, 'data'), { config: file, port: own });
    const page = await browser.open(`${reached}/#/nodes`);
    await heading(page, 'This daemon needs a key').waitFor();
    await page.getByText('A cookie that no script can read').waitFor();
    await expectAccessible(page, 'the sign-in');
    await page.getByLabel('Key').fill('another-key');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The daemon refused it: the key is unknown').waitFor();
    // A browser that keeps no cookie says why it is not signed in, and can try again.
    await page.route('**/session', (route) =>
      route.request().method() === 'POST' ? route.fulfill({ status: 204 }) : route.continue(),
    );
    await page.getByLabel('Key').fill('ops-key');
    await page.keyboard.press('Enter');
    await page.getByText(/The daemon refused it: (?!the key is unknown)/).waitFor();
    await page.unroute('**/session');
    await page.getByLabel('Key').fill('ops-key');
    await page.keyboard.press('Enter');
    await page.getByText('Key: ops').waitFor();
    const kept = 'JSON.stringify([localStorage.length, sessionStorage.length, document.cookie])';
    expect(await page.evaluate(kept)).to.equal('[0,0,""]');
    // Another tab is signed in too, and may change what the key may.
    const second = await page.context().newPage();
    await second.goto(`${reached}/`);
    await second.getByText('Key: ops').waitFor();
    const put = `fetch('nodes/cookie-1', { method: 'PUT', body: '{}' }).then(({ status }) => status)`;
    expect(await second.evaluate(put)).to.equal(201);
    await page.reload();
    await page.getByText('cookie-1').first().waitFor();
    await second.getByRole('button', { name: 'Sign out' }).click();
    await heading(second, 'This daemon needs a key').waitFor();
    await heading(page, 'This daemon needs a key').waitFor();
    await page.context().close();
  });
});
