import { expect } from 'chai';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenIdProvider } from '../../../src/adapters/openid/openid-provider.js';
import { Secret } from '../../../src/adapters/channels/secret.js';
import type { OpenIdSettings } from '../../../src/ports/identity-provider.js';
import type { Scope } from '../../../src/domain/access.js';
import { CLIENT, OpenIdServer, Redirects } from '../../support/openid-provider.js';
import type { Answer, GatewayUnderTest } from '../support/gateway-under-test.js';
import { starting } from '../support/gateway-under-test.js';
import { asPage, HTTPS } from './sign-in-support.js';
import { authOf, keyRule } from './support.js';

const SCOPES = new Map<string, readonly Scope[]>([
  ['on-call', ['admin']],
  ['staff', ['read']],
  ['apps', ['heal']],
]);
const CALLBACK = '/sign-in/openid/callback';

describe('signing in at a provider of OpenID Connect', () => {
  const start = starting(true);
  let server: OpenIdServer;

  before(async () => {
    server = await OpenIdServer.start(HTTPS + CALLBACK);
    server.accounts.set('ann', { name: 'Ann', groups: ['staff', 'on-call'] });
    server.accounts.set('ben', { name: 'Ben', groups: ['staff'] });
    server.accounts.set('app', { name: 'App', groups: ['apps'] });
    server.accounts.set('eve', { name: 'Eve', groups: ['*', 'others'] });
    server.accounts.set('nameless', { groups: ['staff'] });
  });

  after(() => server.stop());

  beforeEach(() => {
    server.refuses = false;
  });

  const authWith = (scopes = SCOPES, issuer = server.url) => ({
    ...authOf(keyRule('ops', { scopes: ['admin'] })),
    openid: { issuer, scopes },
  });
  const providerOf = (settings: Partial<OpenIdSettings> = {}) =>
    new OpenIdProvider({
      issuer: server.url,
      name: 'Example',
      clientId: CLIENT.id,
      clientSecret: new Secret(CLIENT.secret),
      scope: 'openid profile',
      nameClaim: 'preferred_username',
      groupsClaim: 'groups',
      ...settings,
    });
  const served = (settings: Partial<OpenIdSettings> = {}) =>
    start({
      auth: authWith(SCOPES, settings.issuer),
      public_url: HTTPS,
      identityProvider: providerOf(settings),
    });
  const get = async (gateway: GatewayUnderTest, path: string, headers: Record<string, string> = {}) => {
    // Each address may do so ten times a second.
    await gateway.clock.advance(100);
    return getAtOnce(gateway, path, headers);
  };
  const getAtOnce = (gateway: GatewayUnderTest, path: string, headers: Record<string, string> = {}) =>
    gateway.call('GET', path, {
      headers: { 'sec-fetch-site': path.startsWith(CALLBACK) ? 'cross-site' : 'same-origin', ...headers },
      parse: false,
    });
  const cookiesIn = ({ headers }: Answer): string[] => [headers['set-cookie'] ?? []].flat();
  const pairOf = (cookie = ''): string => cookie.split(';')[0] ?? '';

  /** @returns the login cookie, and the path and query of the callback */
  async function goThere(gateway: GatewayUnderTest, person: string): Promise<[string, string]> {
    server.person = person;
    const begun = await get(gateway, '/sign-in/openid');
    expect(begun.status, begun.text).to.equal(303);
    const back = new URL(await new Redirects().follow(String(begun.headers['location'])));
    expect(back.origin + back.pathname).to.equal(HTTPS + CALLBACK);
    return [pairOf(cookiesIn(begun)[0]), back.pathname + back.search];
  }

  async function signIn(gateway: GatewayUnderTest, person: string): Promise<string> {
    const [cookie, callback] = await goThere(gateway, person);
    const answer = await get(gateway, callback, { cookie });
    expect(answer.status, answer.text).to.equal(303);
    return pairOf(cookiesIn(answer)[0]);
  }

  it('sends the browser there with PKCE, a state and a nonce, and takes it back as the person', async () => {
    const gateway = await served();
    const begun = await get(gateway, '/sign-in/openid');
    const asked = new URL(String(begun.headers['location'])).searchParams;
    expect(Object.fromEntries(asked)).to.include({
      client_id: 'heartbeat',
      response_type: 'code',
      redirect_uri: HTTPS + CALLBACK,
      code_challenge_method: 'S256',
      scope: 'openid profile',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)).to.match(/^[\w-]{43}$/);
    expect(cookiesIn(begun)[0]).to.match(
      /^__Host-heartbeat-login=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=600$/,
    );
    const [cookie, callback] = await goThere(gateway, 'ann');
    const answer = await get(gateway, callback, { cookie });
    expect([answer.status, answer.headers['location'], answer.headers['cache-control']]).to.deep.equal([
      303,
      `${HTTPS}/`,
      'no-store',
    ]);
    const [own, login] = cookiesIn(answer);
    expect(own).to.match(/^__Host-heartbeat=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure; /);
    expect(login).to.equal('__Host-heartbeat-login=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0');
    expect((await asPage(gateway, pairOf(own), 'GET', '/session')).json).to.deep.include({
      key: null,
      user: 'Ann',
      scopes: ['heal', 'read', 'admin'],
      signed_in: true,
    });
    const audited = gateway.logger.lines.filter(({ event }) => event === 'audit');
    expect(audited.map(({ fields }) => [fields['user'], fields['issuer'], fields['subject']])).to.deep.equal([
      ['Ann', server.url, 'ann'],
    ]);
    expect(JSON.stringify(gateway.logger.lines)).to.not.include(CLIENT.secret);
    const code = new URLSearchParams(callback.split('?')[1]).get('code') ?? '';
    expect(code).to.have.length.above(10);
    expect(JSON.stringify(gateway.logger.lines)).to.not.include(code);
    expect((await gateway.call('GET', '/sign-in')).json).to.deep.include({ openid: 'Example' });
  });

  it('gives people what their groups may do, and nobody else anything', async () => {
    const gateway = await served();
    const ben = await signIn(gateway, 'ben');
    expect((await asPage(gateway, ben, 'GET', '/session')).json).to.deep.include({
      user: 'Ben',
      scopes: ['read'],
    });
    expect((await asPage(gateway, ben, 'DELETE', '/nodes/db')).status).to.equal(403);
    const nameless = await signIn(gateway, 'nameless');
    expect((await asPage(gateway, nameless, 'GET', '/session')).json).to.deep.include({ user: 'nameless' });
    for (const person of ['app', 'eve']) {
      const [cookie, callback] = await goThere(gateway, person);
      const refused = await get(gateway, callback, { cookie });
      expect(refused.status, person).to.equal(403);
      expect(refused.text).to.include('has a scope in the configuration');
      expect(cookiesIn(refused).map(pairOf)).to.deep.equal(['__Host-heartbeat-login=']);
    }
    expect(gateway.daemon.signIns.size).to.equal(2);
  });

  it('ends when a reload takes the group or the provider away, and follows what the group may do', async () => {
    const gateway = await served();
    const [ann, ben] = [await signIn(gateway, 'ann'), await signIn(gateway, 'ben')];
    const more = new Map<string, readonly Scope[]>([['on-call', ['read']]]);
    const reload = (auth: ReturnType<typeof authWith>) =>
      gateway.reconfigure({ auth, public_url: HTTPS, identityProvider: providerOf() });
    reload(authWith(more));
    expect((await asPage(gateway, ann, 'GET', '/session')).json).to.deep.include({ scopes: ['read'] });
    expect((await asPage(gateway, ben, 'GET', '/session')).status).to.equal(401);
    reload(authWith(SCOPES, 'https://another.example.org'));
    expect((await asPage(gateway, ann, 'GET', '/session')).status).to.equal(401);
    reload(authWith());
    for (const cookie of [ann, ben])
      expect((await asPage(gateway, cookie, 'GET', '/session')).status).to.equal(401);
  });

  it('counts in the browser alone that has begun it, once, and as it was begun', async () => {
    const gateway = await served();
    const [cookie, callback] = await goThere(gateway, 'ann');
    const [others] = await goThere(gateway, 'ann');
    const parts = cookie.slice(cookie.indexOf('=') + 1).split('.');
    const swapped = (at: number) =>
      `__Host-heartbeat-login=${parts.map((part, index) => (index === at ? 'A'.repeat(43) : part)).join('.')}`;
    for (const [wrong, status] of [
      ['', 400],
      ['__Host-heartbeat-login=', 400],
      ['__Host-heartbeat-login=a.b.c', 400],
      [`${cookie}; ${cookie}`, 400],
      [`${cookie}; ${others}`, 400],
      [others, 401],
      [swapped(0), 401],
    ] as const) {
      const refused = await get(gateway, callback, { cookie: wrong });
      expect(refused.status, wrong).to.equal(status);
      expect(refused.headers['content-type']).to.equal('text/html; charset=utf-8');
      // The attempt of another tab goes on.
      expect(cookiesIn(refused).map(pairOf)).to.deep.equal(status === 400 ? ['__Host-heartbeat-login='] : []);
    }
    expect((await get(gateway, callback, { cookie })).status).to.equal(303);
    // The code was used.
    expect((await get(gateway, callback, { cookie })).status).to.equal(401);
    for (const at of [1, 2]) {
      const [own, again] = await goThere(gateway, 'ann');
      const values = own.slice(own.indexOf('=') + 1).split('.');
      const forged = values.map((part, index) => (index === at ? 'A'.repeat(43) : part)).join('.');
      const refused = await get(gateway, again, { cookie: `__Host-heartbeat-login=${forged}` });
      expect(refused.status, ['state', 'nonce', 'verifier'][at]).to.equal(401);
    }
    expect(gateway.daemon.signIns.size).to.equal(1);
  });

  it('goes nowhere but to the dashboard, and says nothing that a link says', async () => {
    const gateway = await served();
    const [cookie, callback] = await goThere(gateway, 'ann');
    const elsewhere = '&next=https://evil.example&redirect_uri=https://evil.example&return_to=//evil.example';
    const answer = await get(gateway, callback + elsewhere, { cookie, host: 'evil.example' });
    expect([answer.status, answer.headers['location']]).to.deep.equal([303, `${HTTPS}/`]);
    const begun = await get(gateway, `/sign-in/openid?${elsewhere}`, { host: 'evil.example' });
    expect(String(begun.headers['location'])).to.not.include('evil');
    const said = '?error=<script>alert(1)</script>&error_description=%3Cb%3Ecall+us%3C/b%3E&state=x';
    const [own] = await goThere(gateway, 'ann');
    const refused = await get(gateway, CALLBACK + said, { cookie: own });
    expect(refused.status).to.equal(401);
    expect(refused.text).to.not.match(/<script|call us|alert/);
    expect(refused.headers['content-security-policy']).to.include("default-src 'none'");
  });

  it('begins on no other page, and for nobody who has signed in, and leads to the dashboard then', async () => {
    const gateway = await served();
    const own = await signIn(gateway, 'ann');
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'same-origin', cookie: own },
    ]) {
      const begun = await get(gateway, '/sign-in/openid', headers);
      expect([begun.status, begun.headers['location'], cookiesIn(begun)]).to.deep.equal([
        303,
        `${HTTPS}/`,
        [],
      ]);
    }
    // As a bookmark, and in a browser whose sign-in has ended.
    for (const headers of [{ 'sec-fetch-site': 'none' }, { cookie: `__Host-heartbeat=${'A'.repeat(43)}` }]) {
      const begun = await get(gateway, '/sign-in/openid', headers);
      expect(String(begun.headers['location'])).to.include(server.url);
    }
  });

  it('is refused where the provider calls itself by another name than the configuration does', async () => {
    const gateway = await served({ issuer: `${server.url}/` });
    const refused = await get(gateway, '/sign-in/openid');
    expect(refused.status).to.equal(401);
    expect(refused.text).to.include(
      `the provider calls itself ${server.url}: set auth.openid.issuer to that`,
    );
  });

  it('says in words what the provider refuses', async () => {
    const gateway = await served();
    server.refuses = true;
    const [cookie, callback] = await goThere(gateway, 'ann');
    const refused = await get(gateway, callback, { cookie });
    expect(refused.status).to.equal(401);
    expect(refused.text).to.include(`the provider ${server.url} refused: access_denied`);
    expect(refused.text).to.not.include('<script');
    server.refuses = false;
    const wrong = await served({ clientSecret: new Secret('another secret') });
    const [own, back] = await goThere(wrong, 'ann');
    const second = await get(wrong, back, { cookie: own });
    expect([second.status, /refused: (?:invalid_client|status 401)/.test(second.text)]).to.deep.equal([
      401,
      true,
    ]);
  });

  it('says in words that the provider is away, and finds it again', async () => {
    const gone = await OpenIdServer.start(HTTPS + CALLBACK);
    await gone.stop();
    const gateway = await served({ issuer: gone.url });
    for (let times = 0; times < 2; times++) {
      const refused = await get(gateway, '/sign-in/openid');
      expect([refused.status, refused.headers['retry-after'], cookiesIn(refused)]).to.deep.equal([
        503,
        '1',
        [],
      ]);
      expect(refused.text).to.include(`the provider ${gone.url} does not answer (ECONNREFUSED)`);
    }
    // Keys go on.
    expect(
      (await gateway.call('GET', '/session', { headers: { authorization: 'Bearer ops' } })).status,
    ).to.equal(200);
    gateway.reconfigure({ auth: authWith(), public_url: HTTPS, identityProvider: providerOf() });
    expect(await signIn(gateway, 'ann')).to.match(/^__Host-heartbeat=/);
  });

  it('leaves the browser what it needs to come back again where the provider is away', async () => {
    const leaving = await OpenIdServer.start(HTTPS + CALLBACK);
    const gateway = await served({ issuer: leaving.url });
    const [own, back] = await goThere(gateway, 'ann');
    await leaving.stop();
    for (let times = 0; times < 2; times++) {
      const refused = await get(gateway, back, { cookie: own });
      expect([refused.status, refused.headers['retry-after'], cookiesIn(refused)]).to.deep.equal([
        503,
        '1',
        [],
      ]);
    }
  });

  it('calls the provider for each address ten times a second, and reads no endless answer', async () => {
    const gateway = await served();
    const statuses: number[] = [];
    for (let times = 0; times < 11; times++)
      statuses.push((await getAtOnce(gateway, '/sign-in/openid')).status);
    expect(statuses).to.deep.equal([...Array<number>(10).fill(303), 429]);
    const endless = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const write = (): void => {
        while (response.write(' '.repeat(65_536)));
      };
      response.on('drain', write);
      write();
    });
    endless.listen(0, '127.0.0.1');
    await once(endless, 'listening');
    try {
      const { port } = endless.address() as AddressInfo;
      const other = await served({ issuer: `http://127.0.0.1:${port}` });
      const refused = await get(other, '/sign-in/openid');
      expect([refused.status, refused.text.includes('the provider answers too much')]).to.deep.equal([
        401,
        true,
      ]);
    } finally {
      endless.closeAllConnections();
      endless.close();
    }
  });

  it('is not there without a provider, nor where nobody can sign in', async () => {
    const gateway = await start({ auth: authOf(keyRule('ops')), public_url: HTTPS });
    for (const path of ['/sign-in/openid', CALLBACK]) expect((await get(gateway, path)).status).to.equal(404);
    const nowhere = await start({ auth: authWith(), identityProvider: providerOf() });
    const refused = await get(nowhere, '/sign-in/openid');
    expect([refused.status, refused.text.includes('signing in needs public_url')]).to.deep.equal([403, true]);
  });
});
