import { expect } from 'chai';
import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { Agent, request } from 'undici';
import type { Scope } from '../../../src/domain/access.js';
import { Secret } from '../../../src/adapters/channels/secret.js';
import type { AuthOptions, TrustedHeaderRule } from '../../../src/http/security/credentials.js';
import { makeCertificate, type Certificate } from '../../support/certificate.js';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/temporary-directory.js';
import { SocketClient } from '../sockets/support/socket-client.js';
import { head } from '../support/raw-client.js';
import { starting, type GatewayUnderTest } from '../support/gateway-under-test.js';
import { HTTPS, OWN_PAGE } from './sign-in-support.js';
import { authOf, keyRule } from './support.js';

const SECRET = 'a secret of thirty-two bytes or of more';
const SCOPES = new Map<string, readonly Scope[]>([
  ['on-call', ['admin']],
  ['staff', ['read']],
  ['büro', ['heal']],
]);
const RULE: TrustedHeaderRule = {
  user: 'x-user',
  groups: 'x-groups',
  from: ['127.0.0.0/8'],
  secret: { header: 'x-proxy-secret', value: new Secret(SECRET) },
  scopes: SCOPES,
};
const BY_PROXY = { 'x-proxy-secret': SECRET } as const;

for (const fastLane of [true, false]) {
  describe(`a proxy that says who has signed in, ${fastLane ? 'with' : 'without'} the fast lane`, () => {
    const start = starting(fastLane);
    const served = (rule: Partial<TrustedHeaderRule> = {}, more: Partial<AuthOptions> = {}) => {
      const auth = { ...authOf(keyRule('app')), ...more, trusted_header: { ...RULE, ...rule } };
      return start({ auth, public_url: HTTPS });
    };
    const by = (
      gateway: GatewayUnderTest,
      headers: Record<string, string>,
      method = 'GET',
      at = '/session',
    ) => gateway.call(method, at, { headers: { ...OWN_PAGE, ...headers } });
    const as = (user: string, groups: string) => ({ ...BY_PROXY, 'x-user': user, 'x-groups': groups });

    it('names people, whose groups decide what they may do', async () => {
      const gateway = await served();
      const { status, json, headers } = await by(gateway, as('ann', 'staff, on-call'));
      expect([status, headers['cache-control']]).to.deep.equal([200, 'no-store']);
      expect(json).to.deep.include({
        key: null,
        user: 'ann',
        scopes: ['heal', 'read', 'admin'],
        nodes: null,
        signed_in: false,
      });
      expect((await by(gateway, as('ben', 'staff'))).json).to.deep.include({ user: 'ben', scopes: ['read'] });
      expect((await by(gateway, as('ben', 'staff'), 'PUT', '/heal/5')).json).to.deep.include({
        error: 'no group of this person has the scope heal',
      });
      const latin = Buffer.from('zoë', 'utf8').toString('latin1');
      const groups = Buffer.from('büro,staff', 'utf8').toString('latin1');
      expect((await by(gateway, as(latin, groups))).json).to.deep.include({
        user: 'zoë',
        scopes: ['heal', 'read'],
      });
      expect((await by(gateway, as('eve', 'others'))).json).to.deep.include({
        error: 'no group of "eve" has a scope in the configuration',
      });
      expect((await by(gateway, { ...BY_PROXY, 'x-user': 'eve' })).status).to.equal(403);
      const everybody = await served({ scopes: new Map([...SCOPES, ['*', ['read']]]) });
      expect((await by(everybody, { ...BY_PROXY, 'x-user': 'eve' })).json).to.deep.include({
        scopes: ['read'],
      });
      // Nobody has signed in there.
      for (const nobody of [BY_PROXY, { ...BY_PROXY, 'x-user': '' }])
        expect((await by(gateway, nobody)).status).to.equal(401);
    });

    it('is believed only if the socket and the secret are its own', async () => {
      const forged =
        'only the proxy may send the headers of auth.trusted_header: this request has them from another sender, or twice';
      const gateway = await served();
      for (const wrong of [
        { 'x-user': 'ann' },
        { 'x-groups': 'on-call' },
        { ...as('ann', 'on-call'), 'x-proxy-secret': SECRET.slice(1) },
        { ...as('ann', 'on-call'), 'x-proxy-secret': '' },
        { 'x-proxy-secret': 'wrong' },
        { 'x-user': 'ann', authorization: 'Bearer app' },
      ])
        for (const [method, at] of [
          ['GET', '/session'],
          ['PUT', '/heal/5'],
          ['GET', '/healthz'],
          ['GET', '/'],
        ] as const) {
          const { status, json } = await by(gateway, wrong, method, at);
          expect([status, json], JSON.stringify([wrong, at])).to.deep.equal([
            400,
            { error: forged, code: 'HEARTBEAT_MALFORMED_REQUEST' },
          ]);
        }
      const elsewhere = await served({ from: ['10.0.0.0/8'] });
      const claims = { 'x-forwarded-for': '10.0.0.1', 'x-real-ip': '10.0.0.1', forwarded: 'for=10.0.0.1' };
      expect((await by(elsewhere, { ...as('ann', 'on-call'), ...claims })).status).to.equal(400);
      elsewhere.reconfigure({
        auth: { ...authOf(), trusted_header: { ...RULE, from: ['10.0.0.0/8'] } },
        public_url: HTTPS,
        trusted_proxies: ['127.0.0.1'],
      });
      expect((await by(elsewhere, { ...as('ann', 'on-call'), ...claims })).status).to.equal(400);
    });

    it('says each header once', async () => {
      const gateway = await served();
      const lines = ['X-User: ann', 'X-Groups: staff', `X-Proxy-Secret: ${SECRET}`];
      const statusOf = async (...more: readonly string[]) =>
        (
          await gateway
            .raw()
            .send(head('GET /session', ...lines, ...more, 'Sec-Fetch-Site: same-origin'))
            .answer()
        ).status;
      expect(await statusOf()).to.equal(200);
      for (const line of [...lines, 'x-USER: root', 'X-Groups: on-call'])
        expect(await statusOf(line), line).to.equal(400);
    });

    it('counts only for pages at public_url, as a cookie does', async () => {
      const gateway = await served();
      const statusOf = async (headers: Record<string, string>) =>
        (await gateway.call('PUT', '/heal/5', { headers: { ...as('ann', 'on-call'), ...headers } })).status;
      for (const right of [{ origin: HTTPS }, { 'sec-fetch-site': 'same-origin' }] as Record<
        string,
        string
      >[])
        expect(await statusOf(right)).to.equal(200);
      for (const wrong of [
        {},
        { origin: 'null' },
        { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
        { 'sec-fetch-site': 'none' },
        { 'sec-fetch-site': 'same-site' },
      ] as Record<string, string>[])
        expect(await statusOf(wrong), JSON.stringify(wrong)).to.equal(403);
      // A key needs neither, and its scopes count.
      expect(await statusOf({ authorization: 'Bearer app' })).to.equal(200);
    });

    it('opens no socket, and is refused there from anybody else', async () => {
      const gateway = await served();
      const socket = await new SocketClient(gateway.url, { headers: as('ann', 'on-call') }).opened();
      expect(await socket.ask({ type: 'beat' })).to.include({
        type: 'error',
        code: 'HEARTBEAT_UNAUTHORIZED',
      });
      socket.ws.close();
      const forged = await new SocketClient(gateway.url, { headers: { 'x-user': 'ann' } }).opened();
      expect(forged.refused?.status).to.equal(400);
    });

    it('is in the audit log by the name of the person', async () => {
      const gateway = await served();
      expect((await by(gateway, as('ann', 'on-call'), 'DELETE', '/nodes/db')).status).to.equal(404);
      await by(gateway, as('ann', 'on-call'), 'DELETE', '/users/5');
      const audited = gateway.logger.lines
        .filter(({ event }) => event === 'audit')
        .map(({ fields }) => fields);
      expect(audited).to.have.length(1);
      expect(audited[0]).to.include({ user: 'ann', path: '/users/5' }).and.not.have.property('key');
    });

    it('has names that can be shown', async () => {
      const gateway = await served();
      const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
      for (const wrong of ['x'.repeat(256), utf8('a\u0085b'), '\xff\xfe'])
        expect((await by(gateway, as(wrong, 'on-call'))).status, wrong).to.equal(400);
    });

    it('is taken away by a reload', async () => {
      const gateway = await served();
      gateway.reconfigure({ auth: authOf(keyRule('app')), public_url: HTTPS });
      expect((await by(gateway, as('ann', 'on-call'))).status).to.equal(401);
    });
  });
}

describe('a proxy with a certificate', () => {
  const start = starting(true);
  let directory: TemporaryDirectory;
  const agents: Agent[] = [];
  let own: Certificate;
  let gateway: GatewayUnderTest;
  let optionsFor: (clientCa: string) => NonNullable<Parameters<typeof start>[0]>;

  before(async () => {
    directory = await temporaryDirectory();
    own = makeCertificate(directory.path, 'proxy');
  });

  beforeEach(async () => {
    const tls = makeCertificate(directory.path, 'daemon');
    const { secret: _, ...rule } = RULE;
    optionsFor = (clientCa) => ({
      auth: { ...authOf(), trusted_header: { ...rule, clientCa } },
      public_url: HTTPS,
      tls: { certificate: tls.certificate, key: new Secret(tls.key) },
    });
    gateway = await start(optionsFor(own.certificate));
  });

  afterEach(() => Promise.all(agents.splice(0).map((agent) => agent.destroy())));

  after(() => directory.remove());

  /** A client that keeps its connection. @returns the status of a request in the name of somebody */
  function client(pair?: Certificate): () => Promise<number> {
    const connect = { rejectUnauthorized: false, ...(pair && { cert: pair.certificate, key: pair.key }) };
    const agent = new Agent({ connect, connections: 1 });
    agents.push(agent);
    const headers = { ...OWN_PAGE, 'x-user': 'ann', 'x-groups': 'staff' };
    return async () => {
      const { statusCode, body } = await request(`${gateway.url}/session`, { dispatcher: agent, headers });
      await body.dump();
      return statusCode;
    };
  }

  it('needs no secret, and nobody else is believed', async () => {
    const other = makeCertificate(directory.path, 'other');
    expect([await client(own)(), await client(other)(), await client()()]).to.deep.equal([200, 400, 400]);
  });

  it('is not believed by a connection that another authority has judged', async () => {
    const ask = client(own);
    expect(await ask()).to.equal(200);
    gateway.reconfigure(optionsFor(makeCertificate(directory.path, 'next').certificate));
    expect(await ask()).to.equal(400);
  });

  it('is not a client that resumes a session in which it has shown no certificate', async () => {
    const { port } = new URL(gateway.url);
    let session: Buffer | undefined;
    const statusOf = async (): Promise<string | undefined> => {
      const socket = connectTls({
        host: '127.0.0.1',
        port: Number(port),
        rejectUnauthorized: false,
        ...(session && { session }),
      });
      const resumed = new Promise<Buffer>((resolve) => socket.once('session', resolve));
      await once(socket, 'secureConnect');
      socket.write(
        [
          'GET /session HTTP/1.1',
          'Host: a',
          `Origin: ${HTTPS}`,
          'x-user: ann',
          'x-groups: staff',
          '',
          '',
        ].join('\r\n'),
      );
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(socket.isSessionReused()).to.equal(session !== undefined);
      session ??= await resumed;
      socket.destroy();
      return /^HTTP\/1.1 (\d+)/.exec(answer.toString())?.[1];
    };
    expect([await statusOf(), await statusOf()]).to.deep.equal(['400', '400']);
  });
});
