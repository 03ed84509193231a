import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

const PAGE = 'docs/guarantees.md';
/** A test as the page names it: its file, and words of its title. */
const PROOF = /`(test\/[\w/.-]+\.test\.ts): ([^`]+)`/g;

describe('the page of guarantees', () => {
  const page = readFileSync(PAGE, 'utf8');

  for (const [, file = '', title = ''] of page.matchAll(PROOF)) {
    it(`names a test that is there: ${file}, ${title}`, () => {
      expect(existsSync(file), file).to.equal(true);
      expect(readFileSync(file, 'utf8')).to.include(title);
    });
  }

  it('has a proof for every promise', () => {
    const promises = page.split('\n').filter((line) => /^\| [A-Z0-9]/.test(line));
    expect(promises).to.have.length.greaterThan(20);
    for (const promise of promises) expect(promise, promise).to.match(new RegExp(PROOF.source));
  });
});
