import { expect } from 'chai';
import type { Rota } from '../../../src/domain/rota.js';
import { configOf } from '../../support/simulated-app.js';
import { authOf, keyRule } from '../auth/support.js';
import { DaemonOverHttp } from '../nodes/support.js';

const PEOPLE = [
  { name: 'ann', channel: 'ann-phone' },
  { name: 'ben', channel: 'ben-phone' },
];
const ROTA: Rota = {
  name: 'ops',
  people: PEOPLE,
  turns: 'weekly',
  // By the simulated clock it is Tuesday, 14 November 2023, 22:13:20.
  start: Date.parse('2023-11-13T00:00:00Z'),
  handOver: 0,
  timeZone: 'UTC',
};
const NOW = 1_700_000_000;
const PATH = '/rotas/ops/overrides';
const BODY = { person: 'ben', ends_at: NOW + 3_600, by: 'ann' };

describe('overrides of rotas over HTTP', () => {
  let http: DaemonOverHttp;

  afterEach(() => http.stop());

  const start = async (...auth: readonly ReturnType<typeof keyRule>[]) => {
    http = await DaemonOverHttp.start({}, auth.length === 0 ? undefined : authOf(...auth));
    await http.daemon.app.reconfigure(configOf().limits, [], undefined, [ROTA, { ...ROTA, name: 'other' }]);
  };
  const idOf = (json: unknown): string => (json as { id: string }).id;

  it('are made, listed, shown in who is on call, and ended', async () => {
    await start();
    const made = await http.call('POST', PATH, { ...BODY, reason: 'holiday' });
    expect(made.status).to.equal(201);
    const id = idOf(made.json);
    const shown = {
      id,
      state: 'active',
      person: 'ben',
      starts_at: NOW,
      ends_at: NOW + 3_600,
      by: 'ann',
      reason: 'holiday',
      updated_at: NOW,
    };
    expect(made.json).to.deep.equal(shown);
    await http.daemon.clock.advance(1);
    expect((await http.call('GET', '/rotas/ops/now')).json).to.deep.include({
      on: PEOPLE[1],
      since: NOW,
      until: NOW + 3_600,
      next: PEOPLE[0],
      override: id,
      instead_of: PEOPLE[0],
    });
    expect((await http.call('GET', '/rotas/other/now')).json).to.deep.include({ on: PEOPLE[0] });
    expect((await http.call('GET', PATH)).json).to.deep.equal({ overrides: [shown], next_cursor: null });
    expect((await http.call('GET', '/rotas/other/overrides')).json).to.deep.include({ overrides: [] });
    const ended = await http.call('DELETE', `${PATH}/${id}`);
    expect(ended.json).to.deep.include({ id, state: 'expired', ends_at: NOW });
    await http.daemon.clock.advance(1);
    expect((await http.call('GET', '/rotas/ops/now')).json).to.deep.include({ on: PEOPLE[0] });
    expect((await http.call('DELETE', `${PATH}/${id}`)).json).to.deep.equal(ended.json);
  });

  it('are listed by state, in pages', async () => {
    await start();
    const ids: string[] = [];
    for (const starts_at of [NOW, NOW + 60, NOW + 120])
      ids.push(idOf((await http.call('POST', PATH, { ...BODY, starts_at })).json));
    const list = async (query: string) => {
      const { overrides, next_cursor: next } = (await http.call('GET', `${PATH}?${query}`)).json as {
        overrides: readonly { id: string }[];
        next_cursor: string | null;
      };
      return [...overrides.map((each) => ids.indexOf(each.id)), next && ids.indexOf(next)];
    };
    expect(await list('state=pending')).to.deep.equal([2, 1, null]);
    expect(await list('state=active,pending&limit=2')).to.deep.equal([2, 1, 1]);
    expect(await list(`limit=2&cursor=${ids[1] ?? ''}`)).to.deep.equal([0, null]);
    expect(await list('state=expired')).to.deep.equal([null]);
    expect((await http.call('GET', `${PATH}?state=over`)).status).to.equal(400);
  });

  it('are refused in words', async () => {
    await start();
    const problemOf = async (body: unknown) => {
      const { status, json } = await http.call('POST', PATH, body);
      return [status, (json as { error: string }).error];
    };
    expect(await problemOf({ ...BODY, person: 'bem' })).to.deep.equal([
      400,
      'person: must be the name of somebody in the rota; did you mean ben?',
    ]);
    expect(await problemOf({ ...BODY, ends_at: NOW })).to.deep.equal([400, 'ends_at: must lie ahead']);
    expect(await problemOf({ ...BODY, starts_at: NOW + 7_200 })).to.deep.equal([
      400,
      'ends_at: must be later than starts_at',
    ]);
    expect(await problemOf({ ...BODY, colour: 'red' })).to.deep.equal([400, 'colour: unknown field']);
    expect(await problemOf({ ...BODY, by: ' ' })).to.deep.equal([400, 'by: must not be empty']);
    for (const [method, path, code] of [
      ['POST', '/rotas/nobody/overrides', 'HEARTBEAT_NO_SUCH_ROTA'],
      ['GET', '/rotas/nobody/overrides', 'HEARTBEAT_NO_SUCH_ROTA'],
      ['DELETE', '/rotas/nobody/overrides/x', 'HEARTBEAT_NO_SUCH_ROTA'],
      ['DELETE', `${PATH}/x`, 'HEARTBEAT_NO_SUCH_OVERRIDE'],
      ['DELETE', `${PATH}/00000000000000000000000000`, 'HEARTBEAT_NO_SUCH_OVERRIDE'],
    ] as const) {
      const answer = await http.call(method, path, method === 'POST' ? BODY : undefined);
      expect(answer, path).to.include({ status: 404 });
      expect(answer.json, path).to.include({ code });
    }
    http.isDiskFull = true;
    expect(await http.call('POST', PATH, BODY)).to.include({ status: 503 });
  });

  it('need the scope admin, and a key that covers all nodes', async () => {
    await start(
      keyRule('all', { scopes: ['admin', 'read'] }),
      keyRule('read', { scopes: ['read'] }),
      keyRule('some', { scopes: ['admin', 'read'], nodes: ['web-'] }),
    );
    const as = (key: string, method: string, path: string, body?: unknown) =>
      http.call(method, path, body, { authorization: `Bearer ${key}` });
    const made = await as('all', 'POST', PATH, BODY);
    expect(made.status).to.equal(201);
    for (const key of ['read', 'some']) {
      expect((await as(key, 'POST', PATH, BODY)).status, key).to.equal(403);
      expect((await as(key, 'DELETE', `${PATH}/${idOf(made.json)}`)).status, key).to.equal(403);
      expect((await as(key, 'GET', PATH)).status, key).to.equal(200);
    }
  });
});
