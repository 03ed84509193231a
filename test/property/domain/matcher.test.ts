import { expect } from 'chai';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { compiled, parseMatcher } from '../../../src/domain/matcher.js';
import { EFFORT } from '../../support/effort.js';

const letter = fc.constantFrom('a', 'b', 'A', '-', '1', '😀');
const literal = fc.array(letter, { minLength: 1, maxLength: 3 }).map((letters) => letters.join(''));
const list = fc.array(literal, { minLength: 1, maxLength: 3 }).map((each) => each.join('|'));
const piece = fc.oneof(
  literal,
  list.map((inner) => `(${inner})`),
  list.map((inner) => `(?:${inner})`),
  list,
  fc.constantFrom(
    '.',
    '.*',
    '.+',
    '[ab]',
    '[^b]',
    '\\d',
    '\\-',
    '\\x41',
    '(?i)',
    '(?i:a)',
    '^',
    '$',
    '|',
    'a{2}',
  ),
);
const repeated = fc
  .tuple(piece, fc.constantFrom('', '', '', '?', '*', '+', '{0}', '{0,2}', '{1,2}', '*?'))
  .map(([what, sign]) => (sign === '' ? what : `${what}${sign}`));
const pattern = fc.array(repeated, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''));
const text = fc.array(letter, { maxLength: 5 }).map((letters) => letters.join(''));

describe('a matcher with a regular expression', () => {
  it('fits what RE2 fits, although it looks at the beginning and the end of a value first', () => {
    let fitted = 0;
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 8 }), (value, texts) => {
        const read = parseMatcher(`name=~${value}`);
        // Some have two signs of repetition behind each other.
        fc.pre(!('problem' in read));
        const [fits, re2] = [compiled([read]), RE2JS.compile(value)];
        for (const name of texts) {
          const isFit = re2.matches(name);
          if (isFit) fitted++;
          expect(fits({ name, labels: {} }), `${value} of ${name}`).to.equal(isFit);
        }
      }),
      { numRuns: 1000 * EFFORT },
    );
    expect(fitted).to.be.above(0);
  });
});
