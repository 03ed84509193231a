import type { GatewayReport } from './daemon-facts.js';
import type { DaemonFacts } from './daemon-facts.js';
import type { Millis, Moment } from '../domain/time.js';
import type { Cancel, Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Distribution } from '../ports/metrics.js';

const PERCENTILE = 0.99;
const RESIDENT = 'process_resident_memory_bytes';

export interface MetricsLogDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The daemon's counts since it started. */
  readonly facts: () => Promise<DaemonFacts>;
  /** The gateway's counts; undefined before it runs. */
  readonly gateway: () => GatewayReport | undefined;
}

/** Counters and distributions at one time. */
interface Snapshot {
  readonly counters: Readonly<Record<(typeof COUNTERS)[number], number>>;
  readonly lateness: readonly number[];
  readonly commits: readonly number[];
  readonly delays: readonly number[];
}

const COUNTERS = ['heals', 'checkups', 'opened', 'ended', 'heartbeats', 'flips', 'refused'] as const;

/** Logs one line of performance metrics at intervals, and none if nothing happened. */
export class MetricsLog {
  readonly #every: Millis;
  readonly #deps: MetricsLogDeps;
  #last: Snapshot | undefined;
  #at: Moment;
  #cancel: Cancel | undefined;

  constructor(every: Millis, deps: MetricsLogDeps) {
    this.#every = every;
    this.#deps = deps;
    this.#at = deps.clock.now();
  }

  /** Once the daemon is ready. */
  start(): void {
    this.#cancel = this.#deps.clock.after(this.#every, () => {
      this.start();
      void this.#log();
    });
    if (this.#last === undefined) void this.#log();
  }

  stop(): void {
    this.#cancel?.();
  }

  async #log(): Promise<void> {
    const { clock, logger, facts, gateway } = this.#deps;
    try {
      const counted = await facts();
      const now = snapshotOf(counted, gateway());
      const last = this.#last;
      const since = this.#at;
      this.#last = now;
      this.#at = clock.now();
      if (last === undefined) return;
      const line = metricsLine(last, now, counted);
      if (line !== undefined)
        logger.info('metrics', { seconds: Math.round((this.#at - since) / 1000), ...line });
    } catch (error) {
      logger.warn('metrics could not be read', { error });
    }
  }
}

function snapshotOf({ users, nodes, store, eventLoopDelay }: DaemonFacts, gateway?: GatewayReport): Snapshot {
  const flips = Object.values(nodes.flips).flatMap((causes) => Object.values(causes));
  return {
    counters: {
      heals: users.heals,
      checkups: users.checkups,
      opened: users.openings,
      // However they ended. Sessions found at the start were online when counting began.
      ended: users.openings - users.online,
      heartbeats: nodes.heartbeats,
      flips: sum(flips),
      refused: gateway === undefined ? 0 : refusals(gateway),
    },
    lateness: users.expiries.counts.map((count, index) => count + (nodes.misses.counts[index] ?? 0)),
    commits: [...store.commitTimes.counts],
    delays: [...eventLoopDelay.counts],
  };
}

/** Refusing answers, and connections that got none. */
function refusals({ responses, refused }: GatewayReport): number {
  const refusing = Object.entries(responses).filter(([status]) => Number(status) >= 400);
  return sum(refusing.map(([, count]) => count)) + refused.dropped_connections;
}

/** @returns undefined if nothing happened in between */
function metricsLine(last: Snapshot, now: Snapshot, facts: DaemonFacts): object | undefined {
  const { users, nodes, store, eventLoopDelay, others } = facts;
  const since = COUNTERS.map((name): [string, number] => [name, now.counters[name] - last.counters[name]]);
  if (since.every(([, count]) => count === 0)) return undefined;
  const resident = others.find(({ name }) => name === RESIDENT)?.samples[0];
  return {
    ...Object.fromEntries(since),
    users_online: users.online,
    nodes_active: nodes.states.active,
    nodes_inactive: nodes.states.inactive,
    nodes_failed: nodes.states.failed,
    lateness_p99_ms: percentile(users.expiries, last.lateness, now.lateness),
    commit_p99_ms: percentile(store.commitTimes, last.commits, now.commits),
    event_loop_delay_p99_ms: percentile(eventLoopDelay, last.delays, now.delays),
    rss_bytes: resident !== undefined && 'value' in resident ? resident.value : null,
    store_bytes: store.bytes ?? null,
  };
}

/** The 99th percentile's bound in milliseconds, or the largest bound if it is above all; null without values. */
function percentile(
  { bounds }: Distribution,
  last: readonly number[],
  now: readonly number[],
): number | null {
  const counts = now.map((count, index) => count - (last[index] ?? 0));
  const needed = PERCENTILE * sum(counts);
  if (needed === 0) return null;
  let within = 0;
  for (const [index, count] of counts.entries()) {
    within += count;
    if (within >= needed) return Math.round((bounds[index] ?? bounds.at(-1) ?? 0) * 1000);
  }
  return null;
}

function sum(values: readonly number[]): number {
  return values.reduce((one, other) => one + other, 0);
}
