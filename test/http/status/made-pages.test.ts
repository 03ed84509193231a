import { expect } from 'chai';
import { LARGEST_LOGO, MOST_STATUS_PAGES } from '../../../src/domain/status-page.js';
import { authOf, keyRule } from '../auth/support.js';
import { MemoryHistoryStore } from '../../../src/adapters/memory/memory-history-store.js';
import { SimulatedApp } from '../../support/simulated-app.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { DaemonOverHttp } from '../nodes/support.js';
import { ServedDaemon } from '../support/served-daemon.js';
import { PAGE, PUBLIC_URL, statesIn } from './support.js';

interface Listed {
  readonly slug: string;
  readonly title: string;
  readonly configured: boolean;
  readonly settings_tag: string;
}

const PATH = '/status/shop';
const BODY = { title: 'Shop & Sons', groups: [{ title: 'Shop', labels: { team: 'shop' } }] };
const PNG = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0, 255);
const LOGO = `data:image/png;base64,${PNG.toString('base64')}`;
const NONE = { error: 'no such status page', code: 'HEARTBEAT_NO_SUCH_STATUS_PAGE' };

describe('status pages that are made through the API', () => {
  let served: ServedDaemon;

  afterEach(() => served.stop());

  const start = async (auth?: ReturnType<typeof authOf>, limits = {}): Promise<void> => {
    served = await DaemonOverHttp.start({}, auth, limits, { statusPages: [PAGE], public_url: PUBLIC_URL });
  };
  const full = (isFull: boolean): void => {
    if (served instanceof DaemonOverHttp) served.isDiskFull = isFull;
  };
  const put = (body: object, headers: Record<string, string> = {}, path = PATH) =>
    served.call('PUT', path, body, headers);
  const list = async () =>
    ((await served.call('GET', '/status')).json as { readonly pages: readonly Listed[] }).pages;
  const stored = async (): Promise<readonly string[]> => {
    const slugs: string[] = [];
    for await (const chunk of served.daemon.storeOfNodes.statusPages())
      slugs.push(...chunk.map(({ slug }) => slug));
    return slugs;
  };

  it('are public at once, as those of the configuration are, and gone once they are deleted', async () => {
    await start();
    expect((await served.call('GET', PATH)).json).to.deep.equal(NONE);
    await served.call('PUT', '/nodes/shop-1', { timeout: 1_000_000, labels: { team: 'shop' } });
    const made = await put({ ...BODY, website: 'https://shop.example.org', logo: LOGO });
    expect([made.status, made.json]).to.deep.equal([
      201,
      {
        slug: 'shop',
        ...BODY,
        website: 'https://shop.example.org',
        time_zone: 'UTC',
        has_logo: true,
        configured: false,
        settings_tag: (made.json as Listed).settings_tag,
      },
    ]);
    expect(await stored()).to.deep.equal(['shop']);
    const page = await served.plain('GET', PATH);
    expect(page.text).to.include('Shop &#38; Sons').and.include('href="https://shop.example.org"');
    expect(statesIn(page)).to.deep.equal({ Shop: 'up' });
    expect(await served.text('/status/shop.rss')).to.include(`<link>${PUBLIC_URL}/status/shop</link>`);
    const logo = await served.plain('GET', `${PATH}/logo`);
    expect(logo.headers['content-type']).to.equal('image/png');
    expect((await list()).map(({ slug, configured }) => [slug, configured])).to.deep.equal([
      ['web', true],
      ['shop', false],
    ]);
    const gone = await served.call('DELETE', PATH);
    expect([gone.status, gone.json]).to.deep.equal([200, made.json]);
    expect((await served.call('GET', PATH)).json).to.deep.equal(NONE);
    expect((await served.call('DELETE', PATH)).json).to.deep.equal(NONE);
    expect(await stored()).to.deep.equal([]);
  });

  it('are changed at once, and keep what is left out', async () => {
    await start();
    await put({ ...BODY, website: 'https://shop.example.org', time_zone: 'Europe/Berlin', logo: LOGO });
    await served.text(PATH);
    const groups = [{ title: 'Till', labels: { team: 'till' } }];
    const changed = await put({ title: 'Shop', groups });
    expect(changed.status).to.equal(200);
    expect(changed.json).to.include({
      website: 'https://shop.example.org',
      time_zone: 'Europe/Berlin',
      has_logo: true,
    });
    expect(statesIn(await served.plain('GET', PATH))).to.deep.equal({ Till: 'unknown' });
    const plain = await put({ title: 'Shop', groups, website: null, time_zone: null, logo: null });
    expect(plain.json).to.include({ website: null, time_zone: 'UTC', has_logo: false });
  });

  it('are changed by nobody who has not seen the last change', async () => {
    await start();
    const { settings_tag: first } = (await put(BODY)).json as Listed;
    const { settings_tag: second } = (await put({ ...BODY, title: 'Two' })).json as Listed;
    const refused = async (method: string, headers: Record<string, string>) =>
      (await served.call(method, PATH, method === 'PUT' ? BODY : undefined, headers)).status;
    for (const method of ['PUT', 'DELETE']) {
      expect(await refused(method, { 'if-match': `"${first}"` })).to.equal(412);
      expect(await refused(method, { 'if-none-match': '*' })).to.equal(412);
    }
    expect((await put(BODY, { 'if-match': '*' }, '/status/other')).status).to.equal(412);
    expect((await list()).map(({ title }) => title)).to.deep.equal([PAGE.title, 'Two']);
    expect((await put(BODY, { 'if-match': `"${second}"` })).status).to.equal(200);
    expect((await put(BODY, { 'if-none-match': '*' }, '/status/other')).status).to.equal(201);
  });

  it('leave those of the configuration alone', async () => {
    await start();
    const conflict = {
      error: 'the configuration has this status page: change it there, and reload',
      code: 'HEARTBEAT_CONFIGURED_STATUS_PAGE',
    };
    for (const method of ['PUT', 'DELETE']) {
      const { status, json } = await served.call(method, '/status/web', method === 'PUT' ? BODY : undefined);
      expect([status, json]).to.deep.equal([409, conflict]);
    }
    expect(await served.text('/status/web')).to.include('Example &#38; Sons');
  });

  it('say everything that is wrong with them', async () => {
    await start(undefined, { body: 1024 * 1024 });
    const problems = async (body: object) => {
      const { status, json } = await put(body);
      expect(status).to.equal(400);
      return (json as { problems: readonly { path: string; problem: string }[] }).problems.map(
        (each) => `${each.path}: ${each.problem}`,
      );
    };
    const line = 'must be a text of at most 100 characters on one line';
    expect(
      await problems({
        title: 'a\nb',
        groups: [{ title: '', labels: {} }],
        website: 'javascript:alert(1)',
        time_zone: 'Mars/Olympus',
        logo: 'https://example.org/logo.png',
        slug: 'x',
      }),
    ).to.have.members([
      `title: ${line}`,
      `groups.0.title: ${line}`,
      'groups.0.labels: must have 1 to 16 labels',
      'website: must be the URL of a web page',
      'time_zone: unknown time zone; it must be a name such as "Europe/Berlin"',
      'logo: must be a data URL of an image: data:image/png;base64,… of image/svg+xml, image/png, image/webp, image/jpeg',
      'slug: unknown field',
    ]);
    const large = `data:image/png;base64,${Buffer.alloc(LARGEST_LOGO + 1).toString('base64')}`;
    expect(await problems({ ...BODY, logo: large })).to.deep.equal([
      `logo: must have at most ${String(LARGEST_LOGO)} bytes`,
    ]);
    expect(await problems({ ...BODY, logo: 'data:text/html;base64,PGI+' })).to.have.length(1);
    for (const name of ['Shop', 'shop.rss', '-', 'a'.repeat(65), '%2e%2e'])
      expect((await put(BODY, {}, `/status/${name}`)).json, name).to.include({
        code: 'HEARTBEAT_INVALID_STATUS_PAGE_NAME',
      });
  });

  it('take what was written on them along, and nothing is written on one that goes', async () => {
    await start();
    await put(BODY);
    const incident = { title: 'It fails', text: 'We look.' };
    expect((await served.call('POST', `${PATH}/incidents`, incident)).status).to.equal(201);
    // Both are under way at once: whichever comes first, no incident is left without its page.
    const [, written] = await Promise.all([
      served.call('DELETE', PATH),
      served.call('POST', `${PATH}/incidents`, incident),
    ]);
    expect(written.status).to.be.oneOf([201, 404]);
    await put(BODY);
    expect((await served.call('GET', `${PATH}/incidents`)).json).to.deep.equal({ incidents: [] });
  });

  it('are on disk once they are answered, and are refused while it is full', async () => {
    await start();
    await put(BODY);
    await served.call('POST', `${PATH}/incidents`, { title: 'It fails', text: 'We look.' });
    full(true);
    const refused = await put({ ...BODY, title: 'Not on disk' }, {}, '/status/other');
    expect(refused.status).to.equal(503);
    expect((await put({ ...BODY, title: 'Not on disk' })).status).to.equal(503);
    expect((await served.call('DELETE', PATH)).status).to.equal(503);
    full(false);
    await served.daemon.clock.advance(60_000);
    expect((await list()).map(({ title }) => title)).to.deep.equal([PAGE.title, BODY.title]);
    expect(await stored()).to.deep.equal(['shop']);
    const { incidents } = (await served.call('GET', `${PATH}/incidents`)).json as { incidents: unknown[] };
    expect(incidents).to.have.length(1);
  });

  it('are there after a restart, and until then nobody reads that there are none', async () => {
    const store = new MemoryHistoryStore();
    const restarted = () =>
      new ServedDaemon(
        new SimulatedApp({ clock: new SimulatedClock(), store }),
        undefined,
        {},
        {
          statusPages: [PAGE],
        },
      );
    const before = await restarted().serve();
    expect((await before.call('PUT', PATH, BODY)).status).to.equal(201);
    await before.stop();
    const after = restarted();
    await after.listen();
    for (const [method, path] of [
      ['GET', PATH],
      ['GET', `${PATH}/incidents`],
      ['GET', '/status'],
      ['PUT', PATH],
    ] as const)
      expect((await after.call(method, path)).json, path).to.include({ code: 'HEARTBEAT_NOT_READY' });
    expect((await after.plain('GET', '/status/web')).text).to.include('Monitoring has just started');
    await after.daemon.app.start();
    expect((await after.plain('GET', PATH)).text).to.include('Shop &#38; Sons');
    served = after;
  });

  it('are at most 100', async () => {
    await start();
    for (let count = 0; count < MOST_STATUS_PAGES; count++)
      expect((await put(BODY, {}, `/status/page-${String(count)}`)).status).to.equal(201);
    const { status, json } = await put(BODY);
    expect(status).to.equal(429);
    expect(json).to.include({ code: 'HEARTBEAT_TOO_MANY_STATUS_PAGES' });
    expect((await put(BODY, {}, '/status/page-0')).status).to.equal(200);
  });

  it('are made and listed by keys that cover all nodes', async () => {
    await start(
      authOf(
        keyRule('ops', { scopes: ['admin', 'read'] }),
        keyRule('read', { scopes: ['read'] }),
        keyRule('some', { scopes: ['admin', 'read'], nodes: ['web-'] }),
      ),
    );
    const as = async (key: string | undefined, method: string) => {
      const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
      const path = method === 'GET' ? '/status' : PATH;
      const sent = method === 'PUT' ? BODY : undefined;
      return (await served.call(method, path, sent, headers)).status;
    };
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect(await as(undefined, method), method).to.equal(401);
      expect(await as('some', method), method).to.equal(403);
      if (method !== 'GET') expect(await as('read', method), method).to.equal(403);
    }
    expect(await as('read', 'GET')).to.equal(200);
    expect(await as('ops', 'PUT')).to.equal(201);
    expect(await as('ops', 'DELETE')).to.equal(200);
  });
});
