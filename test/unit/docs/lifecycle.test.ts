import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

const PATH = /`((?:src|actors|scripts|test)\/[\w./-]+\.[jt]s)`/g;

describe('the page of a request’s life', () => {
  const paths = [...readFileSync('docs/lifecycle.md', 'utf8').matchAll(PATH)].map(([, path = '']) => path);

  it('names files that exist', () => {
    expect(paths).to.have.length.greaterThan(60);
    expect(paths.filter((path) => !existsSync(path))).to.deep.equal([]);
  });
});

describe('the configuration of the linters', () => {
  for (const file of ['oxlint.config.js', '.dependency-cruiser.cjs']) {
    it(`cites pages that exist: ${file}`, () => {
      const pages = readFileSync(file, 'utf8').match(/\b(?:docs\/)?[\w/-]+\.md\b/g) ?? [];
      expect(pages).to.not.deep.equal([]);
      expect(pages.filter((page) => !existsSync(page))).to.deep.equal([]);
    });
  }
});
