import { expect } from 'chai';
import fc from 'fast-check';
import { parseUserId } from '../../../src/domain/user-id.js';
import type { GatewayUnderTest, Start } from '../support/gateway-under-test.js';

const DIGITS = [
  '0',
  '12345',
  '9007199254740993',
  '-9007199254740993',
  '9223372036854775807',
  '-9223372036854775808',
];
const AS_WRITTEN = [
  ['007', '7'],
  ['+7', '7'],
  ['%2B7', '7'],
  ['-0', '0'],
  ['-007', '-7'],
  ['%37', '7'],
  ['7/', '7'],
] as const;
const INVALID = [
  'abc',
  '1.5',
  '1e3',
  '--1',
  '-',
  '+',
  '0x10',
  '%20',
  '1%202',
  '%',
  '%zz',
  '%E0%A4%A',
  '9223372036854775808',
  '-9223372036854775809',
  '%D9%A3',
  '..',
  'goodbye',
  '1,2',
  '1%2F2',
];
const CALLS = [
  ['PUT', '/heal', ''],
  ['DELETE', '/heal', ''],
  ['POST', '/heal', '/goodbye'],
  ['GET', '/checkup', ''],
  ['HEAD', '/checkup', ''],
  ['GET', '/heart_rhythm', ''],
] as const;

/** The three calls and goodbye: statuses and bodies to the letter. */
export function presenceContract(start: Start): void {
  let served: GatewayUnderTest;
  beforeEach(async () => {
    served = await start();
  });

  it('answers a heal exactly as the original did', async () => {
    const { status, text, headers } = await served.call('PUT', '/heal/12345');
    expect(status).to.equal(200);
    expect(text).to.equal('{"status":"online"}');
    expect(headers['content-type']).to.equal('application/json');
    expect(headers['content-length']).to.equal('19');
    expect(headers).to.have.property('date');
    expect(headers).not.to.have.property('x-powered-by');
  });

  it('answers a checkup with the id and the status', async () => {
    expect((await served.call('GET', '/checkup/12345')).text).to.equal('{"id":12345,"status":"offline"}');
    await served.call('PUT', '/heal/12345');
    expect((await served.call('GET', '/checkup/12345')).text).to.equal('{"id":12345,"status":"online"}');
  });

  it('answers a goodbye in both forms, twice too', async () => {
    for (const [method, path] of [
      ['DELETE', '/heal/5'],
      ['POST', '/heal/5/goodbye'],
    ] as const) {
      await served.call('PUT', '/heal/5');
      for (let time = 0; time < 2; time++) {
        const { status, text } = await served.call(method, path);
        expect([status, text]).to.deep.equal([200, '{"status":"offline"}']);
      }
      expect((await served.call('GET', '/checkup/5')).text).to.contain('offline');
    }
  });

  it('gives every id back with the digits it has', async () => {
    for (const digits of DIGITS) {
      expect((await served.call('PUT', `/heal/${digits}`)).status).to.equal(200);
      expect((await served.call('GET', `/checkup/${digits}`)).text).to.equal(
        `{"id":${digits},"status":"online"}`,
      );
    }
    expect(served.daemon.asked.map(({ user }) => user)).to.deep.equal(DIGITS.flatMap((id) => [id, id]));
  });

  it('takes an id as people write it', async () => {
    for (const [written, canonical] of AS_WRITTEN) {
      expect((await served.call('GET', `/checkup/${written}`)).text, written).to.equal(
        `{"id":${canonical},"status":"offline"}`,
      );
    }
  });

  it('refuses whatever is no signed 64-bit integer, with nothing but the sentence', async () => {
    for (const [method, path, suffix] of CALLS) {
      for (const id of INVALID) {
        const { status, text } = await served.call(method, `${path}/${id}${suffix}`);
        expect(status, id).to.equal(400);
        expect(text).to.equal(method === 'HEAD' ? '' : '{"error":"invalid user_id format"}');
      }
    }
    expect(served.daemon.asked).to.be.empty;
  });

  it('says that the id is missing', async () => {
    for (const [method, path, suffix] of CALLS) {
      if (method === 'HEAD' || suffix !== '') continue;
      for (const missing of [path, `${path}/`, `${path}?x=1`]) {
        const { status, text } = await served.call(method, missing);
        expect([status, text], missing).to.deep.equal([400, '{"error":"missing user_id parameter"}']);
      }
    }
  });

  it('judges the method before the id, and says which are allowed', async () => {
    for (const id of ['', '/', '/5', '/abc', '/%zz', '/5/']) {
      await expectNotAllowed('POST', `/heal${id}`, 'PUT, DELETE');
      await expectNotAllowed('GET', `/heal${id}`, 'PUT, DELETE');
      await expectNotAllowed('PUT', `/checkup${id}`, 'GET, HEAD');
      await expectNotAllowed('OPTIONS', `/checkup${id}`, 'GET, HEAD');
      await expectNotAllowed('POST', `/heart_rhythm${id}`, 'GET, HEAD');
    }
    await expectNotAllowed('PUT', '/heal/%zz/goodbye', 'POST');
  });

  async function expectNotAllowed(method: string, path: string, allow: string): Promise<void> {
    const { status, headers, json } = await served.call(method, path);
    expect(status, `${method} ${path}`).to.equal(405);
    expect(headers['allow']).to.equal(allow);
    expect(json).to.deep.equal({ error: 'method not allowed', code: 'HEARTBEAT_METHOD_NOT_ALLOWED' });
  }

  it('answers HEAD as GET, without the body', async () => {
    const got = await served.call('GET', '/checkup/12345');
    const { status, text, headers } = await served.call('HEAD', '/checkup/12345');
    expect([status, text]).to.deep.equal([200, '']);
    expect(headers['content-length']).to.equal(got.headers['content-length']);
    expect((await served.call('HEAD', '/heart_rhythm/12345')).status).to.equal(200);
    expect((await served.call('HEAD', '/heart_rhythm/abc')).status).to.equal(400);
  });

  it('does not care what a heal brings along', async () => {
    const bodies = [
      ['application/json', '{"broken'],
      ['application/x-www-form-urlencoded', 'a=1'],
      ['nonsense', 'x'.repeat(1024)],
      ['', ''],
    ] as const;
    for (const [type, body] of bodies) {
      const headers = type === '' ? {} : { 'content-type': type };
      expect((await served.call('PUT', '/heal/5', { headers, body })).status, type).to.equal(200);
    }
    expect((await served.call('PUT', '/heal/5?when=now')).status).to.equal(200);
    expect((await served.call('PUT', '/heal/5', { body: inChunks(8, 100) })).status).to.equal(200);
    expect((await served.call('POST', '/heal/5/goodbye', { body: 'bye' })).status).to.equal(200);
  });

  it('takes any text in the path for what parseUserId takes it', async () => {
    await fc.assert(
      fc.asyncProperty(anyId, async (text) => {
        const user = parseUserId(text);
        const path = `/checkup/${/^[+-]?\d+$/.test(text) ? text : encode(text)}`;
        const { status, text: body } = await served.call('GET', path);
        expect([status, body]).to.deep.equal(
          user === undefined
            ? [400, '{"error":"invalid user_id format"}']
            : [200, `{"id":${user},"status":"offline"}`],
        );
        expect((await served.call('PUT', `/heal/${encode(text)}`)).status).to.equal(status);
        if (user !== undefined) await served.call('DELETE', `/heal/${user}`);
      }),
      { numRuns: 150 },
    );
  });
}

const around64Bits = fc.bigInt(-(2n ** 64n), 2n ** 64n).map(String);
const anyId = fc.oneof(
  fc.string({ minLength: 1, unit: 'grapheme' }),
  fc.string({ minLength: 1, unit: 'binary-ascii' }),
  around64Bits,
  fc
    .tuple(fc.constantFrom('', '+', '-'), fc.constantFrom('', '0', '000'), fc.nat())
    .map((parts) => parts.join('')),
);

/** `encodeURIComponent`, dots too, which clients take for steps in the path. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll('.', '%2E');
}

export async function* inChunks(count: number, size: number): AsyncGenerator<Buffer> {
  for (let chunk = 0; chunk < count; chunk++) yield Buffer.alloc(size, 'x');
}
