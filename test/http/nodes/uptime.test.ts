import { expect } from 'chai';
import { request } from 'undici';
import type { AuthOptions } from '../../../src/http/security/credentials.js';
import { authOf, keyRule } from '../auth/support.js';
import { DaemonOverHttp } from './support.js';

const DAY = 86_400;

interface Part {
  readonly date?: string;
  readonly month?: string;
  readonly from: number;
  readonly to: number;
  readonly ratio: number | null;
  readonly active_seconds: number;
  readonly failed_seconds: number;
  readonly incidents: number;
}

interface Report {
  readonly uptime: Part;
  readonly days: readonly Part[];
  readonly months: readonly Part[];
  readonly incidents: readonly {
    readonly node: string;
    readonly from: number;
    readonly to: number | null;
    readonly cause: string | null;
    readonly reason?: string;
    readonly acknowledged: { readonly by: string; readonly reason?: string } | null;
  }[];
  readonly incidents_total: number;
  readonly nodes?: readonly { readonly name: string; readonly failed_seconds: number }[];
  readonly nodes_total?: number;
}

describe('the uptime by days and months', () => {
  let http: DaemonOverHttp;
  let began: number;

  afterEach(() => http.stop());

  async function start(auth?: AuthOptions): Promise<void> {
    http = await DaemonOverHttp.start({}, auth);
    began = http.now;
  }

  const pass = (seconds: number) => http.daemon.clock.advance(seconds * 1000);
  const put = async (name: string, labels: object = {}) => {
    const answer = await http.call('PUT', `/nodes/${encodeURIComponent(name)}`, { timeout: DAY, labels });
    expect(answer.status, answer.text).to.equal(201);
  };
  const post = async (path: string, body?: unknown) => {
    const answer = await http.call('POST', path, body);
    expect(answer.status, answer.text).to.equal(200);
  };

  async function report(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Report> {
    const { status, json, text } = await http.call('GET', path, undefined, headers);
    expect(status, text).to.equal(200);
    return json as Report;
  }

  it('has each day of the period, with what is known, and the months', async () => {
    await start();
    await put('db');
    await pass(10);
    await post('/nodes/db/fail', { reason: 'disk full' });
    await pass(30);
    await http.call('PUT', '/nodes/db/heartbeat');
    await pass(5);
    const { uptime, days, months, incidents } = await report('/nodes/db/uptime?period=90d');
    expect(days).to.have.length(90);
    expect(uptime).to.include({ ratio: 15 / 45, active_seconds: 15, failed_seconds: 30, to: began + 45 });
    expect(days.at(-1)).to.include({ ratio: 15 / 45, active_seconds: 15, failed_seconds: 30, incidents: 1 });
    expect(days[0]).to.include({ ratio: null, active_seconds: 0, incidents: 0 });
    expect(new Set(days.map(({ date }) => date?.slice(0, 7)))).to.deep.equal(
      new Set(months.map(({ month }) => month)),
    );
    expect(months.at(-1)).to.include({ failed_seconds: 30, incidents: 1 });
    expect(incidents).to.deep.equal([
      {
        node: 'db',
        from: began + 10,
        to: began + 40,
        cause: 'report',
        reason: 'disk full',
        acknowledged: null,
      },
    ]);
    const { days: week } = await report('/nodes/db/uptime?period=2w');
    expect(week).to.deep.equal(days.slice(-14));
  });

  it('says who acknowledged an incident, also after the next failure, and not who took it back', async () => {
    await start();
    await put('db');
    for (const by of ['ann', 'ben', 'cid']) {
      await post('/nodes/db/fail');
      await pass(5);
      await post('/nodes/db/acknowledge', { by, reason: `${by} is on it` });
      if (by === 'ben') await http.call('DELETE', '/nodes/db/acknowledge');
      await pass(5);
      await http.call('PUT', '/nodes/db/heartbeat');
      await pass(5);
    }
    await post('/nodes/db/fail');
    await pass(5);
    const { incidents } = await report('/nodes/db/uptime');
    expect(incidents.map(({ to }) => to === null)).to.deep.equal([true, false, false, false]);
    expect(incidents.map(({ acknowledged }) => acknowledged?.by)).to.deep.equal([
      undefined,
      'cid',
      undefined,
      'ann',
    ]);
    expect(incidents[1]?.acknowledged?.reason).to.equal('cid is on it');
    const one = await report('/nodes/db/uptime?limit=1');
    expect(one.incidents).to.deep.equal(incidents.slice(0, 1));
    expect(one.incidents_total).to.equal(4);
  });

  it('leaves out an acknowledgement that the disk refused', async () => {
    await start();
    await put('db');
    await post('/nodes/db/fail');
    http.isDiskFull = true;
    expect((await http.call('POST', '/nodes/db/acknowledge', { by: 'ann' })).status).to.equal(503);
    http.isDiskFull = false;
    await pass(60);
    const [incident] = (await report('/nodes/db/uptime')).incidents;
    expect(incident?.acknowledged).to.equal(null);
  });

  it('shows an incident that began before the range, and its end behind the range', async () => {
    await start();
    await put('db');
    await post('/nodes/db/fail', { reason: 'disk full' });
    await pass(100);
    await http.call('PUT', '/nodes/db/heartbeat');
    const { uptime, incidents, days } = await report(`/nodes/db/uptime?from=${began + 10}&to=${began + 20}`);
    expect(uptime).to.include({ failed_seconds: 10, active_seconds: 0 });
    expect(incidents).to.have.length(1);
    expect(incidents[0]).to.include({ from: began, to: began + 100, reason: 'disk full' });
    expect(days.map(({ incidents: count }) => count)).to.deep.equal([0]);
  });

  it('excludes paused time, and has silences and maintenance apart', async () => {
    await start();
    await put('db');
    await pass(10);
    await post('/nodes/db/pause');
    await pass(20);
    await post('/nodes/db/resume');
    const silence = { matchers: ['name=db'], ends_at: http.now + 7, by: 'ann' };
    expect((await http.call('POST', '/silences', silence)).status).to.equal(201);
    await pass(10);
    const { days } = await report('/nodes/db/uptime');
    expect(days.at(-1)).to.include({
      ratio: 1,
      active_seconds: 20,
      paused_seconds: 20,
      silenced_seconds: 7,
      maintenance_seconds: 0,
    });
  });

  it('is of all nodes with a label together, the worst first', async () => {
    await start();
    await put('a', { team: 'web' });
    await put('b', { team: 'web' });
    await put('c', { team: 'db' });
    for (const [name, seconds] of [
      ['a', 10],
      ['b', 30],
    ] as const) {
      await post(`/nodes/${name}/fail`);
      await pass(seconds);
      await http.call('PUT', `/nodes/${name}/heartbeat`);
    }
    const web = await report('/uptime?label=team:web&period=7d');
    // Two flips of a node are never at one instant, so one is a millisecond late.
    expect(web.uptime.failed_seconds).to.be.closeTo(40, 0.01);
    expect(web.uptime.active_seconds).to.be.closeTo(40, 0.01);
    expect(web.days).to.have.length(7);
    expect(web.nodes?.map(({ name, failed_seconds: failed }) => [name, Math.round(failed)])).to.deep.equal([
      ['b', 30],
      ['a', 10],
    ]);
    expect(web.nodes_total).to.equal(2);
    expect(web.incidents.map(({ node }) => node)).to.deep.equal(['b', 'a']);
    expect(await report('/uptime?label=team:web&limit=1')).to.deep.include({
      nodes_total: 2,
      incidents_total: 2,
    });
    expect((await report('/uptime')).nodes_total).to.equal(3);
    expect((await report('/uptime?name=c')).nodes_total).to.equal(1);
    expect((await report('/uptime?label=team:nobody')).uptime).to.include({ ratio: null });
  });

  it('has nothing of nodes that a key does not cover', async () => {
    await start(
      authOf(keyRule('web', { scopes: ['read'], nodes: ['web-'] }), keyRule('ops', { scopes: ['admin'] })),
    );
    const as = (key: string) => ({ authorization: `Bearer ${key}` });
    for (const name of ['web-1', 'db-1']) await http.call('PUT', `/nodes/${name}`, {}, as('ops'));
    const { nodes } = await report('/uptime', as('web'));
    expect(nodes?.map(({ name }) => name)).to.deep.equal(['web-1']);
    expect((await http.call('GET', '/nodes/db-1/uptime', undefined, as('web'))).status).to.equal(403);
    expect((await http.call('GET', '/nodes/web-1/uptime', undefined, as('web'))).status).to.equal(200);
  });

  it('differs by Accept and by origin for caches', async () => {
    const origin = 'https://app.example.org';
    http = await DaemonOverHttp.start({}, undefined, {}, { cors: { origins: [origin] } });
    await put('db');
    const { headers, body } = await request(`http://127.0.0.1:${http.port}/uptime`, { headers: { origin } });
    await body.dump();
    expect(headers).to.include({ 'access-control-allow-origin': origin });
    expect([headers['vary']].flat().join(', ')).to.equal('origin, Accept, accept-encoding');
  });

  describe('as CSV', () => {
    const lines = (text: string) => text.trimEnd().split('\r\n');
    const fetched = async (path: string, headers: Readonly<Record<string, string>>) => {
      const answer = await request(`http://127.0.0.1:${http.port}${path}`, { headers });
      return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
    };
    const csv = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
      const answer = await fetched(path, headers);
      expect(answer.status, answer.text).to.equal(200);
      expect(answer.headers).to.include({
        'content-type': 'text/csv; charset=utf-8; header=present',
        'content-disposition': 'attachment; filename="uptime.csv"',
        vary: 'Accept',
      });
      return lines(answer.text);
    };

    it('has a row for each day or month, and instants with their offset', async () => {
      await start();
      await put('db');
      const [head, ...days] = await csv('/nodes/db/uptime?period=7d&time_zone=Europe/Berlin&format=csv');
      expect(head).to.equal(
        'date,from,to,ratio,active_seconds,inactive_seconds,failed_seconds,paused_seconds,blind_seconds,maintenance_seconds,silenced_seconds,incidents',
      );
      expect(days).to.have.length(7);
      expect(days[0]).to.match(/^"\d{4}-\d\d-\d\d","\d{4}-\d\d-\d\dT00:00:00\+0[12]:00",/);
      const months = await csv('/nodes/db/uptime?period=7d&table=months', { accept: 'text/csv' });
      expect(months[0]).to.match(/^month,/);
    });

    it('has incidents and nodes, whose names and reasons are no formulas', async () => {
      await start();
      const name = '=HYPERLINK("http://x","é")';
      await put(name, { team: 'web' });
      await post(`/nodes/${encodeURIComponent(name)}/fail`, { reason: '@SUM(1)' });
      await post(`/nodes/${encodeURIComponent(name)}/acknowledge`, { by: '+ann', reason: '-1' });
      await pass(5);
      const [, incident] = await csv('/uptime?format=csv&table=incidents');
      expect(incident).to.match(/^"'=HYPERLINK\(""http:\/\/x"",""é""\)",/);
      expect(incident).to.match(/,,"report","'@SUM\(1\)","'\+ann","[^"]*","'-1"$/);
      const [, row] = await csv('/uptime?label=team:web&table=nodes&format=csv');
      expect(row).to.match(/^"'=HYPERLINK/);
    });

    it('is what Accept prefers, unless the format is given', async () => {
      await start();
      await put('db');
      for (const [accept, query, expected] of [
        ['*/*', '', 'application/json'],
        ['text/csv, application/json;q=0.5', '', 'text/csv; charset=utf-8; header=present'],
        ['application/json, text/csv', '', 'application/json'],
        ['text/csv', '?format=json', 'application/json'],
      ] as const) {
        const answer = await fetched(`/nodes/db/uptime${query}`, { accept });
        expect(answer.headers['content-type'], `${accept} ${query}`).to.equal(expected);
        // A large one may be compressed.
        expect([answer.headers['vary']].flat().join(', ')).to.match(/^Accept(?:, accept-encoding)?$/);
      }
    });
  });

  it('is refused with a word about what is wrong', async () => {
    await start();
    await put('db');
    for (const [query, problem] of [
      ['period=0d', 'query parameter period must be a number of days or weeks'],
      ['period=367d', 'of 366 days at most'],
      ['period=53w', 'of 366 days at most'],
      ['period=90', 'query parameter period must be'],
      ['period=7d&from=-1d', 'give either query parameter period, or from and to'],
      ['from=2&to=1', 'query parameter from must not be later than to'],
      ['from=0', 'the range can have at most 366 days'],
      ['time_zone=%2B02:00', 'query parameter time_zone must be the name of a time zone'],
      ['table=days', 'query parameter table is for CSV: add format=csv'],
      ['table=nodes&format=csv', 'query parameter table must be one of days, months, incidents'],
      ['format=xml', 'query parameter format must be json or csv'],
      ['limit=0', 'query parameter limit must be a whole number'],
      ['since=1', 'unknown query parameter "since"'],
    ]) {
      const { status, json } = await http.call('GET', `/nodes/db/uptime?${query ?? ''}`);
      expect(status, query).to.equal(400);
      expect(json).to.have.property('error').that.includes(problem);
    }
    expect((await http.call('GET', '/nodes/nobody/uptime')).status).to.equal(404);
    expect((await http.call('GET', '/uptime?label=web')).status).to.equal(400);
  });
});
