import fc from 'fast-check';
import { expect } from 'chai';
import type { UserReach } from '../../../src/domain/access.js';
import { isHigh, orderOf, spansOf } from '../../../src/domain/user-order.js';
import { parseTextId, userIdFromBigInt, type UserId } from '../../../src/domain/user-id.js';

const integers = fc
  .oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -1100n, max: 1100n }))
  .map(userIdFromBigInt);
const letters = fc.constantFrom('a', 'b', ':', '\u00e4', '\uffee', '\ue000', '\u{1f49a}', '\u{10fffe}');
const texts = fc
  .string({ unit: fc.oneof(letters, fc.integer({ min: 0x20, max: 0x10ffff }).map(character)), maxLength: 6 })
  .map(parseTextId)
  .filter((id) => id !== undefined);

const plainTexts = fc
  .string({ unit: fc.integer({ min: 0x20, max: 0xd7ff }).map(character), maxLength: 3 })
  .map(parseTextId)
  .filter((id) => id !== undefined);

function character(code: number): string {
  return code >= 0xd800 && code < 0xe000 ? 'x' : String.fromCodePoint(code);
}

describe('the order of users', () => {
  it('is that of the numbers', () => {
    const order = orderOf('integer');
    fc.assert(
      fc.property(integers, integers, (one, other) => {
        const difference = BigInt(one) - BigInt(other);
        expect(Math.sign(order(one, other))).to.equal(difference === 0n ? 0 : difference < 0n ? -1 : 1);
      }),
    );
  });

  it('is that of the bytes of a text', () => {
    const order = orderOf('text');
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const bytes = Buffer.compare(Buffer.from(one), Buffer.from(other));
        expect(Math.sign(order(one, other))).to.equal(bytes);
      }),
      { numRuns: 1000 },
    );
  });

  it('of texts without high characters is that of JavaScript', () => {
    const [order, plain] = [orderOf('text'), orderOf('text', true)];
    fc.assert(
      fc.property(plainTexts, plainTexts, (one, other) => {
        expect([isHigh(one), isHigh(other)]).to.deep.equal([false, false]);
        expect(Math.sign(plain(one, other))).to.equal(Math.sign(order(one, other)));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the spans of a reach', () => {
  /** The ids within reach, as a list reads them. */
  function read(kind: 'integer' | 'text', reach: UserReach | undefined, ids: readonly UserId[]): UserId[] {
    const order = orderOf(kind);
    const sorted = [...new Set(ids)].sort(order);
    return spansOf(reach).flatMap(({ from, holds }) => {
      const first = sorted.findIndex((id) => from === undefined || order(id, from) >= 0);
      const within = first < 0 ? [] : sorted.slice(first);
      const end = within.findIndex((id) => !holds(id));
      return end < 0 ? within : within.slice(0, end);
    });
  }

  it('hold exactly the users of a range, in order', () => {
    fc.assert(
      fc.property(fc.array(integers), integers, integers, (ids, one, other) => {
        const [from, to] = BigInt(one) <= BigInt(other) ? [one, other] : [other, one];
        const wanted = ids.filter((id) => BigInt(id) >= BigInt(from) && BigInt(id) <= BigInt(to));
        const sorted = [...new Set(wanted)].sort(orderOf('integer'));
        expect(read('integer', { from, to }, ids)).to.deep.equal(sorted);
      }),
    );
  });

  it('hold exactly the users of some prefixes, each once and in order', () => {
    const prefix = fc.string({ unit: letters, minLength: 1, maxLength: 2 });
    fc.assert(
      fc.property(fc.array(texts), fc.array(prefix), (ids, prefixes) => {
        const wanted = ids.filter((id) => prefixes.some((each) => id.startsWith(each)));
        const sorted = [...new Set(wanted)].sort(orderOf('text'));
        expect(read('text', { prefixes }, ids)).to.deep.equal(sorted);
      }),
      { numRuns: 1000 },
    );
  });

  it('hold everybody, nobody, and one', () => {
    const ids = ['1', '2', '3'].flatMap((id) => parseTextId(id) ?? []);
    expect(read('text', undefined, ids)).to.deep.equal(ids);
    expect(read('text', 'none', ids)).to.deep.equal([]);
    const [, two = expect.fail()] = ids;
    expect(read('text', { only: two }, ids)).to.deep.equal([two]);
  });
});
