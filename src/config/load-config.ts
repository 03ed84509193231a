import { resolve } from 'node:path';
import { readAuth } from './auth/auth.js';
import type { ConfiguredAuth, ShownAuth } from './auth/auth.js';
import { CONFIG_VARIABLE, type Environment } from './client-variables.js';
import { readEnvironment } from './environment.js';
import { readChannels } from './channels/channels.js';
import { readCluster, type ConfiguredCluster } from './cluster.js';
import type { ConfiguredChannel } from './channels/channels.js';
import { readConfigFile, type FileContents } from './config-file.js';
import { authProblems, orderProblems, unixSocketProblems } from './cross-checks.js';
import { fromText } from './value-kinds.js';
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
import { options, schema } from './schema.js';
import type { Config } from './schema.js';
import { valueProblems, sourceText } from './value-source.js';
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
  /** Undefined: the daemon stands alone. */
  readonly cluster: ConfiguredCluster | undefined;
  /** Undefined: plain HTTP. */
  readonly tls: ConfiguredTls | undefined;
  readonly probeLimits: ProbeLimits;
  /** Undefined: outgoing calls are direct. */
  readonly proxies: Proxies | undefined;
  /** The environment variables that hold secrets. Those of a running process do not change. */
  readonly secretVariables: readonly string[];
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
  const { cwd, readFile = readText } = sources;
  const namedBy = flags[CONFIG_FLAG] === undefined ? CONFIG_VARIABLE : CONFIG_FLAG;
  const file = readConfigFile(flags[CONFIG_FLAG] ?? env[CONFIG_VARIABLE], { namedBy, cwd, readFile });
  const userIds = userIdsNamed(flags, env, file);
  const rotas = readRotas(file.sections['rotas'], file.sections['channels']);
  const channels = readChannels(file.sections['channels'], { env, cwd, readFile, userIds, rotas });
  const auth = readAuth(file.sections['auth'], userIds, { env, cwd, readFile });
  const maintenance = readMaintenance(file.sections['maintenance']);
  const statusPages = readStatusPages(file.sections['status'], { cwd });
  const secretVariables = [...channels.variables, ...auth.variables, ...passwordVariables(flags, env, file)];
  const environment = readEnvironment(env, secretVariables);
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
    ...given.flatMap(valueProblems),
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
    ...(file.readable ? orderProblems(inForce) : []),
    ...unixSocketProblems(inForce),
    ...authProblems(inForce, auth),
  ];
  if (store === undefined || 'problems' in store || problems.length > 0) return { ok: false, problems };
  if (declared !== undefined && 'problems' in declared) return { ok: false, problems };
  const config = schema.parse(nest(schema, (key) => inForce.get(key)?.value));
  const tls = readTls(config.tls, { cwd, readFile });
  if ('problem' in tls) {
    return { ok: false, problems: [problemIn(inForce, { ...tls, option: `tls.${tls.option}` })] };
  }
  const cluster = readCluster(config, store.location, { cwd, readFile });
  if ('problems' in cluster)
    return { ok: false, problems: cluster.problems.map((each) => problemIn(inForce, each)) };
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
    cluster: cluster.cluster,
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
    secretVariables: [...new Set(secretVariables)].sort(),
  };
}

/** The declared nodes, or what is wrong with their file; undefined without one. */
function declaredIn(
  inForce: ReadonlyMap<string, Given>,
  { channels, problems }: ReturnType<typeof readChannels>,
  { cwd, readFile, readNodes = readDeclared }: ConfigSources,
): DeclaredNodesSetting | { readonly problems: readonly string[] } | undefined {
  const given = inForce.get('nodes.declared');
  if (typeof given?.value !== 'string' || valueProblems(given).length > 0 || given.value === 'off')
    return undefined;
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

function defaultOf(option: Option, isTerminal: boolean): Given {
  if (option.computed === undefined) {
    return { option, value: option.default, source: { kind: 'default' } };
  }
  const { value, because } = option.computed.value(isTerminal);
  return { option, value, source: { kind: 'default', because } };
}
