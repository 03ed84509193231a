import { expect } from 'chai';
import { instant, toMillis } from '../../../src/domain/time.js';
import { head } from '../support/raw-client.js';
import { starting } from '../support/gateway-under-test.js';
import { authOf, callWith, keyRule, START, token } from './support.js';
import { asPage, cookieIn, HTTPS, OWN_PAGE, signIn, trySignIn } from './sign-in-support.js';

const OPS = keyRule('ops', { scopes: ['admin'] });
const VIEWER = keyRule('viewer', { scopes: ['read'] });
const LIFETIME = 3600;
const HEAL = '/heal/5';

for (const fastLane of [true, false]) {
  describe(`a browser that signs in, ${fastLane ? 'with' : 'without'} the fast lane`, () => {
    const start = starting(fastLane);
    const auth = authOf(OPS, VIEWER, keyRule('app', { scopes: ['heal'] }));
    const served = (public_url: string | undefined = HTTPS) => start({ auth, public_url });

    it('gets a cookie that scripts, other sites and plain HTTP do not', async () => {
      const gateway = await served();
      const answer = await trySignIn(gateway, 'ops');
      expect([answer.status, answer.text, answer.headers['cache-control']]).to.deep.equal([
        204,
        '',
        'no-store',
      ]);
      expect(answer.headers['set-cookie']).to.match(
        /^__Host-heartbeat=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure; Max-Age=3600$/,
      );
      const under = await served(`${HTTPS}:8443/team/heartbeat`);
      const { headers } = await trySignIn(under, 'ops', { origin: `${HTTPS}:8443` });
      expect(headers['set-cookie']).to.match(
        /^__Secure-heartbeat-8443=[\w-]{43}; Path=\/team\/heartbeat\/; HttpOnly; SameSite=Strict; Secure; /,
      );
      const local = await served('http://127.0.0.1:3519');
      const plain = await trySignIn(local, 'ops', { origin: 'http://127.0.0.1:3519' });
      expect(plain.headers['set-cookie']).to.match(
        /^heartbeat-3519=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=3600$/,
      );
    });

    it('may do what its key may, and finds out what that is', async () => {
      const gateway = await served();
      const ops = await signIn(gateway, 'ops');
      const viewer = await signIn(gateway, 'viewer');
      const { status, json, headers } = await asPage(gateway, ops, 'GET', '/session');
      expect([status, headers['cache-control']]).to.deep.equal([200, 'no-store']);
      const scopes = ['heal', 'read', 'admin'];
      const expires = START + LIFETIME;
      expect(json).to.deep.equal({ key: 'ops', user: null, scopes, nodes: null, expires, signed_in: true });
      expect((await asPage(gateway, viewer, 'GET', '/session')).json).to.include({ key: 'viewer' });
      expect((await asPage(gateway, ops, 'PUT', HEAL)).status).to.equal(200);
      expect((await asPage(gateway, ops, 'GET', '/checkup/5')).status).to.equal(200);
      expect((await asPage(gateway, viewer, 'GET', '/checkup/5')).status).to.equal(200);
      expect((await asPage(gateway, viewer, 'PUT', HEAL)).status).to.equal(403);
      // A key that is sent counts, whatever cookie is beside it.
      const sent = { authorization: 'Bearer viewer', cookie: ops };
      expect((await gateway.call('PUT', HEAL, { headers: sent })).status).to.equal(403);
      expect((await gateway.call('GET', '/session', { headers: sent })).json).to.include({
        signed_in: false,
      });
    });

    it('counts only for requests of pages at public_url', async () => {
      const gateway = await served();
      const cookie = await signIn(gateway, 'ops');
      const by = async (headers: Record<string, string>, method = 'PUT', path = HEAL) =>
        (await gateway.call(method, path, { headers: { cookie, ...headers } })).status;
      for (const right of [
        { origin: HTTPS },
        { origin: HTTPS, 'sec-fetch-site': 'same-origin' },
        { 'sec-fetch-site': 'same-origin' },
      ])
        for (const [method, path] of [
          ['PUT', HEAL],
          ['GET', '/checkup/5'],
          ['GET', '/session'],
        ] as const)
          expect(await by(right, method, path), JSON.stringify(right)).to.equal(200);
      for (const wrong of [
        {},
        { origin: 'null' },
        { origin: '' },
        { origin: 'http://heartbeat.example.org' },
        { origin: `${HTTPS}:8443` },
        { origin: `${HTTPS}.evil.example` },
        { origin: `${HTTPS}/` },
        { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
        { origin: 'https://evil.example', host: 'evil.example' },
        { origin: `http://127.0.0.1:${String(gateway.port)}` },
        { 'sec-fetch-site': 'none' },
        { 'sec-fetch-site': 'same-site' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-origin, same-origin' },
        { host: 'heartbeat.example.org' },
        { referer: `${HTTPS}/` },
      ] as Record<string, string>[]) {
        for (const [method, path] of [
          ['PUT', HEAL],
          ['GET', '/checkup/5'],
          ['POST', '/heal'],
          ['GET', '/session'],
          ['DELETE', '/session'],
          ['GET', '/events'],
        ] as const)
          expect(await by(wrong, method, path), `${method} ${path} ${JSON.stringify(wrong)}`).to.equal(403);
      }
      expect(await by({ origin: HTTPS })).to.equal(200);
      // Cross-origin pages that may call with a key may not with a cookie.
      gateway.reconfigure({ auth, public_url: HTTPS, cors: { origins: ['https://app.example.org'] } });
      expect(await by({ origin: 'https://app.example.org' })).to.equal(403);
      const { headers } = await gateway.call('PUT', HEAL, { headers: { origin: 'https://app.example.org' } });
      expect(headers).to.not.have.property('access-control-allow-credentials');
    });

    it('is told in words where signing in is not possible', async () => {
      for (const [public_url, sentence] of [
        [undefined, 'signing in needs public_url: set it to the URL at which people reach the daemon'],
        [
          'http://heartbeat.lan:3519',
          'signing in over plain HTTP works on loopback only, and public_url is http://heartbeat.lan:3519: serve HTTPS',
        ],
      ] as const) {
        const gateway = await start({ auth, public_url });
        const { status, json } = await trySignIn(gateway, 'ops', { origin: public_url ?? HTTPS });
        expect([status, json]).to.deep.equal([403, { error: sentence, code: 'HEARTBEAT_FORBIDDEN' }]);
        expect((await gateway.call('GET', '/sign-in')).json).to.deep.equal({
          url: null,
          problem: sentence,
          openid: null,
        });
      }
      const open = await start({ public_url: HTTPS });
      expect((await trySignIn(open, 'ops', { origin: HTTPS })).json).to.deep.include({
        error: 'no key is configured, so there is nothing to sign in to',
      });
      const gateway = await served();
      expect((await gateway.call('GET', '/sign-in')).json).to.deep.equal({
        url: HTTPS,
        problem: null,
        openid: null,
      });
      for (const elsewhere of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: `http://127.0.0.1:${String(gateway.port)}` },
      ])
        expect((await trySignIn(gateway, 'ops', elsewhere)).status).to.equal(403);
      // A program sends neither header.
      const body = JSON.stringify({ key: 'ops' });
      expect((await gateway.call('POST', '/session', { body })).status).to.equal(204);
      const headers = { 'sec-fetch-site': 'cross-site' };
      expect((await gateway.call('POST', '/session', { body, headers })).status).to.equal(403);
    });

    it('needs a key that may read, and each try counts as one', async () => {
      const rate = { rate_per_key: 2, rate_per_address: 9 };
      const gateway = await start({ auth, public_url: HTTPS, limits: rate });
      const wrong = await trySignIn(gateway, 'nobody');
      expect([wrong.status, wrong.headers['www-authenticate']]).to.deep.equal([
        401,
        'Bearer realm="heartbeat"',
      ]);
      expect(wrong.headers).to.not.have.property('set-cookie');
      expect((await trySignIn(gateway, 'app')).status).to.equal(403);
      expect((await trySignIn(gateway, await token())).status).to.equal(403);
      for (const key of [undefined, null, 7, ['ops'], { a: 1 }])
        expect((await trySignIn(gateway, key)).status, JSON.stringify(key)).to.equal(400);
      expect(gateway.gateway.inspect().refused.unauthorized).to.equal(1);
      expect((await trySignIn(gateway, 'viewer')).status).to.equal(204);
      expect((await trySignIn(gateway, 'nobody')).status).to.equal(429);
      await gateway.clock.advance(10_000);
      const statuses = [];
      for (let tries = 0; tries < 3; tries++) statuses.push((await trySignIn(gateway, 'ops')).status);
      expect(statuses).to.deep.equal([204, 204, 429]);
      await gateway.clock.advance(10_000);
      const body = '{"key":"viewer","other":1}';
      expect((await gateway.call('POST', '/session', { body })).json).to.deep.include({
        problems: [{ path: 'other', problem: 'unknown field' }],
      });
      expect(gateway.daemon.signIns.size).to.equal(3);
    });

    it('signs out, which ends that sign-in alone', async () => {
      const gateway = await served();
      const [one, two] = [await signIn(gateway, 'ops'), await signIn(gateway, 'ops')];
      const out = await asPage(gateway, one, 'DELETE', '/session');
      expect(out.status).to.equal(204);
      expect(out.headers['set-cookie']).to.equal(
        '__Host-heartbeat=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0',
      );
      expect((await asPage(gateway, one, 'PUT', HEAL)).json).to.deep.include({
        error: 'the sign-in has ended: sign in again',
      });
      expect((await asPage(gateway, two, 'PUT', HEAL)).status).to.equal(200);
      // Again, without a cookie, and with a key: nothing happens.
      for (const cookie of [one, 'a=b'])
        expect((await asPage(gateway, cookie, 'DELETE', '/session')).status).to.equal(204);
      expect((await callWith(gateway, 'ops', 'DELETE', '/session')).status).to.equal(204);
      expect(gateway.daemon.signIns.size).to.equal(1);
    });

    it('does not keep the sign-in that it had before, and never takes a token that it is given', async () => {
      const gateway = await served();
      const before = await signIn(gateway, 'viewer');
      const chosen = `__Host-heartbeat=${'A'.repeat(43)}`;
      for (const had of [before, chosen]) {
        const after = cookieIn(await trySignIn(gateway, 'ops', { cookie: had }));
        expect(after).to.not.equal(had);
        expect((await asPage(gateway, after, 'GET', '/session')).json).to.include({ key: 'ops' });
        expect((await asPage(gateway, had, 'GET', '/session')).status).to.equal(401);
      }
    });

    it('is unknown with any other cookie', async () => {
      const gateway = await served();
      const cookie = await signIn(gateway, 'ops');
      const value = cookie.slice(cookie.indexOf('=') + 1);
      for (const wrong of [
        `__Host-heartbeat=`,
        `__Host-heartbeat=${value.slice(1)}`,
        `__Host-heartbeat=${value}x`,
        `__Host-heartbeat="${value}"`,
        `__Host-heartbeat=${'x'.repeat(3000)}`,
        `heartbeat=${value}`,
        `__host-heartbeat=${value}`,
        `x__Host-heartbeat=${value}`,
        `x=__Host-heartbeat=${value}`,
        `${cookie}; ${cookie}`,
        `__Host-heartbeat=x; ${cookie}`,
        `${cookie};__Host-heartbeat=`,
      ])
        expect((await asPage(gateway, wrong, 'GET', '/session')).status, wrong).to.equal(401);
      for (const right of [`a=b; ${cookie}`, `${cookie};c="d"`, `;;${cookie} ;`])
        expect((await asPage(gateway, right, 'GET', '/session')).status, right).to.equal(200);
      const twice = gateway
        .raw()
        .send(head('GET /session', `Cookie: ${cookie}`, `Cookie: ${cookie}`, 'Sec-Fetch-Site: same-origin'));
      expect((await twice.answer()).status).to.equal(401);
    });

    it('is signed in until its time is over, or its key is', async () => {
      const soon = keyRule('soon', { scopes: ['read'], expires: instant((START + 600) * 1000) });
      const gateway = await start({ auth: authOf(OPS, soon), public_url: HTTPS });
      const [ops, short] = [await signIn(gateway, 'ops'), await signIn(gateway, 'soon')];
      const statuses = async () => [
        (await asPage(gateway, ops, 'GET', '/session')).status,
        (await asPage(gateway, short, 'GET', '/session')).status,
      ];
      expect((await asPage(gateway, short, 'GET', '/session')).json).to.include({ expires: START + 600 });
      await gateway.clock.advance(toMillis(599));
      expect(await statuses()).to.deep.equal([200, 200]);
      await gateway.clock.advance(toMillis(1));
      expect(await statuses()).to.deep.equal([200, 401]);
      await gateway.clock.advance(toMillis(LIFETIME - 601));
      expect(await statuses()).to.deep.equal([200, 401]);
      await gateway.clock.advance(toMillis(1));
      expect(await statuses()).to.deep.equal([401, 401]);
      expect(gateway.daemon.signIns.size).to.equal(0);
    });

    it('is signed out when a reload removes its key or gives the name to another one', async () => {
      const gateway = await served();
      const viewer = await signIn(gateway, 'viewer');
      for (const other of [
        [OPS],
        [OPS, { ...keyRule('another'), name: 'viewer', scopes: ['read'] }],
      ] as const) {
        const cookie = await signIn(gateway, 'ops');
        gateway.reconfigure({ auth: authOf(...other), public_url: HTTPS });
        expect((await asPage(gateway, viewer, 'GET', '/session')).status).to.equal(401);
        expect((await asPage(gateway, cookie, 'GET', '/session')).status).to.equal(200);
        // The key that comes back brings no sign-in back.
        gateway.reconfigure({ auth, public_url: HTTPS });
        expect((await asPage(gateway, viewer, 'GET', '/session')).status).to.equal(401);
      }
      const viewerAgain = await signIn(gateway, 'viewer');
      const fewer = authOf(OPS, { ...VIEWER, scopes: ['heal'] });
      gateway.reconfigure({ auth: fewer, public_url: HTTPS });
      expect((await asPage(gateway, viewerAgain, 'GET', '/session')).status).to.equal(403);
      gateway.reconfigure({});
      expect(gateway.daemon.signIns.size).to.equal(0);
    });

    it('is not signed in while that cannot be stored', async () => {
      const gateway = await served();
      const cookie = await signIn(gateway, 'ops');
      gateway.daemon.signIns.fault = 'HEARTBEAT_STORE_REFUSES';
      const refused = await trySignIn(gateway, 'ops');
      expect([refused.status, refused.headers['set-cookie']]).to.deep.equal([503, undefined]);
      // A sign-out counts at once all the same.
      const out = await asPage(gateway, cookie, 'DELETE', '/session');
      expect([out.status, out.headers['set-cookie']?.includes('Max-Age=0')]).to.deep.equal([503, true]);
      expect((await asPage(gateway, cookie, 'GET', '/session')).status).to.equal(401);
      gateway.daemon.serving = false;
      expect((await trySignIn(gateway, 'ops')).status).to.equal(503);
    });

    it('is in the audit log under the name of the key', async () => {
      const gateway = await served();
      const cookie = await signIn(gateway, 'ops');
      await asPage(gateway, cookie, 'DELETE', '/session');
      const audited = gateway.logger.lines
        .filter(({ event }) => event === 'audit')
        .map(({ fields }) => [fields['method'], fields['path'], fields['key']]);
      expect(audited).to.deep.equal([
        ['POST', '/session', 'ops'],
        ['DELETE', '/session', 'ops'],
      ]);
      expect(JSON.stringify(gateway.logger.lines)).to.not.include(cookie.split('=')[1]);
    });

    it('ends the oldest sign-in of whoever has most, beyond the limit', async () => {
      const gateway = await served();
      gateway.daemon.signIns.most = 3;
      const viewer = await signIn(gateway, 'viewer');
      const own = [];
      for (let times = 0; times < 4; times++) own.push(await signIn(gateway, 'ops'));
      const statuses = [];
      for (const cookie of [viewer, ...own])
        statuses.push((await asPage(gateway, cookie, 'GET', '/session')).status);
      expect(statuses).to.deep.equal([200, 401, 401, 200, 200]);
    });

    it('leaves the made heads of others alone', async () => {
      const gateway = await served();
      const cookie = await signIn(gateway, 'ops');
      for (let times = 0; times < 2; times++) {
        const own = await gateway.call('GET', '/checkup/5', { headers: { cookie, ...OWN_PAGE } });
        const other = await callWith(gateway, 'viewer', 'GET', '/checkup/5');
        expect(own.headers).to.include({ 'cache-control': 'no-store' });
        expect(other.headers).to.not.have.property('cache-control');
      }
    });
  });
}
