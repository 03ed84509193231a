import { isRecord } from '../domain/is-record.js';
import * as z from 'zod';
import { TURNS, type Rota } from '../domain/rota.js';
import type { LocalTime } from '../domain/time-zone.js';
import { didYouMean } from '../views/did-you-mean.js';
import { timeZone, UTC } from '../views/schedule.js';
import type { ShownAuth } from './auth/auth.js';
import { problemsOf, type GivenSection, type SettingProblem } from './setting-problems.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const MOST_ROTAS = 100;
const MOST_PEOPLE = 100;
const LONGEST_NAME = 64;
const MINUTE = 60_000;
const NO_NAME = `must be a name of at most ${LONGEST_NAME} characters`;
const NO_PERSON = 'must be a map with name and channel';
const NO_DAY = 'must be a day such as 2026-11-30';
const NO_TIME = 'must be a time of day such as "09:00"';

const person = z.strictObject(
  {
    name: z.string(NO_NAME).regex(/\S/, NO_NAME).max(LONGEST_NAME, NO_NAME),
    channel: z.string('must be the name of a channel'),
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : NO_PERSON) },
);

const shape = z.strictObject({
  people: z
    .array(person, 'must be a list of people')
    .min(1, 'must have at least one person')
    .max(MOST_PEOPLE, `must have at most ${MOST_PEOPLE} people`),
  turns: z.enum(TURNS, `must be ${TURNS.join(' or ')}`),
  start: z.string(NO_DAY).refine((text) => midnightOf(text) !== undefined, NO_DAY),
  hand_over: z
    .string(NO_TIME)
    .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, NO_TIME)
    .default('00:00'),
  time_zone: timeZone,
});
const KNOWN = [...Object.keys(shape.shape), ...Object.keys(person.shape)];

/** Kinds that keep an incident open until its end comes, which may be due in another turn. */
const KEEP_INCIDENTS = ['pagerduty', 'alertmanager'];
/** Of a kind that repeats a message until the recovery comes, the setting that makes it do so. */
const REPEATS = { kind: 'pushover', setting: 'emergency' };

export interface ReadRotas {
  /** The valid ones. */
  readonly rotas: readonly Rota[];
  /** Of all that are given. */
  readonly names: readonly string[];
  /** As they were written. */
  readonly shown: readonly ShownAuth[];
  readonly problems: readonly string[];
}

/** Checks every rota. @param channels the kinds of the channels that are given, by name */
export function readRotas(given: GivenSection | undefined, channels: GivenSection | undefined): ReadRotas {
  if (given === undefined || given.value === null || given.value === undefined)
    return { rotas: [], names: [], shown: [], problems: [] };
  const { value, path, lineOf } = given;
  const placed = (at: readonly PropertyKey[], problem: string): string =>
    `${['rotas', ...at].map(String).join('.')}: ${problem} (from ${path}:${lineOf(at)})`;
  const refused = (problem: string) => ({ rotas: [], names: [], shown: [], problems: [placed([], problem)] });
  if (!isRecord(value)) return refused('must be a map of rotas by name');
  const names = Object.keys(value);
  if (names.length > MOST_ROTAS) return refused(`must have at most ${MOST_ROTAS} rotas`);
  const rotas: Rota[] = [];
  const shown: ShownAuth[] = [];
  const problems: string[] = [];
  for (const [name, settings] of Object.entries(value)) {
    const read = readRota(name, settings, isRecord(channels?.value) ? channels.value : {});
    if ('problems' in read)
      for (const { path: at, problem } of read.problems) problems.push(placed([name, ...at], problem));
    else {
      rotas.push(read);
      const source = { kind: 'file', path, line: lineOf([name]) } as const;
      if (isRecord(settings)) shown.push({ key: `rotas.${name}`, value: settings, source });
    }
  }
  return { rotas, names, shown, problems };
}

function readRota(
  name: string,
  given: unknown,
  channels: Readonly<Record<string, unknown>>,
): Rota | { readonly problems: readonly SettingProblem[] } {
  if (!NAME.test(name))
    return {
      problems: [{ path: [], problem: 'its name must be at most 64 letters, digits, "-", "_" and "."' }],
    };
  if (!isRecord(given))
    return { problems: [{ path: [], problem: 'must be a map with people, turns and start' }] };
  const read = shape.safeParse(given);
  if (!read.success) return { problems: problemsOf(read.error, KNOWN) };
  const { people, turns, start, hand_over: handOver, time_zone: zone = UTC } = read.data;
  const problems = people.flatMap(({ channel }, index): SettingProblem[] => {
    const problem = channelProblem(channel, channels);
    return problem === undefined ? [] : [{ path: ['people', index, 'channel'], problem }];
  });
  if (problems.length > 0) return { problems };
  const [hours = 0, minutes = 0] = handOver.split(':').map(Number);
  return {
    name,
    people,
    turns,
    start: midnightOf(start) ?? 0,
    handOver: (hours * 60 + minutes) * MINUTE,
    timeZone: zone,
  };
}

function channelProblem(name: string, channels: Readonly<Record<string, unknown>>): string | undefined {
  const channel = Object.hasOwn(channels, name) ? channels[name] : undefined;
  const kindOf = (each: unknown): unknown => (isRecord(each) ? each['kind'] : undefined);
  if (channel === undefined) {
    const others = Object.keys(channels).filter((other) => kindOf(channels[other]) !== 'rota');
    return `must be the name of a channel${didYouMean(name, others)}`;
  }
  const kind = kindOf(channel);
  if (kind === 'rota') return 'must be a channel of another kind than rota';
  if (kind === REPEATS.kind && isRecord(channel) && Object.hasOwn(channel, REPEATS.setting))
    return `must not have ${REPEATS.setting}: it repeats the message until the recovery, which may come in another turn`;
  return KEEP_INCIDENTS.some((each) => each === kind)
    ? `must not be of the kind ${String(kind)}: it keeps an incident open until the recovery, which may come in another turn`
    : undefined;
}

function midnightOf(day: string): LocalTime | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const at = Date.parse(`${day}T00:00:00Z`);
  // Date accepts 30 February, and makes it a day in March.
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day ? undefined : at;
}
