import { StateCounts } from '../../actors/node/state-counts.js';
import type { BlindCause, BlindInterval } from '../domain/blindness.js';
import type { DaemonFacts, SupervisionFacts } from './daemon-facts.js';
import type { DiskUse, KindOfRecord, StoreTrouble } from '../ports/history-store.js';
import type { ActorSystem } from '../runtime/actor-system.js';
import type { Watchdog } from '../runtime/watchdog.js';
import type { Actors } from './assemble.js';
import { runsOf } from './partition.js';
import type { PartitionRun } from './partition-run.js';
import type { Cluster } from './ports.js';
import { sumOf } from './sum.js';

/** While they are watched elsewhere. */
const NO_NODES = new StateCounts().inspect();
const NO_PROBES = { nodes: 0, underWay: 0, waiting: 0, isFailing: false };
const NO_SILENCES = { active: 0, pending: 0, expired: 0 };

const READY: readonly string[] = [];
const NOT_OWNED = ['the database could not be told for 10 s that this daemon is alive'];
const NOT_LEASED = ['the lease of this daemon in etcd could not be renewed in time'];

/**
 * Why a daemon that has recovered must get no requests; none if it may. A store that only refuses writes, or has damaged
 * records, is no reason: presence goes on without it.
 */
export function unreadyReasons(
  { partitions }: Pick<Actors, 'partitions'>,
  ownership: { readonly holds: boolean },
  cluster: Cluster | undefined,
): readonly string[] {
  if (!ownership.holds) return cluster === undefined ? NOT_OWNED : NOT_LEASED;
  return troublesOf(runsOf(partitions), ['missing']);
}

/** Why its stores do not take everything; none if they do. */
export function notStoringReasons({ partitions }: Pick<Actors, 'partitions'>): readonly string[] {
  const runs = runsOf(partitions);
  const troubles = troublesOf(runs, ['missing', 'damaged']);
  if (troubles.length > 0) return troubles;
  return runs.every(({ history }) => history.state === 'open') ? READY : ['the store refuses writes'];
}

function troublesOf(
  runs: readonly PartitionRun[],
  kinds: readonly StoreTrouble['kind'][],
): readonly string[] {
  const found = runs.flatMap(({ store: { trouble } }) =>
    trouble !== undefined && kinds.includes(trouble.kind) ? [trouble.message] : [],
  );
  return [...new Set(found)];
}

/** The sources of the counts. */
export interface Counted {
  readonly blind: BlindTotals;
  readonly watchdog: Watchdog;
  readonly wallSteps: number;
  /** Undefined where nobody else can own the store. */
  readonly isOwned: boolean | undefined;
  /** For how many days the disk has room. */
  readonly daysLeft: (bytes: number | undefined, free: number | undefined) => number | undefined;
}

/** The data for `GET /metrics`. */
export async function readFacts(
  actors: Actors,
  { blind, watchdog, wallSteps, isOwned, daysLeft }: Counted,
): Promise<Omit<DaemonFacts, 'ready' | 'others' | 'events' | 'cluster'>> {
  const { system, users, meter } = actors;
  const runs = runsOf(actors.partitions);
  const [bytes, free] = await Promise.all([bytesIn(runs), freeOf(runs)]);
  const { heals, checkups, openings, recoveries, goodbyes, erasures, expiries } = actors.counts;
  return {
    users: { online: users.size, heals, checkups, openings, recoveries, goodbyes, erasures, expiries },
    nodes: nodeFacts(actors),
    actors: {
      running: system.running,
      places: placesOf(system),
      deadLetters: system.deadLetters.total,
      mailboxFull: system.overflows,
    },
    store: {
      refusing: runs.some(({ history }) => history.state !== 'open'),
      waiting: sumOf(runs, ({ history }) => history.waiting),
      commitTimes: meter.times,
      commitSizes: meter.sizes,
      slowCommits: meter.slow,
      bytes,
      free,
      daysLeft: daysLeft(bytes, free),
      sessions: sumOf(runs, ({ store }) => store.countSessions()),
      damages: sumOf(runs, ({ store }) => store.damages),
      isOwned,
      isMissing: runs.some(({ store }) => store.trouble?.kind === 'missing'),
    },
    alerts: alertFacts(actors),
    userEvents: actors.userEvents.figures,
    probes: { ...(actors.home.run?.watch?.probes.figures ?? NO_PROBES), ...countsOf(actors) },
    silences: actors.home.run?.watch?.notifier.silences.counts() ?? NO_SILENCES,
    memory: { used: actors.memory.used, short: actors.memory.isShort, shed: actors.memory.shed },
    blind: blind.byCause,
    eventLoopDelay: watchdog.delays,
    ticksOverdue: watchdog.readings,
    readingsCut: watchdog.cut,
    wallSteps,
  };
}

/** The data for `GET /supervision`, besides what the app itself knows. */
export async function readSupervision(
  { system, partitions, home, users, memory }: Actors,
  processFacts: () => object,
  isOwned: boolean | undefined,
  daysLeft: (bytes: number | undefined, free: number | undefined) => number | undefined,
): Promise<
  Omit<SupervisionFacts, 'unready' | 'cluster' | 'phase' | 'startedAt' | 'uptime' | 'blindIntervals' | 'tree'>
> {
  const runs = runsOf(partitions);
  const [bytes, disk] = await Promise.all([bytesIn(runs), diskUseOf(runs)]);
  return {
    users: { online: users.size, shards: users.count },
    nodes: home.run?.watch?.nodes.inspect() ?? { ...NO_NODES, shards: 0 },
    actors: system.running,
    store: {
      history: historiesOf(runs),
      bytes,
      ...disk,
      daysLeft: daysLeft(bytes, disk.free),
      sessions: sumOf(runs, ({ store }) => store.countSessions()),
      isOwned,
      trouble: runs.find(({ store }) => store.trouble !== undefined)?.store.trouble?.message,
    },
    mailboxFull: system.overflows,
    memory: memory.inspect(),
    deadLetters: system.deadLetters,
    process: processFacts(),
  };
}

/** Undefined while one of them is not open. */
export async function bytesIn(runs: readonly PartitionRun[]): Promise<number | undefined> {
  try {
    const sizes = await Promise.all(runs.map(({ store }) => store.size()));
    return sumOf(sizes, (size) => size);
  } catch {
    return undefined;
  }
}

/** Undefined where it cannot be told. */
async function freeOf(runs: readonly PartitionRun[]): Promise<number | undefined> {
  try {
    return leastOf(await Promise.all(runs.map(({ store }) => store.free())));
  } catch {
    return undefined;
  }
}

/** Partitions are on one disk. */
function leastOf(free: readonly (number | undefined)[]): number | undefined {
  const known = free.filter((bytes) => bytes !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Nothing is known while one of them is not open. */
async function diskUseOf(runs: readonly PartitionRun[]): Promise<DiskUse> {
  try {
    const all = await Promise.all(runs.map(({ store }) => store.diskUse()));
    const kinds = all.flatMap((use) => use.kinds ?? []);
    const total = (kind: KindOfRecord): number => sumOf(kinds, (each) => each[kind]);
    return {
      free: leastOf(all.map(({ free }) => free)),
      kinds:
        kinds.length < all.length || kinds.length === 0
          ? undefined
          : {
              sessions: total('sessions'),
              nodes: total('nodes'),
              pings: total('pings'),
              alerts: total('alerts'),
            },
    };
  } catch {
    return { free: undefined, kinds: undefined };
  }
}

function historiesOf(runs: readonly PartitionRun[]): object {
  const reports = runs.map(({ history }) => history.inspect());
  return {
    ...reports[0],
    state: reports.find(({ state }) => state !== 'open')?.state ?? 'open',
    waiting: sumOf(reports, ({ waiting }) => waiting),
    mailbox: sumOf(reports, ({ mailbox }) => mailbox),
  };
}

function nodeFacts({ home, nodeCounts }: Actors): DaemonFacts['nodes'] {
  const nodes = home.run?.watch?.nodes;
  const registeredBy = (key: string): number => nodes?.registeredBy(key) ?? 0;
  const { active, inactive, failed, paused } = nodes?.states ?? NO_NODES;
  const { heartbeats, pings, flips, misses } = nodeCounts;
  const running = sumOf(nodes?.all ?? [], ({ jobTimers }) => jobTimers.size);
  const states = { active, inactive, failed };
  return { states, paused, registeredBy, heartbeats, pings, running, flips, misses };
}

function countsOf({
  probeCounts: { passed, failed },
}: Actors): Pick<DaemonFacts['probes'], 'passed' | 'failed'> {
  return { passed, failed };
}

function alertFacts({ home, channels }: Actors): DaemonFacts['alerts'] {
  const watch = home.run?.watch;
  return {
    open: watch?.notifier.open.size ?? 0,
    silenced: watch?.notifier.open.silenced ?? 0,
    channels: Array.from(channels.totals, ([name, totals]) => ({
      name,
      ...totals,
      now: watch?.channels.actors.get(name)?.figures(),
    })),
  };
}

function placesOf(system: ActorSystem): DaemonFacts['actors']['places'] {
  const places = new Map<string, { waiting: number; restarts: number }>();
  for (const { path, load } of system.places) {
    const name = path.replace(/\/shard-\d+$/, '');
    const place = places.get(name) ?? { waiting: 0, restarts: 0 };
    place.waiting += load.waiting;
    place.restarts += load.restarts;
    places.set(name, place);
  }
  return [...places].map(([path, load]) => ({ path, ...load }));
}

/** How often and for how long the daemon was blind, including restarts. */
export class BlindTotals {
  readonly byCause: Record<BlindCause, { intervals: number; seconds: number }> = {
    stalled: { intervals: 0, seconds: 0 },
    restarted: { intervals: 0, seconds: 0 },
  };

  add({ from, to, cause }: BlindInterval): void {
    const total = this.byCause[cause];
    total.intervals++;
    total.seconds += (to - from) / 1000;
  }
}
