import { createHash } from 'node:crypto';
import { Command } from 'commander';
import { expect } from 'chai';
import { addKeysCommand } from '../../../src/cli/keys-command.js';
import { inForce } from '../config/support.js';

/** The output of the command. Throws the error of wrong usage. */
function printed(...args: readonly string[]): string {
  const program = new Command().exitOverride();
  let said = '';
  let text = '';
  addKeysCommand(program, { write: (part) => (text += part) });
  for (const command of program.commands.flatMap((each) => [each, ...each.commands])) {
    command.exitOverride().configureOutput({ writeErr: (part) => (said += part) });
  }
  try {
    program.parse(['keys', 'new', ...args], { from: 'user' });
  } catch {
    throw new Error(said);
  }
  return text;
}

describe('heartbeat keys new', () => {
  it('makes a key of 256 random bits, and the configuration that admits it', () => {
    const text = printed('--name', 'ops', '--scopes', 'admin', '--expires', '2027-12-31');
    const [key = ''] = text.split('\n');
    expect(key).to.match(/^hbk_[\w-]{43}$/);
    expect(Buffer.from(key.slice(4), 'base64url')).to.have.length(32);
    const { auth } = inForce({ file: text.slice(text.indexOf('\nauth:')) });
    expect(auth?.keys).to.deep.equal([
      {
        name: 'ops',
        hash: createHash('sha256').update(key).digest('hex'),
        scopes: ['admin'],
        expires: Date.parse('2028-01-01T00:00:00Z'),
      },
    ]);
    expect(printed()).to.not.include(key);
  });

  it('writes how many nodes it may register into the line that admits it', () => {
    const text = printed('--scopes', 'admin', '--max-nodes', '50');
    const { auth } = inForce({ file: text.slice(text.indexOf('\nauth:')) });
    expect(auth?.keys[0]).to.include({ maxNodes: 50 });
    for (const wrong of ['-1', '1.5', 'many', ''])
      expect(() => printed(`--max-nodes=${wrong}`), wrong).to.throw('--max-nodes: must be a whole number');
  });

  it('prints the same for machines', () => {
    const made = JSON.parse(printed('--json')) as { key: string; hash: string };
    expect(made.hash).to.equal(`sha256:${createHash('sha256').update(made.key).digest('hex')}`);
  });

  it('refuses what no key may be', () => {
    expect(() => printed('--scopes', 'heel')).to.throw('--scopes: must be one of heal, read, admin');
    expect(() => printed('--name', 'a b')).to.throw('--name: must be at most 64 letters');
    expect(() => printed('--expires', 'soon')).to.throw('--expires: must be the last valid day');
  });
});
