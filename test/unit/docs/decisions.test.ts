import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

const FOLDER = 'docs/decisions';
const HEADINGS = /^Context, Decision, Consequences(?:, Measured)?$/;
const PATH = /`((?:src|actors|test|bench|scripts|docs)\/[\w./-]*)`/g;
const WORDS = 600;

describe('the decisions', () => {
  const index = readFileSync(`${FOLDER}/README.md`, 'utf8');
  const files = readdirSync(FOLDER).filter((name) => name !== 'README.md');

  for (const file of files) {
    const text = readFileSync(`${FOLDER}/${file}`, 'utf8');

    it(`have one form, and an entry in the index: ${file}`, () => {
      const number = String(Number(file.slice(0, 4)));
      const title = new RegExp(`^# ${number}\\. (.+)\n`).exec(text)?.[1];
      expect(title, 'title').to.be.a('string');
      expect([...text.matchAll(/^## (.+)$/gm)].map((heading) => heading[1]).join(', ')).to.match(HEADINGS);
      expect(index).to.match(new RegExp(`^\\| ${number} +\\| \\[.+\\]\\(${file}\\) `, 'm'));
      expect(index).to.include(`[${title ?? ''}](`);
      expect(text.split(/\s+/).length, 'words').to.be.below(WORDS);
    });

    it(`name only what is there: ${file}`, () => {
      for (const [, path = ''] of text.matchAll(PATH)) expect(existsSync(path), path).to.equal(true);
      for (const [, link = ''] of text.matchAll(/\]\(([\w.-]+\.md)/g))
        expect(existsSync(`${FOLDER}/${link}`), link).to.equal(true);
    });
  }

  it('are there where comments and pages refer to them', () => {
    const grep = ['grep', '-hoEi', 'decisions?[ /](00)?[0-9]{1,3}\\b', '--', '*.ts', '*.js', '*.md'];
    const numbers = execFileSync('git', grep, { encoding: 'utf8' }).match(/\d+/g) ?? [];
    for (const number of new Set(numbers.map(Number)))
      expect(
        files.some((file) => Number(file.slice(0, 4)) === number),
        `decision ${String(number)}`,
      ).to.equal(true);
  });
});
