import { expect } from 'chai';
import {
  LONGEST_TEXT,
  LONGEST_TITLE,
  MOST_OF_A_PAGE,
  MOST_UPDATES,
} from '../../../src/domain/status-incident.js';
import { authOf, keyRule } from '../auth/support.js';
import { DaemonOverHttp } from '../nodes/support.js';
import { PAGE, PUBLIC_URL } from './support.js';

interface Incident {
  readonly id: string;
  readonly state: string;
  readonly title: string;
  readonly updates: readonly { readonly at: number; readonly state: string; readonly text: string }[];
}

const OTHER = { ...PAGE, slug: 'other' };
const PATH = '/status/web/incidents';

describe('incidents on a status page', () => {
  let served: DaemonOverHttp;

  afterEach(() => served.stop());

  const start = async (auth?: ReturnType<typeof authOf>): Promise<void> => {
    served = await DaemonOverHttp.start({}, auth, {}, { statusPages: [PAGE, OTHER], public_url: PUBLIC_URL });
  };
  const write = async (body: object, path = PATH): Promise<Incident> => {
    const { status, json, text } = await served.call('POST', path, body);
    expect(status, text).to.be.oneOf([200, 201]);
    return json as Incident;
  };
  const list = async (path = PATH) =>
    ((await served.call('GET', path)).json as { readonly incidents: readonly Incident[] }).incidents;
  const page = () => served.text('/status/web');

  it('are on the page at once, with what is written later, and end with resolved', async () => {
    await start();
    expect(await page()).to.include('No incidents have been reported.');
    const made = await write({ title: 'Payments fail', text: 'We are looking into it.\r\nSorry.' });
    expect(made).to.deep.include({ page: 'web', title: 'Payments fail', state: 'investigating' });
    expect(made.updates).to.deep.equal([
      { at: served.now, state: 'investigating', text: 'We are looking into it.\nSorry.' },
    ]);
    const open = await page();
    expect(open).to.include('<h2>Current incidents</h2>');
    expect(open).to.match(/<p class="text">We are looking into it\.\nSorry\.<\/p>/);
    await served.daemon.clock.advance(1_000);
    const update = { text: 'A disk is full.', state: 'identified' };
    expect(await write(update, `${PATH}/${made.id}`)).to.include({ state: 'identified' });
    expect(await page()).to.match(/A disk is full[\s\S]*We are looking into it/);
    await write({ text: 'It is over.', state: 'resolved' }, `${PATH}/${made.id}`);
    const over = await page();
    expect(over).to.include('<h2>Past incidents</h2>').and.not.include('Current incidents');
    const [listed] = await list();
    expect(listed?.updates.map(({ state }) => state)).to.deep.equal([
      'investigating',
      'identified',
      'resolved',
    ]);
    expect(await list('/status/other/incidents')).to.deep.equal([]);
  });

  it('are shown as the text that they are, and leave the page after 90 days', async () => {
    await start();
    const title = '</h3><script>alert("1")</script> ☃\u{1f4a5}';
    const { id } = await write({ title, text: '<img src=x onerror=alert(1)>', state: 'resolved' });
    const text = await page();
    expect(text).not.to.match(/<script|<img/);
    expect(text).to.include('&#60;img src=x onerror=alert(1)&#62;');
    served.daemon.clock.jumpWall(90 * 86_400_000);
    await served.daemon.clock.advance(10_000);
    expect(await page()).not.to.include('onerror');
    expect((await list()).map((each) => each.id)).to.deep.equal([id]);
  });

  it('are removed when they were written by mistake, and found by page and id only', async () => {
    await start();
    const { id } = await write({ title: 'A mistake', text: 'Nothing happened.' });
    const gone = async (method: string, path: string, body?: object) =>
      (await served.call(method, path, body)).json;
    const none = { error: 'no such incident', code: 'HEARTBEAT_NO_SUCH_INCIDENT' };
    const update = { text: 'On.', state: 'monitoring' };
    for (const path of [
      `/status/other/incidents/${id}`,
      `${PATH}/nobody`,
      `${PATH}/00000000000000000000000000`,
    ]) {
      expect(await gone('DELETE', path), path).to.deep.equal(none);
      expect(await gone('POST', path, update), path).to.deep.equal(none);
    }
    for (const method of ['GET', 'POST'])
      expect(
        await gone(method, '/status/nowhere/incidents', method === 'GET' ? undefined : update),
      ).to.include({
        code: 'HEARTBEAT_NO_SUCH_STATUS_PAGE',
      });
    expect((await served.call('DELETE', `${PATH}/${id}`)).json).to.include({ id });
    expect(await list()).to.deep.equal([]);
    expect(await gone('DELETE', `${PATH}/${id}`)).to.deep.equal(none);
    expect(await page()).not.to.include('A mistake');
  });

  it('say everything that is wrong with a body', async () => {
    await start();
    const problems = async (body: unknown, path = PATH) => {
      const { status, json } = await served.call('POST', path, body);
      expect(status).to.equal(400);
      return (json as { problems: readonly { path: string; problem: string }[] }).problems.map(
        (each) => `${each.path}: ${each.problem}`,
      );
    };
    expect(await problems({ title: ' ', text: 'a\u0000b', state: 'over', by: 'ann' })).to.have.members([
      'title: must not be empty',
      'text: must be plain text, without control characters',
      'state: must be one of investigating, identified, monitoring, resolved',
      'by: unknown field',
    ]);
    expect(await problems({ title: 'two\nlines', text: '\ud800' })).to.deep.equal([
      'title: must be plain text, without control characters',
      'text: must be plain text, without control characters',
    ]);
    expect(
      await problems({ title: 'x'.repeat(LONGEST_TITLE + 1), text: 'x'.repeat(LONGEST_TEXT + 1) }),
    ).to.deep.equal([
      `title: must have at most ${LONGEST_TITLE} characters`,
      `text: must have at most ${LONGEST_TEXT} characters`,
    ]);
    const { id } = await write({ title: 'x'.repeat(LONGEST_TITLE), text: 'x'.repeat(LONGEST_TEXT) });
    expect(await problems({ text: 'on' }, `${PATH}/${id}`)).to.have.length(1);
    expect(await problems([])).to.have.length(1);
  });

  it('are bounded: the oldest resolved one of a page goes, and open ones stay', async () => {
    await start();
    const body = { title: 'An incident', text: 'Something.' };
    const all: Incident[] = [];
    for (let count = 0; count < MOST_OF_A_PAGE; count++) all.push(await write(body));
    const refused = await served.call('POST', PATH, body);
    expect(refused.status).to.equal(429);
    expect(refused.json).to.include({ code: 'HEARTBEAT_TOO_MANY_INCIDENTS' });
    expect(await write(body, '/status/other/incidents')).to.include({ page: 'other' });
    const [, second] = all;
    const path = `${PATH}/${second?.id ?? ''}`;
    for (let count = 1; count < MOST_UPDATES; count++) await write({ text: 'On.', state: 'resolved' }, path);
    expect((await served.call('POST', path, { text: 'On.', state: 'resolved' })).status).to.equal(429);
    const last = await write(body);
    const ids = (await list()).map(({ id }) => id);
    expect(ids).to.have.length(MOST_OF_A_PAGE);
    expect(ids).to.include(last.id).and.not.include(second?.id);
  });

  it('lose no update of several that come at once', async () => {
    await start();
    const { id } = await write({ title: 'An incident', text: 'Something.' });
    const texts = Array.from({ length: 20 }, (_, index) => `update ${String(index)}`);
    await Promise.all(texts.map((text) => write({ text, state: 'monitoring' }, `${PATH}/${id}`)));
    const [incident] = await list();
    expect(incident?.updates.slice(1).map(({ text }) => text)).to.have.members(texts);
  });

  it('are refused while the disk is full, and are on it once they are answered', async () => {
    await start();
    const { id } = await write({ title: 'On disk', text: 'Something.' });
    served.isDiskFull = true;
    const refused = await served.call('POST', PATH, { title: 'Not on disk', text: 'Something.' });
    expect(refused.status).to.equal(503);
    expect(refused.json).to.include({ code: 'HEARTBEAT_STORE_REFUSES' });
    expect((await served.call('DELETE', `${PATH}/${id}`)).status).to.equal(503);
    served.isDiskFull = false;
    await served.daemon.clock.advance(60_000);
    expect((await list()).map(({ title }) => title)).to.deep.equal(['On disk']);
    const stored: string[] = [];
    for await (const chunk of served.daemon.storeOfNodes.statusIncidents())
      stored.push(...chunk.map(({ title }) => title));
    expect(stored).to.deep.equal(['On disk']);
  });

  it('are written by keys that may administer all nodes, from pages of no other origin', async () => {
    await start(
      authOf(
        keyRule('ops', { scopes: ['admin', 'read'] }),
        keyRule('read', { scopes: ['read'] }),
        keyRule('some', { scopes: ['admin'], nodes: ['web-'] }),
      ),
    );
    const body = { title: 'An incident', text: 'Something.' };
    const as = async (key: string | undefined, method: string, headers: Record<string, string> = {}) => {
      const credential = key === undefined ? {} : { authorization: `Bearer ${key}` };
      const sent = method === 'POST' ? body : undefined;
      return (await served.call(method, PATH, sent, { ...credential, ...headers })).status;
    };
    expect(await as(undefined, 'POST')).to.equal(401);
    expect(await as(undefined, 'GET')).to.equal(401);
    expect(await as('read', 'POST')).to.equal(403);
    expect(await as('some', 'POST')).to.equal(403);
    expect(await as('read', 'GET')).to.equal(200);
    expect(await as('ops', 'POST', { 'sec-fetch-site': 'cross-site' })).to.equal(403);
    expect(await as('ops', 'POST', { origin: 'https://evil.example.org' })).to.equal(403);
    expect(await as('ops', 'POST')).to.equal(201);
    // What was written is public.
    expect(await page()).to.include('An incident');
  });

  it('are in the feed, an entry for each update, escaped and with whole addresses', async () => {
    await start();
    const { id } = await write({ title: 'Payments <fail> & "more"', text: 'one\n<b>two</b>' });
    await served.daemon.clock.advance(1_000);
    await write({ text: 'It is over.', state: 'resolved' }, `${PATH}/${id}`);
    const feed = await served.plain('GET', '/status/web.rss');
    expect(feed.headers).to.include({ 'content-type': 'application/rss+xml; charset=utf-8' });
    expect(feed.headers['etag']).to.be.a('string');
    const link = `${PUBLIC_URL}/status/web`;
    const item = (title: string, guid: string, time: string, text: string) =>
      `<item><title>${title}</title><link>${link}#incident-${id}</link><guid isPermaLink="false">${guid}</guid><pubDate>${time}</pubDate><description>${text}</description></item>`;
    const title = 'Payments &#60;fail&#62; &#38; &#34;more&#34;';
    expect(feed.text).to.equal(
      `<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>` +
        `<title>Example &#38; Sons</title><link>${link}</link><description>Current incidents, Past incidents, Scheduled maintenance</description>` +
        `<language>en</language><ttl>5</ttl><atom:link href="${link}.rss" rel="self" type="application/rss+xml"/>` +
        item(`Resolved: ${title}`, `${id}-2`, 'Tue, 14 Nov 2023 22:13:21 GMT', 'It is over.') +
        item(
          `Investigating: ${title}`,
          `${id}-1`,
          'Tue, 14 Nov 2023 22:13:20 GMT',
          'one&#60;br&#62;&#38;#60;b&#38;#62;two&#38;#60;/b&#38;#62;',
        ) +
        '</channel></rss>\n',
    );
    const german = await served.plain('GET', '/status/web.rss', undefined, { 'accept-language': 'de' });
    expect(german.text).to.include('<title>Behoben: Payments');
  });
});
