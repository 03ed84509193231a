import { expect } from 'chai';
import type { Rota } from '../../../src/domain/rota.js';
import { configOf } from '../../support/simulated-app.js';
import { authOf, keyRule } from '../auth/support.js';
import { DaemonOverHttp } from '../nodes/support.js';

const PEOPLE = [
  { name: 'ann', channel: 'ann-phone' },
  { name: 'ben', channel: 'ben-phone' },
];
/** By the simulated clock it is Tuesday, 14 November 2023, 23:13:20 in Berlin. */
const ROTA: Rota = {
  name: 'ops',
  people: PEOPLE,
  turns: 'daily',
  start: Date.parse('2023-11-13T00:00:00Z'),
  handOver: (23 * 60 + 14) * 60_000,
  timeZone: 'Europe/Berlin',
};
const at = (iso: string) => Date.parse(iso) / 1000;

describe('rotas over HTTP', () => {
  let http: DaemonOverHttp;

  afterEach(() => http.stop());

  const reload = (...rotas: readonly Rota[]) =>
    http.daemon.app.reconfigure(configOf().limits, [], undefined, rotas);
  const get = async (path: string) => (await http.call('GET', path)).json;

  it('are listed as the configuration has them, and follow a reload', async () => {
    http = await DaemonOverHttp.start();
    expect(await get('/rotas')).to.deep.equal({ rotas: [] });
    await reload(ROTA);
    expect(await get('/rotas')).to.deep.equal({
      rotas: [
        {
          name: 'ops',
          people: PEOPLE,
          turns: 'daily',
          start: '2023-11-13',
          hand_over: '23:14',
          time_zone: 'Europe/Berlin',
        },
      ],
    });
    expect(await get('/rotas/ops/now?at=1')).to.include({ error: 'unknown query parameter "at"' });
    await reload();
    expect(await get('/rotas')).to.deep.equal({ rotas: [] });
  });

  it('say who is on call, until when, and who is next, to the second of the hand-over', async () => {
    http = await DaemonOverHttp.start();
    await reload(ROTA);
    expect(await get('/rotas/ops/now')).to.deep.equal({
      rota: 'ops',
      on: PEOPLE[0],
      since: at('2023-11-13T22:14:00Z'),
      until: at('2023-11-14T22:14:00Z'),
      next: PEOPLE[1],
    });
    await http.daemon.clock.advance(39_000);
    expect(await get('/rotas/ops/now')).to.have.nested.property('on.name', 'ann');
    await http.daemon.clock.advance(1_000);
    expect(await get('/rotas/ops/now')).to.have.nested.property('on.name', 'ben');
  });

  it('are found by their name only, and need the scope read', async () => {
    http = await DaemonOverHttp.start(
      {},
      authOf(keyRule('heal', { scopes: ['heal'] }), keyRule('read', { scopes: ['read'] })),
    );
    await reload(ROTA);
    const as = async (key: string, path: string) =>
      (await http.call('GET', path, undefined, { authorization: `Bearer ${key}` })).status;
    expect(await as('read', '/rotas/ops/now')).to.equal(200);
    expect(await as('read', '/rotas/oops/now')).to.equal(404);
    for (const path of ['/rotas', '/rotas/ops/now']) expect(await as('heal', path), path).to.equal(403);
  });
});
