import {
  counter,
  counterBy,
  gauge,
  gaugeBy,
  histogram,
  type MetricFamily,
  type Sample,
} from '../../ports/metrics.js';
import type { GatewayFacts, DaemonFacts } from '../../app/daemon-facts.js';
import { channelFamilies } from './channel-families.js';
import { clusterFamilies } from './cluster-families.js';
import { eventFamilies, gatewayFamilies } from './connection-families.js';

/** Seconds, the unit of Prometheus. */
const DAY = 86_400;

/**
 * Every metric that is answered. `docs/metrics.md` describes each, and a test holds it to this.
 *
 * @param gateway undefined where nothing listens
 */
export function metricFamilies(
  facts: DaemonFacts,
  gateway: GatewayFacts | undefined,
): readonly MetricFamily[] {
  return [
    gauge('heartbeat_ready', 'Whether the daemon is ready: 1 or 0.', Number(facts.ready)),
    ...userFamilies(facts),
    ...nodeFamilies(facts),
    ...probeFamilies(facts),
    ...quotaFamilies(facts, gateway?.quotas ?? []),
    ...actorFamilies(facts),
    ...storeFamilies(facts),
    ...clusterFamilies(facts),
    ...channelFamilies(facts),
    ...eventFamilies(facts),
    ...memoryFamilies(facts),
    ...blindFamilies(facts),
    ...(gateway === undefined ? [] : gatewayFamilies(gateway)),
    ...facts.others,
  ];
}

function userFamilies({ users }: DaemonFacts): MetricFamily[] {
  const { counts } = users.expiries;
  return [
    gauge('heartbeat_users_online', 'Users that are online.', users.online),
    counter('heartbeat_heals_total', 'Heals that have been handled.', users.heals),
    counter('heartbeat_checkups_total', 'Users in checkups that have been handled.', users.checkups),
    counter('heartbeat_sessions_opened_total', 'Sessions that heals have opened.', users.openings),
    counter(
      'heartbeat_sessions_recovered_total',
      'Sessions found at the start that a heal continued.',
      users.recoveries,
    ),
    counter('heartbeat_sessions_closed_total', 'Sessions that ended by a goodbye.', users.goodbyes),
    counter(
      'heartbeat_sessions_erased_total',
      'Sessions that ended because their user was erased.',
      users.erasures,
    ),
    counter(
      'heartbeat_sessions_expired_total',
      'Sessions that ended because no heal came.',
      counts.reduce((sum, count) => sum + count, 0),
    ),
    histogram(
      'heartbeat_session_expiry_lateness_seconds',
      'How long after its deadline the end of a session was noticed.',
      users.expiries,
    ),
  ];
}

/** A node comes to a state in no other way. */
const FLIPS = [
  { to: 'active', cause: 'heartbeat' },
  { to: 'inactive', cause: 'silence' },
  { to: 'failed', cause: 'silence' },
  { to: 'failed', cause: 'report' },
] as const;

function nodeFamilies({ nodes }: DaemonFacts): MetricFamily[] {
  return [
    gaugeBy('heartbeat_nodes', 'Nodes that are registered, by state.', 'state', nodes.states),
    gauge('heartbeat_nodes_paused', 'Nodes that are paused.', nodes.paused),
    counter(
      'heartbeat_node_heartbeats_total',
      'Heartbeats of nodes that have been handled.',
      nodes.heartbeats,
    ),
    counterBy(
      'heartbeat_job_pings_total',
      'Pings of jobs that have counted, by what they said.',
      'kind',
      nodes.pings,
    ),
    gauge('heartbeat_jobs_running', 'Nodes whose job has started and not ended.', nodes.running),
    {
      name: 'heartbeat_node_flips_total',
      help: 'Changes of the state of nodes.',
      type: 'counter',
      samples: FLIPS.map(({ to, cause }) => ({ labels: { to, cause }, value: nodes.flips[to][cause] })),
    },
    histogram(
      'heartbeat_node_miss_lateness_seconds',
      'How long after its deadline a heartbeat that did not come was noticed.',
      nodes.misses,
    ),
  ];
}

function probeFamilies({
  probes: { nodes, underWay, waiting, isFailing, passed, failed },
}: DaemonFacts): MetricFamily[] {
  return [
    gauge('heartbeat_probed_nodes', 'Nodes that the daemon probes.', nodes),
    gauge(
      'heartbeat_prober_failing',
      'Whether no node is probed although some should be.',
      isFailing ? 1 : 0,
    ),
    gauge('heartbeat_probes_under_way', 'Probes of nodes that run.', underWay),
    gauge('heartbeat_probes_waiting', 'Probes of nodes that are due and wait for others to end.', waiting),
    counterBy('heartbeat_probes_total', 'Probes of nodes that have ended, by result.', 'result', {
      passed,
      failed,
    }),
  ];
}

/** Of keys that have a quota now: as many as are configured. */
function quotaFamilies({ nodes }: DaemonFacts, quotas: NonNullable<GatewayFacts['quotas']>): MetricFamily[] {
  const byKey = (read: (quota: (typeof quotas)[number]) => number): Sample[] =>
    quotas.map((quota) => ({ labels: { key: quota.key }, value: read(quota) }));
  return [
    {
      name: 'heartbeat_key_nodes',
      help: 'Nodes that count towards the quota of a key.',
      type: 'gauge',
      samples: byKey(({ key }) => nodes.registeredBy(key)),
    },
    {
      name: 'heartbeat_key_nodes_max',
      help: 'Nodes that a key may register.',
      type: 'gauge',
      samples: byKey((quota) => quota.nodes),
    },
  ];
}

function actorFamilies({
  actors: { running, places, deadLetters, mailboxFull },
}: DaemonFacts): MetricFamily[] {
  const byPlace = (read: (place: (typeof places)[number]) => number): Sample[] =>
    places.map((place) => ({ labels: { place: place.path }, value: read(place) }));
  return [
    gauge('heartbeat_actors', 'Actors that run.', running),
    {
      name: 'heartbeat_mailbox_messages',
      help: 'Messages that wait in mailboxes, by place in the supervision tree.',
      type: 'gauge',
      samples: byPlace(({ waiting }) => waiting),
    },
    {
      name: 'heartbeat_restarts_total',
      help: 'Restarts after a crash, by place in the supervision tree.',
      type: 'counter',
      samples: byPlace(({ restarts }) => restarts),
    },
    counter('heartbeat_dead_letters_total', 'Messages that nobody will handle.', deadLetters),
    counter(
      'heartbeat_mailbox_overflows_total',
      'Messages that were refused because a mailbox was full.',
      mailboxFull,
    ),
  ];
}

function storeFamilies({ store }: DaemonFacts): MetricFamily[] {
  return [
    gauge('heartbeat_store_refusing', 'Whether the store refuses writes: 1 or 0.', Number(store.refusing)),
    counter('heartbeat_store_damage_total', 'Damaged records and files that were found.', store.damages),
    gauge(
      'heartbeat_store_missing',
      'Whether the files of the store are gone: 1 or 0.',
      Number(store.isMissing),
    ),
    ...(store.isOwned === undefined
      ? []
      : [
          gauge(
            'heartbeat_store_owned',
            'Whether the database knows that this daemon is alive: 1 or 0.',
            Number(store.isOwned),
          ),
        ]),
    gauge('heartbeat_store_queue_entries', 'Entries that wait for the disk.', store.waiting),
    histogram('heartbeat_store_commit_duration_seconds', 'How long a commit took.', store.commitTimes),
    histogram('heartbeat_store_commit_entries', 'How many entries a commit had.', store.commitSizes),
    counter(
      'heartbeat_store_slow_commits_total',
      'Commits that took history.slow_commit or longer.',
      store.slowCommits,
    ),
    {
      name: 'heartbeat_store_size_bytes',
      help: 'Size of the store on disk, approximately.',
      type: 'gauge',
      samples: store.bytes === undefined ? [] : [{ value: store.bytes }],
    },
    {
      name: 'heartbeat_store_free_bytes',
      help: 'Bytes that are left on the disk of the store.',
      type: 'gauge',
      samples: store.free === undefined ? [] : [{ value: store.free }],
    },
    {
      name: 'heartbeat_store_seconds_left',
      help: 'For how long the disk has room, if the store grows as in the last two days.',
      type: 'gauge',
      samples: store.daysLeft === undefined ? [] : [{ value: store.daysLeft * DAY }],
    },
    gauge('heartbeat_store_sessions', 'Sessions that are stored and have ended.', store.sessions),
  ];
}

function memoryFamilies({ memory: { used, short, shed } }: DaemonFacts): MetricFamily[] {
  return [
    gauge('heartbeat_memory_used_ratio', 'Live memory as a share of what the process may use.', used),
    gauge(
      'heartbeat_memory_short',
      'Whether new users and nodes are refused because memory is short: 1 or 0.',
      Number(short),
    ),
    counterBy(
      'heartbeat_memory_shed_total',
      'Refused because memory is short (limits.memory), by kind.',
      'what',
      { opening: shed.openings, registration: shed.registrations },
    ),
  ];
}

function blindFamilies({
  blind,
  eventLoopDelay,
  ticksOverdue,
  readingsCut,
  wallSteps,
}: DaemonFacts): MetricFamily[] {
  const by = (field: 'seconds' | 'intervals') => ({
    stalled: blind.stalled[field],
    restarted: blind.restarted[field],
  });
  return [
    counterBy('heartbeat_blind_seconds_total', 'For how long the daemon was blind.', 'cause', by('seconds')),
    counterBy('heartbeat_blind_intervals_total', 'How often the daemon was blind.', 'cause', by('intervals')),
    histogram(
      'heartbeat_event_loop_delay_seconds',
      'How late the event loop came to each tick of the watchdog.',
      eventLoopDelay,
    ),
    histogram(
      'heartbeat_tick_overdue_seconds',
      'How long after each tick of the watchdog what was due was acted on.',
      ticksOverdue,
    ),
    counter(
      'heartbeat_readings_cut_total',
      'Ticks of the watchdog that did not wait for all connections to be accepted.',
      readingsCut,
    ),
    counter('heartbeat_wall_clock_steps_total', 'How often the wall clock was set.', wallSteps),
  ];
}
