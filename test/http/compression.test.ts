import { expect } from 'chai';
import { request } from 'undici';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { starting, type GatewayUnderTest } from './support/gateway-under-test.js';

const CODINGS = { br: brotliDecompressSync, gzip: gunzipSync } as const;
const USERS = JSON.stringify(Array.from({ length: 1000 }, (_, id) => 10_000_000 + id));

describe('a large answer', () => {
  const start = starting(true);

  async function ask(
    { url }: GatewayUnderTest,
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
      for (const name of ['content-length', 'content-encoding', 'content-type', 'vary', 'etag'])
        expect(headers[name], `${name} of ${accepted ?? 'no coding'}`).to.deep.equal(got[name]);
      expect(bytes.length).to.equal(0);
    }
  });

  it('goes out whole, whether compressed or not, when many are asked for at once', async () => {
    const gateway = await start();
    const plain = await ask(gateway, '/openapi.json', undefined);
    const all = await Promise.all(Array.from({ length: 20 }, () => ask(gateway, '/openapi.json', 'gzip')));
    for (const { headers, bytes } of all) {
      const whole = headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
      expect(whole.equals(plain.bytes)).to.equal(true);
    }
  });

  it('is not compressed if it is a batch, a stream, or small', async () => {
    const gateway = await start({ limits: { batch: 1000, body: 100_000 } });
    for (const [path, method] of [
      ['/checkup', 'POST'],
      ['/heal', 'POST'],
      ['/heart_rhythm/7', 'GET'],
      ['/healthz', 'GET'],
    ] as const) {
      const { headers } = await ask(gateway, path, 'gzip, br', method);
      expect(headers, path).to.not.have.property('content-encoding');
    }
    const checked = await ask(gateway, '/checkup', 'gzip', 'POST');
    expect(checked.bytes.length).to.be.above(16_384);
  });
});
