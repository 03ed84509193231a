import { expect } from 'chai';
import fc from 'fast-check';
import { parseNodeName } from '../../../src/domain/node-name.js';

describe('the name of a node', () => {
  it('is any text of 1 to 255 bytes of UTF-8 but . and ..', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 0, maxLength: 300 }), (text) => {
        const bytes = Buffer.from(text);
        const isText = bytes.toString() === text;
        const isName = isText && bytes.length >= 1 && bytes.length <= 255 && text !== '.' && text !== '..';
        expect(parseNodeName(text)).to.equal(isName ? text : undefined);
      }),
    );
  });

  for (const text of ['a', ' ', '...', '/', '\u0000', '😀'.repeat(63), 'é'.repeat(127)])
    it(`may be ${JSON.stringify(text.slice(0, 10))}`, () => expect(parseNodeName(text)).to.equal(text));

  for (const text of ['', '.', '..', 'x'.repeat(256), '😀'.repeat(64), '\ud800', 'a\udc00'])
    it(`is not ${JSON.stringify(text.slice(0, 10))}`, () => expect(parseNodeName(text)).to.equal(undefined));
});
