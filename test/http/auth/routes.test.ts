import { expect } from 'chai';
import { allRoutes } from '../../support/routes.js';
import { starting } from '../support/gateway-under-test.js';
import { authOf, callWith, keyRule } from './support.js';

/** The dashboard without data, status pages, signing in and out, what an orchestrator asks, and pings, signed links and badges, whose address is the credential. */
const OPEN = [
  'GET /healthz',
  'GET /readyz',
  'GET /readyz/storing',
  'GET /',
  'GET /assets/:file',
  'GET /status/:page',
  'GET /status/:page/logo',
  'POST /session',
  'DELETE /session',
  'GET /sign-in',
  'GET /sign-in/openid',
  'GET /sign-in/openid/callback',
  ...['/ping/:uuid', '/ping/:key/:slug', '/ping/:key/:slug/:says'].flatMap((path) => [
    `GET ${path}`,
    `POST ${path}`,
  ]),
  'GET /links/:token',
  'POST /links/:token',
  'GET /badge/:file',
];

/** A request that reaches the route, whatever the response. */
function targetOf(path: string): string {
  return path
    .replaceAll(':user_id', '5')
    .replaceAll(':id', '01M8160K8C0000MBCVSRV9YN0E')
    .replaceAll(/:\w+/g, 'x');
}

describe('every route of the router', () => {
  const start = starting(true);
  const routes = allRoutes();
  const needs = (scope: string) => routes.filter((route) => route.needs === scope);

  it('needs no key for the dashboard, for status pages, for signing in, where an orchestrator asks or the path is one, and one everywhere else', async () => {
    const gateway = await start({ auth: authOf(keyRule('ops', { scopes: ['admin'] })) });
    const open: string[] = [];
    for (const { method, path } of routes) {
      const { status } = await gateway.call(method, targetOf(path), { parse: false });
      if (status !== 401) open.push(`${method} ${path}`);
    }
    expect(open).to.deep.equal(OPEN);
    expect(gateway.daemon.asked).to.be.empty;
  });

  it('is closed to a key that is for something else', async () => {
    const auth = authOf(
      keyRule('heal', { scopes: ['heal'] }),
      keyRule('read', { scopes: ['read'] }),
      keyRule('both', { scopes: ['heal', 'read'] }),
    );
    const gateway = await start({ auth });
    let closed = 0;
    for (const [key, ...scopes] of [
      ['heal', 'read', 'checkup', 'admin'],
      ['read', 'heal', 'admin'],
      ['both', 'admin'],
    ] as const) {
      for (const { method, path } of scopes.flatMap(needs)) {
        const { status } = await callWith(gateway, key, method, targetOf(path), { parse: false });
        expect(status, `${key}: ${method} ${path}`).to.equal(403);
        closed++;
      }
    }
    expect(closed).to.be.greaterThan(routes.length);
    expect(gateway.daemon.asked).to.be.empty;
  });
});
