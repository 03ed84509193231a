import { expect } from 'chai';
import type { StatusPage } from '../../../src/domain/status-page.js';
import type { GatewayOptions } from '../../../src/http/gateway-options.js';
import { configOf } from '../../support/simulated-app.js';
import { authOf, keyRule } from '../auth/support.js';
import { DaemonOverHttp } from '../nodes/support.js';
import { addNode, later, overallIn, PAGE, PUBLIC_URL, statesIn } from './support.js';

const OPS = { authorization: 'Bearer ops' };

describe('a status page', () => {
  let served: DaemonOverHttp;

  afterEach(() => served.stop());

  async function start(
    pages: readonly StatusPage[] = [PAGE],
    options: Pick<GatewayOptions, 'public_url'> = {},
    isOpen = true,
  ): Promise<void> {
    const auth = isOpen ? undefined : authOf(keyRule('ops', { scopes: ['admin'] }));
    served = await DaemonOverHttp.start({}, auth, {}, { statusPages: pages, ...options });
  }

  const page = (headers: Record<string, string> = {}, path = '/status/web') =>
    served.plain('GET', path, undefined, headers);
  const fail = (name: string, reason = 'disk full') =>
    served.call('POST', `/nodes/${name}/fail`, { reason }, OPS);

  it('is read without a key, by whoever has none, a wrong one or one for something else', async () => {
    await start([PAGE], {}, false);
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 'Basic eDp5' }, OPS]) {
      const { status, headers: answered, text } = await page(headers);
      expect(status).to.equal(200);
      expect(answered['content-type']).to.equal('text/html; charset=utf-8');
      expect(text).to.include('<h1>The state is not known</h1>');
    }
    for (const path of [
      '/status/other',
      '/status/web.xml',
      '/status/..',
      '/status/WEB',
      '/status/web/logo',
    ]) {
      const { status, text } = await page({}, path);
      expect(status, path).to.equal(404);
      expect(text, path).to.include('HEARTBEAT_N');
    }
  });

  it('shows each group by the worst of its nodes, which have all of its labels', async () => {
    await start();
    expect(statesIn(await page())).to.deep.equal({ Website: 'unknown', Payments: 'unknown' });
    await addNode(served, 'web-1', { team: 'web' });
    await addNode(served, 'web-2', { team: 'web' });
    await addNode(served, 'pay-1', { team: 'pay', env: 'prod' });
    await addNode(served, 'pay-test', { team: 'pay', env: 'test' });
    await fail('pay-test');
    await later(served);
    expect(statesIn(await page())).to.deep.equal({ Website: 'up', Payments: 'up' });
    expect(overallIn(await page())).to.equal('up');
    await fail('web-1');
    await later(served);
    expect(statesIn(await page())).to.deep.equal({ Website: 'partly', Payments: 'up' });
    await fail('web-2');
    await later(served);
    expect(statesIn(await page())).to.deep.equal({ Website: 'down', Payments: 'up' });
    expect(overallIn(await page())).to.equal('partly');
    await fail('pay-1');
    await later(served);
    expect(overallIn(await page())).to.equal('down');
    for (const name of ['web-1', 'web-2']) await served.call('POST', `/nodes/${name}/pause`);
    await later(served);
    expect(statesIn(await page())).to.include({ Website: 'unwatched' });
  });

  it('says nothing of nodes that are not in its groups, and of those that are no name, number, reason or ping URL', async () => {
    await start();
    await addNode(served, 'web-secret-1', { team: 'web', rack: 'secret-rack' });
    await addNode(served, 'other-secret', { team: 'data' });
    await fail('web-secret-1', 'password secret-word');
    await fail('other-secret', 'another secret-word');
    await served.call('POST', '/nodes/web-secret-1/acknowledge', { by: 'secret-ann', reason: 'secret-why' });
    await later(served);
    const { text } = await page();
    expect(statesIn({ text })).to.deep.equal({ Website: 'down', Payments: 'unknown' });
    expect(text).not.to.match(/secret|rack|password|ping|1 of 1/i);
    expect(text).not.to.match(/[\da-f]{8}-[\da-f]{4}/);
  });

  it('has the uptime of 90 days, and the outages of its nodes as those of the group', async () => {
    await start();
    await addNode(served, 'web-1', { team: 'web' });
    await addNode(served, 'web-2', { team: 'web' });
    await served.daemon.clock.advance(60_000);
    await fail('web-1');
    await served.daemon.clock.advance(30_000);
    await fail('web-2');
    await served.daemon.clock.advance(30_000);
    for (const name of ['web-1', 'web-2']) await served.call('PUT', `/nodes/${name}/heartbeat`);
    await served.daemon.clock.advance(120_000);
    const { text } = await page();
    // 90 seconds of node time, of 480.
    expect(text).to.include('<span>81.25 % uptime</span>');
    expect(text).to.include('<summary>1 outage</summary>');
    expect(text).to.match(
      /<li><time datetime="2023-11-14T22:14:20.\d+Z">14 Nov 2023, 22:14 UTC<\/time> to <time datetime="2023-11-14T22:15:20/,
    );
    expect(text).to.include('aria-label="Uptime of the last 90 days: 81.25 %. One day with an outage."');
  });

  it('is in German for those who prefer it, with the times of its zone and their distance from UTC', async () => {
    await start([{ ...PAGE, timeZone: 'Europe/Berlin' }]);
    await addNode(served, 'web-1', { team: 'web' });
    await addNode(served, 'pay-1', { team: 'pay', env: 'prod' });
    const german = await page({ 'accept-language': 'fr, de-AT;q=0.8, en;q=0.7' });
    expect(german.text).to.include('<html lang="de">');
    expect(german.text).to.include('<h1>Alle Systeme laufen</h1>');
    expect(german.text).to.include('14. Nov. 2023, 23:13 UTC+1</time>');
    expect(german.headers['vary']).to.match(/accept-language/);
    const english = await page({ 'accept-language': 'en, de;q=0.9' });
    expect(english.text).to.include('<h1>All systems operational</h1>');
    expect((await page({ 'accept-language': 'fr' })).text).to.include('<html lang="en">');
  });

  it('is read from the nodes once, however many visitors come, and by caches not at all', async () => {
    await start();
    await addNode(served, 'web-1', { team: 'web' });
    const first = await page();
    expect(first.headers).to.include({ 'cache-control': 'public, max-age=10' });
    const etag = String(first.headers['etag']);
    await fail('web-1');
    const others = await Promise.all(Array.from({ length: 30 }, () => page()));
    for (const other of others) expect(other.text).to.equal(first.text);
    const cached = await page({ 'if-none-match': etag });
    expect(cached.status).to.equal(304);
    expect(cached.text).to.equal('');
    await later(served);
    const changed = await page({ 'if-none-match': etag });
    expect(changed.status).to.equal(200);
    expect(changed.headers['etag']).not.to.equal(etag);
    expect(statesIn(changed)).to.include({ Website: 'down' });
  });

  it('escapes what the configuration says, and leads to the website and the feed', async () => {
    const hostile = { ...PAGE, title: '<script>"&\u{1f4a5}', website: 'https://example.org/?a="b"' };
    await start([hostile], { public_url: PUBLIC_URL });
    const { text, headers } = await page();
    expect(text).not.to.include('<script');
    expect(text).to.include('<a href="https://example.org/?a=&#34;b&#34;">');
    expect(text).to.include('href="web.rss"');
    expect(headers['content-security-policy']).to.match(
      /^default-src 'none'; style-src 'sha256-[^;]+; img-src 'self'/,
    );
    expect((await page({}, '/status/web/')).headers).to.include({ location: '../web' });
  });

  it('serves its logo as an image that runs nothing', async () => {
    const bytes = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script>\u00fc</svg>';
    await start([{ ...PAGE, logo: { type: 'image/svg+xml', bytes } }], {}, false);
    expect((await page()).text).to.include('<img src="web/logo" alt="" />');
    const logo = await page({}, '/status/web/logo');
    expect(logo.status).to.equal(200);
    expect(logo.headers).to.include({
      'content-type': 'image/svg+xml',
      'content-length': String(bytes.length),
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'x-content-type-options': 'nosniff',
    });
    const etag = String(logo.headers['etag']);
    expect((await page({ 'if-none-match': etag }, '/status/web/logo')).status).to.equal(304);
  });

  it('announces maintenance of its nodes, without its reason, and shows them in it', async () => {
    await start();
    await addNode(served, 'web-1', { team: 'web' });
    await addNode(served, 'db-1', { team: 'data' });
    const at = (seconds: number) => (served.daemon.clock.wall() + seconds * 1000) as StartsAt;
    const window = (matcher: string, from: number, to: number) => ({
      matchers: [matcher],
      reason: 'secret rack',
      startsAt: at(from),
      endsAt: at(to),
    });
    const windows = [window('team=web', 60, 120), window('team=data', 60, 120)];
    await served.daemon.app.reconfigure(configOf().limits, [], windows);
    await later(served);
    const before = await page();
    expect(before.text).to.include('<h2>Scheduled maintenance</h2>');
    expect(before.text.match(/Affects: Website/g)).to.have.length(1);
    expect(before.text).not.to.include('secret');
    expect(statesIn(before)).to.include({ Website: 'up' });
    await served.daemon.clock.advance(60_000);
    await fail('web-1');
    await later(served);
    const during = await page();
    expect(statesIn(during)).to.include({ Website: 'maintenance' });
    expect(during.text).to.include('Under way');
    await served.daemon.clock.advance(120_000);
    const after = await page();
    expect(statesIn(after)).to.include({ Website: 'down' });
    expect(after.text).not.to.include('Scheduled maintenance');
  });

  it('never says that all is well when that is not certain', async () => {
    await start();
    await addNode(served, 'web-1', { team: 'web' });
    await addNode(served, 'web-2', { team: 'web' });
    await addNode(served, 'pay-1', { team: 'pay', env: 'prod' });
    await later(served);
    expect(overallIn(await page())).to.equal('up');
    served.daemon.clock.standStill(20_000);
    await later(served);
    const blind = await page();
    expect(overallIn(blind)).to.equal('unknown');
    expect(statesIn(blind)).to.deep.equal({ Website: 'unknown', Payments: 'unknown' });
    expect(blind.text).to.match(/Monitoring was interrupted from <time datetime="2023-11-14T/);
    // What is known to have failed has failed.
    await fail('web-1');
    await later(served);
    expect(statesIn(await page())).to.include({ Website: 'partly' });
    await served.daemon.clock.advance(300_000);
    expect(statesIn(await page())).to.deep.equal({ Website: 'partly', Payments: 'up' });
    served.isDiskFull = true;
    await fail('web-2');
    await later(served);
    const full = await page();
    expect(full.text).to.include('Monitoring is restricted at present.');
    expect(statesIn(full)).to.include({ Payments: 'unknown' });
  });
});

type StartsAt = ReturnType<DaemonOverHttp['daemon']['clock']['wall']>;
