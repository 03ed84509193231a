import { createHash } from 'node:crypto';
import { Command } from 'commander';
import { expect } from 'chai';
import { addKeysCommand } from '../../../src/cli/keys-command.js';
import { instant } from '../../../src/domain/time.js';
import { inForce } from '../config/support.js';

const NOW = instant(Date.parse('2026-11-30T12:00:00Z'));

/** The output of the command. Throws the error of wrong usage. */
function printed(...args: readonly string[]): string {
  const program = new Command().exitOverride();
  let said = '';
  let text = '';
  addKeysCommand(program, { write: (part) => (text += part) }, { wall: () => NOW });
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

  it('makes none that has expired already', () => {
    for (const past of ['2026-11-29', '2026-11-30T12:00:00Z', '2025-12-31'])
      expect(() => printed('--expires', past), past).to.throw('--expires: must not be in the past');
    for (const future of ['2026-11-30', '2026-11-30T12:00:01Z'])
      expect(printed('--expires', future)).to.include(`expires: ${future}`);
  });

  it('writes how many nodes it may register into the line that admits it', () => {
    const text = printed('--scopes', 'admin', '--max-nodes', '50');
    const { auth } = inForce({ file: text.slice(text.indexOf('\nauth:')) });
    expect(auth?.keys[0]).to.include({ maxNodes: 50 });
    for (const wrong of ['-1', '1.5', 'many', ''])
      expect(() => printed(`--max-nodes=${wrong}`), wrong).to.throw('--max-nodes: must be a whole number');
  });

  it('writes which users and nodes it covers into the line that admits it', () => {
    const reachOf = (text: string, userIds = 'integer') => {
      const file = `user_ids: ${userIds}\n${text.slice(text.indexOf('\nauth:'))}`;
      const [{ users, nodes } = {}] = inForce({ file }).auth?.keys ?? [];
      return { users, nodes };
    };
    const range = printed('--users', '-9223372036854775808..9007199254740993', '--nodes', 'web-');
    expect(reachOf(range)).to.deep.equal({
      users: { from: '-9223372036854775808', to: '9007199254740993' },
      nodes: ['web-'],
    });
    const prefixes = printed('--user-prefix', 'tenant1:', '--user-prefix', 'a "b"');
    expect(reachOf(prefixes, 'text').users).to.deep.equal({ prefixes: ['tenant1:', 'a "b"'] });
    expect(prefixes).to.include('user_ids: text');
    expect(printed('--users', '1..2')).to.not.include('user_ids: text');
  });

  it('prints the same for machines', () => {
    const made = JSON.parse(printed('--json')) as { key: string; hash: string };
    expect(made.hash).to.equal(`sha256:${createHash('sha256').update(made.key).digest('hex')}`);
  });

  it('refuses what no key may be', () => {
    expect(() => printed('--scopes', 'heel')).to.throw('--scopes: must be one of heal, read, admin');
    expect(() => printed('--name', 'a b')).to.throw('--name: must be at most 64 letters');
    for (const wrong of ['1', '2..1', '1..2..3', 'a..b', 'tenant1:'])
      expect(() => printed('--users', wrong), wrong).to.throw('--users: must be two user ids');
    expect(() => printed('--user-prefix', '')).to.throw('--user-prefix: must be a prefix of user ids');
    expect(() => printed('--nodes', '')).to.throw('--nodes: must be a prefix of node names');
    expect(() => printed('--users', '1..2', '--user-prefix', 'a')).to.throw('give one of them');
    expect(() => printed('--expires', 'soon')).to.throw('--expires: must be the last valid day');
  });
});
