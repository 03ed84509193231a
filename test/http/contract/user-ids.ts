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

/** User ids in the path: which are accepted, their values, and the errors for others. */
export function userIdContract(start: Start): void {
  let served: GatewayUnderTest;
  beforeEach(async () => {
    served = await start();
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

  it('refuses anything but a signed 64-bit integer with the fixed sentence only', async () => {
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

/** `encodeURIComponent`, also for dots, which clients resolve as path segments. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll('.', '%2E');
}
