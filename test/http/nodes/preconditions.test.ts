import { expect } from 'chai';
import { authOf, keyRule } from '../auth/support.js';
import { DaemonOverHttp } from './support.js';

const TAGGED = { 'if-match': '"v1"' };
const IF_THERE = { 'if-match': '*' };
const IF_NOT_THERE = { 'if-none-match': '*' };

describe('a conditional request', () => {
  let http: DaemonOverHttp;

  beforeEach(async () => {
    http = await DaemonOverHttp.start();
    await http.call('PUT', '/nodes/db1/heartbeat');
  });

  afterEach(() => http.stop());

  const status = async (
    method: string,
    path: string,
    fields: Record<string, string>,
    body?: unknown,
  ): Promise<number> => (await http.call(method, path, body, fields)).status;

  const names = async (): Promise<string[]> => {
    const { json } = await http.call('GET', '/nodes');
    return (json as { nodes: { name: string }[] }).nodes.map(({ name }) => name);
  };

  describe('whose If-Match names an entity tag', () => {
    it('is 412 and does nothing, in the fast lane and beside it', async () => {
      for (const [method, path, body] of [
        ['PUT', '/heal/7'],
        ['POST', '/heal', '[7]'],
        ['POST', '/heal/7/goodbye'],
        ['GET', '/checkup/7'],
        ['POST', '/checkup', '[7]'],
        ['GET', '/heart_rhythm/7'],
        ['GET', '/users/7'],
        ['DELETE', '/users/7'],
        ['GET', '/nodes'],
        ['GET', '/nodes/db1'],
        ['DELETE', '/nodes/db1'],
        ['PUT', '/nodes/db1/heartbeat'],
        ['POST', '/nodes/db1/fail', 'why'],
        ['POST', '/nodes/db1/pause'],
        ['PUT', '/nodes/db2', '{"timeout":30}'],
        ['PUT', '/nodes/db2/heartbeat'],
        ['POST', '/nodes/heartbeats', '["db3"]'],
        ['POST', '/channels/ops/test'],
        ['GET', '/supervision'],
      ] as const) {
        const answer = await http.call(method, path, body, TAGGED);
        expect(answer.status, `${method} ${path}`).to.equal(412);
        expect(answer.json, `${method} ${path}`).to.have.property('error').that.includes('If-Match');
      }
      expect((await http.call('GET', '/checkup/7')).json).to.have.property('status', 'offline');
      expect((await http.call('GET', '/nodes/db1')).json).to.include({ state: 'active', paused: false });
      expect(await names()).to.deep.equal(['db1']);
    });

    it('is answered as without a condition if that fails', async () => {
      for (const [method, path, expected, body] of [
        ['GET', '/nowhere', 404],
        ['PATCH', '/nodes/db1', 405],
        ['PUT', '/heal/nobody', 400],
        ['PUT', '/heal', 400],
        ['GET', '/checkup/nobody', 400],
        ['GET', '/heart_rhythm/7?order=backwards', 400],
        ['GET', '/nodes/nobody', 404],
        ['DELETE', '/nodes/nobody', 404],
        ['POST', '/nodes/nobody/pause', 404],
        ['PUT', '/nodes/%FF', 400],
        ['PUT', '/nodes/db1', 400, '{"timeout":"long"}'],
        ['POST', '/nodes/db1/acknowledge', 409, '{"by":"ann"}'],
        ['POST', '/channels/nobody/test', 404],
        ['POST', '/alerts/nobody/redeliver', 404],
        ['GET', '/alerts?limit=0', 400],
      ] as const)
        expect(await status(method, path, TAGGED, body), `${method} ${path}`).to.equal(expected);
    });

    it('is 404 of a node that no heartbeat registers, and 412 of a failure that there is', async () => {
      const strict = await DaemonOverHttp.start({ '--nodes-auto-register': 'false' });
      try {
        for (const path of ['/nodes/db1/heartbeat', '/nodes/db1/fail'])
          expect((await strict.call('POST', path, undefined, TAGGED)).status, path).to.equal(404);
      } finally {
        await strict.stop();
      }
      await http.call('POST', '/nodes/db1/fail');
      expect(await status('POST', '/nodes/db1/acknowledge', TAGGED, { by: 'ann' })).to.equal(412);
    });

    it('is 401 without a key, and 403 with one that is for something else', async () => {
      const closed = await DaemonOverHttp.start({}, authOf(keyRule('heal', { scopes: ['heal'] })));
      try {
        expect((await closed.call('DELETE', '/nodes/db1', undefined, TAGGED)).status).to.equal(401);
        const fields = { ...TAGGED, authorization: 'Bearer heal' };
        expect((await closed.call('DELETE', '/nodes/db1', undefined, fields)).status).to.equal(403);
      } finally {
        await closed.stop();
      }
    });
  });

  describe('whose If-Match names the tag of the settings of a node', () => {
    const tagOf = async (name: string): Promise<string> => {
      const { json } = await http.call('GET', `/nodes/${name}`);
      return (json as { settings_tag: string }).settings_tag;
    };
    const ifTag = (tag: string) => ({ 'if-match': `"${tag}"` });

    it('changes the node while its settings are the same, however alive it is', async () => {
      const tag = await tagOf('db1');
      expect(await status('PUT', '/nodes/db1', ifTag(tag), { timeout: 9 })).to.equal(200);
      const changed = await tagOf('db1');
      expect(changed).not.to.equal(tag);
      await http.call('PUT', '/nodes/db1/heartbeat');
      await http.call('POST', '/nodes/db1/pause');
      await http.call('POST', '/nodes/db1/resume');
      expect(await tagOf('db1')).to.equal(changed);
      expect(await status('PUT', '/nodes/db1', ifTag(tag), { timeout: 10 })).to.equal(412);
      expect(await status('DELETE', '/nodes/db1', ifTag(tag))).to.equal(412);
      expect(await status('PUT', '/nodes/db1', { 'if-match': `W/"${changed}"` }, {})).to.equal(412);
      expect(await status('PUT', '/nodes/db1', { 'if-match': `"x", "${changed}"` }, {})).to.equal(200);
      expect((await http.call('GET', '/nodes/db1')).json).to.include({ timeout: 9 });
      expect(await status('DELETE', '/nodes/db1', ifTag(changed))).to.equal(204);
      expect(await status('PUT', '/nodes/db1', ifTag(changed), {})).to.equal(412);
      expect(await names()).to.deep.equal([]);
    });

    it('lets one of many editors change it at once', async () => {
      const tag = await tagOf('db1');
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, at) => status('PUT', '/nodes/db1', ifTag(tag), { timeout: at + 1 })),
      );
      expect(answers.filter((each) => each === 200)).to.have.length(1);
      expect(answers.filter((each) => each === 412)).to.have.length(19);
    });

    it('has the same tag for the same settings, and another one for others', async () => {
      const put = async (settings: object): Promise<string> => {
        await http.call('PUT', '/nodes/db1', settings);
        return tagOf('db1');
      };
      const before = await tagOf('db1');
      const labelled = await put({ labels: { a: '1', b: '2' } });
      expect(await put({ labels: { b: '2', a: '1' } })).to.equal(labelled);
      const tags = [
        before,
        labelled,
        await put({ labels: { a: '1', b: '3' } }),
        await put({ channels: [] }),
        await put({ depends_on: ['db2'] }),
        await put({ probe: { tcp: 'db:1', every: 5 } }),
        await put({ probe: null, schedule: { every: 60 } }),
        await put({ slug: 'other' }),
      ];
      expect(new Set(tags)).to.have.length(tags.length);
      expect(
        await put({ labels: null, channels: null, depends_on: null, schedule: null, slug: null }),
      ).to.equal(before);
    });
  });

  describe('with a star', () => {
    it('creates a node only where there is none', async () => {
      expect(await status('PUT', '/nodes/db1', IF_NOT_THERE, { timeout: 9 })).to.equal(412);
      expect((await http.call('GET', '/nodes/db1')).json).to.have.property('timeout', 30);
      expect(await status('PUT', '/nodes/new', IF_NOT_THERE, {})).to.equal(201);
      expect(await status('PUT', '/nodes/new', IF_NOT_THERE, {})).to.equal(412);
    });

    it('lets only one of many create the same node at once', async () => {
      const all = Array.from({ length: 20 }, () => status('PUT', '/nodes/new', IF_NOT_THERE, {}));
      const answers = await Promise.all(all);
      expect(answers.filter((each) => each === 201)).to.have.length(1);
      expect(answers.filter((each) => each === 412)).to.have.length(19);
    });

    it('changes a node only where there is one', async () => {
      expect(await status('PUT', '/nodes/db1', IF_THERE, { timeout: 9 })).to.equal(200);
      expect(await status('PUT', '/nodes/new', IF_THERE, {})).to.equal(412);
      expect(await names()).to.deep.equal(['db1']);
    });

    it('deletes what exists with If-Match, and nothing with If-None-Match', async () => {
      expect(await status('DELETE', '/nodes/db1', IF_NOT_THERE)).to.equal(412);
      expect(await status('DELETE', '/nodes/nobody', IF_NOT_THERE)).to.equal(404);
      expect(await status('DELETE', '/nodes/nobody', IF_THERE)).to.equal(404);
      expect(await status('DELETE', '/users/7', IF_NOT_THERE)).to.equal(412);
      expect(await names()).to.deep.equal(['db1']);
      expect(await status('DELETE', '/nodes/db1', IF_THERE)).to.equal(204);
      expect(await status('DELETE', '/users/7', IF_THERE)).to.equal(204);
    });

    it('answers 304 to If-None-Match of an existing node, and all of it to If-Match', async () => {
      for (const path of ['/nodes/db1', '/nodes', '/checkup/7', '/heart_rhythm/7', '/users/7', '/metrics']) {
        for (const method of ['GET', 'HEAD']) {
          const unchanged = await http.call(method, path, undefined, IF_NOT_THERE);
          expect(unchanged.status, `${method} ${path}`).to.equal(304);
          expect(unchanged.text).to.equal('');
        }
        expect(await status('HEAD', path, IF_THERE), path).to.equal(200);
      }
      expect(await status('GET', '/nodes/nobody', IF_NOT_THERE)).to.equal(404);
      expect(await status('GET', '/nodes/nobody', IF_THERE)).to.equal(404);
    });

    it('evaluates both conditions for reads, and refuses changes with both', async () => {
      const both = { ...IF_THERE, ...IF_NOT_THERE };
      expect(await status('GET', '/nodes/db1', both)).to.equal(304);
      expect(await status('PUT', '/nodes/db1', both, {})).to.equal(412);
      expect(await status('PUT', '/nodes/new', both, {})).to.equal(412);
    });

    it('has no effect on heals, heartbeats and pauses', async () => {
      for (const fields of [IF_THERE, IF_NOT_THERE])
        for (const [method, path] of [
          ['PUT', '/heal/7'],
          ['PUT', '/nodes/db1/heartbeat'],
          ['POST', '/nodes/db1/pause'],
        ] as const)
          expect(await status(method, path, fields), `${method} ${path}`).to.equal(200);
    });
  });

  it('succeeds if the condition must be ignored', async () => {
    for (const fields of [
      { 'if-none-match': '"v1"' },
      { 'if-unmodified-since': 'Sat, 29 Oct 1994 19:43:31 GMT' },
      { 'if-modified-since': 'Sat, 29 Oct 1994 19:43:31 GMT' },
    ])
      for (const [method, path] of [
        ['PUT', '/nodes/db1/heartbeat'],
        ['GET', '/nodes/db1'],
        ['GET', '/checkup/7'],
      ] as const)
        expect(await status(method, path, fields), JSON.stringify(fields)).to.equal(200);
  });
});
