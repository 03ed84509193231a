import { isRecord } from '../domain/is-record.js';
import path from 'node:path';
import { loadConfig, type Effective } from '../config/load-config.js';
import { readText } from '../config/named-files.js';
import { STORE_OPTIONS } from '../config/store.js';
import { parseNodeName } from '../domain/node-name.js';
import { problemsIn } from '../views/body-problems.js';
import { sentenceFor } from '../views/messages.js';
import { settingsWith } from '../views/node-settings.js';
import { camel, snakeCased } from './casing.js';
import { nodeOptions, problemsOfOptions, sound } from './check-options.js';
import { refuseProblems } from './checks.js';
import type { NotifierEntry } from './notifier-list.js';
import { BuiltInNotifier } from './built-in-notifier.js';
import type { HeartbeatOptions } from './options.js';

type Settings = Readonly<Record<string, unknown>>;

/**
 * Converts options to a configuration, by the rules of a configuration file.
 *
 * @throws TypeError with every problem, a line each
 */
export function readOptions(
  options: HeartbeatOptions,
  notifiers: ReadonlyMap<string, NotifierEntry>,
): Effective {
  const shape = problemsOfOptions(options);
  const usable = isRecord(options) ? sound(options) : {};
  // Nobody wrote this file, so no problem mentions its name.
  const document = path.resolve('options of createHeartbeat');
  const variables: Record<string, string> = {};
  const text = textOf(documentOf(usable, notifiers, variables));
  const loaded = loadConfig({
    flags: { '--config': document },
    env: { ...environmentFor(text), ...variables },
    cwd: process.cwd(),
    isTerminal: process.stderr.isTTY,
    readFile: (name) => (name === document ? text : readText(name)),
  });
  const more = loaded.ok
    ? []
    : loaded.problems.map((problem) => inOptions(problem, document, usable, notifiers));
  const nodes = isRecord(options) && isRecord(options.nodes) ? options.nodes : {};
  const channels = loaded.ok ? loaded.channels.map(({ policy }) => policy.name) : undefined;
  const problems = [
    ...new Set([...shape, ...problemsOfDaemon(usable), ...more, ...problemsOfNodes(nodes, channels)]),
  ];
  if (loaded.ok && problems.length === 0) return loaded;
  refuseProblems('options', [...problems, ...problemsOfNames(nodes)]);
  throw new TypeError('invalid options');
}

/** Settings that an instance does not have. They must not be ignored. */
function problemsOfDaemon({ settings = {} }: HeartbeatOptions): readonly string[] {
  // A daemon that loses its database to another one ends its process, and an instance must not end its program.
  const ofStore = STORE_OPTIONS.filter((name) => settings[name] !== undefined);
  const declared = Object.entries(mapIn(settings, 'nodes')).some(
    ([name, value]) => name === 'declared' && value !== null && value !== 'off',
  );
  const ofLinks = Object.keys(mapIn(settings, 'auth')).filter((name) => name.startsWith('link_secret'));
  return [
    ...ofStore.map(
      (name) => `settings.${name}: is only for the daemon: use dataDir, or call a daemon over HTTP`,
    ),
    ...(declared ? ['settings.nodes.declared: is only for the daemon: use the option nodes'] : []),
    ...ofLinks.map(
      (name) =>
        `settings.auth.${name}: is only for the daemon: messages of an instance have no links that act`,
    ),
  ];
}

/**
 * The values in the settings of nodes. Wrong shapes are found with those of the other options.
 *
 * @param channels those that are configured; undefined if that is not known
 */
function problemsOfNodes(nodes: Settings, channels: readonly string[] | undefined): readonly string[] {
  const schema = settingsWith(channels);
  return Object.entries(nodes).flatMap(([name, options]) => {
    if (!isRecord(options) || nodeOptions(options, name).length > 0) return [];
    const { probe: _probe, deadline: _deadline, onProbeFailure: _onProbeFailure, ...settings } = options;
    const read = schema.safeParse(snakeCased(settings));
    const problems = read.success ? [] : problemsIn(read.error);
    return problems.map(({ path, problem }) => `nodes.${name}.${camel(path)}: ${problem}`);
  });
}

/** A wrong name alone is refused when the node is registered, with the code of that error. */
function problemsOfNames(nodes: Settings): readonly string[] {
  return Object.keys(nodes)
    .filter((name) => parseNodeName(name) === undefined)
    .map((name) => `nodes.${name}: ${sentenceFor('HEARTBEAT_INVALID_NODE_NAME')}`);
}

/** The option for each setting of the configuration. */
const WRITTEN_AS: Readonly<Record<string, keyof HeartbeatOptions>> = {
  session_timeout: 'sessionTimeout',
  'nodes.timeout': 'timeout',
  'nodes.max_retries': 'maxRetries',
  'alerts.remind_every': 'remindEvery',
  data_dir: 'dataDir',
  public_url: 'publicUrl',
};

/** A problem of the configuration in terms of options: with their names, and without a daemon's flags. */
function inOptions(
  problem: string,
  document: string,
  options: HeartbeatOptions,
  notifiers: ReadonlyMap<string, NotifierEntry>,
): string {
  const [told = problem] = problem.split(` (from ${document}`);
  const sentence = told.replace('or pass --insecure', 'or give settings: { insecure: true }');
  const [place = ''] = sentence.split(': ', 1);
  const rest = sentence.slice(place.length);
  const option = WRITTEN_AS[place];
  if (option !== undefined && options[option] !== undefined) return `${option}${rest}`;
  if (typeof options.http === 'object' && Object.hasOwn(options.http, place)) return `http.${place}${rest}`;
  const name = [...notifiers.keys()].find((each) => place.startsWith(`channels.${each}.`));
  return name === undefined ? sentence : `notifiers.${camel(place.slice('channels.'.length))}${rest}`;
}

/** @throws TypeError for values that no file could contain */
function textOf(document: object): string {
  try {
    return JSON.stringify(document, undefined, 1);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new TypeError(`invalid options:\nsettings: must be valid as a configuration file: ${reason}`, {
      cause: error,
    });
  }
}

/**
 * Each notifier of the program becomes a channel with its policy: of its kind, or one that delivers nothing.
 *
 * @param variables gets secrets that may not stand in a document, by the names that it has for them
 */
function documentOf(
  {
    settings = {},
    dataDir,
    sessionTimeout,
    timeout,
    maxRetries,
    remindEvery,
    publicUrl,
    http,
  }: HeartbeatOptions,
  notifiers: ReadonlyMap<string, NotifierEntry>,
  variables: Record<string, string>,
): object {
  const where = typeof http === 'object' ? http : {};
  const stands = [...notifiers].map(([name, { notifier, name: _name, ...policy }]): [string, object] => [
    name,
    {
      ...snakeCased(policy),
      ...(notifier instanceof BuiltInNotifier
        ? notifier.asChannel((secret, value) => {
            // No variable of a process has such a name.
            const variable = `=${name}.${secret}`;
            variables[variable] = value;
            return variable;
          })
        : { kind: 'log' }),
    },
  ]);
  const channels = { ...mapIn(settings, 'channels'), ...Object.fromEntries(stands) };
  const nodes = { ...mapIn(settings, 'nodes'), ...given({ timeout, max_retries: maxRetries }) };
  const alerts = { ...mapIn(settings, 'alerts'), ...given({ remind_every: remindEvery }) };
  const others = given({ data_dir: dataDir, session_timeout: sessionTimeout, public_url: publicUrl });
  return { ...settings, ...others, ...where, nodes, alerts, channels };
}

function given(values: Settings): Settings {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function mapIn(settings: Settings, name: string): object {
  const value = settings[name];
  return isRecord(value) ? value : {};
}

/** A daemon's own variables do not apply to a program with an instance inside; secrets that its settings name do. */
function environmentFor(document: string): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !name.startsWith('HEARTBEAT_') || document.includes(JSON.stringify(name)),
    ),
  );
}
