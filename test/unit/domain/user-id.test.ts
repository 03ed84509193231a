import { expect } from 'chai';
import { parseUserId, userIdFromBigInt } from '../../../src/domain/user-id.js';

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
