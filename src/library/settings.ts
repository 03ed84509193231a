import path from 'node:path';
import { loadConfig, type Effective } from '../config/load.js';
import { readText } from '../config/read-text.js';
import { snakeCased } from './casing.js';
import type { NotifierEntry } from './notifier-list.js';
import type { HeartbeatOptions } from './options.js';

type Settings = Readonly<Record<string, unknown>>;

/**
 * The configuration that options stand for, by the rules of a configuration file.
 *
 * @throws TypeError with every problem, a line each
 */
export function readOptions(
  options: HeartbeatOptions,
  notifiers: ReadonlyMap<string, NotifierEntry>,
): Effective {
  // Nobody wrote this file, so no problem is told with its name.
  const document = path.resolve('options of createHeartbeat');
  const text = JSON.stringify(documentOf(options, notifiers), undefined, 1);
  const loaded = loadConfig({
    flags: { '--config': document },
    env: environmentFor(text),
    cwd: process.cwd(),
    isTerminal: process.stderr.isTTY,
    readFile: (name) => (name === document ? text : readText(name)),
  });
  if (loaded.ok) return loaded;
  const problems = loaded.problems.map((problem) => problem.split(` (from ${document}`)[0]);
  throw new TypeError(`these options cannot be used:\n${problems.join('\n')}`);
}

/** For a notifier in the program stands a channel that tells nobody, with the policy of that notifier. */
function documentOf(
  { settings = {}, dataDir, timeout, maxRetries, remindEvery, http }: HeartbeatOptions,
  notifiers: ReadonlyMap<string, NotifierEntry>,
): object {
  const where = typeof http === 'object' ? http : {};
  const stands = [...notifiers].map(
    ([name, { notifier: _notifier, name: _name, ...policy }]): [string, object] => [
      name,
      { ...snakeCased(policy), kind: 'log' },
    ],
  );
  const channels = { ...mapIn(settings, 'channels'), ...Object.fromEntries(stands) };
  const nodes = { ...mapIn(settings, 'nodes'), ...given({ timeout, max_retries: maxRetries }) };
  const alerts = { ...mapIn(settings, 'alerts'), ...given({ remind_every: remindEvery }) };
  return { ...settings, ...given({ data_dir: dataDir }), ...where, nodes, alerts, channels };
}

function given(values: Settings): Settings {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function mapIn(settings: Settings, name: string): object {
  const value = settings[name];
  return typeof value === 'object' && value !== null ? value : {};
}

/** A daemon's own variables are not for a program that has one inside; secrets that its settings name are. */
function environmentFor(document: string): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !name.startsWith('HEARTBEAT_') || document.includes(JSON.stringify(name)),
    ),
  );
}
