import { readFileSync, readdirSync } from 'node:fs';
import { expect } from 'chai';

/** Pages whose commands are run by tests. */
const FOLLOWED = [
  'README.md',
  'docs/runbook.md',
  ...readdirSync('docs')
    .filter((name) => name.startsWith('task-'))
    .map((name) => `docs/${name}`),
];
/** A block of shell, with the line before it that is not empty. */
const COMMAND = /^(.*)\n+ *```(?:sh|crontab)\n([^`]*)```/gm;
const MARK = /^ *<!-- (?:run: \S+|not run: \S.*) -->$/;

describe('pages by task', () => {
  const tests = readdirSync('test/e2e')
    .map((name) => readFileSync(`test/e2e/${name}`, 'utf8'))
    .join('\n');

  for (const page of FOLLOWED) {
    it(`have commands that a test runs, or say why none does: ${page}`, () => {
      const blocks = [...readFileSync(page, 'utf8').matchAll(COMMAND)];
      expect(blocks).to.have.length.greaterThan(0);
      const unmarked = blocks.filter(([, before = '']) => !MARK.test(before)).map(([, , text]) => text);
      expect(unmarked).to.deep.equal([]);
      expect(tests, 'a test that follows it').to.match(new RegExp(`['(]${page.replaceAll('.', '[.]')}'`));
    });
  }

  it('are in the index, as all other pages are', () => {
    const index = readFileSync('docs/README.md', 'utf8');
    const pages = readdirSync('docs').filter((name) => name.endsWith('.md') && name !== 'README.md');
    for (const page of pages) expect(index, page).to.include(`(${page})`);
  });
});
