import { createRequire } from 'node:module';
import { expect } from 'chai';
import * as z from 'zod';
import { BADGE_SHOWS } from '../../../src/domain/badge.js';
import { HmacBadgeSigner } from '../../../src/adapters/links/hmac-badge-signer.js';
import { Secret } from '../../../src/adapters/channels/secret.js';
import { authOf, keyRule } from '../auth/support.js';
import { DaemonOverHttp } from '../nodes/support.js';

const SIGNER = new HmacBadgeSigner(new Secret('a secret of at least thirty-two bytes'));
const PUBLIC_URL = 'https://heartbeat.example.org';
const ADMIN = { authorization: 'Bearer ops' };

interface Shield {
  readonly label: string;
  readonly message: string;
  readonly isError: boolean;
}

/** What the server of shields.io takes, and nothing else: https://shields.io/badges/endpoint-badge */
const ENDPOINT_BADGE = z.strictObject({
  schemaVersion: z.literal(1),
  label: z.string(),
  message: z.string().min(1),
  /** One of the kinds that it knows. */
  color: z.string().regex(/^#[\da-f]{6}$/),
  isError: z.boolean(),
  /** It keeps a badge for five minutes at least. */
  cacheSeconds: z.int().min(300),
});
const require = createRequire(import.meta.url);
/** That of shields.io, which draws its badges. */
const { makeBadge } = require('badge-maker') as {
  readonly makeBadge: (badge: { label: string; message: string; color: string }) => string;
};

interface Addresses {
  readonly badges: readonly { readonly show: string; readonly svg: string; readonly json: string }[];
}

describe('a badge', () => {
  let served: DaemonOverHttp;

  afterEach(() => served.stop());

  async function start(isOpen = true): Promise<void> {
    const auth = isOpen
      ? undefined
      : authOf(keyRule('ops', { scopes: ['admin'] }), keyRule('some', { scopes: ['read'], nodes: ['web-'] }));
    const options = isOpen ? {} : { badges: SIGNER, public_url: PUBLIC_URL };
    served = await DaemonOverHttp.start({}, auth, {}, options);
  }

  const put = async (name: string, labels: object = {}) => {
    const path = `/nodes/${encodeURIComponent(name)}`;
    const { status, text } = await served.call('PUT', path, { timeout: 1000, max_retries: 0, labels }, ADMIN);
    expect(status, text).to.be.oneOf([200, 201]);
  };
  const fail = (name: string) => served.call('POST', `/nodes/${name}/fail`, undefined, ADMIN);
  const shield = async (path: string): Promise<Shield> => {
    const { status, json, text } = await served.call('GET', path);
    expect(status, text).to.equal(200);
    return json as Shield;
  };
  /** After what is remembered of badges. */
  const later = () => served.daemon.clock.advance(30_000);

  it('is one that shields.io takes, whatever it says, and that its package draws', async () => {
    await start();
    const long = `web "<&'" ☃ ${'x'.repeat(80)}`;
    await put('db', { team: 'infra' });
    await put(long);
    for (const subject of ['db', 'team:infra', encodeURIComponent(long)])
      for (const show of BADGE_SHOWS) {
        const { json } = await served.call('GET', `/badge/${subject}.json?show=${show}`);
        const { label, message, color } = ENDPOINT_BADGE.parse(json);
        const image = makeBadge({ label, message, color });
        expect(image)
          .to.match(/^<svg /)
          .and.include(color);
        expect(image).to.include(`: ${message}`);
      }
    await fail('db');
    await later();
    expect(ENDPOINT_BADGE.parse((await served.call('GET', '/badge/db.json')).json).isError).to.equal(true);
  });

  it('of a node shows its state as shields.io reads it', async () => {
    await start();
    await put('db');
    expect(await shield('/badge/db.json')).to.deep.equal({
      schemaVersion: 1,
      label: 'db',
      message: 'active',
      color: '#1a7f37',
      isError: false,
      cacheSeconds: 300,
    });
    await fail('db');
    await later();
    expect(await shield('/badge/db.json')).to.include({ message: 'failed', color: '#c11c28', isError: true });
    await served.call('POST', '/nodes/db/pause');
    await later();
    expect(await shield('/badge/db.json')).to.include({ message: 'paused', isError: false });
  });

  it('of a label shows the worst state, and how many have failed', async () => {
    await start();
    await put('web-1', { team: 'web' });
    await put('web-2', { team: 'web' });
    await put('db', { team: 'data' });
    expect(await shield('/badge/team:web.json')).to.include({ label: 'team:web', message: 'active' });
    await fail('web-2');
    await fail('db');
    await later();
    expect(await shield('/badge/team%3Aweb.json')).to.include({ message: '1 of 2 failed', isError: true });
    // A node goes before a label that reads the same.
    await put('team:data');
    await later();
    expect(await shield('/badge/team:data.json')).to.include({ message: 'active' });
  });

  it('shows the uptime of a node and of a label, never rounded up', async () => {
    await start();
    await put('web-1', { team: 'web' });
    await put('web-2', { team: 'web' });
    await served.daemon.clock.advance(10_000);
    await fail('web-1');
    await served.daemon.clock.advance(10_000);
    await served.call('PUT', '/nodes/web-1/heartbeat');
    await served.daemon.clock.advance(10_000);
    expect(await shield('/badge/web-1.json?show=90d')).to.include({ label: 'web-1 90d', message: '66.66 %' });
    expect(await shield('/badge/web-2.json?show=24h')).to.include({ message: '100 %' });
    expect(await shield('/badge/team:web.json?show=30d')).to.include({ message: '83.33 %' });
  });

  it('is an image that a page of any site may show, whatever the name', async () => {
    await start();
    const name = `<script>&"'ü/\u{1f4a5}`;
    await put(name);
    const { status, headers, text } = await served.plain('GET', `/badge/${encodeURIComponent(name)}.svg`);
    expect(status).to.equal(200);
    expect(headers).to.include({
      'content-type': 'image/svg+xml',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
      'cache-control': 'public, max-age=60',
    });
    expect(text).to.match(/^<svg [^<]*aria-label="&#60;script&#62;[^<]*: active">.*<\/svg>$/);
    expect(text).not.to.include('<script');
  });

  it('is not found where there is no such node, label or form', async () => {
    await start();
    await put('db');
    for (const file of ['nobody.svg', 'team:web.svg', 'db.png', 'db', '.svg'])
      expect((await served.call('GET', `/badge/${file}`)).json, file).to.include({
        code: 'HEARTBEAT_NO_SUCH_BADGE',
      });
    const wrong = await served.call('GET', '/badge/db.svg?show=1y');
    expect(wrong.json).to.deep.equal({
      error: 'query parameter show must be one of state, 24h, 7d, 30d, 90d',
      code: 'HEARTBEAT_INVALID_QUERY',
    });
  });

  it('needs its signature where the daemon has keys, and no key', async () => {
    await start(false);
    await put('db');
    const answer = await served.call('GET', '/badges?node=db', undefined, ADMIN);
    const [state] = (answer.json as Addresses).badges;
    expect(state?.svg).to.match(/^https:\/\/heartbeat\.example\.org\/badge\/db\.svg\?sig=[\w-]{22}$/);
    const path = state?.json.slice(PUBLIC_URL.length) ?? '';
    expect(await shield(path)).to.include({ message: 'active' });
    const [, signature = ''] = path.split('sig=');
    for (const sig of [
      '',
      signature.slice(1),
      SIGNER.sign('node', 'other'),
      SIGNER.sign('label', 'db'),
      'x'.repeat(200),
    ])
      expect((await served.call('GET', `/badge/db.json?sig=${sig}`)).status, sig).to.equal(404);
    expect((await served.call('GET', '/badge/db.json', undefined, ADMIN)).status).to.equal(404);
    expect(JSON.stringify(served.daemon.logger.lines)).not.to.include(signature);
  });

  it('of a node is none of a label that reads the same, and the other way round', async () => {
    await start(false);
    await put('db', { 'web-team': 'data' });
    const some = { authorization: 'Bearer some' };
    const signatureOf = async (query: string, key: object): Promise<string> => {
      const { json } = await served.call('GET', `/badges?${query}`, undefined, { ...key });
      return (json as Addresses).badges[0]?.svg.split('sig=')[1] ?? '';
    };
    // This key may read nodes whose names begin so, and no label.
    const ofNode = await signatureOf('node=web-team:data', some);
    const ofLabel = await signatureOf('label=web-team:data', ADMIN);
    const path = '/badge/web-team:data.json?sig=';
    expect((await served.call('GET', path + ofNode)).status).to.equal(404);
    expect(await shield(path + ofLabel)).to.include({ message: 'active' });
    await put('web-team:data');
    await served.call('POST', '/nodes/db/fail', undefined, ADMIN);
    await later();
    expect(await shield(path + ofNode)).to.include({ message: 'active' });
    expect(await shield(path + ofLabel)).to.include({ message: 'failed' });
  });

  it('has an address for those who may read all of it', async () => {
    await start(false);
    const some = { authorization: 'Bearer some' };
    for (const [query, status] of [
      ['node=web-1', 200],
      ['node=db', 403],
      ['label=team:web', 403],
      ['', 400],
      ['node=web-1&label=team:web', 400],
    ] as const)
      expect((await served.call('GET', `/badges?${query}`, undefined, some)).status, query).to.equal(status);
    expect((await served.call('GET', '/badges?node=web-1')).status).to.equal(401);
  });
});
