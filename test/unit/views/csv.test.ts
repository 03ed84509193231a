import { expect } from 'chai';
import { csvOf } from '../../../src/views/csv.js';

describe('CSV', () => {
  it('has a line of names and a line for each row, as RFC 4180 has them', () => {
    expect(
      csvOf(
        ['a', 'b'],
        [
          ['x', 1.5],
          [null, undefined],
        ],
      ),
    ).to.equal('a,b\r\n"x",1.5\r\n,\r\n');
    expect(csvOf(['a'], [['say "hi", or\nnot']])).to.equal('a\r\n"say ""hi"", or\nnot"\r\n');
  });

  for (const hostile of [
    "=cmd|' /C calc'!A0",
    '+1+1',
    '-1',
    '@SUM(1)',
    '\t=1',
    '\r=1',
    '  =1',
    '\n=1',
    '＝1',
    '－1',
  ])
    it(`lets no spreadsheet take ${JSON.stringify(hostile)} for a formula`, () => {
      expect(csvOf(['a'], [[hostile]])).to.equal(`a\r\n"'${hostile}"\r\n`);
    });

  it('keeps a field in its column, whatever is in it', () => {
    expect(csvOf(['a', 'b'], [['",=1,"', 'x']])).to.equal('a,b\r\n""",=1,""","x"\r\n');
  });

  it('has a name of digits as text', () => {
    expect(csvOf(['a'], [['007']])).to.equal('a\r\n"007"\r\n');
  });
});
