import type { Schedule } from '../../../src/domain/schedule.js';
import type { AdaptiveTimeout } from '../../../src/domain/timeout.js';
import type { Random } from '../machine/random.js';

/** What a seed decides about the daemon and its clients. Durations are in milliseconds. */
export interface Settings {
  /** The timeout of a session. */
  readonly timeout: number;
  readonly blindAfter: number;
  readonly grace: number;
  readonly shards: number;
  readonly users: number;
  /** Users with several devices. */
  readonly deviceUsers: number;
  readonly nodes: number;
  readonly nodeTimeout: number;
  readonly maxRetries: number;
  /** The interval between reminders; undefined if there are none. */
  readonly remindEvery: number | undefined;
  /** The adaptive timeout of some nodes; undefined if all have `nodeTimeout`. */
  readonly adaptive: AdaptiveTimeout | undefined;
  /** The most messages of one node on one channel in an hour. */
  readonly flappingMost: number;
  /** Some clients use HTTP. Otherwise requests call the application directly, as HTTP does. */
  readonly http: boolean;
  /** Those who read events. */
  readonly readers: number;
  /** The most events that the daemon remembers. */
  readonly pastEvents: number;
  /** Apps with a socket. They need HTTP. */
  readonly sockets: number;
  /** Partitions of users. */
  readonly partitions: number;
  /** Schedules, of which some nodes have one; empty if none has any. */
  readonly schedules: readonly Schedule[];
  /** Somebody on call silences nodes. */
  readonly silences: boolean;
  /** Maintenance windows in the configuration. */
  readonly maintenance: number;
  /** Some pauses end by themselves. */
  readonly timedPauses: boolean;
  /** Jobs that send pings. */
  readonly jobs: number;
  /** A channel notifies whoever of a rota is on call. */
  readonly rota: boolean;
  /** Nodes that the daemon probes. */
  readonly sites: number;
  /** Messages have signed links, and somebody uses them. They need HTTP. */
  readonly links: boolean;
}

/** A limit that no node reaches. */
export const UNLIMITED = 3600;

/** More events than there are. */
export const ALL_EVENTS = 1_000_000;

export function chooseSettings(random: Random, clients: number | undefined): Settings {
  const settings = {
    timeout: random.pick([1000, 2000, 7000]),
    blindAfter: random.pick([200, 1000]),
    grace: random.pick([500, 120_000]),
    shards: random.pick([1, 2, 4]),
    users: clients ?? random.int(3, 12),
    nodes: clients ?? random.int(3, 12),
    nodeTimeout: random.pick([1000, 2000, 5000]),
    maxRetries: random.pick([0, 1, 2]),
    remindEvery: random.chance(0.3) ? 3000 : undefined,
  };
  const { nodeTimeout } = settings;
  const others = {
    adaptive: random.chance(0.3) ? { min: nodeTimeout / 2, max: 3 * nodeTimeout } : undefined,
    flappingMost: random.chance(0.1) ? random.pick([8, 12, 60]) : UNLIMITED,
    http: random.chance(0.25),
    deviceUsers: random.chance(0.4) ? random.int(1, 3) : 0,
    readers: random.chance(0.4) ? random.int(1, 2) : 0,
    pastEvents: random.chance(0.3) ? random.pick([1, 20]) : ALL_EVENTS,
    partitions: random.chance(0.15) ? 4 : 1,
  };
  const sockets = random.chance(0.6) ? random.int(1, 3) : 0;
  const schedules = random.chance(0.3) ? schedulesFor(nodeTimeout) : [];
  const silences = random.chance(0.35);
  const maintenance = random.chance(0.2) ? random.int(1, 3) : 0;
  const timedPauses = random.chance(0.4);
  const jobs = random.chance(0.3) ? random.int(1, 2) : 0;
  const rota = random.chance(0.25);
  const sites = random.chance(0.3) ? random.int(1, 2) : 0;
  const links = random.chance(0.5) && others.http;
  const more = { silences, maintenance, timedPauses, jobs, rota, sites, links };
  return { ...settings, ...others, ...more, sockets: others.http ? sockets : 0, schedules };
}

/** Intervals in which nodes send heartbeats as others do, and expressions for each minute. */
export function schedulesFor(nodeTimeout: number): readonly Schedule[] {
  return [
    { every: nodeTimeout, grace: nodeTimeout / 2 },
    { cron: ['* * * * *'], timeZone: 'Europe/Berlin', grace: 1000 },
  ];
}

/** The command-line options that configure the daemon with these settings. */
export function flagsOf(settings: Settings): Readonly<Record<string, string>> {
  return {
    '--session-timeout': seconds(settings.timeout),
    '--blind-after': seconds(settings.blindAfter),
    '--blind-grace': seconds(settings.grace),
    '--shards': String(settings.shards),
    '--nodes-timeout': seconds(settings.nodeTimeout),
    '--nodes-max-retries': String(settings.maxRetries),
    '--alerts-mass-failure-at-least': '5',
    '--alerts-mass-failure-share': '0.5',
    '--alerts-mass-failure-window': '2',
    '--alerts-mass-failure-hold': '4',
    '--events-past': String(settings.pastEvents),
    '--partitions': String(settings.partitions),
    '--alerts-flapping-max-per-hour': String(settings.flappingMost),
    ...(settings.remindEvery !== undefined && { '--alerts-remind-every': seconds(settings.remindEvery) }),
  };
}

function seconds(milliseconds: number): string {
  return String(milliseconds / 1000);
}
