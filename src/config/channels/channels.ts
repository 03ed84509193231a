import { isRecord } from '../../domain/is-record.js';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { CustomNotifier } from '../../adapters/channels/custom/custom.js';
import type { ChannelKind, Secrets } from '../../adapters/channels/kind.js';
import type { ChannelPlan } from '../../adapters/channels/make.js';
import { MessageTemplate } from '../../adapters/channels/message-template.js';
import { channelKinds } from '../../adapters/channels/registry.js';
import { Secret } from '../../adapters/channels/secret.js';
import {
  problemsOf,
  variablesIn,
  type GivenSection,
  type SettingProblem,
  type Settings,
} from '../setting-problems.js';
import { locate } from '../named-files.js';
import type { UserIdKind } from '../../domain/user-id.js';
import { didYouMean } from '../../views/did-you-mean.js';
import type { Source } from '../value-source.js';
import { commonFor, COMMON, type Common } from './common-settings.js';
import { readCertificates } from './certificates.js';
import { fallbackProblem, policyOf, userEventProblems } from './channel-policy.js';
import { readRotaChannel, ROTA, type ConfiguredRotas } from './rota-channel.js';
import { namesOf, readSettings, type SecretSources } from './secret-settings.js';

export interface ConfiguredChannel extends ChannelPlan {
  /** Its settings in the form that may be shown. */
  readonly shown: Readonly<Record<string, unknown>>;
  /** Of its own settings besides secrets, with the values that are not shown: a reload compares it. */
  readonly digest: string;
  readonly source: Source;
}

/** What reading the channels needs from outside. */
export interface ChannelDeps {
  readonly env: SecretSources['env'];
  readonly cwd: string;
  readonly readFile: (path: string) => string;
  /** The kind of users' ids. */
  readonly userIds: UserIdKind;
  readonly rotas: ConfiguredRotas;
}

export interface ReadChannels {
  readonly channels: readonly ConfiguredChannel[];
  readonly problems: readonly string[];
  /** The environment variables that hold secrets. */
  readonly variables: readonly string[];
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
/** The shortest secret among settings that are not declared secret. */
const SHORTEST_SECRET = 16;
const KINDS: Readonly<Record<string, ChannelKind>> = channelKinds;

/** Checks every channel. Without any, alerts go to the log. */
export function readChannels(given: GivenSection | undefined, deps: ChannelDeps): ReadChannels {
  const none = given === undefined || given.value === null || given.value === undefined;
  if (none || (isRecord(given.value) && Object.keys(given.value).length === 0))
    return { channels: logFor('no channel is configured', [], deps), problems: [], variables: [] };
  const { value, path, lineOf } = given;
  const placed = (at: readonly PropertyKey[], problem: string): string =>
    `${['channels', ...at].map(String).join('.')}: ${problem} (from ${path}:${lineOf(at)})`;
  if (!isRecord(value)) {
    return { channels: [], problems: [placed([], 'must be a map of channels by name')], variables: [] };
  }
  const channels: ConfiguredChannel[] = [];
  const problems: string[] = [];
  const variables: string[] = [];
  for (const [name, settings] of Object.entries(value)) {
    if (!NAME.test(name)) {
      problems.push(placed([name], 'its name must be at most 64 letters, digits, "-", "_" and "."'));
      continue;
    }
    if (!isRecord(settings)) {
      problems.push(placed([name], 'must be a map of settings with a kind'));
      continue;
    }
    variables.push(...variablesIn(settings));
    const read = readChannel(settings, name, deps, path);
    if ('plan' in read) channels.push({ ...read.plan, source: { kind: 'file', path, line: lineOf([name]) } });
    else for (const each of read.problems) problems.push(placed([name, ...each.path], each.problem));
  }
  const fallbacks = new Map(
    Object.entries(value).map(([name, settings]) => [
      name,
      isRecord(settings) ? settings['fallback'] : undefined,
    ]),
  );
  for (const { policy } of channels) {
    const problem = fallbackProblem(policy, fallbacks);
    if (problem !== undefined) problems.push(placed([policy.name, 'fallback'], problem));
  }
  const isAlerted = channels.some(
    ({ policy }) => policy.userEvents === undefined || policy.events.length > 0,
  );
  const added = isAlerted || problems.length > 0 ? [] : logFor('no channel gets alerts', channels, deps);
  return { channels: [...channels, ...added], problems, variables };
}

/** The log, which gets the alerts if no other channel does. */
function logFor(
  because: string,
  others: readonly ConfiguredChannel[],
  deps: ChannelDeps,
): readonly ConfiguredChannel[] {
  let name = 'log';
  while (others.some(({ policy }) => policy.name === name)) name += '-alerts';
  const read = readChannel({ kind: 'log' }, name, deps, deps.cwd);
  return 'plan' in read ? [{ ...read.plan, source: { kind: 'default', because } }] : [];
}

type Read =
  | { readonly plan: Omit<ConfiguredChannel, 'source'> }
  | { readonly problems: readonly SettingProblem[] };

function readChannel(settings: Settings, name: string, deps: ChannelDeps, by: string): Read {
  const { kind, ...others } = settings;
  const shared = Object.fromEntries(Object.entries(others).filter(([key]) => COMMON.includes(key)));
  const own = Object.fromEntries(Object.entries(others).filter(([key]) => !COMMON.includes(key)));
  const parsed = commonFor(deps.userIds).safeParse(shared);
  const problems = [...(parsed.success ? orderProblems(parsed.data) : problemsOf(parsed.error, COMMON))];
  const located = (name: string): string => locate(name, { by, cwd: deps.cwd });
  const builtIn = typeof kind === 'string' && Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (parsed.success) {
    problems.push(...unfitProblems(builtIn, parsed.data));
    problems.push(...userEventProblems(parsed.data, builtIn?.createForUsers !== undefined));
  }
  const made: Made =
    builtIn !== undefined
      ? readBuiltIn(builtIn, own, { env: deps.env, readFile: (path) => deps.readFile(located(path)) })
      : kind === ROTA
        ? readRotaChannel(own, deps.rotas)
        : readCustom(kind, own, located);
  if ('problems' in made) problems.push(...made.problems);
  const readFile = (path: string): string => deps.readFile(located(path));
  const trusted = readCertificates(parsed.data?.ca_file, builtIn, readFile);
  if (trusted.problem !== undefined) problems.push({ path: ['ca_file'], problem: trusted.problem });
  if (!parsed.success || problems.length > 0 || 'problems' in made) return { problems };
  const policy = policyOf(name, String(kind), parsed.data);
  return {
    plan: {
      policy,
      allowAddresses: parsed.data.allow_addresses,
      ca: trusted.ca,
      ...(parsed.data.template !== undefined && { template: new MessageTemplate(parsed.data.template) }),
      secrets: made.secrets,
      make: made.make,
      ...(policy.userEvents !== undefined && { makeForUsers: made.makeForUsers }),
      receiver: made.receiver,
      shown: { kind, ...made.shown, ...parsed.data },
      digest: made.digest ?? '',
    },
  };
}

type Made =
  | (Pick<ChannelPlan, 'make' | 'makeForUsers' | 'secrets' | 'receiver'> & {
      readonly shown: Settings;
      readonly digest?: string;
    })
  | { readonly problems: readonly SettingProblem[] };

function readBuiltIn(kind: ChannelKind, given: Settings, sources: SecretSources): Made {
  const known = [...Object.keys(kind.settings.shape), ...kind.secrets.flatMap(namesOf), ...COMMON];
  const read = readSettings(kind.settings, kind.secrets, known, given, sources);
  if ('problems' in read) return read;
  const { data, secrets } = read;
  const { createForUsers } = kind;
  const shownSecrets = kind.secrets.flatMap(({ name, shown }) => {
    const found = secrets[name];
    return found === undefined ? [] : [[name, shown?.(found.reveal()) ?? '(secret)'] as const];
  });
  return {
    secrets: [
      ...Object.values(secrets).filter((secret) => secret !== undefined),
      ...Object.entries(data).flatMap(([name, value]) =>
        kind.hidden?.includes(name) === true ? longTexts(value) : [],
      ),
    ],
    make: (tools) => kind.create(data, secrets, tools),
    makeForUsers: createForUsers && ((tools) => createForUsers(data, secrets, tools)),
    receiver: receiverOf(kind, data, secrets),
    shown: { ...Object.fromEntries(shownSecrets), ...withoutValues(data) },
    digest: digestOf(data),
  };
}

/** Channels with the same one have the same receiver. */
function receiverOf(kind: ChannelKind, own: object, secrets: Secrets): string {
  const settings = new Map<string, unknown>(Object.entries(own));
  const where = [
    Object.values<ChannelKind>(channelKinds).indexOf(kind),
    ...kind.receiver.map((name) => secrets[name]?.reveal() ?? settings.get(name) ?? null),
  ];
  return digestOf(where);
}

/** In place of what secrets are in. */
function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** A custom module. Only the module knows what its settings mean, and which are secret. */
function readCustom(kind: unknown, settings: Settings, located: (path: string) => string): Made {
  const names = [...Object.keys(channelKinds), ROTA];
  const isPath = typeof kind === 'string' && /^(?:\.{0,2}\/|.*\.[cm]?[jt]s$)/.test(kind);
  if (!isPath) {
    const advice = typeof kind === 'string' ? didYouMean(kind, names) : '';
    const problem = `must be one of ${names.join(', ')}, or the path of a module such as ./my-notifier.js${advice}`;
    return { problems: [{ path: ['kind'], problem }] };
  }
  const path = located(kind);
  if (!existsSync(path)) return { problems: [{ path: ['kind'], problem: `there is no file ${path}` }] };
  return {
    secrets: longTexts(settings),
    make: (tools) => new CustomNotifier(pathToFileURL(path).href, settings, tools),
    shown: Object.fromEntries(Object.keys(settings).map((key) => [key, '(hidden)'])),
    digest: digestOf(settings),
  };
}

function orderProblems({ retry: { min_delay, max_delay } }: Common): readonly SettingProblem[] {
  if (min_delay <= max_delay) return [];
  return [{ path: ['retry', 'max_delay'], problem: 'must not be less than retry.min_delay' }];
}

function unfitProblems(kind: ChannelKind | undefined, { events }: Common): readonly SettingProblem[] {
  const { unfit } = kind ?? {};
  return events.flatMap((event, index) =>
    unfit?.events.some((each) => each === event) === true
      ? [{ path: ['events', index], problem: `must not be ${event} here: ${unfit.because}` }]
      : [],
  );
}

/** Any of them may be a secret. A shorter text is an ordinary word. */
function longTexts(value: unknown): Secret[] {
  if (typeof value === 'string') return value.length < SHORTEST_SECRET ? [] : [new Secret(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(longTexts) : [];
}

/** A header may hold a secret, and its name says enough. */
function withoutValues(settings: object): Settings {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]: [string, unknown]) => [
      key,
      isRecord(value) ? Object.fromEntries(Object.keys(value).map((name) => [name, '(hidden)'])) : value,
    ]),
  );
}
