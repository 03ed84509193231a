import type { History } from '../../actors/history/history.actor.js';
import type { DaemonEntry } from '../../actors/history/history.protocol.js';
import { decide } from '../../actors/node/node.machine.js';
import type { NodeCommand } from '../../actors/node/node.protocol.js';
import { LocalNodeShards } from '../../actors/node/node-shards.js';
import type { Channels } from '../../actors/notifier/channel/channels.js';
import { createNotifier } from '../../actors/notifier/create.js';
import type { Notifier } from '../../actors/notifier/notifier.actor.js';
import type { Alerting } from '../../actors/notifier/notifier.protocol.js';
import { Probes } from '../../actors/probes/probes.actor.js';
import type { Probed } from '../../actors/probes/probes.protocol.js';
import { SignIns } from '../../actors/records/sign-ins.js';
import { StatusPages } from '../../actors/records/status-pages.js';
import { sendToAll } from '../../actors/shards/send-to-all.js';
import { POLICIES } from '../../actors/tree.js';
import { toMillis, type Millis } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import type { HistoryStore } from '../ports/history-store.js';
import type { Outbox } from '../ports/outbox.js';
import { alertsOptions } from './options.js';
import { PingUuids } from './ping-uuids.js';
import type { AppPorts } from './ports.js';
import type { Shared } from './shared.js';
import type { Room } from './startup-memory.js';

/** The most nodes that expire in one tick, over all shards: a flip with its alerts costs several times an end. */
const EXPIRIES = 500;
/** The most comparisons of a node with a silence in one tick. So many take about as long as that many flips. */
const COMPARISONS = 100_000;
/** The interval of node checkpoints. A kill loses at most this much of the last heartbeats. */
const CHECKPOINT: Millis = 500;
/** With more entries than this waiting for the disk, a checkpoint of the nodes waits too. */
const BUSY_DISK = 10_000;

/** All nodes, and all alerts about them: dependencies and mass failures need the whole view. What there is once is here too. */
export interface Watch {
  readonly nodes: LocalNodeShards;
  readonly probes: Probes;
  readonly notifier: Notifier;
  readonly channels: Channels;
  /** Decides about alerts: the notifier, unless a test does. */
  readonly alerting: Alerting;
  readonly pingUuids: PingUuids;
  readonly statusPages: StatusPages;
  readonly signIns: SignIns;
}

/** What the partition that watches has besides. */
interface WatchDeps {
  readonly outbox: Outbox;
  readonly history: () => History;
  readonly store: Pick<HistoryStore, 'probeResults'>;
  readonly room: Room;
}

export function createWatch(shared: Shared, { outbox, history, store, room }: WatchDeps): Watch {
  const { system, clock, logger, config, limits, memory, ports } = shared;
  const { all, totals, closingNotices } = shared.channels;
  const deps = { system, clock, logger };
  const { notifier, channels } = createNotifier(all, alertsOptions(config, limits, shared.maintenance), {
    ...deps,
    calendar: shared.calendar,
    outbox,
    totals,
    changes: shared.changes.alerts,
    closingNotices,
    random: Math.random,
    watched: () => nodes.unpaused,
    holds: (records) => room().holdsAlerts(records),
    submit: (records, unnotified) => {
      // What the nodes have submitted about the same alerts comes first.
      nodes.flush();
      history().submit([{ kind: 'alerts', records, unnotified }]);
    },
    remember: (hold) => {
      history().submit([{ kind: 'held', hold }]);
    },
    submitOfOperator: (entry) => {
      history().submit([entry]);
    },
    refusing: () => history().state === 'refusing',
  });
  const alerting = ports.alerting ?? notifier;
  const pingUuids = new PingUuids();
  const statusPages = new StatusPages({
    clock,
    random: Math.random,
    submit: (entry) => {
      history().submit([entry]);
    },
  });
  const signIns = new SignIns({
    clock,
    rules: shared.signInRules,
    most: () => limits.sign_ins,
    submit: (entry) => {
      history().submit([entry]);
    },
  });
  const probes = new Probes({
    ...deps,
    startProber: ports.startProber,
    counts: shared.probeCounts,
    restarts: POLICIES.probes,
    store: {
      takes: () => history().state === 'open' && history().waiting < BUSY_DISK,
      submit: (kept, forgotten) => {
        history().submit([{ kind: 'probe_results', kept, forgotten }]);
      },
      read: (probed) => store.probeResults(probed),
    },
    limits: () => shared.probeLimits.inForce,
    probed: (results) => {
      tellProbed(nodes, results, clock);
    },
  });
  const nodes: LocalNodeShards = new LocalNodeShards(
    {
      count: config.shards,
      nodes: config.nodes.max,
      timeout: toMillis(config.nodes.timeout),
      maxRetries: config.nodes.max_retries,
      autoRegister: config.nodes.auto_register,
      checkpointEvery: CHECKPOINT,
      blindGrace: toMillis(config.blind_grace),
      get mailbox() {
        return limits.mailbox;
      },
      get expiries() {
        const ofSilences = COMPARISONS / Math.max(1, notifier.silences.live);
        return Math.ceil(Math.min(EXPIRIES, ofSilences) / config.shards);
      },
      restarts: POLICIES.shard,
      decide: ports.decideNode ?? decide,
    },
    {
      ...deps,
      hearing: shared.hearing,
      hasMemory: () => memory.admitsNode(),
      changes: shared.changes.nodes,
      counts: shared.nodeCounts,
      calendar: shared.calendar,
      pingUuidOf: (node) => pingUuids.of(node),
      probeChanged: (node, probe, isNew) => {
        probes.tell({ kind: 'change', node, probe, isNew });
      },
      alerting: watchedBy(ports.flipped, alerting),
      submit: (entries) => {
        history().submit(entries);
      },
      look: () => {
        shared.hearing.look();
      },
      takesCheckpoints: () =>
        shared.hearing.isHearing && history().state === 'open' && history().waiting < BUSY_DISK,
    },
  );
  return { nodes, probes, notifier, channels, alerting, pingUuids, statusPages, signIns };
}

/** Nobody waits for the answers: a result that does not count is followed by another. */
function tellProbed(nodes: LocalNodeShards, results: readonly Probed[], clock: Pick<Clock, 'now'>): void {
  const now = clock.now();
  sendToAll(
    nodes.count,
    results,
    ({ node }) => node,
    (shard, share, answered) => {
      const commands = share.map(({ node: name, failure }): NodeCommand => ({
        kind: 'probed',
        name,
        failure,
        arrivedAt: now,
        readAt: now,
      }));
      nodes.send(shard, commands, answered);
    },
    () => undefined,
  );
}

/** Restores the nodes, the status pages with their incidents, and the sign-ins of the last run. */
export async function recoverWatch(
  { nodes, notifier, statusPages, signIns }: Watch,
  store: Pick<HistoryStore, 'nodes' | 'statusPages' | 'statusIncidents' | 'signIns'>,
  room: ReturnType<Room>,
): Promise<void> {
  for await (const chunk of store.signIns()) signIns.recover(chunk);
  for await (const chunk of store.nodes()) {
    if (room.holdsNodes(chunk.length)) for (const node of chunk) nodes.recover(node);
  }
  for await (const chunk of store.statusPages()) statusPages.recoverPages(chunk);
  for await (const chunk of store.statusIncidents()) statusPages.recoverIncidents(chunk);
  // Without some of the nodes, their alerts would go out as if they had recovered.
  if (room.holdsAll) notifier.nodesKnown();
}

/** The most ping UUIDs that are stored in one entry. */
const UUIDS = 500;

/**
 * Opens the ping UUIDs of the nodes that were found.
 *
 * @returns what is to be stored: all of them, unless they are
 */
export function openPingUuids({ nodes, pingUuids }: Watch, stored: Uint8Array | undefined): DaemonEntry[] {
  const secret = pingUuids.open(stored);
  if (secret === undefined) return [];
  const all = Array.from(nodes.nodes(), (node) => ({ uuid: pingUuids.of(node), node: node.name }));
  const entries: DaemonEntry[] = [{ kind: 'ping_secret', secret }];
  for (let at = 0; at < all.length; at += UUIDS)
    entries.push({ kind: 'ping_uuids', uuids: all.slice(at, at + UUIDS) });
  return entries;
}

/** Shows each change to an observer that does not decide about alerts. */
function watchedBy(flipped: AppPorts['flipped'], alerting: Alerting): Alerting {
  if (flipped === undefined) return alerting;
  return {
    raise: (change) => {
      flipped(change);
      return alerting.raise(change);
    },
    prepare: (news) => alerting.prepare(news),
    settled: (node, stored) => {
      alerting.settled(node, stored);
    },
    failureStatus: (node, status) => {
      alerting.failureStatus(node, status);
    },
    committed: (records, stored) => {
      alerting.committed(records, stored);
    },
  };
}
