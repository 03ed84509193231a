import { expect } from 'chai';

import { readOptions, Usage } from '../../../../bench/options.js';

const ROWS = ['heal', 'idle', 'million'];

describe('the options of npm run bench', () => {
  it('ask for every row in full when nothing is given', () => {
    expect(readOptions([], ROWS)).to.include({ list: false, quick: false, markdown: false });
    expect(readOptions([], ROWS).only).to.deep.equal([]);
    expect(readOptions([], ROWS)).to.include({ rounds: undefined, json: undefined, from: undefined });
  });

  it('name rows, one or more', () => {
    expect(readOptions(['--only', 'idle', '--only', 'heal'], ROWS).only).to.deep.equal(['idle', 'heal']);
  });

  it('say how many rounds, and where the results go and come from', () => {
    const given = readOptions(
      ['--quick', '--rounds', '7', '--json', '-', '--from', 'a.json', '--markdown'],
      ROWS,
    );
    expect(given).to.include({ quick: true, rounds: 7, json: '-', from: 'a.json', markdown: true });
  });

  for (const wrong of [
    ['--fast'],
    ['--only', 'heel'],
    ['--only'],
    ['--rounds', '0'],
    ['--rounds', '1.5'],
    ['--rounds', 'many'],
    ['heal'],
  ]) {
    it(`refuse ${wrong.join(' ')}, with the exit code of wrong usage`, () => {
      expect(exitCodeOf(wrong)).to.equal(64);
    });
  }
});

function exitCodeOf(argv: readonly string[]): number | undefined {
  try {
    readOptions(argv, ROWS, () => undefined);
    return undefined;
  } catch (error) {
    return error instanceof Usage ? error.exitCode : undefined;
  }
}
