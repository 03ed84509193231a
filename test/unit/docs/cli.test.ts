import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { withReference, wholeProgram } from '../../../scripts/cli-reference.js';
import { commands } from '../../../src/cli/commands.js';
import { commandLine } from '../../support/command-line.js';

const page = readFileSync('docs/cli.md', 'utf8');
/** All pages that people read; decisions keep the words of their time. */
const pages = execFileSync('git', ['ls-files', '*.md'], { encoding: 'utf8' })
  .split('\n')
  .filter((name) => name !== '' && !name.startsWith('docs/decisions/'));
/** A line of a block of shell that calls the command. */
const CALL = /^(?:[-*\d ]+ {2})?heartbeat ([a-z]+)((?: [a-z]+)?)(.*)$/gm;
/** Commands whose next word is a command, too. */
const GROUPS = ['channels', 'import', 'keys', 'store'];

describe('the page of the command line', () => {
  it('has the reference of the commands (else run scripts/docs-cli.ts)', async () => {
    const plain = (text: string) => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');
    expect(plain(page)).to.equal(plain(await withReference(page)));
  });

  it('calls commands and options that there are, as all other pages do', async () => {
    const program = await wholeProgram();
    let count = 0;
    for (const name of pages) {
      const blocks = readFileSync(name, 'utf8').matchAll(/```(?:sh|crontab)\n([^`]*)```/g);
      for (const [, block = ''] of blocks)
        for (const [line, first = '', second = '', rest = ''] of block.matchAll(CALL)) {
          count++;
          const command = program.commands.find((each) => each.name() === first);
          const found = GROUPS.includes(first)
            ? command?.commands.find((each) => each.name() === second.trim())
            : command;
          expect(found, `${name}: ${line}`).to.not.equal(undefined);
          const flags = `${second}${rest}`.split(' -- ')[0]?.match(/--[a-z-]+/g) ?? [];
          expect(
            found?.options.map(({ long }) => long),
            `${name}: ${line}`,
          ).to.include.members(flags);
        }
    }
    expect(count).to.be.greaterThan(40);
  });

  it('is what --help lists, each under its heading', async () => {
    const { code, stdout } = await commandLine(['--help']);
    expect(code).to.equal(0);
    for (const { name, group, summary } of commands) {
      const section = stdout.split(`\n${group}\n`)[1]?.split('\n\n')[0]?.replaceAll(/\s+/g, ' ') ?? '';
      expect(section, name).to.include(`${name} ${summary}`);
    }
  });
});
