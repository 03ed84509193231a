import { expect } from 'chai';
import fc from 'fast-check';
import { parseTextId, parseUserId } from '../../../src/domain/user-id.js';
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

const TEXTS = [
  '7',
  '007',
  '+7',
  '9223372036854775808',
  'ann',
  'Ann',
  '8f14e45f-ceea-467f-a9b2-c1d8f6b3a001',
  'tenant1:ann@example.org',
  'a b',
  'a/b?c#d',
  '100%',
  '%37',
  '"\\',
  'ünïcödé',
  '\u{1f49a}',
  '\u2028',
  'é',
  'e\u0301',
  '...',
  'x'.repeat(255),
];
/** As they stand in a path. */
const NO_TEXTS = [
  '%00',
  'a%0Ab',
  '%7F',
  '%C2%80',
  '%C2%9F',
  '%',
  '%zz',
  '%FF',
  '%C3',
  '%ED%A0%80',
  '..',
  '%2E%2E',
  '.',
  'x'.repeat(256),
  '%C3%A9'.repeat(128),
];

/** Ids that are texts, with `user_ids: text`. */
export function textIdContract(start: Start): void {
  let served: GatewayUnderTest;
  beforeEach(async () => {
    served = await start({ userIds: 'text' });
  });

  it('takes each text for a user of its own, and gives it back as it is', async () => {
    for (const text of TEXTS) {
      const path = encode(text);
      expect((await served.call('GET', `/checkup/${path}`)).json).to.deep.equal({
        id: text,
        status: 'offline',
      });
      expect((await served.call('PUT', `/heal/${path}`)).status, text).to.equal(200);
      expect((await served.call('GET', `/checkup/${path}`)).json).to.deep.equal({
        id: text,
        status: 'online',
      });
      expect((await served.call('GET', `/users/${path}`)).json).to.deep.include({
        id: text,
        status: 'online',
      });
      expect((await served.call('GET', `/heart_rhythm/${path}`)).json).to.have.property('id', text);
      expect((await served.call('POST', `/heal/${path}/goodbye`)).json).to.deep.equal({ status: 'offline' });
    }
    expect([...new Set(served.daemon.asked.map(({ user }) => user))]).to.deep.equal(TEXTS);
  });

  it('takes what stands for itself without encoding, and ignores a query', async () => {
    for (const path of ["ann!$&'()*+,;=:@~", '7', '7/', '7?x=1']) {
      expect((await served.call('PUT', `/heal/${path}`)).status, path).to.equal(200);
    }
    expect(served.daemon.asked.map(({ user }) => user)).to.deep.equal(["ann!$&'()*+,;=:@~", '7', '7', '7']);
  });

  it('refuses what is no such text with the fixed sentence only', async () => {
    for (const [method, path, suffix] of CALLS) {
      for (const id of NO_TEXTS) {
        const { status, text } = await served.call(method, `${path}/${id}${suffix}`);
        expect([status, text], `${method} ${path}/${id}`).to.deep.equal([
          400,
          method === 'HEAD' ? '' : '{"error":"invalid user_id format"}',
        ]);
      }
    }
    expect(served.daemon.asked).to.be.empty;
  });

  it('takes a number in a batch for its digits, and no other value without quotes', async () => {
    const body = '["ann", 7, "007", -7, "\\u00fc", "\\ud800", 1.5, 1e3, true, null, "", "a\\nb", {"id":7}]';
    const { json } = await served.call('POST', '/heal', {
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(json).to.deep.equal({
      accepted: 6,
      rejected: [5, 6, 7, 8, 9, 10, 11].map((index) => ({ index, error: 'invalid user_id format' })),
    });
    expect(served.daemon.asked.map(({ user }) => user)).to.deep.equal(['ann', '7', '007', '-7', 'ü', '7']);
  });

  it('takes any line for an id', async () => {
    await served.call('POST', '/heal', { body: 'ann\n1.5\r\n  a b \n\ntrue\n' });
    const { json } = await served.call('POST', '/checkup', { body: '["a b", "ann", "bob"]' });
    expect(json).to.deep.equal({
      results: [
        { id: 'a b', status: 'online' },
        { id: 'ann', status: 'online' },
        { id: 'bob', status: 'offline' },
      ],
    });
    expect(served.daemon.asked.slice(0, 4).map(({ user }) => user)).to.deep.equal([
      'ann',
      '1.5',
      'a b',
      'true',
    ]);
  });

  it('takes any text in the path for what parseTextId takes it', async () => {
    await fc.assert(
      fc.asyncProperty(anyId, async (text) => {
        const user = parseTextId(text);
        const { status, json } = await served.call('GET', `/checkup/${encode(text)}`);
        expect([status, json]).to.deep.equal(
          user === undefined
            ? [400, { error: 'invalid user_id format' }]
            : [200, { id: text, status: 'offline' }],
        );
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
