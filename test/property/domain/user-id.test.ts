import fc from 'fast-check';
import { expect } from 'chai';
import { parseUserId, userIdFromBigInt } from '../../../src/domain/user-id.js';

const id = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const beyond = fc.oneof(
  fc.bigInt({ min: 2n ** 63n, max: 2n ** 70n }),
  fc.bigInt({ min: -(2n ** 70n), max: -(2n ** 63n) - 1n }),
);
const zeros = fc.nat(30).map((length) => '0'.repeat(length));

describe('every user id', () => {
  it('keeps all its digits', () => {
    fc.assert(
      fc.property(id, (value) => {
        expect(parseUserId(value.toString())).to.equal(value.toString());
        expect(userIdFromBigInt(value)).to.equal(value.toString());
      }),
    );
  });

  it('has one canonical form, however it is written', () => {
    fc.assert(
      fc.property(id, zeros, (value, padding) => {
        const magnitude = (value < 0n ? -value : value).toString();
        const spellings =
          value < 0n
            ? [`-${padding}${magnitude}`]
            : [
                `${padding}${magnitude}`,
                `+${padding}${magnitude}`,
                ...(value === 0n ? [`-${padding}0`] : []),
              ];
        for (const spelling of spellings) expect(parseUserId(spelling)).to.equal(value.toString());
      }),
    );
  });

  it('differs from every other, and its canonical form is a user id again', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[-+]?0{0,3}[0-9]{1,20}$/), (text) => {
        const parsed = parseUserId(text);
        const value = BigInt(text.replace('+', ''));
        const fits = value === BigInt.asIntN(64, value);
        expect(parsed).to.equal(fits ? value.toString() : undefined);
        if (parsed !== undefined) expect(parseUserId(parsed)).to.equal(parsed);
      }),
    );
  });

  it('fits 64 bits', () => {
    fc.assert(
      fc.property(beyond, (value) => {
        expect(parseUserId(value.toString())).to.equal(undefined);
      }),
    );
  });

  it('is an optional sign and digits, and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 24 }), (text) => {
        if (!/^[-+]?[0-9]+$/.test(text)) expect(parseUserId(text)).to.equal(undefined);
      }),
      { numRuns: 500 },
    );
  });
});
