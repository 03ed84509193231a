import { expect } from 'chai';
import { request } from 'undici';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { LARGE_ANSWER } from '../../src/http/server/compression.js';
import { DaemonOverHttp } from './nodes/support.js';
import { PAGE } from './status/support.js';
import { sessionsInARow } from './support/fake-daemon.js';
import { starting, userId, type GatewayUnderTest } from './support/gateway-under-test.js';
import { head } from './support/raw-client.js';

const CODINGS = { br: brotliDecompressSync, gzip: gunzipSync } as const;
const USERS = JSON.stringify(Array.from({ length: 1000 }, (_, id) => 10_000_000 + id));

describe('a large answer', () => {
  const start = starting(true);

  async function ask(
    { url }: Pick<GatewayUnderTest, 'url'>,
    path: string,
    accepted: string | undefined,
    method: 'GET' | 'HEAD' | 'POST' = 'GET',
  ) {
    const { headers, body, statusCode } = await request(url + path, {
      method,
      headers: accepted === undefined ? {} : { 'accept-encoding': accepted },
      body: method === 'POST' ? USERS : null,
    });
    const bytes = Buffer.from(await body.arrayBuffer());
    expect(statusCode).to.equal(200);
    return { headers, bytes };
  }

  it('is compressed in the best way that the client takes', async () => {
    const gateway = await start();
    const plain = await ask(gateway, '/openapi.json', undefined);
    expect(plain.headers).to.include({ vary: 'accept-encoding' }).and.not.have.property('content-encoding');
    for (const [accepted, coding] of [
      ['gzip, deflate', 'gzip'],
      ['gzip, deflate, br, zstd', 'br'],
      ['br;q=0, gzip', 'gzip'],
      ['*', 'br'],
    ] as const) {
      const { headers, bytes } = await ask(gateway, '/openapi.json', accepted);
      expect(headers, accepted).to.include({
        'content-encoding': coding,
        'content-length': String(bytes.length),
        'content-type': 'application/json',
        vary: 'accept-encoding',
      });
      expect(bytes.length).to.be.below(plain.bytes.length / 3);
      expect(CODINGS[coding](bytes).equals(plain.bytes)).to.equal(true);
    }
    for (const accepted of ['identity', 'gzip;q=0', 'deflate']) {
      const { headers, bytes } = await ask(gateway, '/openapi.json', accepted);
      expect(headers, accepted).to.not.have.property('content-encoding');
      expect(bytes.equals(plain.bytes)).to.equal(true);
    }
  });

  it('is described to HEAD as GET gets it', async () => {
    const gateway = await start();
    for (const accepted of ['gzip', 'br', undefined]) {
      const { headers: got } = await ask(gateway, '/openapi.json', accepted);
      const { headers, bytes } = await ask(gateway, '/openapi.json', accepted, 'HEAD');
      for (const name of ['content-length', 'content-encoding', 'content-type', 'vary'])
        expect(headers[name], `${name} of ${accepted ?? 'no coding'}`).to.deep.equal(got[name]);
      expect(bytes.length).to.equal(0);
    }
  });

  it('has a weak tag, since its bytes are others, and is not sent again to a client that has it', async () => {
    const groups = Array.from({ length: 100 }, (_, at) => ({
      title: `Group ${at}`,
      labels: { team: `t${at}` },
    }));
    const served = await DaemonOverHttp.start({}, undefined, {}, { statusPages: [{ ...PAGE, groups }] });
    try {
      const plain = await ask(served, '/status/web', undefined);
      const tag = String(plain.headers['etag']);
      expect(tag).to.match(/^"/);
      expect(plain.bytes.length).to.be.above(LARGE_ANSWER);
      const { headers, bytes } = await ask(served, '/status/web', 'gzip');
      expect(headers).to.include({ 'content-encoding': 'gzip', etag: `W/${tag}` });
      expect(gunzipSync(bytes).equals(plain.bytes)).to.equal(true);
      for (const known of [tag, `W/${tag}`]) {
        const again = await request(`${served.url}/status/web`, {
          headers: { 'accept-encoding': 'gzip', 'if-none-match': known },
        });
        expect(again.statusCode, known).to.equal(304);
        expect(await again.body.text()).to.equal('');
      }
    } finally {
      await served.stop();
    }
  });

  it('goes out whole, whether compressed or not, when many are asked for at once', async () => {
    const gateway = await start();
    const plain = await ask(gateway, '/openapi.json', undefined);
    const clients = Array.from({ length: 20 }, () => gateway.raw());
    await Promise.all(clients.map((client) => client.send(head('GET /healthz')).answer()));
    // All in one write each and one pass, so that they are there before the first one is compressed.
    for (const client of clients) client.send(head('GET /openapi.json', 'Accept-Encoding: gzip'));
    const answers = await Promise.all(clients.map(async (client) => (await client.answers(2))[1]!));
    const compressed = answers.filter(({ headers }) => headers['content-encoding'] === 'gzip');
    expect(compressed).to.not.be.empty;
    expect(compressed).to.have.length.below(answers.length);
    for (const { headers, body } of answers) {
      const bytes = Buffer.from(body, 'latin1');
      const whole = headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
      expect(whole.equals(plain.bytes)).to.equal(true);
    }
  });

  it('is not compressed if it is a batch or a stream, and a small one is not either', async () => {
    const gateway = await start({ limits: { batch: 1000, body: 100_000 } });
    gateway.daemon.addEnded(userId(7), sessionsInARow(1000));
    for (const [path, method, isLarge] of [
      ['/checkup', 'POST', true],
      ['/heart_rhythm/7', 'GET', true],
      ['/healthz', 'GET', false],
    ] as const) {
      const { headers, bytes } = await ask(gateway, path, 'gzip, br', method);
      expect(headers, path).to.not.have.property('content-encoding');
      expect(bytes.length > LARGE_ANSWER, path).to.equal(isLarge);
    }
  });
});
