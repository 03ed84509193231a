import { isRecord } from '../../domain/is-record.js';
import type { SecretSetting } from '../../adapters/channels/kind.js';
import type { Secret } from '../../adapters/channels/secret.js';
import type { KeyRule, UserReach } from '../../domain/access.js';
import type { UserIdKind } from '../../domain/user-id.js';
import {
  problemsOf,
  variablesIn,
  type GivenSection,
  type SettingProblem,
  type Settings,
} from '../setting-problems.js';
import { locate } from '../named-files.js';
import { namesOf, readSecrets, type SecretSources } from '../channels/secret-settings.js';
import { didYouMean } from '../../views/did-you-mean.js';
import type { Source } from '../value-source.js';
import { KEY_SETTINGS, keysFor } from './keys.js';
import { readOpenId, shownOpenId, type ConfiguredOpenId } from './openid-settings.js';
import { readTrustedHeader, shownHeader, type ConfiguredTrustedHeader } from './trusted-header-settings.js';
import { readUserTokens, shownTokens, type ConfiguredUserTokens } from './user-token-settings.js';

/** The configured authentication. */
export interface ConfiguredAuth {
  readonly keys: readonly KeyRule[];
  readonly user_tokens?: ConfiguredUserTokens;
  readonly trusted_header?: ConfiguredTrustedHeader;
  readonly openid?: ConfiguredOpenId;
}

/** Part of it in the form that may be shown. */
export interface ShownAuth {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly source: Source;
}

export interface ReadAuth {
  /** Undefined: everybody may do everything. */
  readonly auth: ConfiguredAuth | undefined;
  /** Signs the links in messages. Undefined: they have none that act. */
  readonly linkSecret: Secret | undefined;
  readonly shown: readonly ShownAuth[];
  readonly problems: readonly string[];
  /** The environment variables that hold secrets. */
  readonly variables: readonly string[];
}

interface AuthDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly readFile: (path: string) => string;
}

const SECTION = 'auth';
/** As many bytes as HMAC-SHA256 makes. */
const LEAST_BYTES = 32;
const LINK_SECRET: SecretSetting = {
  name: 'link_secret',
  required: false,
  inline: false,
  check: (text) =>
    Buffer.byteLength(text) < LEAST_BYTES ? `must have at least ${LEAST_BYTES} bytes` : undefined,
};
const SETTINGS = ['keys', 'user_tokens', 'trusted_header', 'openid', ...namesOf(LINK_SECRET)];
const NONE: ReadAuth = {
  auth: undefined,
  linkSecret: undefined,
  shown: [],
  problems: [],
  variables: [],
};

/** @param userIds the kind of users' ids, which keys may be limited to */
export function readAuth(given: GivenSection | undefined, userIds: UserIdKind, deps: AuthDeps): ReadAuth {
  if (given?.value === undefined || given.value === null) return NONE;
  const { value, path, lineOf } = given;
  const placed = (at: readonly PropertyKey[], problem: string): string =>
    `${[SECTION, ...at].map(String).join('.')}: ${problem} (from ${path}:${lineOf(at)})`;
  if (!isRecord(value))
    return {
      ...NONE,
      problems: [
        placed(
          [],
          'must hold keys, user_tokens, trusted_header, openid and link_secret_env or link_secret_file',
        ),
      ],
    };
  const problems = Object.keys(value)
    .filter((name) => !SETTINGS.includes(name) && name !== LINK_SECRET.name)
    .map((name) => placed([name], `unknown setting${didYouMean(name, SETTINGS) || '; remove it'}`));
  const tell = (part: string, found: readonly SettingProblem[]): void => {
    for (const each of found) problems.push(placed([part, ...each.path], each.problem));
  };

  const read = keysFor(userIds).safeParse(value['keys'] ?? []);
  if (!read.success) tell('keys', problemsOf(read.error, KEY_SETTINGS));

  const sources: SecretSources = {
    env: deps.env,
    readFile: (name) => deps.readFile(locate(name, { by: path, cwd: deps.cwd })),
  };
  const links = readSecrets([LINK_SECRET], value, sources);
  for (const each of links.problems) problems.push(placed(each.path, each.problem));
  const linkSecret = links.secrets[LINK_SECRET.name];
  const variables = variablesIn(value);
  const source = (at: readonly PropertyKey[]): Source => ({ kind: 'file', path, line: lineOf(at) });
  const section = <Made>(
    name: string,
    reader: Reader<Made>,
    shownAs: (made: Made) => ShownAuth['value'],
  ): { readonly made: Made | undefined; readonly shown: readonly ShownAuth[] } => {
    const given = value[name] ?? undefined;
    if (given === undefined) return ABSENT;
    if (!isRecord(given)) {
      problems.push(placed([name], 'must hold settings'));
      return ABSENT;
    }
    variables.push(...variablesIn(given));
    const result = reader(given, sources);
    if ('problems' in result) {
      tell(name, result.problems);
      return ABSENT;
    }
    const { made } = result;
    return { made, shown: [{ key: `${SECTION}.${name}`, value: shownAs(made), source: source([name]) }] };
  };
  const tokens = section('user_tokens', readUserTokens, shownTokens);
  const header = section('trusted_header', readTrustedHeader, shownHeader);
  const openid = section('openid', readOpenId, shownOpenId);
  if (!read.success || problems.length > 0) return { ...NONE, problems, variables };

  const shownKeys = read.data.map((key, index) => ({
    key: `${SECTION}.keys.${key.name}`,
    value: shownKey(key),
    source: source(['keys', index]),
  }));
  const at = value['link_secret_env'] === undefined ? 'link_secret_file' : 'link_secret_env';
  const shownLinks =
    linkSecret === undefined
      ? []
      : [{ key: SECTION, value: { link_secret: '(secret)' }, source: source([at]) }];
  const made = {
    keys: read.data,
    ...(tokens.made !== undefined && { user_tokens: tokens.made }),
    ...(header.made !== undefined && { trusted_header: header.made }),
    ...(openid.made !== undefined && { openid: openid.made }),
  };
  const isOpen = read.data.length === 0 && Object.keys(made).length === 1;
  return {
    auth: isOpen ? undefined : made,
    linkSecret,
    shown: [...shownKeys, ...tokens.shown, ...header.shown, ...openid.shown, ...shownLinks],
    problems,
    variables,
  };
}

/** Reads the settings of a section. */
type Reader<Made> = (
  given: Settings,
  sources: SecretSources,
) => { readonly made: Made } | { readonly problems: readonly SettingProblem[] };

/** In place of a section that is not there, or wrong. */
const ABSENT = { made: undefined, shown: [] };

/** As much of the hash as tells it from others. */
function shownKey({ hash, scopes, users, nodes, expires, maxNodes, create }: KeyRule): ShownAuth['value'] {
  return {
    hash: `sha256:${hash.slice(0, 8)}…`,
    scopes,
    ...(users !== undefined && { users: shownUsers(users) }),
    ...(nodes !== undefined && { nodes }),
    ...(expires !== undefined && { expires: new Date(expires).toISOString() }),
    ...(maxNodes !== undefined && { max_nodes: maxNodes }),
    ...(create !== undefined && { create }),
  };
}

function shownUsers(users: UserReach): readonly string[] {
  if (users === 'none') return [];
  if ('only' in users) return [users.only];
  return 'prefixes' in users ? users.prefixes : [users.from, users.to];
}
