import { expect } from 'chai';
import { isInteger, parseTextId, parseUserId, userIdFromBigInt } from '../../../src/domain/user-id.js';

const LARGEST = '9223372036854775807';
const SMALLEST = '-9223372036854775808';

describe('a user id', () => {
  const good: readonly (readonly [text: string, id: string])[] = [
    ['0', '0'],
    ['1', '1'],
    ['12345', '12345'],
    ['-1', '-1'],
    ['+1', '1'],
    ['007', '7'],
    ['-007', '-7'],
    ['+007', '7'],
    ['00', '0'],
    ['-0', '0'],
    ['+0', '0'],
    ['-000', '0'],
    ['10', '10'],
    ['-10', '-10'],
    // Beyond the integers of a double.
    ['9007199254740991', '9007199254740991'],
    ['9007199254740992', '9007199254740992'],
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['175928847299117063', '175928847299117063'],
    [LARGEST, LARGEST],
    [`+${LARGEST}`, LARGEST],
    [`000${LARGEST}`, LARGEST],
    [SMALLEST, SMALLEST],
    ['-0009223372036854775808', SMALLEST],
    [`${'0'.repeat(10_000)}5`, '5'],
    ['0'.repeat(10_000), '0'],
    ['999999999999999999', '999999999999999999'],
  ];

  for (const [text, id] of good) {
    it(`${shown(text)} is ${id}`, () => {
      expect(parseUserId(text)).to.equal(id);
    });
  }

  const bad = [
    ...['', ' ', '+', '-', '+-1', '-+1', '--1', '++1', '1-', '1+', '-', '- 1', '+ 1'],
    ...[' 1', '1 ', '1\n', '\n1', '1\0', '\0', '\t1', '1 2', '1,2', '1_000', "1'000"],
    ...[
      '1.0',
      '1.',
      '.1',
      '1e3',
      '1E3',
      '0x10',
      '0b1',
      '0o7',
      '1n',
      'NaN',
      'Infinity',
      'null',
      'abc',
      '12a',
      'a12',
    ],
    ...['%31', '%', '1%', '1/2', '/', '..', '１２', '١٢', '𝟏', '1\u0301', '\u22121', '½', '²'],
    ...['9223372036854775808', '-9223372036854775809', '9223372036854775810', '10000000000000000000'],
    ...['18446744073709551615', `${LARGEST}0`, `-${LARGEST}0`, '9'.repeat(10_000), '-9999999999999999999'],
  ];

  for (const text of bad) {
    it(`${shown(text)} is none`, () => {
      expect(parseUserId(text)).to.equal(undefined);
    });
  }

  it('is a bigint, cut to 64 bits', () => {
    expect(userIdFromBigInt(9007199254740993n)).to.equal('9007199254740993');
    expect(userIdFromBigInt(2n ** 63n - 1n)).to.equal(LARGEST);
    expect(userIdFromBigInt(-(2n ** 63n))).to.equal(SMALLEST);
    expect(userIdFromBigInt(0n)).to.equal('0');
  });
});

function shown(text: string): string {
  const json = JSON.stringify(text);
  return json.length > 40 ? `${json.slice(0, 20)}… (${text.length} characters)` : json;
}

describe('a user id that is a text', () => {
  it('is 1 to 255 bytes of UTF-8, kept as it is', () => {
    for (const text of [
      '7',
      '007',
      'ann',
      ' ',
      'é',
      'e\u0301',
      '\u00a0',
      '...',
      'x'.repeat(255),
      'é'.repeat(127),
    ])
      expect(parseTextId(text), text).to.equal(text);
  });

  it('is neither empty, too long, a step in a path, nor half a character', () => {
    for (const text of ['', '.', '..', 'x'.repeat(256), 'é'.repeat(128), '\ud83d', 'a\udc9a'])
      expect(parseTextId(text), JSON.stringify(text)).to.equal(undefined);
  });

  it('has no control character', () => {
    for (let code = 0; code < 0x120; code++) {
      const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
      const text = `a${String.fromCharCode(code)}b`;
      expect(parseTextId(text), String(code)).to.equal(isControl ? undefined : text);
    }
  });

  it('is an integer only if these are the digits of one', () => {
    const isStoredAsInteger = (text: string) => isInteger(parseTextId(text) ?? expect.fail(text));
    for (const text of ['0', '7', '-7', LARGEST, SMALLEST])
      expect(isStoredAsInteger(text), text).to.equal(true);
    for (const text of ['007', '+7', '-0', '7a', ' 7', '9223372036854775808'])
      expect(isStoredAsInteger(text), text).to.equal(false);
  });
});
