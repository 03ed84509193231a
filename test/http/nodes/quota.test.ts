import { expect } from 'chai';
import { request } from 'undici';
import { authOf, keyRule } from '../auth/support.js';
import { DaemonOverHttp } from './support.js';

const AUTH = authOf(
  keyRule('app', { scopes: ['admin'], maxNodes: 2 }),
  keyRule('other', { scopes: ['admin'], maxNodes: 1 }),
  keyRule('ops', { scopes: ['admin'] }),
);
const REACHED = {
  error: 'this key has reached its quota of nodes: delete some of them, or raise max_nodes',
  code: 'HEARTBEAT_NODE_QUOTA',
};

describe('a key that may register so many nodes', () => {
  let http: DaemonOverHttp;

  beforeEach(async () => {
    http = await DaemonOverHttp.start({}, AUTH);
  });

  afterEach(() => http.stop());

  const as = (key: string) => (method: string, path: string, body?: unknown) =>
    http.call(method, path, body, { authorization: `Bearer ${key}` });
  const app = as('app');
  const ops = as('ops');

  it('registers no more by any call, while its registered nodes continue', async () => {
    expect((await app('PUT', '/nodes/a')).status).to.equal(201);
    expect((await app('PUT', '/nodes/b/heartbeat')).status).to.equal(200);
    for (const [method, path] of [
      ['PUT', '/nodes/c'],
      ['PUT', '/nodes/c/heartbeat'],
      ['POST', '/nodes/c/fail'],
    ] as const) {
      const answer = await app(method, path);
      expect([answer.status, answer.json], path).to.deep.equal([429, REACHED]);
      expect(answer.headers['retry-after']).to.equal('1');
    }
    const batch = await app('POST', '/nodes/heartbeats', ['a', 'c', 'b']);
    expect(batch.json).to.deep.equal({ accepted: 2, rejected: [{ index: 1, error: REACHED.error }] });
    expect((await ops('GET', '/nodes/c')).status).to.equal(404);
    for (const path of ['/nodes/a/fail', '/nodes/b/pause'])
      expect((await app('POST', path)).status, path).to.equal(200);
    expect((await app('PUT', '/nodes/a', { timeout: 5 })).status).to.equal(200);
  });

  it('is counted beside its quota in the metrics, with a label for each key that has one', async () => {
    for (const name of ['a', 'b']) await app('PUT', `/nodes/${name}`);
    await ops('PUT', '/nodes/c');
    const scraped = await request(`http://127.0.0.1:${http.port}/metrics`, {
      headers: { authorization: 'Bearer ops' },
    });
    const text = await scraped.body.text();
    const lines = text.split('\n').filter((line) => line.startsWith('heartbeat_key_'));
    expect(lines).to.deep.equal([
      'heartbeat_key_nodes{key="app"} 2',
      'heartbeat_key_nodes{key="other"} 0',
      'heartbeat_key_nodes_max{key="app"} 2',
      'heartbeat_key_nodes_max{key="other"} 1',
    ]);
  });

  it('frees its quota when any key deletes one of its nodes', async () => {
    for (const name of ['a', 'b']) await app('PUT', `/nodes/${name}`);
    await ops('PUT', '/nodes/a', { labels: { changed: 'by another' } });
    expect((await app('PUT', '/nodes/c')).status).to.equal(429);
    await ops('DELETE', '/nodes/a');
    expect((await app('PUT', '/nodes/c')).status).to.equal(201);
    expect((await app('PUT', '/nodes/d')).status).to.equal(429);
  });

  it('does not share it with other keys, nor count their heartbeats', async () => {
    for (const name of ['a', 'b']) await app('PUT', `/nodes/${name}`);
    expect((await as('other')('PUT', '/nodes/c')).status).to.equal(201);
    expect((await as('other')('PUT', '/nodes/d')).status).to.equal(429);
    for (const name of ['d', 'e', 'f']) expect((await ops('PUT', `/nodes/${name}`)).status).to.equal(201);
    expect((await app('PUT', '/nodes/e/heartbeat')).status, 'of a node of somebody else').to.equal(200);
  });

  it('gets no more by many requests at once', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `n${String(index)}`);
    const answers = await Promise.all(names.map((name) => app('PUT', `/nodes/${name}`)));
    expect(answers.filter(({ status }) => status === 201)).to.have.length(2);
    expect(answers.filter(({ status }) => status === 429)).to.have.length(18);
    for (const { name } of ((await ops('GET', '/nodes')).json as { nodes: { name: string }[] }).nodes)
      await ops('DELETE', `/nodes/${name}`);
    const batch = await app('POST', '/nodes/heartbeats', names);
    expect(batch.json).to.have.property('accepted', 2);
  });

  it('is not charged for registrations that the disk refused', async () => {
    http.isDiskFull = true;
    for (const name of ['a', 'b', 'c']) expect((await app('PUT', `/nodes/${name}`)).status).to.equal(503);
    http.isDiskFull = false;
    await http.daemon.clock.advance(60_000);
    for (const name of ['d', 'e']) expect((await app('PUT', `/nodes/${name}`)).status).to.equal(201);
    expect((await app('PUT', '/nodes/f')).status).to.equal(429);
  });
});
