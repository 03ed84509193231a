import { isIP } from 'node:net';
import { Secret } from '../channels/secret.js';
import { withoutBrackets } from '../../domain/loopback.js';

/** How a connection is encrypted, in the words of PostgreSQL's own clients. */
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
type SslMode = (typeof SSL_MODES)[number];

interface Server {
  /** A name, an address, or the directory of a socket. */
  readonly host: string;
  readonly port: number;
}

/** Where a database is. Of several servers one takes writes, and that one is used. */
export interface PostgresAddress {
  readonly hosts: readonly Server[];
  readonly database: string;
  readonly user: string;
  readonly password?: Secret | undefined;
  /** Not encrypted if absent. */
  readonly sslMode?: SslMode | undefined;
  /** The certificates, in PEM, of which one must have signed the server's. Those that Node knows if absent. */
  readonly ca?: string | undefined;
}

/** Why a text is not the URL of a database. The text is not quoted, since any part of it may be a password. */
export class InvalidPostgresUrl extends Error {
  override readonly name = 'InvalidPostgresUrl';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

/** What is asked for anyway: the server that takes writes. */
const SESSIONS = ['read-write', 'primary'];
const PARAMETERS = 'sslmode and target_session_attrs';
/** Parameters of other clients, and what is used here instead. */
const INSTEAD = new Map([
  ['password', 'write it before the @, or use store_password_file'],
  ['user', 'write it before the @'],
  ['host', 'write it behind the @'],
  ['port', 'write it behind the host'],
  ['dbname', 'write it behind the hosts'],
  ['sslrootcert', 'use store_ca_file'],
]);

const SCHEME = /^postgres(?:ql)?:\/\//i;
const PARTS = /^([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s;
const SERVER = /^(\[[0-9a-f:.]+\]|[^:[\]]*)(?::(\d*))?$/i;
const PORT = 5432;

export function isPostgresUrl(text: string): boolean {
  return SCHEME.test(text);
}

/**
 * Reads `postgres://user:password@host:port,host:port/database?sslmode=verify-full`. `URL` reads no list of hosts.
 *
 * @throws InvalidPostgresUrl
 */
export function parsePostgresUrl(text: string): PostgresAddress {
  const problems: string[] = [];
  const rest = text.replace(SCHEME, '');
  if (rest === text) throw new InvalidPostgresUrl(['must begin with postgres://']);
  if (/[#\s]/.test(rest)) throw new InvalidPostgresUrl(['# and spaces must be written as %23 and %20']);
  const [, authority = '', path = '', query = ''] = PARTS.exec(rest) ?? [];
  const [servers = '', credentials = '', ...others] = authority.split('@').reverse();
  if (others.length > 0) throw new InvalidPostgresUrl(['an @ in a password must be written as %40']);
  const [user = '', ...password] = credentials.split(':');
  const hosts = servers.split(',').map((server) => parseServer(server, problems));
  const address = {
    hosts,
    database: decoded(path, 'the database', problems),
    user: decoded(user, 'the user', problems),
    password:
      password.length === 0 ? undefined : new Secret(decoded(password.join(':'), 'the password', problems)),
    sslMode: parseParameters(query, problems) ?? (hosts.every(isLocal) ? 'disable' : 'verify-full'),
  };
  if (address.user === '') problems.push('must name a user: postgres://user@host/database');
  if (address.database === '') problems.push('must name a database: postgres://user@host/database');
  if (address.database.includes('/')) problems.push('a / in the name of a database must be written as %2F');
  if (problems.length > 0) throw new InvalidPostgresUrl(problems);
  return address;
}

/** The URL without the password. */
export function shownUrl({ hosts, user, database }: PostgresAddress): string {
  const servers = hosts.map(({ host, port }) => `${shownHost(host)}:${String(port)}`);
  return `postgres://${encodeURIComponent(user)}@${servers.join(',')}/${encodeURIComponent(database)}`;
}

/** Whether two addresses name a database of the same server. The user does not matter: all share the tables. */
export function isSameDatabase(one: PostgresAddress, other: PostgresAddress): boolean {
  return (
    one.database === other.database &&
    one.hosts.some(({ host, port }) => other.hosts.some((each) => each.host === host && each.port === port))
  );
}

function shownHost(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : encodeURIComponent(host);
}

function parseServer(text: string, problems: string[]): Server {
  const [, name, digits] = SERVER.exec(text) ?? [];
  if (name === undefined || name === '') {
    problems.push(
      text === ''
        ? 'must name a host'
        : 'each host must be a name or an address, with a port such as :5432 or none',
    );
    return { host: '', port: PORT };
  }
  const port = digits === undefined ? PORT : Number(digits);
  if (port < 1 || port > 65_535) problems.push('a port must be between 1 and 65535');
  return { host: decoded(withoutBrackets(name), 'a host', problems), port };
}

function parseParameters(query: string, problems: string[]): SslMode | undefined {
  let sslMode: SslMode | undefined;
  const given = new Set<string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (given.has(name)) problems.push('each parameter must be given once');
    given.add(name);
    if (name === 'sslmode') {
      sslMode = SSL_MODES.find((mode) => mode === value);
      if (sslMode === undefined) problems.push(`sslmode must be one of ${SSL_MODES.join(', ')}`);
    } else if (name === 'target_session_attrs') {
      if (!SESSIONS.includes(value))
        problems.push('target_session_attrs must be read-write or primary: only that server is used');
    } else {
      const known = INSTEAD.get(name);
      problems.push(
        known === undefined
          ? `has an unknown parameter; known are ${PARAMETERS}`
          : `the parameter ${name} is not known: ${known}`,
      );
    }
  }
  return sslMode;
}

function decoded(text: string, part: string, problems: string[]): string {
  try {
    return decodeURIComponent(text);
  } catch {
    problems.push(`${part} holds a % that begins no escape: write it as %25`);
    return text;
  }
}

/** Nobody listens between them. */
function isLocal({ host }: Server): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('/') || /^127\.\d+\.\d+\.\d+$/.test(host);
}
