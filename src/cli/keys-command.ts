import { createHash, randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { keys } from '../config/auth/keys.js';

const BITS = 256;
/** Tells people, and those who search texts for what should not be in them, what it is. */
const PREFIX = 'hbk_';
const WRONG_USAGE = 64;

interface GivenKeyOptions {
  readonly name: string;
  readonly scopes: string;
  readonly expires?: string;
  readonly maxNodes?: string;
  readonly json?: boolean;
}

/** Adds `keys new` to the program. The daemon is told the hash alone: the key itself is printed here and nowhere else. */
export function addKeysCommand(
  program: Command,
  stdout: { write(text: string): unknown } = process.stdout,
): void {
  const command = program.command('keys').description('keys of the API');
  command
    .command('new')
    .description('make a key, and the line of configuration that admits it')
    .option('--name <name>', 'who it is for, as the audit log says it', 'app')
    .option('--scopes <scopes>', 'what it is for: heal, read, admin, with commas between them', 'heal,read')
    .option('--expires <day>', 'the last day on which it is valid, as 2027-12-31')
    .option('--max-nodes <count>', 'how many nodes it may register; no limit if not given')
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
    // What is no number is said by the same rule as in a configuration.
    ...(maxNodes !== undefined && { max_nodes: /^\d+$/.test(maxNodes) ? Number(maxNodes) : maxNodes }),
  };
  const read = keys.safeParse([rule]);
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

This is shown once: give it to whoever is to use it, as "Authorization: Bearer <key>".
The configuration of the daemon holds its hash:

auth:
  keys:
    - { name: ${name}, hash: '${hash}', scopes: [${scopes.split(',').join(', ')}]${until}${quota} }
`;
}
