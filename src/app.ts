import { HistoryReader } from '../actors/history/history-reader.js';
import { History } from '../actors/history/history.actor.js';
import { Inquiries } from '../actors/node/inquiries.js';
import { decide as decideNode } from '../actors/node/node.machine.js';
import type { NodeCommand, NodeReply } from '../actors/node/node.protocol.js';
import { LocalNodes } from '../actors/node/shards.js';
import type { Alerting } from '../actors/notifier/alerting.protocol.js';
import { readAlerts } from '../actors/notifier/alerts-reader.js';
import type { ChannelActor } from '../actors/notifier/channel.actor.js';
import { createNotifier, type AlertsOptions } from '../actors/notifier/create.js';
import type { Notifier } from '../actors/notifier/notifier.actor.js';
import { sendToAll } from '../actors/shards/send-to-all.js';
import type { Lifeline, RunningChild } from '../actors/supervisor/child.js';
import { grow } from '../actors/supervisor/grow.js';
import type { Supervisor } from '../actors/supervisor/supervisor.actor.js';
import { POLICIES, tree } from '../actors/tree.js';
import { recover } from '../actors/user/recover.js';
import { LocalShards } from '../actors/user/shards.js';
import { decide } from '../actors/user/user.machine.js';
import type { UserCommand, UserReply } from '../actors/user/user.protocol.js';
import type { Config } from './config/schema.js';
import type { AlertRecord } from './domain/alert.js';
import type { BlindInterval } from './domain/blindness.js';
import type { NodeName } from './domain/node-name.js';
import type { EndedSession, Session } from './domain/session.js';
import { shardOf } from './domain/shard.js';
import { millis, unixSeconds, type Instant, type Millis, type Moment } from './domain/time.js';
import type { UserId } from './domain/user-id.js';
import { HeartbeatError } from './errors.js';
import type { AlertsDaemon } from './http/alerts/daemon.js';
import type { Daemon } from './http/daemon.js';
import type { NodesDaemon } from './http/nodes/daemon.js';
import type { Channel } from './ports/channel.js';
import type { Cancel, Clock } from './ports/clock.js';
import type { HistoryRange, HistoryStore } from './ports/history-store.js';
import type { Logger } from './ports/logger.js';
import type { AlertRange } from './ports/outbox.js';
import { ActorSystem, type Place } from './runtime/actor-system.js';
import { Pulse } from './runtime/pulse.js';

/** The world as the daemon finds it. */
export interface AppPorts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: HistoryStore;
  /** What `GET /supervision` shows of the process. */
  readonly processFacts: () => object;
  /** Starts what lets requests in. */
  readonly gateway: (daemon: Daemon, lifeline: Lifeline) => RunningChild | Promise<RunningChild>;
  /** The rules of presence; tests put faults into them. */
  readonly decideUser?: typeof decide;
  /** The rules of liveness, likewise. */
  readonly decideNode?: typeof decideNode;
  /** The ways to tell people. */
  readonly channels?: readonly Channel[];
  /** Who is told of flips, if not the notifier. */
  readonly alerting?: Alerting;
}

type Phase = 'stopped' | 'starting' | 'recovering' | 'ready' | 'stopping';

/** The watermark is written this often, or four times in a session timeout if that is more often. */
const CHECKPOINT: Millis = 1000;
/** Users that may expire in one tick, over all shards: twice what the disk takes of them. */
const EXPIRIES = 8000;
/** Nodes that may expire in one tick, over all shards: a flip and its alerts cost a few times an end. */
const NODE_EXPIRIES = 500;
/** How those nodes stand who changed is written this often: a kill takes no more of their last heartbeats. */
const NODE_CHECKPOINT: Millis = 500;
/** With more than this waiting for the disk, a checkpoint of the nodes waits, too. */
const BUSY_DISK = 10_000;
/** Seconds between prunings: ten times in the retention, and not less than once a minute. */
const PRUNE_EVERY = { min: 1, max: 60 };
/** The part of the time for a stop that attempts under way may take. */
const PATIENCE = 0.1;
const RECENT_BLIND_INTERVALS = 20;

const READY: readonly string[] = [];

/** The composition root: everything there is, wired together, started and stopped in order. */
export class App implements Daemon {
  readonly #config: Config;
  readonly #ports: AppPorts;
  readonly #system: ActorSystem;
  readonly #history: History;
  readonly #reader: HistoryReader;
  readonly #shards: LocalShards;
  readonly #nodes: LocalNodes;
  readonly #notifier: Notifier;
  readonly #channels: readonly ChannelActor[];
  readonly nodes: NodesDaemon;
  readonly alerts: AlertsDaemon;
  readonly #pulse: Pulse;
  readonly #root: Supervisor;
  #phase: Phase = 'stopped';
  #startedAt: Instant;
  #blind: BlindInterval[] = [];
  #cancelCheckpoint: Cancel | undefined;
  /** Told when the tree is past saving; the process is to end. */
  onFatal: (error: Error) => void = () => undefined;

  constructor(config: Config, ports: AppPorts) {
    this.#config = config;
    this.#ports = ports;
    const { clock, logger, store } = ports;
    const system = new ActorSystem(clock, logger);
    this.#system = system;
    this.#startedAt = clock.wall();
    const history = new History(
      {
        retention: config.history.retention,
        alertRetention: config.alerts.retention,
        pruneEvery: pruneEvery(
          Math.min(config.history.retention ?? Infinity, config.alerts.retention ?? Infinity),
        ),
        slowCommit: config.history.slow_commit,
        queue: config.limits.history_queue,
        restarts: POLICIES.history,
      },
      {
        system,
        clock,
        logger,
        store,
        settle: (settlements) => {
          shards.settle(settlements);
        },
        alertsCommitted: (records, stored) => {
          if (records.length > 0) alerting.committed(records, stored);
        },
        reopened: () => {
          notifier.reopened();
        },
        settleNodes: (settlements) => {
          nodes.settle(settlements);
        },
      },
    );
    const shards: LocalShards = new LocalShards(
      {
        count: config.shards,
        users: config.limits.users,
        timeout: millis(config.session_timeout),
        blindGrace: millis(config.blind_grace),
        mailbox: config.limits.mailbox,
        expiries: Math.ceil(EXPIRIES / config.shards),
        restarts: POLICIES.shard,
        decide: ports.decideUser ?? decide,
      },
      {
        system,
        clock,
        logger,
        submit: (entries) => {
          history.submit(entries);
        },
      },
    );
    const { notifier, channels } = createNotifier(ports.channels ?? [], alertsOptions(config), {
      system,
      clock,
      logger,
      outbox: store,
      random: Math.random,
      watched: () => nodes.unpaused,
      submit: (records) => {
        // What the nodes have submitted of the same alerts comes first.
        nodes.flush();
        history.submit([{ kind: 'alerts', records }]);
      },
      remember: (hold) => {
        history.submit([{ kind: 'held', hold }]);
      },
      refusing: () => history.state === 'refusing',
    });
    const alerting = ports.alerting ?? notifier;
    const nodes = new LocalNodes(
      {
        count: config.shards,
        nodes: config.nodes.max,
        timeout: millis(config.nodes.timeout),
        maxRetries: config.nodes.max_retries,
        autoRegister: config.nodes.auto_register,
        checkpointEvery: NODE_CHECKPOINT,
        blindGrace: millis(config.blind_grace),
        mailbox: config.limits.mailbox,
        expiries: Math.ceil(NODE_EXPIRIES / config.shards),
        restarts: POLICIES.shard,
        decide: ports.decideNode ?? decideNode,
      },
      {
        system,
        clock,
        logger,
        alerting,
        submit: (entries) => {
          history.submit(entries);
        },
        takesCheckpoints: () => history.state === 'open' && history.waiting < BUSY_DISK,
      },
    );
    this.alerts = {
      channels: channels.map(({ name }) => name),
      list: (range) => this.#readAlerts(range),
      command: (command) => {
        notifier.command(command);
      },
    };
    this.#notifier = notifier;
    this.#channels = channels;
    this.#history = history;
    this.#shards = shards;
    this.#nodes = nodes;
    this.nodes = this.#nodesDaemon();
    this.#reader = new HistoryReader(store, (user) => history.unstored(user));
    this.#pulse = new Pulse(
      clock,
      {
        advance: (horizon) => {
          shards.advance(horizon);
          nodes.advance(horizon);
        },
        watches: () => shards.size > 0 || nodes.size > 0,
        blind: (from, to) => {
          this.#noticeBlindness(from, to);
        },
      },
      { blindAfter: millis(config.blind_after) },
    );
    const parts = {
      history: (lifeline: Lifeline, place: Place) => this.#startHistory(lifeline, place),
      outbox: (lifeline: Lifeline, place: Place) => notifier.start(lifeline, place),
      channels: channels.map((channel) => ({
        name: channel.name,
        start: (lifeline: Lifeline, place: Place) => channel.start(lifeline, place),
      })),
      shards: shards.all,
      nodeShards: nodes.all,
      gateway: (lifeline: Lifeline) => this.#startGateway(lifeline),
    };
    this.#root = grow(
      { system, clock, logger },
      system.place(system, 'root'),
      tree(parts, config.shutdown_timeout),
      {
        crashed: (error) => {
          this.onFatal(error);
        },
      },
    );
  }

  /**
   * Resolves once the daemon is ready: store open, listening, recovered.
   *
   * @throws HeartbeatError when it cannot start; nothing is left running then
   */
  async start(): Promise<void> {
    const { clock, logger, store } = this.#ports;
    this.#phase = 'starting';
    logger.info('starting', {
      data_dir: this.#config.data_dir,
      session_timeout: this.#config.session_timeout,
    });
    const begun = clock.now();
    try {
      await this.#root.start();
      this.#enter('recovering');
      const { summary } = this.#history;
      const timeout = millis(this.#config.session_timeout);
      for await (const chunk of store.nodes()) for (const node of chunk) this.#nodes.recover(node);
      const entries = await recover({ clock, logger, store, summary, shards: this.#shards }, timeout);
      this.#blind = [...(await store.blindIntervals(RECENT_BLIND_INTERVALS))].reverse();
      for (const entry of entries) if (entry.kind === 'blind') this.#keep(entry.interval);
      this.#enter('ready');
      this.#history.submit(entries);
      this.#nodes.resume(summary.vigil);
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#pulse.start();
    this.#checkpointLater();
    const milliseconds = Math.round(clock.now() - begun);
    logger.info('ready', { milliseconds, users: this.#shards.size, nodes: this.#nodes.size });
  }

  /** @throws HeartbeatError when the daemon was asked to stop meanwhile: it must not come up any more */
  #enter(phase: 'recovering' | 'ready'): void {
    if (this.#phase === 'stopping')
      throw new HeartbeatError('HEARTBEAT_NOT_READY', 'asked to stop while starting');
    this.#phase = phase;
  }

  /** Stops accepting, answers what is in flight, writes what is left to write, closes the store. */
  async stop(): Promise<void> {
    if (this.#phase === 'stopping') return;
    this.#phase = 'stopping';
    this.#ports.logger.info('stopping');
    this.#shards.end();
    this.#nodes.end();
    await this.#root.stop();
    this.#cancelCheckpoint?.();
    this.#nodes.stopCheckpoints();
    this.#pulse.stop();
    await Promise.all(this.#channels.map((channel) => channel.close()));
    await this.#history.close();
    this.#system.stop();
    this.#ports.logger.info('stopped');
  }

  async #startHistory(lifeline: Lifeline, place: Place): Promise<RunningChild> {
    const child = await this.#history.start(lifeline, place);
    return {
      inspect: () => child.inspect(),
      stop: async () => {
        if (this.#phase === 'stopping' && this.#cancelCheckpoint !== undefined) {
          this.#shards.checkpoint();
          this.#nodes.checkpoint();
        }
        this.#shards.flush();
        this.#nodes.flush();
        await child.stop();
      },
    };
  }

  async #startGateway(lifeline: Lifeline): Promise<RunningChild> {
    const child = await this.#ports.gateway(this, lifeline);
    return {
      inspect: () => child.inspect(),
      stop: async () => {
        await child.stop();
        if (this.#phase === 'stopping') this.#deafen();
      },
    };
  }

  /** What is left of the stop may take its time, and is not to be taken from those who are silent. */
  #deafen(): void {
    const now = this.#ports.clock.now();
    this.#shards.deafen(now);
    this.#nodes.deafen(now);
  }

  #checkpointLater(): void {
    const interval = Math.min(CHECKPOINT, millis(this.#config.session_timeout) / 4);
    this.#cancelCheckpoint = this.#ports.clock.after(interval, () => {
      this.#shards.checkpoint();
      this.#checkpointLater();
    });
  }

  #noticeBlindness(from: Moment, to: Moment): void {
    this.#shards.blind(from, to);
    this.#nodes.wake(from, to);
    const interval = {
      from: this.#shards.wallAt(from),
      to: this.#shards.wallAt(to),
      cause: 'stalled',
    } as const;
    this.#history.submit([{ kind: 'blind', interval }]);
    this.#keep(interval);
    this.#ports.logger.warn('was blind', {
      from: interval.from / 1000,
      to: interval.to / 1000,
      blind_seconds: (to - from) / 1000,
    });
  }

  #keep(interval: BlindInterval): void {
    this.#blind.push(interval);
    if (this.#blind.length > RECENT_BLIND_INTERVALS) this.#blind.shift();
  }

  ask(kind: UserCommand['kind'], user: UserId, answered: (reply: UserReply) => void): void {
    const { arrivedAt, readAt } = this.#pulse.arrival();
    const command = { kind, users: [user], arrivedAt, readAt };
    this.#shards.send(shardOf(user, this.#shards.count), command, ([reply]) => {
      if (reply !== undefined) answered(reply);
    });
  }

  askMany(
    kind: 'heal' | 'checkup',
    users: readonly UserId[],
    answered: (replies: readonly UserReply[]) => void,
  ): void {
    const { arrivedAt, readAt } = this.#pulse.arrival();
    sendToAll(
      this.#shards.count,
      users,
      (user) => user,
      (shard, share, done) => {
        this.#shards.send(shard, { kind, users: share, arrivedAt, readAt }, done);
      },
      answered,
    );
  }

  shed(): void {
    this.#shards.overloaded();
  }

  #nodesDaemon(): NodesDaemon {
    const { clock, store } = this.#ports;
    const nodes = this.#nodes;
    const askMany = (kind: 'heartbeat' | 'describe', names: readonly NodeName[]) => {
      const arrival = this.#pulse.arrival();
      return names.map((name): NodeCommand => ({ kind, name, ...arrival }));
    };
    const toNodes = (
      commands: readonly NodeCommand[],
      answered: (replies: readonly NodeReply[]) => void,
    ): void => {
      sendToAll(
        nodes.count,
        commands,
        ({ name }) => name,
        (shard, share, done) => {
          nodes.send(shard, share, done);
        },
        answered,
      );
    };
    const inquiries = new Inquiries({
      store,
      retention: millis(this.#config.history.retention ?? Infinity),
      describe: (names, answered) => {
        toNodes(askMany('describe', names), answered);
      },
      unstoredFlips: (node) => this.#history.unstoredFlips(node),
      settled: () => this.#settled(),
    });
    return {
      ask: (name, request, answered) => {
        const command = { ...request, name, ...this.#pulse.arrival() };
        nodes.send(shardOf(name, nodes.count), [command], ([reply]) => {
          if (reply !== undefined) answered(reply);
        });
      },
      heartbeats: (names, answered) => {
        toNodes(askMany('heartbeat', names), answered);
      },
      list: (filter, after, limit) => inquiries.list(filter, after, limit),
      flips: (node, range) => inquiries.flips(node, range),
      uptime: (node, range) => inquiries.uptime(node, range, clock.wall()),
    };
  }

  async *#readAlerts(range: AlertRange): AsyncIterable<readonly AlertRecord[]> {
    yield* readAlerts(this.#ports.store, this.#notifier.unstored, range);
  }

  async *history(user: UserId, range: HistoryRange): AsyncIterable<readonly Session[]> {
    const last = await this.#lastInMemory(user);
    await this.#settled();
    yield* this.#reader.sessions(user, range, last);
  }

  async lastSession(user: UserId): Promise<EndedSession | undefined> {
    await this.#settled();
    return this.#reader.lastSession(user);
  }

  /** Whatever an actor has submitted is history's by then, so nothing is missed on its way. */
  #settled(): Promise<void> {
    this.#shards.flush();
    this.#nodes.flush();
    return this.#history.caughtUp();
  }

  /** The session that is going on, or whose end has not been noticed yet. */
  #lastInMemory(user: UserId): Promise<Session | undefined> {
    return new Promise((resolve, reject) => {
      this.ask('describe', user, (reply) => {
        if (reply.kind === 'described') resolve(inMemory(reply));
        else if (reply.kind === 'refused')
          reject(new HeartbeatError(reply.code, 'the user could not be asked'));
        else reject(new TypeError(`'describe' was answered '${reply.kind}'`));
      });
    });
  }

  get serving(): boolean {
    return this.#phase === 'ready' || this.#phase === 'stopping';
  }

  unready(): readonly string[] {
    if (this.#phase !== 'ready') return [this.#phase];
    return this.#history.state === 'open' ? READY : ['the store refuses writes'];
  }

  async supervision(): Promise<object> {
    const { store, processFacts, clock } = this.#ports;
    const { deadLetters } = this.#system;
    return {
      status: this.unready().length === 0 ? 'ready' : 'unready',
      phase: this.#phase,
      started_at: unixSeconds(this.#startedAt),
      uptime: Math.floor((clock.wall() - this.#startedAt) / 1000),
      users: { online: this.#shards.size, shards: this.#shards.count },
      nodes: this.#nodes.inspect(),
      actors: this.#system.running,
      store: {
        ...this.#history.inspect(),
        size_bytes: await store.size().catch(() => null),
        sessions_stored: store.countSessions(),
      },
      refused: { mailbox_full: this.#system.overflows },
      dead_letters: {
        total: deadLetters.total,
        recent: deadLetters.recent.map(({ at, ...letter }) => ({ at: unixSeconds(at), ...letter })),
      },
      blind_intervals: this.#blind.map(({ from, to, cause }) => ({
        from: unixSeconds(from),
        to: unixSeconds(to),
        seconds: (to - from) / 1000,
        cause,
      })),
      process: processFacts(),
      tree: { name: 'root', ...this.#root.inspect() },
    };
  }
}

function inMemory({ session, ended }: Extract<UserReply, { kind: 'described' }>): Session | undefined {
  return session === undefined ? ended : { onlineAt: session.onlineAt, offlineAt: session.deadline };
}

function pruneEvery(retention: number): number {
  return Math.min(PRUNE_EVERY.max, Math.max(PRUNE_EVERY.min, retention / 10));
}

function alertsOptions({ alerts, limits, shutdown_timeout }: Config): AlertsOptions {
  const { share, at_least, window, hold } = alerts.mass_failure;
  return {
    massFailure: { share, atLeast: at_least, window: millis(window), hold: millis(hold) },
    flapping: { maxPerHour: alerts.flapping.max_per_hour },
    unstored: limits.alerts,
    remindEvery: alerts.remind_every === null ? undefined : millis(alerts.remind_every),
    patience: shutdown_timeout * PATIENCE,
    restarts: POLICIES.outbox,
    channelRestarts: POLICIES.channel,
  };
}
