import { expect } from 'chai';
import { DaemonOverHttp } from './support.js';

describe('a request whose If-Match names an entity tag', () => {
  let http: DaemonOverHttp;

  beforeEach(async () => {
    http = await DaemonOverHttp.start();
    await http.call('PUT', '/nodes/db1/heartbeat');
  });

  afterEach(() => http.stop());

  async function send(method: string, path: string, fields: Record<string, string>, body?: string) {
    const response = await fetch(`http://127.0.0.1:${http.port}${path}`, {
      method,
      headers: fields,
      ...(body !== undefined && { body }),
    });
    return { status: response.status, json: await response.json() };
  }

  it('is 412 and does nothing, in the fast lane and beside it', async () => {
    const tagged = { 'if-match': '"v1"' };
    for (const [method, path, body] of [
      ['PUT', '/heal/7'],
      ['POST', '/heal', '[7]'],
      ['GET', '/checkup/7'],
      ['DELETE', '/nodes/db1'],
      ['PUT', '/nodes/db2', '{"timeout":30}'],
      ['POST', '/nodes/heartbeats', '["db3"]'],
    ] as const) {
      const { status, json } = await send(method, path, tagged, body);
      expect(status, `${method} ${path}`).to.equal(412);
      expect(json, `${method} ${path}`).to.have.property('error').that.includes('If-Match');
    }
    expect((await send('GET', '/checkup/7', {})).json).to.have.property('status', 'offline');
    expect((await send('GET', '/nodes', {})).json)
      .to.have.property('nodes')
      .with.length(1);
  });

  it('is answered as without it where that would be no success', async () => {
    expect((await send('GET', '/nowhere', { 'if-match': '"v1"' })).status).to.equal(404);
    expect((await send('PATCH', '/nodes/db1', { 'if-match': '"v1"' })).status).to.equal(405);
  });

  it('goes through where the condition holds or is to be ignored', async () => {
    for (const fields of [
      { 'if-match': '*' },
      { 'if-none-match': '"v1"' },
      { 'if-unmodified-since': 'Sat, 29 Oct 1994 19:43:31 GMT' },
      { 'if-modified-since': 'Sat, 29 Oct 1994 19:43:31 GMT' },
    ])
      expect((await send('PUT', '/nodes/db1/heartbeat', fields)).status, JSON.stringify(fields)).to.equal(
        200,
      );
  });
});
