import { expect } from 'chai';
import { DaemonOverHttp } from './support.js';

describe('the calls about a node', () => {
  let http: DaemonOverHttp;

  beforeEach(async () => {
    http = await DaemonOverHttp.start();
  });

  afterEach(() => http.stop());

  it('register it with 201, change it with 200, and show it whole', async () => {
    const { now } = http;
    const created = await http.call('PUT', '/nodes/db1', { labels: { zone: 'a' }, timeout: 0.5 });
    expect(created.status).to.equal(201);
    const { ping_uuid: uuid } = created.json as { ping_uuid: string };
    expect(uuid).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(created.json).to.deep.equal({
      name: 'db1',
      state: 'active',
      retries: 0,
      last_heartbeat: null,
      deadline: now,
      timeout: 0.5,
      max_retries: 3,
      started: null,
      last_duration: null,
      slug: 'db1',
      ping_uuid: uuid,
      labels: { zone: 'a' },
      channels: null,
      depends_on: [],
      paused: false,
      since: now,
      acknowledged: null,
    });
    const changed = await http.call('PUT', '/nodes/db1', { timeout: 60, channels: ['ops'], labels: null });
    expect(changed.status).to.equal(200);
    expect(changed.json).to.include({ timeout: 60, deadline: now + 60 });
    expect(changed.json).to.deep.include({ labels: {}, channels: ['ops'] });
    const { settings_tag: tag, ...shown } = (await http.call('GET', '/nodes/db1')).json as Record<
      string,
      unknown
    >;
    expect(shown).to.deep.equal(changed.json);
    expect(tag).to.match(/^[0-9a-f]{16}$/);
    expect((await http.call('HEAD', '/nodes/db1')).status).to.equal(200);
  });

  it('give it an adaptive timeout, and show its heartbeat history', async () => {
    const timeout = { adaptive: true, min: 0.5, max: 60 };
    const created = await http.call('PUT', '/nodes/db1', { timeout });
    expect(created.json).to.deep.include({
      timeout,
      deadline: http.now + 60,
      phi: null,
      rhythm: { mean: null, deviation: null, samples: 0, timeout: 60 },
    });
    for (let beat = 0; beat < 11; beat++) {
      await http.daemon.clock.advance(2000);
      await http.call('PUT', '/nodes/db1/heartbeat');
    }
    await http.daemon.clock.advance(2000);
    const { settings_tag: _, ...json } = (await http.call('GET', '/nodes/db1')).json as Record<
      string,
      unknown
    >;
    expect(json).to.deep.include({ timeout }).and.to.have.nested.include({
      'rhythm.mean': 2,
      'rhythm.deviation': 0.213,
      'rhythm.samples': 11,
      'rhythm.timeout': 3.197,
      phi: 0.301,
    });
    expect((await http.call('GET', '/nodes')).json).to.deep.equal({ nodes: [json], next_cursor: null });
    const threshold = { ...timeout, threshold: 12 };
    expect((await http.call('PUT', '/nodes/db1', { timeout: threshold })).json).to.deep.include({
      timeout: threshold,
    });
    const fixed = (await http.call('PUT', '/nodes/db1', { timeout: null })).json;
    expect(fixed).to.include({ timeout: 30 }).and.to.not.have.any.keys('phi', 'rhythm');
  });

  for (const [timeout, error] of [
    [{ adaptive: true, min: 5 }, 'timeout.max: must be a number of seconds'],
    [{ adaptive: true, min: 5, max: 2 }, 'timeout.max: must not be less than min'],
    [
      { adaptive: true, min: 0, max: 1e9 },
      'timeout.min: must be at least 0.001 seconds; timeout.max: must be at most 31536000 seconds',
    ],
    [{ adaptive: true, min: 1, max: 2, threshold: 0 }, 'timeout.threshold: must be at least 1'],
    [{ adaptive: true, min: 1, max: 2, window: 5 }, 'timeout.window: unknown field'],
    [{ min: 1, max: 2 }, 'timeout.adaptive: must be true; a timeout that is fixed is a number of seconds'],
    ['adaptive', 'timeout: must be a number of seconds'],
    [1e9, 'timeout: must be at most 31536000 seconds'],
  ] as const)
    it(`refuse a timeout of ${JSON.stringify(timeout)}`, async () => {
      const { status, json } = await http.call('PUT', '/nodes/db1', { timeout });
      expect([status, json]).to.have.deep.nested.property('[1].error', error);
      expect((await http.call('GET', '/nodes/db1')).status).to.equal(404);
    });

  it('register it without a body, and by a heartbeat', async () => {
    expect((await http.call('PUT', '/nodes/db1')).status).to.equal(201);
    const beat = await http.call('PUT', '/nodes/db2/heartbeat');
    expect([beat.status, beat.json]).to.deep.equal([200, { name: 'db2', state: 'active' }]);
    expect((await http.call('GET', '/nodes/db2')).json).to.include({ last_heartbeat: http.now });
    expect((await http.call('GET', '/nodes/db1')).json).to.include({ last_heartbeat: null });
  });

  it('answer 404 with a code for an unknown node', async () => {
    await http.stop();
    http = await DaemonOverHttp.start({ '--nodes-auto-register': 'false' });
    for (const [method, path] of [
      ['GET', '/nodes/db1'],
      ['DELETE', '/nodes/db1'],
      ['POST', '/nodes/db1/fail'],
      ['POST', '/nodes/db1/acknowledge'],
      ['POST', '/nodes/db1/pause'],
      ['POST', '/nodes/db1/resume'],
      ['GET', '/nodes/db1/flips'],
    ] as const) {
      const body = path.endsWith('acknowledge') ? { by: 'ann', reason: 'mine' } : undefined;
      const answer = await http.call(method, path, body);
      expect(answer.status, path).to.equal(404);
      expect(answer.json, path).to.deep.equal({ error: 'unknown node', code: 'HEARTBEAT_UNKNOWN_NODE' });
    }
  });

  it('report, pause, resume and delete it', async () => {
    await http.call('PUT', '/nodes/db1/heartbeat');
    expect((await http.call('POST', '/nodes/db1/pause')).json).to.include({ paused: true, deadline: null });
    expect((await http.call('POST', '/nodes/db1/resume')).json).to.include({ paused: false });
    const failed = await http.call('POST', '/nodes/db1/fail', 'whatever a client sends');
    expect([failed.status, failed.json]).to.deep.include(200);
    expect(failed.json).to.include({ state: 'failed', deadline: null });
    const gone = await http.call('DELETE', '/nodes/db1');
    expect([gone.status, gone.text]).to.deep.equal([204, '']);
    expect((await http.call('GET', '/nodes/db1')).status).to.equal(404);
  });

  it('take any name, percent-encoded', async () => {
    for (const name of [
      'a/b',
      'ü',
      '☃',
      'a b',
      '%',
      'heartbeats',
      'x?y#z',
      '...',
      '+',
      '\u0000',
      'e\u0301',
    ]) {
      const path = `/nodes/${encodeURIComponent(name)}`;
      expect((await http.call('PUT', path)).status, name).to.equal(201);
      expect((await http.call('PUT', `${path}/heartbeat`)).json, name).to.include({ name });
      expect((await http.call('GET', path)).json, name).to.include({ name });
      expect((await http.call('POST', `${path}/fail`)).json, name).to.include({ name, state: 'failed' });
    }
    const longest = 'ü'.repeat(127) + 'x';
    expect((await http.call('PUT', `/nodes/${encodeURIComponent(longest)}`)).status).to.equal(201);
  });

  it('refuse an invalid name', async () => {
    const paths = ['%2E', '%2e%2e', '%', '%zz', '%ff', '%C3', 'ü'.repeat(128), 'x'.repeat(256)];
    for (const path of paths) {
      const encoded = path.startsWith('%') ? path : encodeURIComponent(path);
      for (const [method, rest] of [
        ['PUT', ''],
        ['GET', ''],
        ['PUT', '/heartbeat'],
        ['GET', '/flips'],
      ] as const) {
        const answer = await http.call(method, `/nodes/${encoded}${rest}`);
        expect(answer.status, `${method} ${path}`).to.equal(400);
        expect(answer.json).to.deep.equal({
          error: 'invalid node name',
          code: 'HEARTBEAT_INVALID_NODE_NAME',
        });
      }
    }
    expect((await http.call('PUT', '/nodes')).status).to.equal(400);
    expect((await http.call('PUT', '/nodes/')).status).to.equal(400);
  });

  it('answer 405 with the allowed methods', async () => {
    const allowed = async (method: string, path: string) => {
      const { status, headers } = await http.call(method, path);
      return [status, headers['allow']];
    };
    expect(await allowed('POST', '/nodes/db1')).to.deep.equal([405, 'GET, HEAD, PUT, DELETE']);
    expect(await allowed('GET', '/nodes/db1/heartbeat')).to.deep.equal([405, 'PUT, POST']);
    expect((await http.call('PUT', '/nodes/db1/fail')).json).to.include({
      error: 'method not allowed: this path supports POST',
    });
    expect(await allowed('PUT', '/nodes/db1/fail')).to.deep.equal([405, 'POST']);
    expect((await http.call('GET', '/nodes/db1/nothing')).status).to.equal(404);
  });

  it('refuse a wrong body with every problem and its path, and do nothing', async () => {
    const body = {
      timeout: '30',
      max_retries: -1,
      labels: { zone: 7, 'a:b': 'x' },
      channels: ['ops', 'gone', 'chat', 'ops'],
      paused: 'yes',
      colour: 'red',
    };
    const { status, json } = await http.call('PUT', '/nodes/db1', body);
    expect(status).to.equal(400);
    const { error, code, problems } = json as { error: string; code: string; problems: { path: string }[] };
    expect(code).to.equal('HEARTBEAT_INVALID_BODY');
    const paths = ['timeout', 'max_retries', 'labels.zone', 'labels.a:b', 'channels', 'channels.1'];
    paths.push('paused', 'colour');
    expect(problems.map(({ path }) => path)).to.have.members(paths);
    for (const path of paths) expect(error).to.include(`${path}: `);
    expect(error).to.include('channels.1: unknown channel; the configured ones are: ops, chat');
    expect((await http.call('GET', '/nodes/db1')).status).to.equal(404);
  });

  for (const [what, body] of [
    ['no JSON', '{"timeout":'],
    ['an array', '[]'],
    ['null', 'null'],
    ['33 labels', { labels: Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`l${at}`, ''])) }],
    ['no timeout at all', { timeout: 0 }],
    ['half a retry', { max_retries: 0.5 }],
  ] as const)
    it(`refuse a body that is ${what}`, async () => {
      const { status, json } = await http.call('PUT', '/nodes/db1', body);
      expect(status).to.equal(400);
      expect(json).to.have.property('code', 'HEARTBEAT_INVALID_BODY');
    });

  it('refuse a body that is too large', async () => {
    const { status } = await http.call('PUT', '/nodes/db1', { labels: { a: 'x'.repeat(30_000) } });
    expect(status).to.equal(413);
  });

  it('answer 429 beyond nodes.max and 503 on a full disk, with Retry-After', async () => {
    await http.stop();
    http = await DaemonOverHttp.start({ '--nodes-max': '1' });
    await http.call('PUT', '/nodes/db1');
    const many = await http.call('PUT', '/nodes/db2');
    expect(many.status).to.equal(429);
    expect(many.headers['retry-after']).to.equal('1');
    expect(many.json).to.have.property('code', 'HEARTBEAT_TOO_MANY_NODES');
    http.isDiskFull = true;
    const full = await http.call('PUT', '/nodes/db1', { timeout: 1 });
    expect(full.status).to.equal(503);
    expect(full.json).to.have.property('code', 'HEARTBEAT_STORE_REFUSES');
    expect((await http.call('PUT', '/nodes/db1/heartbeat')).status).to.equal(200);
  });

  it('answer 404 to a first heartbeat if auto_register is off', async () => {
    await http.stop();
    http = await DaemonOverHttp.start({ '--nodes-auto-register': 'false' });
    expect((await http.call('PUT', '/nodes/db1/heartbeat')).status).to.equal(404);
    const { json } = await http.call('POST', '/nodes/heartbeats', ['db1']);
    expect(json).to.deep.equal({ accepted: 0, rejected: [{ index: 0, error: 'unknown node' }] });
  });
});
