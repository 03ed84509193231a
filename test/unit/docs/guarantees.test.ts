import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { PAGE, proofsIn, unproven } from '../../../scripts/guarantees.js';

describe('the page of guarantees', () => {
  const page = readFileSync(PAGE, 'utf8');
  const lines = page.split('\n');

  for (const { file, title } of proofsIn(page)) {
    it(`names an existing file: ${file}, ${title}`, () => {
      expect(existsSync(file), file).to.equal(true);
    });
  }

  it('has a proof for every promise', () => {
    const promises = lines.filter((line) => /^\| (?!promise |-)/.test(line));
    expect(promises).to.have.length.greaterThan(20);
    for (const promise of promises) expect(proofsIn(promise), promise).not.to.deep.equal([]);
  });

  it('has every promise in a table', () => {
    const isRow = (line = ''): boolean => line.startsWith('|');
    const heads = lines.flatMap((line, at) => (isRow(line) && !isRow(lines[at - 1]) ? [at] : []));
    for (const at of heads) {
      expect(lines[at], `line ${String(at + 1)}`).to.match(/^\| promise +\| bound +\| proved by +\|$/);
      expect(lines[at + 1], `line ${String(at + 2)}`).to.match(/^\| -+ \| -+ \| -+ \|$/);
    }
  });

  it('has no promise twice', () => {
    const said = lines.filter((line) => /^\w.{40,}/.test(line)).map((line) => line.slice(0, 40));
    expect(said).to.deep.equal([...new Set(said)]);
  });
});

describe('a proof', () => {
  const proofs = proofsIn('| A promise. | | `test/a/b.test.ts: holds` |');
  const ran = (title: string, state: string, file = 'test/a/b.test.ts') => ({ file, title, state });
  const why = (...tests: ReturnType<typeof ran>[]): string[] =>
    unproven(proofs, tests).map((problem) => problem.replace(/^.* but /, ''));

  it('is a test of that file and title that has passed', () => {
    expect(proofs).to.deep.equal([{ file: 'test/a/b.test.ts', title: 'holds' }]);
    expect(why(ran('a user holds online', 'passed'))).to.deep.equal([]);
  });

  it('is none where the test is skipped or pending, has failed, was renamed or did not run', () => {
    expect(why(ran('a user holds online', 'pending'))).to.deep.equal(['it is pending']);
    expect(why(ran('a user holds online', 'failed'))).to.deep.equal(['it is failed']);
    expect(why(ran('a user keeps online', 'passed'))).to.deep.equal(['no test of that title ran']);
    expect(why(ran('a user holds online', 'passed', 'test/a/c.test.ts'))).to.have.length(1);
    expect(why()).to.deep.equal(['no test of that title ran']);
  });

  it('is none where one of several of its title did not pass', () => {
    const tests = [ran('it holds here', 'passed'), ran('it holds there', 'pending')];
    expect(why(...tests)).to.deep.equal(['it is passed, pending']);
  });
});
