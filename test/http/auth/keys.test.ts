import { expect } from 'chai';
import { instant } from '../../../src/domain/time.js';
import type { NodesApi } from '../../../src/app/api/nodes-api.js';
import { head } from '../support/raw-client.js';
import { starting, userId, type GatewayUnderTest } from '../support/gateway-under-test.js';
import { authOf, callWith, keyRule, START } from './support.js';

const CALLS = {
  heal: [
    ['PUT', '/heal/5'],
    ['DELETE', '/heal/5'],
    ['POST', '/heal/5/goodbye'],
    ['POST', '/heal'],
    ['PUT', '/nodes/web-1/heartbeat'],
    ['POST', '/nodes/heartbeats'],
    ['POST', '/nodes/web-1/fail'],
  ],
  read: [
    ['GET', '/checkup/5'],
    ['POST', '/checkup'],
    ['GET', '/heart_rhythm/5'],
    ['GET', '/users/5'],
    ['GET', '/nodes'],
    ['GET', '/nodes/web-1'],
    ['GET', '/nodes/web-1/flips'],
    ['GET', '/alerts'],
    ['GET', '/supervision'],
    ['HEAD', '/supervision'],
  ],
  admin: [
    ['DELETE', '/users/5'],
    ['PUT', '/nodes/web-1'],
    ['DELETE', '/nodes/web-1'],
    ['POST', '/nodes/web-1/pause'],
    ['POST', '/nodes/web-1/resume'],
    ['POST', '/alerts/01M8160K8C0000MBCVSRV9YN0E/redeliver'],
    ['POST', '/channels/ops/test'],
  ],
} as const;

const ORIGINAL = /^\/(heal|checkup|heart_rhythm)\/5/;
const ALL = Object.values(CALLS).flat();

for (const [lane, fastLane] of [
  ['Express alone', false],
  ['the fast lane before Express', true],
] as const) {
  describe(`keys, with ${lane}`, () => {
    const start = starting(fastLane);
    const ops = keyRule('ops', { scopes: ['admin'] });

    it('are required for everything except the probes', async () => {
      const gateway = await start({ auth: authOf(ops) });
      for (const [method, path] of [...ALL, ['GET', '/nowhere'], ['PATCH', '/heal/5']] as const) {
        const { status, headers, json } = await gateway.call(method, path);
        expect([status, headers['www-authenticate']], `${method} ${path}`).to.deep.equal([
          401,
          'Bearer realm="heartbeat"',
        ]);
        const error = 'a key is required: send it as "Authorization: Bearer <key>"';
        if (method === 'HEAD') expect(json).to.equal(undefined);
        else if (ORIGINAL.test(path) && method !== 'PATCH') expect(json).to.deep.equal({ error });
        else expect(json).to.deep.equal({ error, code: 'HEARTBEAT_UNAUTHORIZED' });
      }
      for (const path of ['/healthz', '/readyz'])
        expect((await gateway.call('GET', path)).status).to.equal(200);
      expect((await gateway.call('POST', '/healthz')).status).to.equal(405);
      expect(gateway.daemon.asked).to.be.empty;
      expect(gateway.gateway.inspect().refused.unauthorized).to.equal(ALL.length + 2);
    });

    it('are refused when they are unknown, expired, or sent in another way', async () => {
      const soon = keyRule('soon', { expires: instant((START + 60) * 1000) });
      const gateway = await start({ auth: authOf(ops, soon) });
      for (const [authorization, error] of [
        ['Bearer nobody', 'the key is unknown'],
        ['Bearer ', 'the Authorization header must be "Bearer <key>"'],
        ['Basic b3BzOg==', 'the Authorization header must be "Bearer <key>"'],
        ['ops', 'the Authorization header must be "Bearer <key>"'],
        ['Bearer ops ops', 'the Authorization header must be "Bearer <key>"'],
        [`Bearer ${ops.hash}`, 'the key is unknown'],
        [`Bearer sha256:${ops.hash}`, 'the Authorization header must be "Bearer <key>"'],
      ] as const) {
        const answer = await gateway.call('PUT', '/heal/5', { headers: { authorization } });
        expect([answer.status, answer.json], authorization).to.deep.equal([401, { error }]);
        expect(answer.headers['www-authenticate']).to.include('error="invalid_token"');
      }
      expect((await callWith(gateway, 'soon', 'PUT', '/heal/5')).status).to.equal(200);
      await gateway.clock.advance(60_000);
      const late = await callWith(gateway, 'soon', 'PUT', '/heal/5');
      expect([late.status, late.json]).to.deep.equal([401, { error: 'the key has expired' }]);
      expect(gateway.daemon.asked).to.have.length(1);
    });

    it('are accepted with a scheme in upper or lower case', async () => {
      const gateway = await start({ auth: authOf(ops) });
      for (const authorization of ['Bearer ops', 'bearer ops', 'BEARER  ops']) {
        expect((await gateway.call('PUT', '/heal/5', { headers: { authorization } })).status).to.equal(200);
      }
    });

    for (const scope of ['heal', 'read', 'admin'] as const) {
      it(`with the scope ${scope} are for its calls, and no others`, async () => {
        const gateway = await start({ auth: authOf(keyRule('key', { scopes: [scope] })) });
        for (const [needed, calls] of Object.entries(CALLS)) {
          for (const [method, path] of calls) {
            const body = path.endsWith('/heartbeats') || path === '/heal' || path === '/checkup' ? '[]' : '';
            const answer = await callWith(gateway, 'key', method, path, { body });
            const what = `${method} ${path}: ${answer.text}`;
            if (scope === 'admin' || scope === needed) {
              expect(answer.status, what).to.be.oneOf([200, 204, 404]);
              continue;
            }
            const error = `this key lacks the scope ${needed}`;
            expect(answer.status, what).to.equal(403);
            if (method === 'HEAD') continue;
            expect(answer.json, what).to.deep.equal(
              ORIGINAL.test(path) ? { error } : { error, code: 'HEARTBEAT_FORBIDDEN' },
            );
          }
        }
      });
    }

    it('may be limited to a range of users', async () => {
      const users = { from: userId(-3), to: userId('9007199254740993') };
      const gateway = await start({ auth: authOf(keyRule('app', { scopes: ['admin'], users })) });
      for (const id of ['-3', '0', '+7', '0009', '9007199254740993']) {
        expect((await callWith(gateway, 'app', 'PUT', `/heal/${id}`)).status, id).to.equal(200);
      }
      for (const [method, path] of [
        ['PUT', '/heal/-4'],
        ['PUT', '/heal/9007199254740994'],
        ['GET', '/checkup/9007199254740994'],
        ['GET', '/heart_rhythm/-4'],
      ] as const) {
        const answer = await callWith(gateway, 'app', method, path);
        expect([answer.status, answer.json], path).to.deep.equal([
          403,
          { error: 'this key does not cover this user_id' },
        ]);
      }
      expect((await callWith(gateway, 'app', 'DELETE', '/users/-4')).status).to.equal(403);
      expect((await callWith(gateway, 'app', 'PUT', '/heal/x')).status).to.equal(400);
      expect(gateway.daemon.asked).to.have.length(5);
    });

    it('reject only the users of a batch outside their range', async () => {
      const users = { from: userId(1), to: userId(10) };
      const gateway = await start({ auth: authOf(keyRule('app', { scopes: ['heal', 'read'], users })) });
      const error = 'this key does not cover this user_id';
      const healed = await callWith(gateway, 'app', 'POST', '/heal', { body: '[1, 11, "x", 10]' });
      expect([healed.status, healed.json]).to.deep.equal([
        200,
        {
          accepted: 2,
          rejected: [
            { index: 1, error },
            { index: 2, error: 'invalid user_id format' },
          ],
        },
      ]);
      const checked = await callWith(gateway, 'app', 'POST', '/checkup', { body: '11\n10' });
      expect(checked.json).to.deep.equal({
        results: [{ id: 10, status: 'online' }],
        rejected: [{ index: 0, error }],
      });
      const none = await callWith(gateway, 'app', 'POST', '/heal', { body: '[11]' });
      expect(none.json).to.deep.equal({ accepted: 0, rejected: [{ index: 0, error }] });
      expect(gateway.daemon.asked.map(({ user }) => user)).to.deep.equal(['1', '10', '10']);
    });

    it('may be limited to prefixes of node names', async () => {
      const gateway = await start({
        auth: authOf(keyRule('ops', { scopes: ['admin'], nodes: ['web-', 'db/'] })),
      });
      const asked = watchNodes(gateway);
      const calls = ['PUT /nodes/$/heartbeat', 'GET /nodes/$', 'DELETE /nodes/$', 'POST /nodes/$/fail'];
      for (const name of ['web-1', 'db%2F1', '%77eb-2']) {
        for (const call of calls) {
          const [method = '', path = ''] = call.replace('$', name).split(' ');
          expect((await callWith(gateway, 'ops', method, path)).status, call).to.equal(404);
        }
      }
      expect(asked.names).to.have.length(12);
      for (const name of ['Web-1', 'we', 'x%2Fweb-1', 'db']) {
        for (const call of calls) {
          const [method = '', path = ''] = call.replace('$', name).split(' ');
          const answer = await callWith(gateway, 'ops', method, path);
          expect([answer.status, answer.json]).to.deep.equal([
            403,
            { error: 'this key does not cover this node', code: 'HEARTBEAT_FORBIDDEN' },
          ]);
        }
      }
      const batch = await callWith(gateway, 'ops', 'POST', '/nodes/heartbeats', {
        body: '["web-1","api","db/2"]',
      });
      expect(batch.json).to.deep.equal({
        accepted: 2,
        rejected: [{ index: 1, error: 'this key does not cover this node' }],
      });
      expect(asked.names).to.have.length(12);
      await callWith(gateway, 'ops', 'GET', '/nodes');
      expect(asked.listed).to.deep.equal([['web-', 'db/']]);
      // The nodes of an alert are unknown before it is read.
      const again = '/alerts/01M8160K8C0000MBCVSRV9YN0E/redeliver';
      expect((await callWith(gateway, 'ops', 'POST', again)).status).to.equal(403);
    });

    it('may permit no user and no node', async () => {
      const gateway = await start({
        auth: authOf(keyRule('none', { scopes: ['admin'], users: 'none', nodes: [] })),
      });
      expect((await callWith(gateway, 'none', 'PUT', '/heal/5')).status).to.equal(403);
      expect((await callWith(gateway, 'none', 'PUT', '/nodes/a/heartbeat')).status).to.equal(403);
      expect((await callWith(gateway, 'none', 'GET', '/supervision')).status).to.equal(200);
    });

    it('refuse a path that disguises another call', async () => {
      const gateway = await start({ auth: authOf(keyRule('key', { scopes: ['heal'], nodes: ['web-'] })) });
      const authorization = 'Authorization: Bearer key';
      for (const target of [
        '/nodes/db%2Fheartbeat',
        '/nodes/web-1%2F..%2Fdb',
        'http://heartbeat/healthz/../nodes/db',
        'http://x\\nodes\\db/heartbeat',
        '//nodes/db',
        '/nodes/db?/heartbeat',
        '/nodes/db;/heartbeat',
        '/healthz/../nodes/db',
      ]) {
        for (const method of ['PUT', 'DELETE']) {
          const [answer] = await gateway
            .raw()
            .send(head(`${method} ${target}`, authorization))
            .answers(1);
          expect(answer?.status, `${method} ${target}`).to.be.oneOf([403, 404, 405, 400]);
        }
      }
      expect(gateway.daemon.asked).to.be.empty;
    });

    it('are checked before a body is read', async () => {
      const gateway = await start({ auth: authOf(ops) });
      const client = gateway.raw().send(`${head('POST /heal', 'Content-Length: 100')}[1,`);
      const { status, headers } = await client.answer();
      expect([status, headers['connection']]).to.deep.equal([401, 'close']);
      await gateway.clock.advance(2_000);
      await client.end();
    });
  });
}

/** Unknown nodes, and requests about them. */
function watchNodes(gateway: GatewayUnderTest): { names: string[]; listed: unknown[] } {
  const asked = { names: [] as string[], listed: [] as unknown[] };
  const { nodes } = gateway.daemon;
  const ask = nodes.ask.bind(nodes);
  const list = nodes.list.bind(nodes);
  Object.assign(nodes, {
    ask: (...[name, ...rest]: Parameters<NodesApi['ask']>) => {
      asked.names.push(name);
      ask(name, ...rest);
    },
    list: (...[filter, ...rest]: Parameters<NodesApi['list']>) => {
      asked.listed.push(filter.prefixes);
      return list(filter, ...rest);
    },
  });
  return asked;
}
