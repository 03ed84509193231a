import { isRecord } from '../domain/is-record.js';
import {
  aFunction,
  anObject,
  aNumber,
  aText,
  isIterable,
  isPlain,
  mapOf,
  must,
  objectOf,
  one,
  oneOf,
  secondsWithin,
  shown,
  wholeFrom1,
  type Check,
  type Reader,
} from './checks.js';
import { camel } from './casing.js';
import { probeReader } from './probe.js';
import { COMMON } from '../config/channels/common-settings.js';

const LEVELS = ['error', 'warn', 'info', 'debug'] as const;
const DAY = 86_400;

/** The value is checked where it is used. */
const any: Reader = () => [];

/** The settings of a node; their values are checked when it is registered. */
const SETTINGS_OF_NODE = {
  timeout: (value: unknown, place: string) =>
    isRecord(value) ? objectOf({ adaptive: any, min: any, max: any, threshold: any })(value, place) : [],
  maxRetries: any,
  schedule: (value: unknown, place: string) =>
    isRecord(value) ? objectOf({ every: any, cron: any, timeZone: any, grace: any })(value, place) : [],
  grace: any,
  slug: any,
  labels: any,
  channels: any,
  dependsOn: any,
};

const onProbeFailure = one(oneOf('skip', 'report'));
const deadline = one(secondsWithin(0.001, DAY));

/** The options of a `Node`: its settings, and how it is probed. */
const OPTIONS_OF_NODE = { ...SETTINGS_OF_NODE, probe: probeReader, deadline, onProbeFailure };

export const nodeRegistration: Reader = objectOf({ ...SETTINGS_OF_NODE, probe: any, paused: any });
export const nodeOptions: Reader = objectOf(OPTIONS_OF_NODE);

const batchSizes: Reader = objectOf({
  small: one(wholeFrom1),
  medium: one(wholeFrom1),
  large: one(wholeFrom1),
});

const logTarget: Reader = (value, place) => {
  if (!isRecord(value))
    return [
      `${place}: must be an object such as { level: 'info' }, or one like console, not ${shown(value)}`,
    ];
  const given = LEVELS.filter((name) => value[name] !== undefined);
  if (given.length > 0) return given.flatMap((name) => one(aFunction)(value[name], `${place}.${name}`));
  return value['level'] === undefined ? [] : one(oneOf(...LEVELS))(value['level'], `${place}.level`);
};

/** Becomes part of a configuration file's text. The members of a `Map` or of a class would be lost on the way. */
const fileData: Reader = (value, place) => {
  if (Array.isArray(value))
    return value.flatMap((each, index) => fileData(each, `${place}.${String(index)}`));
  if (!isRecord(value) || 'toJSON' in value) return [];
  if (!isPlain(value)) return one(anObject)(value, place);
  return Object.entries(value).flatMap(([name, given]) => fileData(given, `${place}.${name}`));
};

/** In a file they would be maps. Anything else would be lost when options are merged with them. */
const fileSettings: Reader = (value, place) => {
  if (!isPlain(value)) return one(anObject)(value, place);
  const maps = ['channels', 'nodes', 'alerts'].filter((name) => value[name] !== undefined);
  const problems = maps.flatMap((name) => one(anObject)(value[name], `${place}.${name}`));
  return problems.length > 0 ? problems : fileData(value, place);
};

const port: Check = must(
  'a whole number between 0 and 65535',
  (value) => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535,
);

const http: Reader = (value, place) =>
  typeof value === 'boolean' ? [] : objectOf({ port: one(port), host: one(aText) })(value, place);

/** The settings that every channel has, in camelCase. */
const policy = Object.fromEntries(COMMON.map((name): [string, Reader] => [camel(name), fileData]));

const entry = objectOf({
  ...policy,
  retry: objectOf({ minDelay: any, maxDelay: any, giveUpAfter: any }),
  notifier: any,
  name: one(aText),
});

/** A notifier, or an entry with a notifier and its policy. */
const notifierEntry: Reader = (value, place) => {
  const isEntry = isRecord(value) && 'notifier' in value;
  const notifier = isEntry ? value['notifier'] : value;
  const problems = isEntry ? entry(value, place) : [];
  if (isRecord(notifier) && typeof notifier['notify'] === 'function') return problems;
  return [
    ...problems,
    `${place}: a notifier must have a method notify(alert): extend BaseNotifier; it is ${shown(notifier)}`,
  ];
};

export const notifierList: Reader = (value, place) => {
  if (!isIterable(value)) return [`${place}: must be a list of notifiers, not ${shown(value)}`];
  return [...value].flatMap((each, index) => notifierEntry(each, `${place}.${String(index)}`));
};

const OPTIONS = {
  dataDir: one(aText),
  sessionTimeout: one(aNumber),
  timeout: one(aNumber),
  maxRetries: one(aNumber),
  remindEvery: one(aNumber),
  publicUrl: one(aText),
  nodes: mapOf(nodeOptions, 'settings by the names of nodes'),
  notifiers: notifierList,
  logger: logTarget,
  http,
  maxConcurrent: one(wholeFrom1),
  batchSizeThresholds: batchSizes,
  settings: fileSettings,
  onFatal: one(aFunction),
};

/** Every problem in the shape of an instance's options, a line each. */
export function problemsOfOptions(options: unknown): readonly string[] {
  return objectOf(OPTIONS)(options, isPlain(options) ? '' : 'options');
}

/** The options whose shape is right, so that their values may be checked. */
export function sound<Options extends object>(options: Options): Partial<Options> {
  const readers: Readonly<Record<string, Reader>> = OPTIONS;
  const usable: Partial<Options> = {};
  for (const [name, value] of Object.entries(options))
    if (readers[name]?.(value, name).length === 0) Reflect.set(usable, name, value);
  return usable;
}

const emitted: Reader = (value, place) => {
  if (typeof value === 'string') return one(aText)(value, place);
  return objectOf({ name: one(aText), ...OPTIONS_OF_NODE })(value, place);
};

const EMITTER = {
  nodes: ((value, place) =>
    isIterable(value)
      ? [...value].flatMap((each, index) => (isMade(each) ? [] : emitted(each, `${place}.${String(index)}`)))
      : [`${place}: must be a list of names or nodes, not ${shown(value)}`]) satisfies Reader,
  interval: one(secondsWithin(0.001, DAY)),
  deadline,
  maxConcurrent: one(wholeFrom1),
  maxProbes: one(wholeFrom1),
  batchSizeThresholds: batchSizes,
  onProbeFailure,
  key: one(aText),
  logger: logTarget,
  onError: one(aFunction),
};

/** A `Node`, which was checked when it was made, or another object with a class of its own. */
function isMade(value: unknown): boolean {
  return isRecord(value) && !isPlain(value) && typeof value['name'] === 'string';
}

/** Every problem in the shape of an emitter's options, a line each. */
export function problemsOfEmitter(options: unknown): readonly string[] {
  return objectOf(EMITTER)(options, isPlain(options) ? '' : 'options');
}
