import { History } from '../../actors/history/history.actor.js';
import { decide as decideNode } from '../../actors/node/node.machine.js';
import { LocalNodeShards } from '../../actors/node/node-shards.js';
import type { Alerting } from '../../actors/notifier/notifier.protocol.js';
import type { Channels } from '../../actors/notifier/channel/channels.js';
import { createNotifier } from '../../actors/notifier/create.js';
import type { Notifier } from '../../actors/notifier/notifier.actor.js';
import { POLICIES } from '../../actors/tree.js';
import { LocalUserShards } from '../../actors/user/user-shards.js';
import { decide } from '../../actors/user/user.machine.js';
import type { Config } from '../config/schema.js';
import { toMillis, type Millis } from '../domain/time.js';
import { ActorSystem } from '../runtime/actor-system.js';
import { MemoryGuard } from './memory-guard.js';
import { alertsOptions, historyOptions } from './options.js';
import type { AppPorts } from './ports.js';
import { PresenceWatch } from './presence-watch.js';

/** The most users that expire in one tick, over all shards: twice what the disk can take. */
const EXPIRIES = 8000;
/** The most nodes that expire in one tick, over all shards: a flip with its alerts costs several times an end. */
const NODE_EXPIRIES = 500;
/** The interval of node checkpoints. A kill loses at most this much of the last heartbeats. */
const NODE_CHECKPOINT: Millis = 500;
/** With more entries than this waiting for the disk, a checkpoint of the nodes waits too. */
const BUSY_DISK = 10_000;

/** All actors. */
export interface Actors {
  readonly system: ActorSystem;
  readonly history: History;
  readonly shards: LocalUserShards;
  readonly nodes: LocalNodeShards;
  readonly notifier: Notifier;
  readonly channels: Channels;
  readonly memory: MemoryGuard;
  /** The limits in force. They may change while the daemon runs. */
  readonly limits: Config['limits'];
}

/** Makes all actors and connects them. Nothing runs yet. */
export function assemble(config: Config, ports: AppPorts): Actors {
  const { clock, logger, store } = ports;
  const system = new ActorSystem(clock, logger);
  const deps = { system, clock, logger };
  const limits = { ...config.limits };
  const watch = ports.presence && new PresenceWatch(ports.presence, () => clock.wall());
  const history = new History(historyOptions(config, limits), {
    ...deps,
    store,
    settle: (settlements) => {
      shards.settle(settlements);
      watch?.settled(settlements);
    },
    alertsCommitted: (records, stored) => {
      if (records.length > 0) alerting.committed(records, stored);
    },
    reopened: () => {
      notifier.reopened();
      // Heartbeats acknowledged meanwhile: this may be the last chance of a daemon that is stopping.
      nodes.checkpoint();
    },
    settleNodes: (settlements) => {
      nodes.settle(settlements);
    },
  });
  const memory = new MemoryGuard({
    memory: ports.memory,
    clock,
    logger,
    share: () => limits.memory,
    users: () => shards.size,
    nodes: () => nodes.size,
  });
  const shards: LocalUserShards = new LocalUserShards(
    {
      count: config.shards,
      get users() {
        return limits.users;
      },
      timeout: toMillis(config.session_timeout),
      blindGrace: toMillis(config.blind_grace),
      get mailbox() {
        return limits.mailbox;
      },
      expiries: Math.ceil(EXPIRIES / config.shards),
      restarts: POLICIES.shard,
      decide: ports.decideUser ?? decide,
    },
    {
      ...deps,
      hasMemory: () => memory.admitsUser(),
      submit: (entries) => {
        history.submit(entries);
        watch?.submitted(entries);
      },
    },
  );
  const { notifier, channels } = createNotifier(ports.channels ?? [], alertsOptions(config, limits), {
    ...deps,
    outbox: store,
    random: Math.random,
    watched: () => nodes.unpaused,
    holds: (records) => memory.startRoom.holdsAlerts(records),
    submit: (records) => {
      // What the nodes have submitted about the same alerts comes first.
      nodes.flush();
      history.submit([{ kind: 'alerts', records }]);
    },
    remember: (hold) => {
      history.submit([{ kind: 'held', hold }]);
    },
    refusing: () => history.state === 'refusing',
  });
  const alerting = ports.alerting ?? notifier;
  const nodes: LocalNodeShards = new LocalNodeShards(
    {
      count: config.shards,
      nodes: config.nodes.max,
      timeout: toMillis(config.nodes.timeout),
      maxRetries: config.nodes.max_retries,
      autoRegister: config.nodes.auto_register,
      checkpointEvery: NODE_CHECKPOINT,
      blindGrace: toMillis(config.blind_grace),
      get mailbox() {
        return limits.mailbox;
      },
      expiries: Math.ceil(NODE_EXPIRIES / config.shards),
      restarts: POLICIES.shard,
      decide: ports.decideNode ?? decideNode,
    },
    {
      ...deps,
      hasMemory: () => memory.admitsNode(),
      alerting: watchedBy(ports.flipped, alerting),
      submit: (entries) => {
        history.submit(entries);
      },
      takesCheckpoints: () => history.state === 'open' && history.waiting < BUSY_DISK,
    },
  );
  return { system, history, shards, nodes, notifier, channels, memory, limits };
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
