import { expect } from 'chai';
import { authOf, callWith, keyRule } from '../auth/support.js';
import { starting } from '../support/gateway-under-test.js';

const APP = 'https://app.example.org';
const PREFLIGHT = {
  'access-control-request-method': 'PUT',
  'access-control-request-headers': 'authorization',
};

for (const [lane, fastLane] of [
  ['Express alone', false],
  ['the fast lane before Express', true],
] as const) {
  describe(`pages of other origins, with ${lane}`, () => {
    const start = starting(fastLane);

    it('have no access unless it is configured', async () => {
      const gateway = await start();
      const asked = await gateway.call('OPTIONS', '/heal/5', { headers: { origin: APP, ...PREFLIGHT } });
      expect(asked.status).to.equal(405);
      const read = await gateway.call('GET', '/checkup/5', { headers: { origin: APP } });
      for (const { headers } of [asked, read]) {
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).to.be.empty;
      }
    });

    it('may call if their origin is configured, also when the call fails; others may not', async () => {
      const gateway = await start({
        cors: { origins: [APP] },
        auth: authOf(keyRule('ops', { scopes: ['admin'] })),
      });
      const asked = await gateway.call('OPTIONS', '/heal/5', { headers: { origin: APP, ...PREFLIGHT } });
      expect([asked.status, asked.text]).to.deep.equal([204, '']);
      expect(asked.headers).to.include({
        'access-control-allow-origin': APP,
        'access-control-allow-methods': 'GET, HEAD, PUT, POST, DELETE',
        'access-control-allow-headers': 'authorization, content-type, if-match, last-event-id, x-request-id',
        vary: 'origin',
      });
      for (const [credential, method, path, status] of [
        ['ops', 'PUT', '/heal/5', 200],
        ['ops', 'GET', '/checkup/5', 200],
        ['ops', 'GET', '/heart_rhythm/5', 200],
        ['ops', 'POST', '/heal', 400],
        ['nobody', 'PUT', '/heal/5', 401],
        ['ops', 'GET', '/nowhere', 404],
      ] as const) {
        const headers = { origin: APP };
        const answer = await callWith(gateway, credential, method, path, { headers });
        expect(answer.status).to.equal(status);
        expect(answer.headers, path).to.include({ 'access-control-allow-origin': APP, vary: 'origin' });
        expect(answer.headers['content-length']).to.equal(String(answer.text.length));
      }
      for (const origin of [
        'https://evil.example.org',
        'null',
        `${APP}.evil.org`,
        'http://app.example.org',
      ]) {
        const refused = await gateway.call('OPTIONS', '/heal/5', { headers: { origin, ...PREFLIGHT } });
        expect(refused.status).to.equal(401);
        expect(refused.headers).to.not.have.property('access-control-allow-origin');
      }
    });

    it("may call from any origin if '*' is configured", async () => {
      const gateway = await start({ cors: { origins: ['*'] } });
      const { headers } = await gateway.call('PUT', '/heal/5', { headers: { origin: 'null' } });
      expect(headers).to.include({ 'access-control-allow-origin': 'null' });
    });

    it('cannot make a browser send a forbidden POST', async () => {
      const gateway = await start({ cors: { origins: [APP] } });
      const from = (origin: string, site: string) => ({ headers: { origin, 'sec-fetch-site': site } });
      const path = '/heal/5/goodbye';
      const evil = 'https://evil.example.org';
      for (const headers of [
        { origin: evil, 'sec-fetch-site': 'cross-site' },
        { origin: evil, 'sec-fetch-site': 'same-site' },
        // Old browsers say no more, and none does over plain HTTP.
        { origin: evil },
        { origin: 'null' },
      ]) {
        const refused = await gateway.call('POST', path, { headers });
        expect([refused.status, refused.json]).to.deep.equal([
          403,
          { error: 'requests from pages of other origins are refused: add the origin to cors.origins' },
        ]);
        for (const batch of ['/heal', '/nodes/heartbeats'])
          expect((await gateway.call('POST', batch, { headers, body: '[5]' })).status, batch).to.equal(403);
      }
      expect(gateway.daemon.asked).to.be.empty;
      const own = { host: 'localhost:3519', origin: 'http://localhost:3519' };
      expect((await gateway.call('POST', path, { headers: own })).status).to.equal(200);
      expect((await gateway.call('POST', path, from(APP, 'cross-site'))).status).to.equal(200);
      expect((await gateway.call('POST', path, from('https://x.org', 'same-origin'))).status).to.equal(200);
    });
  });
}

describe('a response that a browser shows as a page', () => {
  const start = starting(true);

  it('runs no foreign script, is in no frame, and is not sniffed as another type', async () => {
    const gateway = await start();
    for (const path of ['/nodes', '/nowhere', '/heart_rhythm/5', '/healthz', '/supervision', '/users/x']) {
      const { headers } = await gateway.call('GET', path);
      const policy = String(headers['content-security-policy']);
      expect(policy)
        .to.match(/default-src 'none'/)
        .and.match(/script-src 'self'/)
        .and.match(/frame-ancestors 'none'/);
      expect(policy).to.not.match(/unsafe|\*|https?:|data:/);
      expect(headers).to.include({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
      expect(headers).to.not.have.property('x-powered-by');
      // Who has the certificate says it: here a proxy, if anybody.
      expect(headers).to.not.have.property('strict-transport-security');
    }
  });
});
