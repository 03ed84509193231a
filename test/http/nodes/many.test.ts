import { expect } from 'chai';
import { DaemonOverHttp } from './support.js';

interface Page {
  readonly nodes: { readonly name: string }[];
  readonly next_cursor: string | null;
}

describe('the calls about many nodes', () => {
  let http: DaemonOverHttp;

  beforeEach(async () => {
    http = await DaemonOverHttp.start();
  });

  afterEach(() => http.stop());

  async function names(query = ''): Promise<string[]> {
    const { status, json, text } = await http.call('GET', `/nodes${query}`);
    expect(status, text).to.equal(200);
    return (json as Page).nodes.map(({ name }) => name);
  }

  it('accept heartbeats as a JSON array or a name per line, and list invalid names', async () => {
    const array = await http.call('POST', '/nodes/heartbeats', ['db1', 'é☃', '', 7, null, '..', 'db1']);
    expect(array.json).to.deep.equal({
      accepted: 3,
      rejected: [2, 3, 4, 5].map((index) => ({ index, error: 'invalid node name' })),
    });
    const lines = await http.call('POST', '/nodes/heartbeats', 'db2\n"db\\u0033"\n\né\n');
    expect(lines.json).to.deep.equal({ accepted: 3, rejected: [] });
    expect(await names()).to.deep.equal(['db1', 'db2', 'db3', 'é', 'é☃']);
  });

  it('take no byte order mark for a part of a name', async () => {
    for (const body of ['\ufeffdb1\ndb2\n', '\ufeff["db1","db2"]'])
      expect((await http.call('POST', '/nodes/heartbeats', body)).json, body).to.deep.equal({
        accepted: 2,
        rejected: [],
      });
    const settings = await http.call('PUT', '/nodes/db1', '\ufeff{"max_retries":1}');
    expect(settings.json).to.include({ max_retries: 1 });
    expect(await names()).to.deep.equal(['db1', 'db2']);
  });

  it('take the longest name, however it is written, and refuse a longer one', async () => {
    const escaped = (length: number) => `["${'\\u00e9'.repeat(length)}"]`;
    expect((await http.call('POST', '/nodes/heartbeats', escaped(127))).json).to.include({ accepted: 1 });
    expect((await http.call('POST', '/nodes/heartbeats', escaped(128))).json).to.include({ accepted: 0 });
    const broken = Buffer.from([0x22, 0xff, 0x22, 0x0a]);
    expect((await http.call('POST', '/nodes/heartbeats', broken)).json).to.include({ accepted: 0 });
    expect((await http.call('POST', '/nodes/heartbeats', '["\\ud800"]')).json).to.include({ accepted: 0 });
  });

  it('refuse an invalid batch, and one that is too long', async () => {
    expect((await http.call('POST', '/nodes/heartbeats', '{"names":[]}')).status).to.equal(400);
    const many = Array.from({ length: 101 }, () => 'a');
    expect((await http.call('POST', '/nodes/heartbeats', many)).status).to.equal(413);
  });

  it('refuse the whole batch if nothing of it could be stored', async () => {
    http.isDiskFull = true;
    const answer = await http.call('POST', '/nodes/heartbeats', ['db1', 'db2']);
    expect(answer.status).to.equal(503);
  });

  it('list them by name, in pages', async () => {
    const all = ['a', 'b', 'b/c', 'ba', 'z', 'é', '\uffff', '😀'];
    for (const name of all.toReversed()) await http.call('PUT', `/nodes/${encodeURIComponent(name)}`);
    expect(await names()).to.deep.equal(all);
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = (await http.call('GET', `/nodes?limit=3${query}`)).json as Page;
      expect(page.nodes).to.have.length.within(1, 3);
      paged.push(...page.nodes.map(({ name }) => name));
      cursor = page.next_cursor;
    }
    expect(paged).to.deep.equal(all);
    expect((await http.call('GET', '/nodes?limit=8')).json).to.have.property('next_cursor', null);
  });

  it('list those of a state, and those with a label', async () => {
    await http.call('PUT', '/nodes/a', { labels: { zone: 'x', role: 'a:b' } });
    await http.call('PUT', '/nodes/b', { labels: { zone: 'y' } });
    await http.call('PUT', '/nodes/c', { labels: { zone: 'x' }, timeout: 1000 });
    await http.call('POST', '/nodes/a/fail');
    await http.daemon.clock.advance(30_020);
    expect(await names('?state=failed')).to.deep.equal(['a']);
    expect(await names('?state=inactive')).to.deep.equal(['b']);
    expect(await names('?state=active')).to.deep.equal(['c']);
    expect(await names('?label=zone:x')).to.deep.equal(['a', 'c']);
    expect(await names('?label=zone:x&state=active')).to.deep.equal(['c']);
    expect(await names('?label=role:a:b')).to.deep.equal(['a']);
    expect(await names('?label=zone:')).to.deep.equal([]);
  });

  for (const query of [
    'state=down',
    'label=zone',
    'limit=0',
    'limit=9999',
    'cursor=%40',
    'names=a',
    'limit=1&limit=2',
  ])
    it(`refuse ?${query}`, async () => {
      const { status, json } = await http.call('GET', `/nodes?${query}`);
      expect(status).to.equal(400);
      expect(json).to.have.property('code', 'HEARTBEAT_INVALID_QUERY');
    });

  it('are counted in /supervision', async () => {
    await http.call('POST', '/nodes/heartbeats', ['a', 'b', 'c']);
    await http.call('POST', '/nodes/a/fail');
    await http.call('POST', '/nodes/b/pause');
    const { json } = await http.call('GET', '/supervision');
    expect(json).to.deep.include({
      nodes: { registered: 3, active: 2, inactive: 0, failed: 1, paused: 1, shards: 4 },
    });
  });
});
