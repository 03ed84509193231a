import type { HistoryOptions } from '../../actors/history/history.actor.js';
import type { AlertsOptions } from '../../actors/notifier/create.js';
import type { UserEventsDeps } from '../../actors/notifier/user-events/user-events.actor.js';
import { POLICIES } from '../../actors/tree.js';
import type { LocalUserShardsOptions } from '../../actors/user/user-shards.js';
import type { Config } from '../config/schema.js';
import { toMillis, type Millis, type Seconds } from '../domain/time.js';

/** Seconds between prunings: a tenth of the retention, within these limits. */
const PRUNE_EVERY = { min: 1, max: 60 };
/** The most users that expire in one tick, over all shards: twice what the disk can take. */
const EXPIRIES = 8000;
/** The share of the time for a stop of its partition that attempts under way may take. */
const PATIENCE = 0.1;

/**
 * @param limits those in force: they may change while the daemon runs
 * @param elsewhere how many entries wait in other partitions
 */
export function historyOptions(
  { history, flips, alerts, pings }: Config,
  limits: Config['limits'],
  elsewhere: () => number,
): HistoryOptions {
  return {
    retention: history.retention,
    flipRetention: flips.retention,
    alertRetention: alerts.retention,
    pingBytes: pings.max_bytes,
    pruneEvery: pruneEvery(Math.min(history.retention ?? Infinity, alerts.retention ?? Infinity)),
    get queue() {
      return limits.history_queue - elsewhere();
    },
    restarts: POLICIES.history,
  };
}

/**
 * @param limits those in force: they may change while the daemon runs
 * @param shards of users in the partition
 */
export function usersOptions(
  { session_timeout, blind_grace, shards: ofEach, partitions }: Config,
  limits: Config['limits'],
  shards: number,
  decide: LocalUserShardsOptions['decide'],
): LocalUserShardsOptions {
  return {
    count: shards,
    partitions,
    timeout: toMillis(session_timeout),
    blindGrace: toMillis(blind_grace),
    get mailbox() {
      return limits.mailbox;
    },
    expiries: Math.ceil(EXPIRIES / (ofEach * partitions)),
    get devices() {
      return limits.devices;
    },
    restarts: POLICIES.shard,
    decide,
  };
}

function pruneEvery(retention: Seconds): Seconds {
  return Math.min(PRUNE_EVERY.max, Math.max(PRUNE_EVERY.min, retention / 10));
}

/** How long attempts to notify that are under way may take when the daemon stops, or hands the nodes over. */
export function patienceOf({ shutdown_timeout, partitions }: Config): Millis {
  const [ofUsers, ofNodes] = [partitions, partitions === 1 ? 0 : 1];
  return (toMillis(shutdown_timeout) * PATIENCE) / (ofUsers + ofNodes);
}

/** @param maintenance the windows in force: they may change while the daemon runs */
export function alertsOptions(
  config: Config,
  limits: Config['limits'],
  maintenance: AlertsOptions['maintenance'],
): AlertsOptions {
  const { alerts, flips } = config;
  const { share, at_least, window, hold } = alerts.mass_failure;
  return {
    massFailure: { share, atLeast: at_least, window: toMillis(window), hold: toMillis(hold) },
    flapping: { maxPerHour: alerts.flapping.max_per_hour },
    get unstored() {
      return limits.alerts;
    },
    remindEvery: alerts.remind_every === null ? undefined : toMillis(alerts.remind_every),
    silences: {
      get most() {
        return limits.silences;
      },
      retention: toMillis(flips.retention ?? Infinity),
    },
    maintenance,
    patience: patienceOf(config),
    restarts: POLICIES.outbox,
    channelRestarts: POLICIES.channel,
  };
}

export function userEventsDeps(
  config: Config,
  { system, clock, logger }: Pick<UserEventsDeps, 'system' | 'clock' | 'logger'>,
): UserEventsDeps {
  return {
    system,
    clock,
    logger,
    random: Math.random,
    restarts: POLICIES.channel,
    patience: patienceOf(config),
  };
}
