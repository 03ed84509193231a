import { createHash, randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { SystemClock } from '../adapters/clock/system-clock.js';
import { keysFor } from '../config/auth/keys.js';
import type { Instant } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import { refuse } from './refuse.js';

const BITS = 256;
/** A prefix by which people and secret scanners recognise a key. */
const PREFIX = 'hbk_';

interface GivenKeyOptions {
  readonly name: string;
  readonly scopes: string;
  readonly expires?: string;
  readonly maxNodes?: string;
  readonly users?: string;
  readonly userPrefix?: readonly string[];
  readonly nodes?: readonly string[];
  readonly create?: boolean;
  readonly json?: boolean;
}

/** The option for each setting of the entry that it makes. */
const OPTIONS: Readonly<Record<string, string>> = { max_nodes: 'max-nodes' };

/** Adds `keys new` to the program. The daemon only gets the hash; the key itself is printed here and nowhere else. */
export function addKeysCommand(
  program: Command,
  stdout: { write(text: string): unknown } = process.stdout,
  clock: Pick<Clock, 'wall'> = new SystemClock(),
): void {
  const command = program.command('keys').description('manage API keys');
  command
    .command('new')
    .description('make an API key, and print its entry for the configuration')
    .option('--name <name>', 'holder of the key, shown in the audit log', 'app')
    .option('--scopes <scopes>', 'comma-separated scopes: heal, read, admin; or ping alone', 'heal,read')
    .option('--expires <day>', 'expiry date, inclusive, such as 2027-12-31')
    .option('--max-nodes <count>', 'how many nodes the key may register (default: no limit)')
    .option('--users <from..to>', 'the users that the key covers, such as 1..1000000 (default: all)')
    .option('--user-prefix <prefix>', 'with user_ids: text: a prefix of the users; may be repeated', added)
    .option('--nodes <prefix>', 'a prefix of the nodes that the key covers; may be repeated', added)
    .option('--create', 'with the scope ping: pings of unknown nodes with create=1 register them')
    .option('--json', 'print JSON')
    .action((given: GivenKeyOptions, self: Command) => {
      const made = makeKey(given, clock.wall());
      if ('problems' in made) refuse(self, made.problems);
      stdout.write(given.json === true ? `${JSON.stringify(made)}\n` : shown(made, given));
    });
}

function added(prefix: string, before: readonly string[] = []): readonly string[] {
  return [...before, prefix];
}

interface MadeKey {
  readonly key: string;
  readonly hash: string;
}

function makeKey(given: GivenKeyOptions, now: Instant): MadeKey | { readonly problems: readonly string[] } {
  const { name, scopes, expires, maxNodes, users, userPrefix, nodes, create } = given;
  if (users !== undefined && userPrefix !== undefined)
    return { problems: ['--users is for integers, and --user-prefix for user_ids: text: give one of them'] };
  const key = `${PREFIX}${randomBytes(BITS / 8).toString('base64url')}`;
  const hash = `sha256:${createHash('sha256').update(key).digest('hex')}`;
  const rule = {
    name,
    hash,
    scopes: scopes.split(','),
    ...(expires !== undefined && { expires }),
    // What is not a number is refused by the same rule as in a configuration.
    ...(maxNodes !== undefined && { max_nodes: /^\d+$/.test(maxNodes) ? Number(maxNodes) : maxNodes }),
    ...(users !== undefined && { users: users.split('..') }),
    ...(userPrefix !== undefined && { users: userPrefix }),
    ...(nodes !== undefined && { nodes }),
    ...(create === true && { create }),
  };
  const read = keysFor(userPrefix === undefined ? 'integer' : 'text').safeParse([rule]);
  if (read.success) {
    const isOver = read.data.some((each) => each.expires !== undefined && each.expires <= now);
    return isOver ? { problems: ['--expires: must not be in the past'] } : { key, hash };
  }
  return {
    problems: read.error.issues.map(
      ({ path, message }) => `--${optionOf(String(path[1]), userPrefix !== undefined)}: ${message}`,
    ),
  };
}

function optionOf(setting: string, hasPrefix: boolean): string {
  return setting === 'users' && hasPrefix ? 'user-prefix' : (OPTIONS[setting] ?? setting);
}

function shown({ key, hash }: MadeKey, given: GivenKeyOptions): string {
  const { name, scopes, expires, maxNodes, users, userPrefix, nodes, create } = given;
  const until = expires === undefined ? '' : `, expires: ${expires}`;
  const quota = maxNodes === undefined ? '' : `, max_nodes: ${String(Number(maxNodes))}`;
  const reach = userPrefix ?? users?.split('..');
  const ofUsers = reach === undefined ? '' : `, users: ${listed(reach)}`;
  const ofNodes = nodes === undefined ? '' : `, nodes: ${listed(nodes)}`;
  const creating = create === true ? ', create: true' : '';
  const use =
    scopes === 'ping'
      ? `Jobs ping https://<host>/ping/${key}/<slug>`
      : 'Clients send it as "Authorization: Bearer <key>"';
  const text =
    userPrefix === undefined ? '' : '\n# Users are limited by prefixes, which needs user_ids: text.';
  return `${key}

This key is shown only once. ${use}.
Add this entry, which has its hash, to the daemon's configuration:
${text}
auth:
  keys:
    - { name: ${name}, hash: '${hash}', scopes: [${scopes.split(',').join(', ')}]${ofUsers}${ofNodes}${until}${quota}${creating} }
`;
}

/** A list in YAML. In quotes a long id keeps its digits. */
function listed(texts: readonly string[]): string {
  return JSON.stringify(texts);
}
