import { userIdsOf } from '../../../src/domain/user-id.js';
import { expect } from 'chai';
import { inOriginForm, RouteTable, type Route } from '../../../src/http/route-table.js';
import { allRoutes } from '../../support/routes.js';

describe('the route table', () => {
  const table = new RouteTable(userIdsOf('integer'));
  const routes = allRoutes();
  for (const path of new Set(routes.map((route) => route.path)))
    table.add(
      path,
      routes.filter((route) => route.path === path),
    );
  const targetOf = ({ path }: Route) => path.replaceAll(':user_id', '5').replaceAll(/:\w+/g, 'x');
  const where = (trait: (route: Route) => boolean) =>
    routes.filter(trait).map(({ method, path }) => `${method} ${path}`);

  it('finds each route however its target is written', () => {
    for (const route of routes) {
      const target = targetOf(route);
      for (const written of [
        target,
        `${target}/`,
        `${target}?a=b/c`,
        `${target}#a`,
        `http://x:1${target}`,
        `HTTP://x:1${target}`,
      ]) {
        expect(table.find(route.method, written), `${route.method} ${written}`).to.equal(route);
        if (route.method === 'GET') expect(table.find('HEAD', written), written).to.equal(route);
        if (route.method === 'GET')
          expect(table.find('OPTIONS', written), written).to.equal(route.isProbe ? route : undefined);
        expect(table.isProbe(written), written).to.equal(route.isProbe === true);
      }
    }
  });

  it('finds none where Express has none', () => {
    for (const [method, target] of [
      ['PUT', '/'],
      ['GET', '/assets'],
      ['OPTIONS', '*'],
      ['GET', '/heal/5'],
      ['PATCH', '/heal/5'],
      ['PUT', '/heal/5/'.repeat(2)],
      ['PUT', '/heal//'],
      ['PUT', '/Heal/5'],
      ['PUT', '/%68eal/5'],
      ['PUT', '/heal/5/more'],
      ['GET', '/healthz/x'],
    ])
      expect(table.find(method, target), `${String(method)} ${String(target)}`).to.equal(undefined);
    for (const target of ['/healthzz', '/HEALTHZ', '/heal/healthz', '/x?/healthz'])
      expect(table.isProbe(target), target).to.equal(false);
  });

  it('knows which calls are those of the original, and which read a body', () => {
    expect(where(({ errors }) => errors === 'original')).to.have.members([
      'PUT /heal',
      'DELETE /heal',
      'PUT /heal/:user_id',
      'DELETE /heal/:user_id',
      'POST /heal/:user_id/goodbye',
      'GET /checkup',
      'GET /checkup/:user_id',
      'GET /heart_rhythm',
      'GET /heart_rhythm/:user_id',
    ]);
    expect(where(({ body }) => body === 'batch')).to.have.members([
      'POST /heal',
      'POST /checkup',
      'POST /nodes/heartbeats',
    ]);
    expect(where(({ body }) => body === 'json')).to.have.members([
      'POST /session',
      'PUT /nodes',
      'PUT /nodes/heartbeats',
      'PUT /nodes/:name',
      'POST /nodes/:name/fail',
      'POST /nodes/:name/pause',
      'POST /rotas/:name/overrides',
      'POST /silences',
      'POST /nodes/:name/acknowledge',
      'POST /events',
      'PUT /status/:page',
      'POST /status/:page/incidents',
      'POST /status/:page/incidents/:id',
    ]);
    expect(where(({ body }) => body === 'raw')).to.have.members([
      'GET /ping/:uuid',
      'POST /ping/:uuid',
      'GET /ping/:key/:slug',
      'POST /ping/:key/:slug',
      'GET /ping/:key/:slug/:says',
      'POST /ping/:key/:slug/:says',
    ]);
    expect(where(({ isProbe }) => isProbe === true)).to.have.members([
      'GET /healthz',
      'GET /readyz',
      'GET /readyz/storing',
    ]);
  });

  it('says what the requests of one connection wait for', () => {
    const order = (method: string, target: string) => table.orderOf(method, target);
    expect(order('PUT', '/heal/7')).to.deep.equal({ about: 'user 7', isLong: false });
    expect(order('DELETE', '/users/+07')).to.deep.equal({ about: 'user 7', isLong: false });
    expect(order('GET', '/heart_rhythm/7?limit=1')).to.deep.equal({ about: 'user 7', isLong: true });
    expect(order('PUT', '/nodes/db1/heartbeat')).to.deep.equal({ about: 'node db1', isLong: false });
    expect(order('GET', '/nodes/db1')).to.deep.equal({ about: 'node db1', isLong: true });
    for (const free of [
      order('GET', '/healthz'),
      order('OPTIONS', '/readyz/storing'),
      order('PUT', '/heal/nobody'),
    ])
      expect(free).to.deep.equal({ about: 'nothing', isLong: false });
    for (const afterAll of [
      order('POST', '/heal'),
      order('POST', '/nodes/heartbeats'),
      order('PUT', '/nodes/db%31/heartbeat'),
      order('POST', '/channels/ops/test'),
    ])
      expect(afterAll).to.deep.equal({ about: 'everything', isLong: false });
    for (const longAfterAll of [
      order('GET', '/nodes'),
      order('HEAD', '/nodes/db%31/uptime'),
      order('POST', '/events'),
      order('GET', '/nowhere'),
    ])
      expect(longAfterAll).to.deep.equal({ about: 'everything', isLong: true });
  });

  it('takes a target in absolute form for its path', () => {
    for (const [target, path] of [
      ['http://x/heal/5', '/heal/5'],
      ['HTTPS://x:1?a', '/?a'],
      ['http://x', '/'],
      ['/http://x', '/http://x'],
      ['*', '*'],
    ] as const)
      expect(inOriginForm(target)).to.equal(path);
  });
});
