import { resolve } from 'node:path';
import { readAuth } from './auth/auth.js';
import type { ConfiguredAuth, ShownAuth } from './auth/auth.js';
import { CONFIG_VARIABLE, type Environment } from './client-variables.js';
import { readEnvironment } from './environment.js';
import { readChannels } from './channels/channels.js';
import type { ConfiguredChannel } from './channels/channels.js';
import { parseFile } from './config-file.js';
import type { FileContents } from './config-file.js';
import { fromText } from './value-kinds.js';
import { isLoopback } from '../domain/loopback.js';
import { unixPathOf } from '../domain/unix-address.js';
import { nest } from './option.js';
import type { Option } from './option.js';
import type { DeclaredNode } from '../domain/node.js';
import type { UserIdKind } from '../domain/user-id.js';
import type { MaintenanceWindow } from '../domain/maintenance.js';
import type { Rota } from '../domain/rota.js';
import type { StatusPage } from '../domain/status-page.js';
import { readMaintenance } from './maintenance.js';
import { readDeclared } from './declared-nodes.js';
import { locate, readText } from './named-files.js';
import { readProbes } from './probes.js';
import { readRotas } from './rotas.js';
import { readStatusPages } from './status-pages.js';
import { ascending, options, schema } from './schema.js';
import type { Config } from './schema.js';
import { refusedText, sourceText } from './value-source.js';
import type { Given, Source } from './value-source.js';
import type { Secret } from '../adapters/channels/secret.js';
import { readProxies, type Proxies } from '../adapters/channels/http/proxies.js';
import type { ProbeLimits } from '../ports/prober.js';
import type { StoreLocation } from '../adapters/store-location.js';
import { readStore, storeSettingsIn } from './store.js';
import { readTls } from './tls.js';
import type { ConfiguredTls } from './tls.js';

/** The flag that names the file. */
export const CONFIG_FLAG = '--config';

/** Command line options by full flag: `{ '--log-level': 'debug' }`. */
export type Flags = Readonly<Record<string, string | undefined>>;

export interface ConfigSources {
  readonly flags: Flags;
  readonly env: Environment;
  /** The path of the file is relative to this directory. */
  readonly cwd: string;
  /** Whether standard error is a terminal. */
  readonly isTerminal: boolean;
  readonly readFile?: (path: string) => string;
  /** Reads the file of declared nodes, which may be long. */
  readonly readNodes?: typeof readDeclared;
}

/** A valid configuration, and the source of each value by dotted key. */
export interface Effective {
  readonly ok: true;
  /** The path of the file, if there is one. */
  readonly file: string | undefined;
  readonly config: Config;
  readonly sources: ReadonlyMap<string, Source>;
  readonly channels: readonly ConfiguredChannel[];
  readonly maintenance: readonly MaintenanceWindow[];
  readonly shownMaintenance: readonly ShownAuth[];
  /** Undefined: no node is declared. */
  readonly declared: DeclaredNodesSetting | undefined;
  readonly rotas: readonly Rota[];
  readonly shownRotas: readonly ShownAuth[];
  readonly statusPages: readonly StatusPage[];
  readonly shownStatusPages: readonly ShownAuth[];
  readonly store: StoreLocation;
  /** Undefined: everybody may do everything. */
  readonly auth: ConfiguredAuth | undefined;
  /** Signs the links in messages. Undefined: they have none that act. */
  readonly linkSecret: Secret | undefined;
  readonly shownAuth: readonly ShownAuth[];
  /** Undefined: plain HTTP. */
  readonly tls: ConfiguredTls | undefined;
  readonly probeLimits: ProbeLimits;
  /** Undefined: outgoing calls are direct. */
  readonly proxies: Proxies | undefined;
}

/** The nodes of the file in `nodes.declared`. */
interface DeclaredNodesSetting {
  readonly path: string;
  readonly nodes: readonly DeclaredNode[];
}

export type Loaded = Effective | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Flags override the environment, which overrides the file, which overrides the defaults. Returns every problem, one a
 * line, if there are any.
 */
export function loadConfig(sources: ConfigSources): Loaded {
  const { flags, env, isTerminal } = sources;
  const file = readConfigFile(sources);
  const { cwd, readFile = readText } = sources;
  const userIds = userIdsNamed(flags, env, file);
  const rotas = readRotas(file.sections['rotas'], file.sections['channels']);
  const channels = readChannels(file.sections['channels'], { env, cwd, readFile, userIds, rotas });
  const auth = readAuth(file.sections['auth'], userIds, { env, cwd, readFile });
  const maintenance = readMaintenance(file.sections['maintenance']);
  const statusPages = readStatusPages(file.sections['status'], { cwd });
  const environment = readEnvironment(env, [
    ...channels.variables,
    ...auth.variables,
    ...passwordVariables(flags, env, file),
  ]);
  const given = [...readFlags(flags), ...environment.given, ...file.given];
  const inForce = new Map(
    options.map((option) => [
      option.key,
      given.find((each) => each.option.key === option.key) ?? defaultOf(option, isTerminal),
    ]),
  );
  const declared = declaredIn(inForce, channels, sources);
  const settings = storeSettingsIn(inForce);
  const store = settings && readStore(settings, { env, cwd, readFile });
  const problems = [
    // Overridden values are checked too. Otherwise a mistake would appear only when the override is removed.
    ...given.flatMap(check),
    ...environment.problems,
    ...file.problems,
    ...channels.problems,
    ...auth.problems,
    ...maintenance.problems,
    ...(declared !== undefined && 'problems' in declared ? declared.problems : []),
    ...rotas.problems,
    ...statusPages.problems,
    ...(store !== undefined && 'problems' in store
      ? store.problems.map((each) => problemIn(inForce, each))
      : []),
    ...(file.readable ? checkOrder(inForce) : []),
    ...(auth.linkSecret === undefined ? [] : checkUrl(inForce, 'auth.link_secret signs links to it')),
    ...(auth.auth?.openid === undefined ? [] : checkUrl(inForce, 'auth.openid signs people in there')),
    ...(auth.auth?.trusted_header === undefined ? [] : checkHeader(inForce, auth.auth.trusted_header)),
    ...checkUnixSocket(inForce),
    ...(auth.auth === undefined && auth.problems.length === 0 ? checkExposure(inForce) : []),
  ];
  if (store === undefined || 'problems' in store || problems.length > 0) return { ok: false, problems };
  if (declared !== undefined && 'problems' in declared) return { ok: false, problems };
  const config = schema.parse(nest(schema, (key) => inForce.get(key)?.value));
  const tls = readTls(config.tls, { cwd, readFile });
  if ('problem' in tls) {
    return { ok: false, problems: [problemIn(inForce, { ...tls, option: `tls.${tls.option}` })] };
  }
  const probes = readProbes(config.probes, { cwd, readFile });
  if ('problem' in probes)
    return { ok: false, problems: [problemIn(inForce, { ...probes, option: 'probes.ca_file' })] };
  const outbound = config.outbound.proxy === null ? { proxies: undefined } : readProxies(env);
  if ('problems' in outbound) return { ok: false, problems: outbound.problems };
  return {
    ok: true,
    file: file.path,
    config,
    sources: new Map([...inForce].map(([key, { source }]) => [key, source])),
    declared,
    store: store.location,
    channels: channels.channels,
    maintenance: maintenance.windows,
    shownMaintenance: maintenance.shown,
    rotas: rotas.rotas,
    shownRotas: rotas.shown,
    statusPages: statusPages.pages,
    shownStatusPages: statusPages.shown,
    auth: auth.auth,
    linkSecret: auth.linkSecret,
    shownAuth: auth.shown,
    tls: tls.tls,
    probeLimits: probes.limits,
    proxies: outbound.proxies,
  };
}

/** The declared nodes, or what is wrong with their file; undefined without one. */
function declaredIn(
  inForce: ReadonlyMap<string, Given>,
  { channels, problems }: ReturnType<typeof readChannels>,
  { cwd, readFile, readNodes = readDeclared }: ConfigSources,
): DeclaredNodesSetting | { readonly problems: readonly string[] } | undefined {
  const given = inForce.get('nodes.declared');
  if (typeof given?.value !== 'string' || check(given).length > 0 || given.value === 'off') return undefined;
  const { source } = given;
  const path =
    source.kind === 'file' ? locate(given.value, { by: source.path, cwd }) : resolve(cwd, given.value);
  // With a wrong channel it is not known which names there are.
  const known = problems.length > 0 ? undefined : channels.map(({ policy: { name } }) => name);
  const read = readNodes({ path, channels: known }, readFile);
  return 'nodes' in read ? { path, nodes: read.nodes } : read;
}

function problemIn(
  inForce: ReadonlyMap<string, Given>,
  { option, problem }: { readonly option: string; readonly problem: string },
): string {
  const source = inForce.get(option)?.source ?? { kind: 'default' };
  return `${option}: ${problem} (from ${sourceText(source)})`;
}

/** The variables that hold the password of a database, by every source that names one. */
function passwordVariables(flags: Flags, env: Environment, file: FileContents): string[] {
  return writtenAs('store_password_env', flags, env, file);
}

/** The kind of users' ids in force. A wrong value is refused with all other options. */
function userIdsNamed(flags: Flags, env: Environment, file: FileContents): UserIdKind {
  const [named] = writtenAs('user_ids', flags, env, file);
  return named === 'text' ? named : 'integer';
}

/** The texts that are given for an option, those that override others first. */
function writtenAs(key: string, flags: Flags, env: Environment, file: FileContents): string[] {
  const option = options.find((each) => each.key === key);
  const inFile = file.given.find((each) => each.option.key === key)?.value;
  const given = [...(option === undefined ? [] : [flags[option.flag], env[option.variable]]), inFile];
  return given.filter((text) => typeof text === 'string');
}

function readFlags(flags: Flags): readonly Given[] {
  return options.flatMap((option) => {
    const written = flags[option.flag];
    if (written === undefined) return [];
    const source = { kind: 'flag', name: option.flag } as const;
    return { option, value: fromText(option.notation, written), source };
  });
}

function readConfigFile(sources: ConfigSources): FileContents {
  const { flags, env, cwd, readFile = readText } = sources;
  const name = flags[CONFIG_FLAG] ?? env[CONFIG_VARIABLE];
  const namedBy = flags[CONFIG_FLAG] === undefined ? CONFIG_VARIABLE : CONFIG_FLAG;
  if (name === undefined) return { readable: true, given: [], problems: [], sections: {} };
  if (name === '') return unreadable(`${namedBy}: must be the path of a file, not ""`);
  const path = resolve(cwd, name);
  let contents;
  try {
    contents = readFile(path);
  } catch (error) {
    return unreadable(`${path}: cannot be read: ${reason(error)} (from ${namedBy})`);
  }
  return parseFile(path, contents);
}

function unreadable(problem: string): FileContents {
  return { readable: false, given: [], problems: [problem], sections: {} };
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
      return 'permission denied';
    case 'EISDIR':
      return 'it is a directory';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function defaultOf(option: Option, isTerminal: boolean): Given {
  if (option.computed === undefined) {
    return { option, value: option.default, source: { kind: 'default' } };
  }
  const { value, because } = option.computed.value(isTerminal);
  return { option, value, source: { kind: 'default', because } };
}

function check({ option, value, source }: Given): readonly string[] {
  if (option.type.safeParse(value).success) return [];
  const refused = refusedText(option, value);
  return [`${option.key}: must be ${option.expects}, not ${refused} (from ${sourceText(source)})`];
}

function checkOrder(inForce: ReadonlyMap<string, Given>): readonly string[] {
  return ascending.flatMap(([lower, higher]) => {
    const low = inForce.get(lower);
    const high = inForce.get(higher);
    if (typeof low?.value !== 'number' || typeof high?.value !== 'number') return [];
    if (low.value < high.value || [low, high].some((each) => check(each).length > 0)) return [];
    const place = sourceText(low.source);
    return [
      `${lower}: must be less than ${higher}, ` +
        `which is ${high.value} (from ${sourceText(high.source)}), not ${low.value} (from ${place})`,
    ];
  });
}

/** What would be ignored without a URL, or trusted from anywhere. */
function checkUrl(inForce: ReadonlyMap<string, Given>, since: string): readonly string[] {
  const url = inForce.get('public_url');
  if (url === undefined || (url.value !== null && url.value !== 'off')) return [];
  return [
    `public_url: must be the URL at which people reach the daemon, since ${since} (from ${sourceText(url.source)})`,
  ];
}

function checkHeader(
  inForce: ReadonlyMap<string, Given>,
  { clientCa }: NonNullable<ConfiguredAuth['trusted_header']>,
): readonly string[] {
  const certificate = inForce.get('tls.certificate');
  const isPlain = certificate === undefined || certificate.value === null || certificate.value === 'off';
  return [
    ...checkUrl(inForce, 'auth.trusted_header counts for pages there alone'),
    ...(clientCa !== undefined && isPlain
      ? ['tls.certificate: must be given with auth.trusted_header.client_ca_file: only TLS has certificates']
      : []),
  ];
}

/** Who may open the file decides there. */
function checkUnixSocket(inForce: ReadonlyMap<string, Given>): readonly string[] {
  const host = inForce.get('host');
  if (typeof host?.value !== 'string' || unixPathOf(host.value) === undefined) return [];
  return ['tls.certificate', 'tls.key'].flatMap((key) => {
    const given = inForce.get(key);
    if (given === undefined || given.value === null || given.value === 'off') return [];
    return [
      `${key}: a Unix socket has no TLS: leave it out, or listen on an address (from ${sourceText(given.source)})`,
    ];
  });
}

/** Without keys every caller may do everything, so only this machine may reach the daemon. */
function checkExposure(inForce: ReadonlyMap<string, Given>): readonly string[] {
  const host = inForce.get('host');
  if (typeof host?.value !== 'string' || isLoopback(host.value)) return [];
  if (inForce.get('insecure')?.value === true || check(host).length > 0) return [];
  return [
    `host: ${host.value} can be reached from other machines, but no key is configured: add auth.keys ` +
      '("heartbeat keys new" makes one), or listen on 127.0.0.1, or pass --insecure ' +
      `(from ${sourceText(host.source)})`,
  ];
}
