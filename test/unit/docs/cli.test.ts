import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { withReference, wholeProgram } from '../../../scripts/cli-reference.js';
import { commands } from '../../../src/cli/commands.js';
import { commandLine } from '../../support/command-line.js';

const page = readFileSync('docs/cli.md', 'utf8');
/** A line of a block of shell that calls the command. */
const CALL =
  /^(?:[-*\d ]+ {2})?heartbeat ([a-z]+(?: (?:new|test|preview|init|copy|healthchecks|kuma))?)(.*)$/gm;

describe('the page of the command line', () => {
  it('has the reference of the commands (else run scripts/docs-cli.ts)', async () => {
    const plain = (text: string) => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');
    expect(plain(page)).to.equal(plain(await withReference(page)));
  });

  it('calls commands and options that there are', async () => {
    const program = await wholeProgram();
    const calls = [...page.matchAll(/```(?:sh|crontab)\n([^`]*)```/g)].flatMap(([, block = '']) => [
      ...block.matchAll(CALL),
    ]);
    expect(calls).to.have.length.greaterThan(5);
    for (const [line, name = '', rest = ''] of calls) {
      const [first, second] = name.split(' ');
      const command = program.commands.find((each) => each.name() === first);
      const found = second === undefined ? command : command?.commands.find((each) => each.name() === second);
      expect(found, line).to.not.equal(undefined);
      const flags = rest.split(' -- ')[0]?.match(/--[a-z-]+/g) ?? [];
      expect(
        found?.options.map(({ long }) => long),
        line,
      ).to.include.members(flags);
    }
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
