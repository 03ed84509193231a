import { expect } from 'chai';
import { DaemonOverHttp } from './support.js';

interface Flips {
  readonly flips: readonly { readonly cause: string; readonly reason?: string }[];
}

describe('the bodies of calls about nodes', () => {
  let http: DaemonOverHttp;

  beforeEach(async () => {
    http = await DaemonOverHttp.start();
    await http.call('PUT', '/nodes/db1/heartbeat');
  });

  afterEach(() => http.stop());

  async function reasons(name = 'db1'): Promise<(string | undefined)[]> {
    const { json } = await http.call('GET', `/nodes/${name}/flips?order=desc`);
    return (json as Flips).flips.filter(({ cause }) => cause === 'report').map(({ reason }) => reason);
  }

  it('are refused by calls that do not read them', async () => {
    const calls = [
      ['GET', '/nodes'],
      ['GET', '/nodes/db1'],
      ['DELETE', '/nodes/db1'],
      ['PUT', '/nodes/db1/heartbeat'],
      ['POST', '/nodes/db1/heartbeat'],
      ['POST', '/nodes/db1/resume'],
      ['GET', '/nodes/db1/flips'],
      ['GET', '/alerts'],
      ['POST', '/alerts/01M8160K8C0000MBCVSRV9YN0E/redeliver'],
      ['POST', '/channels/ops/test'],
    ] as const;
    for (const [method, path] of calls) {
      const fields = await http.call(method, path, { for: 60 });
      expect(fields.json, `${method} ${path}`).to.deep.equal({
        error: 'for: unknown field; this call takes no body: remove it',
        code: 'HEARTBEAT_INVALID_BODY',
        problems: [
          { path: 'for', problem: 'unknown field' },
          { path: '', problem: 'this call takes no body: remove it' },
        ],
      });
      for (const body of ['for a minute', '[]', '7', new Uint8Array([0xff])])
        expect((await http.call(method, path, body)).status, `${method} ${path}`).to.equal(400);
    }
    expect((await http.call('GET', '/nodes/db1')).json).to.include({ paused: false, state: 'active' });
  });

  it('may be empty', async () => {
    for (const body of ['{}', ' \r\n', '\ufeff', '\ufeff{}'])
      expect((await http.call('POST', '/nodes/db1/heartbeat', body)).status, JSON.stringify(body)).to.equal(
        200,
      );
  });

  it('do not change the error of a call that is wrong anyway', async () => {
    const statusOf = async (method: string, path: string) => (await http.call(method, path, 'x')).status;
    expect(await statusOf('PUT', '/nodes/db1/fail')).to.equal(405);
    expect(await statusOf('POST', '/nodes/db1/nothing')).to.equal(404);
    expect((await http.call('POST', '/nodes/db1/pause', 'x'.repeat(20_001))).status).to.equal(413);
  });

  it('say why a node fails, as a text or in JSON', async () => {
    const json = { 'content-type': 'application/json' };
    for (const [body, reason, headers] of [
      ['disk full\n', 'disk full'],
      [{ reason: 'disk full' }, 'disk full'],
      [{ reason: 'é\ufeff\u0000' }, 'é\ufeff\u0000', json],
      ['\ufeff{"reason":"marked"}', 'marked'],
      ['{not JSON', '{not JSON'],
      ['["a","b"]', '["a","b"]'],
      ['', undefined],
      ['{}', undefined],
      [{ reason: ' ' }, undefined],
    ] as const) {
      await http.daemon.clock.advance(1);
      await http.call('PUT', '/nodes/db1/heartbeat');
      await http.daemon.clock.advance(1);
      const answer = await http.call('POST', '/nodes/db1/fail', body, headers ?? {});
      expect(answer.json, JSON.stringify(body)).to.include({ state: 'failed' });
      expect((await reasons())[0], JSON.stringify(body)).to.equal(reason);
    }
  });

  it('are refused if they are not a valid reason', async () => {
    const json = { 'content-type': 'application/json; charset=utf-8' };
    for (const [body, error, headers] of [
      [{ why: 'disk full' }, 'why: unknown field'],
      [{ reason: 7 }, 'reason: must be a string'],
      ['disk full', 'the body must be JSON in UTF-8', json],
      ['["disk full"]', 'the body must be {"reason": "…"}, or text', json],
      [new Uint8Array([0xff]), 'the body must be in UTF-8'],
    ] as const) {
      const answer = await http.call('POST', '/nodes/db1/fail', body, headers ?? {});
      expect(answer.status, error).to.equal(400);
      expect(answer.json).to.include({ error, code: 'HEARTBEAT_INVALID_BODY' });
    }
    expect(await reasons()).to.deep.equal([]);
  });

  it('are refused if they are encoded, and read with any content type otherwise', async () => {
    for (const encoding of ['gzip', 'br', 'deflate, gzip', 'GZIP']) {
      for (const [method, path] of [
        ['POST', '/nodes/db1/fail'],
        ['PUT', '/nodes/db1'],
        ['POST', '/nodes/heartbeats'],
        ['POST', '/nodes/db1/pause'],
        ['POST', '/heal'],
        ['POST', '/checkup'],
      ] as const) {
        const answer = await http.call(method, path, '{}', { 'content-encoding': encoding });
        expect(answer.status, `${method} ${path} ${encoding}`).to.equal(415);
        expect(answer.json).to.include({ code: 'HEARTBEAT_BODY_ENCODED' });
        expect(answer.headers['accept-encoding']).to.equal('identity');
      }
    }
    const plain = await http.call('POST', '/heal', '[1]', { 'content-encoding': 'identity' });
    expect(plain.json).to.deep.include({ accepted: 1 });
    // A body that is dropped may be anything.
    expect((await http.call('PUT', '/heal/5', 'x', { 'content-encoding': 'gzip' })).status).to.equal(200);
  });

  it('refuse the name __proto__', async () => {
    for (const [body, path] of [
      ['{"labels":{"__proto__":"x","zone":"a"}}', 'labels.__proto__'],
      ['{"__proto__":{"timeout":5}}', '__proto__'],
      ['{"timeout":{"adaptive":true,"min":1,"max":2,"__proto__":1}}', 'timeout.__proto__'],
    ] as const) {
      const answer = await http.call('PUT', '/nodes/db1', body);
      expect(answer.status, body).to.equal(400);
      expect(answer.json).to.deep.include({ problems: [{ path, problem: 'this name is not allowed' }] });
    }
    const labels = { constructor: 'a', toString: 'b', hasOwnProperty: 'c' };
    expect((await http.call('PUT', '/nodes/db1', { labels })).json).to.deep.include({ labels });
    expect((await http.call('GET', '/nodes?label=constructor:a')).json).to.have.nested.property(
      'nodes.length',
      1,
    );
    expect((await http.call('GET', '/nodes?label=valueOf:x')).json).to.have.nested.property(
      'nodes.length',
      0,
    );
  });

  it('send heartbeats by POST as by PUT', async () => {
    expect((await http.call('POST', '/nodes/new/heartbeat')).json).to.deep.equal({
      name: 'new',
      state: 'active',
    });
  });
});

describe('the reason of a failure', () => {
  it('may have 10,000 bytes, and comes back whole in the flip and the alert', async () => {
    const http = await DaemonOverHttp.start();
    try {
      const reason = 'é'.repeat(5000);
      expect((await http.call('POST', '/nodes/db1/fail', `${reason}x`)).json).to.include({
        code: 'HEARTBEAT_BODY_TOO_LARGE',
        error: 'a reason can have at most 10000 bytes',
      });
      expect((await http.call('GET', '/nodes/db1')).status, 'nothing is registered').to.equal(404);
      expect((await http.call('POST', '/nodes/db1/fail', reason)).status).to.equal(200);
      const { json } = await http.call('GET', '/nodes/db1/flips');
      expect((json as Flips).flips[0]?.reason).to.equal(reason);
      expect(http.alerting.raised.at(-1)?.flip.reason).to.equal(reason);
    } finally {
      await http.stop();
    }
  });
});
