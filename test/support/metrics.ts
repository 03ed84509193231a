import { Histogram } from '../../src/domain/histogram.js';
import type { GatewayFacts, GatewayReport, DaemonFacts } from '../../src/app/daemon-facts.js';
import { metricFamilies } from '../../src/views/metrics/families.js';
import type { MetricFamily } from '../../src/ports/metrics.js';

export const NO_REQUESTS: GatewayReport = {
  connections: 0,
  in_flight: 0,
  pipelined: 0,
  unsent_bytes: 0,
  sockets: {
    open: 0,
    opened: 0,
    refused: 0,
    received: 0,
    sent: 0,
    pings: 0,
    pongs: 0,
    ignored_pongs: 0,
    closed: { client: 0, protocol: 0, unauthorized: 0, flood: 0, idle: 0, unread: 0, restart: 0 },
  },
  responses: {},
  refused: {
    overloaded: 0,
    dropped_connections: 0,
    answer_timeouts: 0,
    large_answers: 0,
    unread_answers: 0,
    malformed: 0,
    unauthorized: 0,
    rate_limited: 0,
    dropped_pings: 0,
  },
};

const none = new Histogram([1]);
const never = { heartbeat: 0, silence: 0, report: 0 };

/** The facts of an idle daemon. */
export const NO_FACTS: DaemonFacts = {
  ready: true,
  cluster: undefined,
  users: {
    online: 0,
    heals: 0,
    checkups: 0,
    openings: 0,
    recoveries: 0,
    goodbyes: 0,
    erasures: 0,
    expiries: none,
  },
  nodes: {
    states: { active: 0, inactive: 0, failed: 0 },
    paused: 0,
    registeredBy: () => 0,
    heartbeats: 0,
    pings: { success: 0, start: 0, fail: 0, log: 0, exit: 0 },
    running: 0,
    flips: { active: never, inactive: never, failed: never },
    misses: none,
  },
  actors: { running: 0, places: [], deadLetters: 0, mailboxFull: 0 },
  store: {
    refusing: false,
    damages: 2,
    isMissing: false,
    isOwned: true,
    waiting: 0,
    commitTimes: none,
    commitSizes: none,
    slowCommits: 0,
    bytes: undefined,
    free: 7_000_000,
    daysLeft: 12.5,
    sessions: 0,
  },
  alerts: { open: 0, silenced: 0, channels: [] },
  userEvents: [],
  probes: { nodes: 0, underWay: 0, waiting: 0, isFailing: false, passed: 0, failed: 0 },
  silences: { active: 0, pending: 0, expired: 0 },
  events: { readers: 0, watched: 0, slow: 0 },
  memory: { used: 0, short: false, shed: { openings: 0, registrations: 0 } },
  blind: { stalled: { intervals: 0, seconds: 0 }, restarted: { intervals: 0, seconds: 0 } },
  eventLoopDelay: none,
  ticksOverdue: none,
  readingsCut: 0,
  wallSteps: 0,
  others: [],
};

type Labels = Readonly<Record<string, string>>;

/** The metrics that a scrape would find. */
export class Scraped {
  readonly families: readonly MetricFamily[];

  constructor(facts: DaemonFacts, gateway: GatewayFacts = NO_REQUESTS) {
    this.families = metricFamilies(facts, gateway);
  }

  value(name: string, labels: Labels = {}): number {
    const family = this.#family(name);
    if (family.type === 'histogram') throw new TypeError(`${name} is a histogram`);
    return withLabels(family.samples, labels, name).value;
  }

  /** The number of observations, and their sum. */
  observed(name: string, labels: Labels = {}): { readonly count: number; readonly sum: number } {
    const family = this.#family(name);
    if (family.type !== 'histogram') throw new TypeError(`${name} is no histogram`);
    const { counts, sum } = withLabels(family.samples, labels, name);
    return { count: counts.reduce((all, each) => all + each, 0), sum };
  }

  #family(name: string): MetricFamily {
    const found = this.families.find((family) => family.name === name);
    if (found === undefined) throw new TypeError(`there is no ${name}`);
    return found;
  }
}

function withLabels<S extends { readonly labels?: Labels }>(
  samples: readonly S[],
  labels: Labels,
  name: string,
): S {
  const wanted = Object.entries(labels);
  const found = samples.filter((sample) =>
    wanted.every(([label, value]) => sample.labels?.[label] === value),
  );
  const [only] = found;
  if (only === undefined || found.length > 1)
    throw new TypeError(`${String(found.length)} samples of ${name} are ${JSON.stringify(labels)}`);
  return only;
}
