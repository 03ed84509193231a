import { expect } from 'chai';
import fc from 'fast-check';
import { NotABatch, ValueScanner } from '../../../src/http/input/value-scanner.js';

const LONGEST = 40;

/** The values found in a body that arrives in these chunks, with their text. */
function scan(
  chunks: readonly Buffer[],
  longest = LONGEST,
  longestNested = longest,
): (readonly [string | undefined, string])[] {
  const found: (readonly [string | undefined, string])[] = [];
  const scanner = new ValueScanner((value, written) => found.push([value, written]), {
    longest,
    longestNested,
  });
  for (const chunk of chunks) scanner.write(chunk);
  scanner.end();
  return found;
}

/** The body, cut at these places in thousandths of its length. */
function cut(body: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => Math.floor((place * body.length) / 1000)), body.length];
  at.sort((a, b) => a - b);
  return at.slice(1).map((end, index) => body.subarray(at[index], end));
}

const cuts = fc.array(fc.nat(1000), { maxLength: 6 });
const anyText = fc.string({ unit: 'grapheme', maxLength: 12 });
const anyNumber = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const anyGap = fc.constantFrom('', ' ', '\n', '\r\n\t');

describe('the values of a batch', () => {
  it('are found as JSON.parse finds the strings, and as they were written the numbers, however they arrive', () => {
    const value = fc.oneof(
      anyText.map((text) => ({ json: JSON.stringify(text), found: [text, 'quoted'] as const })),
      anyNumber.map((digits) => ({ json: digits, found: [digits, 'bare'] as const })),
      fc
        .array(fc.oneof(anyText, fc.integer()), { maxLength: 3 })
        .map((nested) => JSON.stringify({ nested, '"': [{}, '}'] }))
        .map((json) => ({ json, found: [json, 'nested'] as const })),
    );
    fc.assert(
      fc.property(fc.array(value), anyGap, cuts, (values, gap, places) => {
        const body = Buffer.from(`${gap}[${values.map(({ json }) => gap + json + gap).join(',')}]${gap}`);
        const expected = values.map(({ found }) => found);
        expect(scan(cut(body, places), body.length)).to.deep.equal(expected);
      }),
    );
  });

  it('on a line that begins with a quote are strings of JSON, or none', () => {
    const lines = ['"a\\u0062"', '"a"b"', '"', '"a', 'a"', '"a" "b"', '"\\x"'];
    expect(scan([Buffer.from(lines.join('\n'))])).to.deep.equal([
      ['ab', 'quoted'],
      [undefined, 'quoted'],
      [undefined, 'quoted'],
      [undefined, 'quoted'],
      ['a"', 'line'],
      [undefined, 'quoted'],
      [undefined, 'quoted'],
    ]);
  });

  it('are found one a line, however they arrive', () => {
    const word = fc.stringMatching(/^[a-z0-9äöü€+-]{1,9}$/);
    const line = fc.oneof(
      word.map((text) => ({ text, found: [text, 'line'] as const })),
      word.map((text) => ({ text: JSON.stringify(text), found: [text, 'quoted'] as const })),
    );
    const ending = fc.constantFrom('\n', '\r\n', '\n\n');
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), ending, cuts, (lines, end, places) => {
        const body = Buffer.from(lines.map(({ text }) => text).join(end));
        expect(scan(cut(body, places))).to.deep.equal(lines.map(({ found }) => found));
      }),
    );
  });

  it('are the same behind a byte order mark, however they arrive', () => {
    const mark = Buffer.from('\ufeff');
    fc.assert(
      fc.property(fc.array(anyNumber, { minLength: 1 }), fc.boolean(), cuts, (values, asLines, places) => {
        const body = Buffer.from(asLines ? values.join('\n') : `[${values.join(',')}]`);
        const marked = Buffer.concat([mark, body]);
        expect(scan(cut(marked, places))).to.deep.equal(scan([body]));
      }),
    );
    expect(() => scan([mark]), 'nothing behind it').to.throw(NotABatch);
    expect(() => scan([mark, Buffer.from('{}')]), 'an object').to.throw(NotABatch);
  });

  it('are the same where files that begin with a byte order mark were joined', () => {
    const joined = Buffer.from('\ufeffdb1\n\ufeffdb2\r\n\ufeff"db3"\n\ufeff\n');
    expect(scan([joined]).map(([value]) => value)).to.deep.equal(['db1', 'db2', 'db3']);
  });

  it('keep what only begins like a byte order mark', () => {
    // The first two bytes of the byte order mark, and then another character.
    for (const text of ['\ufec0x', 'ïx'])
      for (const places of [[], [200], [400], [200, 400]])
        expect(scan(cut(Buffer.from(`${text}\nb`), places))).to.deep.equal([
          [text, 'line'],
          ['b', 'line'],
        ]);
  });

  it('keep their last character, also where its last byte looks like a space', () => {
    for (const text of ['voilà', 'СЕРВЕР', 'à'])
      expect(scan([Buffer.from(`${text}\n ${text} \r\n`)])).to.deep.equal([
        [text, 'line'],
        [text, 'line'],
      ]);
  });

  it('are cut off one byte behind the longest, so that they are too long and not kept', () => {
    fc.assert(
      fc.property(fc.nat(200), cuts, (length, places) => {
        const digits = '7'.repeat(length + 1);
        const kept = digits.slice(0, LONGEST + 1);
        for (const [body, written] of [
          [`[${digits}]`, 'bare'],
          [`["${digits}"]`, 'quoted'],
          [digits, 'line'],
        ] as const)
          expect(scan(cut(Buffer.from(body), places))).to.deep.equal([[kept, written]]);
      }),
    );
  });

  it('are none where the body is neither form', () => {
    for (const body of ['', '{}', '[1', '[1,]', '[1 2]', '[1]2', '["1]', '[,1]'])
      for (const places of [[], [500], [0, 250, 500, 750]])
        expect(() => scan(cut(Buffer.from(body), places)), body).to.throw(NotABatch);
  });
});
