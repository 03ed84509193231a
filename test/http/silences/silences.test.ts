import { expect } from 'chai';
import { keyRule } from '../auth/support.js';
import { DaemonOverHttp } from '../nodes/support.js';

const HOUR = 3600;
const BODY = { matchers: ['env=prod', 'name=~web-.*'], by: 'ann', reason: 'the switch is being changed' };

interface Shown {
  readonly id: string;
  readonly state: string;
}

interface Page {
  readonly silences: readonly Shown[];
  readonly next_cursor: string | null;
}

describe('silences over HTTP', () => {
  let http: DaemonOverHttp;

  afterEach(() => http.stop());

  async function make(more: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<Shown> {
    const answer = await http.call(
      'POST',
      '/silences',
      { ...BODY, ends_at: http.now + HOUR, ...more },
      headers,
    );
    expect(answer.status, JSON.stringify(answer.json)).to.equal(201);
    return answer.json as Shown;
  }

  const list = async (query = '', headers: Readonly<Record<string, string>> = {}) =>
    (await http.call('GET', `/silences${query}`, undefined, headers)).json as Page;

  const states = async (query = '') => (await list(query)).silences.map(({ state }) => state);

  it('are made, shown, listed and ended', async () => {
    http = await DaemonOverHttp.start();
    const made = await make();
    expect(made).to.deep.equal({
      ...BODY,
      id: made.id,
      state: 'active',
      starts_at: http.now,
      ends_at: http.now + HOUR,
      updated_at: http.now,
    });
    expect((await http.call('GET', `/silences/${made.id}`)).json).to.deep.equal(made);
    const later = await make({ starts_at: http.now + 60 });
    expect(later.state).to.equal('pending');
    expect((await list()).silences).to.deep.equal([later, made]);
    expect(await states('?state=pending')).to.deep.equal(['pending']);
    const ended = await http.call('DELETE', `/silences/${made.id}`);
    expect(ended.status).to.equal(200);
    expect(ended.json).to.include({ id: made.id, state: 'expired', ends_at: http.now });
    expect((await http.call('DELETE', `/silences/${made.id}`)).json, 'idempotent').to.deep.equal(ended.json);
    const never = await http.call('DELETE', `/silences/${later.id}`);
    expect(never.json, 'it never begins').to.include({ starts_at: http.now, ends_at: http.now });
    expect(await states('?state=active,pending')).to.deep.equal([]);
    expect(await states('?state=expired')).to.deep.equal(['expired', 'expired']);
  });

  it('take instants in every form, and begin now if they would have begun already', async () => {
    http = await DaemonOverHttp.start();
    const at = new Date((http.now + HOUR) * 1000).toISOString();
    expect(await make({ starts_at: '-1h', ends_at: at })).to.include({
      starts_at: http.now,
      ends_at: http.now + HOUR,
    });
    expect(await make({ starts_at: String(http.now + 5), ends_at: '2100-01-31' })).to.include({
      starts_at: http.now + 5,
      ends_at: 4_105_036_800,
    });
  });

  it('come in pages, newest first', async () => {
    http = await DaemonOverHttp.start();
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) ids.unshift((await make()).id);
    const first = await list('?limit=2');
    expect(first.silences.map(({ id }) => id)).to.deep.equal(ids.slice(0, 2));
    const second = await list(`?limit=2&cursor=${String(first.next_cursor)}`);
    expect(second.silences.map(({ id }) => id)).to.deep.equal(ids.slice(2));
    expect(second.next_cursor).to.equal(null);
    for (const query of ['?state=ended', '?cursor=x', '?limit=0', '?name=a'])
      expect((await http.call('GET', `/silences${query}`)).status, query).to.equal(400);
  });

  it('are refused with every problem of the body', async () => {
    http = await DaemonOverHttp.start();
    const problems = async (body: unknown) => {
      const { status, json } = await http.call('POST', '/silences', body);
      expect(status, JSON.stringify(json)).to.equal(400);
      return (json as { problems: { path: string; problem: string }[] }).problems.map(({ path }) => path);
    };
    const whole = { ...BODY, ends_at: http.now + HOUR };
    expect(await problems({})).to.have.members(['matchers', 'ends_at', 'by']);
    expect(await problems({ ...whole, matchers: [] })).to.deep.equal(['matchers']);
    expect(await problems({ ...whole, matchers: ['env=~.*'] }), 'it fits everything').to.deep.equal([
      'matchers',
    ]);
    expect(await problems({ ...whole, matchers: ['a=b', 'name=~(', 'x', 7] })).to.deep.equal([
      'matchers.1',
      'matchers.2',
      'matchers.3',
    ]);
    expect(await problems({ ...whole, matchers: Array.from({ length: 33 }, () => 'a=b') })).to.deep.equal([
      'matchers',
    ]);
    expect(await problems({ ...whole, matchers: ['name=~(a+)+$'.padEnd(300, 'b')] })).to.deep.equal([
      'matchers.0',
    ]);
    expect(await problems({ ...whole, ends_at: http.now })).to.deep.equal(['ends_at']);
    expect(await problems({ ...whole, ends_at: 'soon' })).to.deep.equal(['ends_at']);
    expect((await http.call('POST', '/silences', { ...whole, ends_at: '-1h' })).json).to.include({
      error: 'ends_at: must be Unix seconds or an instant of ISO 8601, such as "2027-01-31T12:00:00Z"',
    });
    expect(await problems({ ...whole, ends_at: '2100-02-30' })).to.deep.equal(['ends_at']);
    expect(await problems({ ...whole, starts_at: http.now + 2 * HOUR })).to.deep.equal(['ends_at']);
    expect(await problems({ ...whole, by: ' ', comment: 'x' })).to.have.members(['by', 'comment']);
    expect(await states()).to.deep.equal([]);
  });

  it('are unknown by another id, and limited in number', async () => {
    http = await DaemonOverHttp.start({ '--limits-silences': '1' });
    for (const id of ['x', '01M8160K8C0000MBCVSRV9YN1F', '%00']) {
      const answer = await http.call('GET', `/silences/${id}`);
      expect(answer.json, id).to.deep.equal({ error: 'no such silence', code: 'HEARTBEAT_NO_SUCH_SILENCE' });
      expect((await http.call('DELETE', `/silences/${id}`)).status, id).to.equal(404);
    }
    await make();
    const answer = await http.call('POST', '/silences', { ...BODY, ends_at: http.now + HOUR });
    expect(answer.status).to.equal(429);
    expect(answer.json).to.include({ code: 'HEARTBEAT_TOO_MANY_SILENCES' });
  });

  it('are answered once on disk: a full disk refuses them', async () => {
    http = await DaemonOverHttp.start();
    const { id } = await make();
    http.isDiskFull = true;
    const refused = await http.call('POST', '/silences', { ...BODY, ends_at: http.now + HOUR });
    expect(refused.json).to.include({ code: 'HEARTBEAT_STORE_REFUSES' });
    expect((await http.call('DELETE', `/silences/${id}`)).status).to.equal(503);
    expect(await states()).to.deep.equal(['active']);
  });

  it('of a key with prefixes silence no others, and are all that it sees', async () => {
    const auth = {
      keys: [
        keyRule('everything', { scopes: ['admin'] }),
        keyRule('cron', { scopes: ['admin'], nodes: ['cron-'] }),
        keyRule('a', { scopes: ['admin'], nodes: ['cron-a'] }),
        keyRule('reader', { scopes: ['read'] }),
        keyRule('none', { scopes: ['admin'], nodes: [] }),
      ],
    };
    const by = (key: string) => ({ authorization: `Bearer ${key}` });
    http = await DaemonOverHttp.start({}, auth);
    const everything = await make({ matchers: ['name=~.+'] }, by('everything'));
    const cron = await make({ matchers: ['name=~.+'] }, by('cron'));
    const ofA = await make({ matchers: ['name=~.+'] }, by('a'));
    expect(everything).not.to.have.property('nodes');
    expect(cron).to.deep.include({ nodes: ['cron-'] });
    const ids = async (key: string) => (await list('', by(key))).silences.map(({ id }) => id);
    expect(await ids('everything')).to.deep.equal([ofA.id, cron.id, everything.id]);
    expect(await ids('reader')).to.deep.equal([ofA.id, cron.id, everything.id]);
    expect(await ids('cron')).to.deep.equal([ofA.id, cron.id]);
    expect(await ids('a')).to.deep.equal([ofA.id]);
    const expire = async (key: string, { id }: Shown) =>
      (await http.call('DELETE', `/silences/${id}`, undefined, by(key))).status;
    expect(await expire('a', cron)).to.equal(404);
    expect(await expire('cron', everything)).to.equal(404);
    expect(await expire('reader', cron)).to.equal(403);
    expect(await expire('cron', ofA)).to.equal(200);
    const own = { matchers: ['name=~.+'], by: 'x', ends_at: http.now + HOUR };
    expect((await http.call('POST', '/silences', own, by('reader'))).status).to.equal(403);
    expect((await http.call('POST', '/silences', own, by('none'))).json).to.deep.equal({
      error: 'this key covers no nodes',
      code: 'HEARTBEAT_FORBIDDEN',
    });
    expect(await ids('none')).to.deep.equal([]);
  });

  it('of one key leave places for the other keys', async () => {
    const keys = ['one', 'other'].map((name) => keyRule(name, { scopes: ['admin'] }));
    http = await DaemonOverHttp.start({ '--limits-silences': '4' }, { keys });
    const status = async (key: string) => {
      const body = { ...BODY, ends_at: http.now + HOUR };
      return (await http.call('POST', '/silences', body, { authorization: `Bearer ${key}` })).status;
    };
    expect(await Promise.all(['one', 'one', 'one', 'other', 'other'].map(status))).to.deep.equal([
      201, 201, 429, 201, 429,
    ]);
    expect((await list('', { authorization: 'Bearer one' })).silences[0]).not.to.have.property('key');
  });

  it('are shown at nodes and flips, and counted in the uptime', async () => {
    http = await DaemonOverHttp.start();
    await http.call('PUT', '/nodes/web-1', { timeout: 90_000, labels: { env: 'prod' } });
    await http.call('PUT', '/nodes/db', { timeout: 90_000 });
    await http.daemon.clock.advance(10 * 1000);
    const { id } = await make({ ends_at: http.now + 100 });
    expect((await http.call('GET', '/nodes/web-1')).json).to.deep.include({ silenced_by: [id] });
    expect((await http.call('GET', '/nodes/db')).json).not.to.have.property('silenced_by');
    await http.daemon.clock.advance(10 * 1000);
    await http.call('POST', '/nodes/web-1/fail');
    await http.daemon.clock.advance(200 * 1000);
    expect((await http.call('GET', '/nodes/web-1')).json).not.to.have.property('silenced_by');
    await http.call('PUT', '/nodes/web-1/heartbeat');
    const { json } = await http.call('GET', '/nodes/web-1/flips');
    const { flips } = json as { flips: { to: string; silenced_by?: readonly string[] }[] };
    expect(flips.map(({ to, silenced_by }) => [to, silenced_by])).to.deep.equal([
      ['failed', [id]],
      ['active', undefined],
    ]);
    const uptime = (await http.call('GET', '/nodes/web-1?from=-1d')).json as { uptime: object };
    expect(uptime.uptime).to.include({
      active_seconds: 20,
      failed_seconds: 200,
      silenced_seconds: 100,
      maintenance_seconds: 0,
    });
  });
});

describe('a pause that ends by itself', () => {
  let http: DaemonOverHttp;

  beforeEach(async () => {
    http = await DaemonOverHttp.start();
    await http.call('PUT', '/nodes/db1', { timeout: 60, max_retries: 0 });
  });

  afterEach(() => http.stop());

  const node = async () => (await http.call('GET', '/nodes/db1')).json;
  const pause = (body: object) => http.call('POST', '/nodes/db1/pause', body);

  it('ends at its time, and starts the timeout again', async () => {
    const answer = await pause({ for: 300 });
    expect(answer.json).to.include({ paused: true, paused_until: http.now + 300, deadline: null });
    await http.daemon.clock.advance(299.5 * 1000);
    expect(await node()).to.include({ paused: true });
    await http.daemon.clock.advance(1 * 1000);
    const resumed = await node();
    expect(resumed).to.include({ paused: false, state: 'active' });
    expect(resumed).not.to.have.property('paused_until');
    expect(resumed)
      .to.have.property('deadline')
      .that.is.within(http.now + 58, http.now + 60);
    await http.daemon.clock.advance(60 * 1000);
    expect(await node()).to.include({ state: 'failed' });
  });

  it('can get another end, or none, or end sooner', async () => {
    const until = http.now + 100;
    expect((await pause({ until })).json).to.include({ paused_until: until });
    expect((await pause({ for: 200 })).json).to.include({ paused: true, paused_until: http.now + 200 });
    await http.daemon.clock.advance(150 * 1000);
    expect(await node()).to.include({ paused: true });
    const endless = (await pause({})).json;
    expect(endless).to.include({ paused: true }).and.not.to.have.property('paused_until');
    await http.daemon.clock.advance(100 * 1000);
    expect(await node()).to.include({ paused: true });
    await pause({ for: 10 });
    expect((await http.call('POST', '/nodes/db1/resume')).json).to.include({ paused: false });
    await pause({});
    await http.daemon.clock.advance(20 * 1000);
    expect(await node(), 'the end of an earlier pause').to.include({ paused: true });
  });

  it('never ends early, whatever the wall clock does', async () => {
    await pause({ for: 300 });
    http.daemon.clock.jumpWall(1_000_000);
    await http.daemon.clock.advance(200 * 1000);
    expect(await node()).to.include({ paused: true });
    await http.daemon.clock.advance(101 * 1000);
    expect(await node()).to.include({ paused: false });
    await pause({ for: 300 });
    http.daemon.clock.jumpWall(-100_000);
    await http.daemon.clock.advance(301 * 1000);
    expect(await node(), 'by the wall clock it is not over').to.include({ paused: true });
    http.daemon.clock.jumpWall(100_000);
    await http.daemon.clock.advance(1 * 1000);
    expect(await node()).to.include({ paused: false });
  });

  it('ends when the disk takes writes again', async () => {
    await pause({ for: 30 });
    http.isDiskFull = true;
    await http.daemon.clock.advance(60 * 1000);
    expect(await node()).to.include({ paused: true });
    http.isDiskFull = false;
    await http.daemon.clock.advance(60 * 1000);
    expect(await node()).to.include({ paused: false });
  });

  it('is refused with two ends, with one in the past, or with none that is one', async () => {
    for (const body of [
      { for: 10, until: http.now + 10 },
      { for: 0 },
      { for: '1h' },
      { until: http.now },
      { until: '-1h' },
      { by: 'ann' },
    ]) {
      const answer = await pause(body);
      expect(answer.status, JSON.stringify(body)).to.equal(400);
      expect(answer.json).to.include({ code: 'HEARTBEAT_INVALID_BODY' });
    }
    expect(await node()).to.include({ paused: false });
  });
});
