import { createHash, randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { keysFor } from '../config/auth/keys.js';

const BITS = 256;
/** A prefix by which people and secret scanners recognise a key. */
const PREFIX = 'hbk_';
const WRONG_USAGE = 64;

interface GivenKeyOptions {
  readonly name: string;
  readonly scopes: string;
  readonly expires?: string;
  readonly maxNodes?: string;
  readonly json?: boolean;
}

/** Adds `keys new` to the program. The daemon only gets the hash; the key itself is printed here and nowhere else. */
export function addKeysCommand(
  program: Command,
  stdout: { write(text: string): unknown } = process.stdout,
): void {
  const command = program.command('keys').description('manage API keys');
  command
    .command('new')
    .description('make an API key, and print its entry for the configuration')
    .option('--name <name>', 'holder of the key, shown in the audit log', 'app')
    .option('--scopes <scopes>', 'comma-separated scopes: heal, read, admin', 'heal,read')
    .option('--expires <day>', 'expiry date, inclusive, such as 2027-12-31')
    .option('--max-nodes <count>', 'how many nodes the key may register (default: no limit)')
    .option('--json', 'one JSON document')
    .action((given: GivenKeyOptions, self: Command) => {
      const made = makeKey(given);
      if ('problems' in made) {
        self.error(made.problems.map((problem) => `error: ${problem}`).join('\n'), { exitCode: WRONG_USAGE });
      }
      stdout.write(given.json === true ? `${JSON.stringify(made)}\n` : shown(made, given));
    });
}

interface MadeKey {
  readonly key: string;
  readonly hash: string;
}

function makeKey({
  name,
  scopes,
  expires,
  maxNodes,
}: GivenKeyOptions): MadeKey | { readonly problems: readonly string[] } {
  const key = `${PREFIX}${randomBytes(BITS / 8).toString('base64url')}`;
  const hash = `sha256:${createHash('sha256').update(key).digest('hex')}`;
  const rule = {
    name,
    hash,
    scopes: scopes.split(','),
    ...(expires !== undefined && { expires }),
    // What is not a number is refused by the same rule as in a configuration.
    ...(maxNodes !== undefined && { max_nodes: /^\d+$/.test(maxNodes) ? Number(maxNodes) : maxNodes }),
  };
  const read = keysFor('integer').safeParse([rule]);
  if (read.success) return { key, hash };
  return {
    problems: read.error.issues.map(
      ({ path, message }) => `--${String(path[1]).replace('_', '-')}: ${message}`,
    ),
  };
}

function shown({ key, hash }: MadeKey, { name, scopes, expires, maxNodes }: GivenKeyOptions): string {
  const until = expires === undefined ? '' : `, expires: ${expires}`;
  const quota = maxNodes === undefined ? '' : `, max_nodes: ${String(Number(maxNodes))}`;
  return `${key}

This key is shown only once. Clients send it as "Authorization: Bearer <key>".
Add this entry, which has its hash, to the daemon's configuration:

auth:
  keys:
    - { name: ${name}, hash: '${hash}', scopes: [${scopes.split(',').join(', ')}]${until}${quota} }
`;
}
