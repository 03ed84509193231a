import { apisOf } from './app/apis.js';
import { assemble, type Actors } from './app/assemble.js';
import { configurationDiff } from './app/declared/configuration-diff.js';
import type { DeclaredNodes } from './app/declared/declared-nodes.js';
import { BlindRecord, RECENT_BLIND_INTERVALS } from './app/blind-record.js';
import { Checkpoints } from './app/checkpoints.js';
import { ClusterMember } from './app/cluster-member.js';
import { notStoringReasons, unreadyReasons } from './app/facts.js';
import { GatewayChild } from './app/gateway-child.js';
import type { UptimeRollUp } from './app/uptime-roll-up.js';
import { ChannelFeed } from './app/events/channel-feed.js';
import { EventHub } from './app/events/hub.js';
import { stateSources } from './app/events/state-sources.js';
import { DiskOutlook } from './app/disk-outlook.js';
import { HandOver } from './app/hand-over.js';
import { recoverAll, runsOf } from './app/partition.js';
import { checkPartitionSet } from './app/partition-set.js';
import { checkUserIdKind } from './app/user-id-kind.js';
import { OwnershipCheck } from './app/ownership-check.js';
import type { AppPorts } from './app/ports.js';
import { Reports } from './app/reports.js';
import { sumOf } from './app/sum.js';
import { supervisionTree } from './app/supervision-tree.js';
import type { Config } from './config/schema.js';
import { LEVELDB, shownStore } from './config/store.js';
import type { Rota } from './domain/rota.js';
import type { BlindInterval } from './domain/blindness.js';
import type { MaintenanceWindow } from './domain/maintenance.js';
import type { Overload } from './domain/overload.js';
import { toMillis, type Millis } from './domain/time.js';
import { HeartbeatError } from './errors.js';
import type { AlertsApi, RotasApi, SilencesApi } from './app/api/alerts-api.js';
import type { Daemon } from './app/api/daemon.js';
import type { StatusPagesApi, SignInsApi } from './app/api/pages-api.js';
import type { NodesApi, PingsApi, ProbesApi } from './app/api/nodes-api.js';
import type { UsersApi } from './app/api/users-api.js';
import type { ClusterFacts, ConnectedClients, DaemonFacts, Stats } from './app/daemon-facts.js';
import { readStats } from './app/stats.js';
import type { Channel } from './ports/channel.js';
import type { ConfigurationDiff } from './ports/configuration.js';
import type { PartitionHost } from './ports/ownership.js';
import type { ProbeLimits } from './ports/prober.js';
import { Watchdog } from './runtime/watchdog.js';

export type { AppPorts } from './app/ports.js';

type Phase = 'stopped' | 'starting' | 'recovering' | 'joining' | 'ready' | 'stopping';

/** The composition root: wires everything together, and starts and stops it in order. */
export class App implements Daemon, PartitionHost {
  readonly #config: Config;
  readonly #ports: AppPorts;
  readonly #actors: Actors;
  readonly users: UsersApi;
  readonly nodes: NodesApi;
  readonly alerts: AlertsApi;
  readonly silences: SilencesApi;
  readonly rotas: RotasApi;
  readonly #rotas: { inForce: readonly Rota[] };
  readonly pings: PingsApi;
  readonly declared: DeclaredNodes;
  readonly probes: ProbesApi;
  readonly statusPages: StatusPagesApi;
  readonly signIns: SignInsApi;
  connected: ConnectedClients = { sockets: 0, eventReaders: 0 };
  readonly events: EventHub;
  readonly #channelFeed: ChannelFeed;
  readonly #watchdog: Watchdog;
  readonly #ownership: OwnershipCheck;
  readonly #blindness: BlindRecord;
  readonly #checkpoints: Checkpoints;
  readonly #rollUp: UptimeRollUp;
  readonly #gateway: GatewayChild;
  readonly #tree: ReturnType<typeof supervisionTree>;
  readonly #handOver: HandOver;
  readonly #member: ClusterMember;
  readonly #diskOutlook = new DiskOutlook();
  #phase: Phase = 'stopped';
  readonly #reports: Reports;
  /** Called when the root supervisor has exceeded its restart intensity. The process should end then. */
  onFatal: (error: Error) => void = () => undefined;

  constructor(config: Config, ports: AppPorts) {
    this.#config = config;
    this.#ports = ports;
    const { clock, logger } = ports;
    this.#watchdog = new Watchdog(
      clock,
      {
        advance: (horizon) => {
          for (const partition of this.#actors.partitions) partition.advance(horizon);
        },
        watches: () => this.alive > 0,
        blind: (from, to) => {
          this.#blindness.notice(from, to);
        },
      },
      { blindAfter: toMillis(config.blind_after), ownership: ports.ownership },
    );
    const actors = assemble(config, ports, this.#watchdog);
    this.#actors = actors;
    this.#ownership = new OwnershipCheck(ports.ownership, clock);
    this.#blindness = new BlindRecord(actors.partitions, clock, logger, (interval) => {
      this.events.blind(interval);
    });
    this.#checkpoints = new Checkpoints(
      actors.partitions,
      { clock, logger, hearing: this.#watchdog },
      config.session_timeout,
    );
    this.#rotas = { inForce: ports.rotas ?? [] };
    ({
      users: this.users,
      nodes: this.nodes,
      alerts: this.alerts,
      silences: this.silences,
      rotas: this.rotas,
      pings: this.pings,
      probes: this.probes,
      statusPages: this.statusPages,
      signIns: this.signIns,
      declared: this.declared,
      rollUp: this.#rollUp,
    } = apisOf(config, ports, actors, {
      watchdog: this.#watchdog,
      ownership: this.#ownership,
      rotas: this.#rotas,
    }));
    const { ids } = this.users;
    const sources = stateSources(actors, this, this.#ownership, clock);
    this.events = new EventHub(config.events, actors.changes, { clock, logger, ids, sources });
    this.#channelFeed = new ChannelFeed(actors.changes.users, actors.userEvents, { clock, logger, ids });
    this.#channelFeed.configure();
    this.#gateway = new GatewayChild({
      partitions: actors.partitions,
      clock,
      watchdog: this.#watchdog,
      isStopping: () => this.#phase === 'stopping',
      start: (exitSignal) => ports.gateway(this, exitSignal),
    });
    this.#tree = supervisionTree(actors, config.shutdown_timeout, {
      clock,
      logger,
      gateway: this.#gateway,
      crashed: (error) => {
        this.onFatal(error);
      },
    });
    this.#member = new ClusterMember(ports.cluster, {
      config,
      ...actors,
      declared: this.declared,
      clock,
      logger,
    });
    this.#reports = new Reports({
      actors,
      ports,
      watchdog: this.#watchdog,
      ownership: this.#ownership,
      blindness: this.#blindness,
      checkpoints: this.#checkpoints,
      events: this.events,
      member: this.#member,
      diskOutlook: this.#diskOutlook,
      tree: this.#tree.root,
    });
    this.#handOver = new HandOver(actors, {
      tree: this.#tree.branches,
      blindness: this.#blindness,
      interrupt: () => {
        this.events.interrupt();
        this.#channelFeed.interrupt();
      },
      check: (run) => this.#member.check(run),
      arrived: (partition) => {
        void this.#member.arrived(partition);
      },
      clock,
      logger,
    });
  }

  /**
   * Resolves once the daemon is ready: store open, listening, recovered.
   *
   * @throws HeartbeatError when it cannot start; nothing is left running then
   */
  async start(): Promise<void> {
    const { clock, logger } = this.#ports;
    this.#phase = 'starting';
    const { data_dir, store, session_timeout } = this.#config;
    const database = store === LEVELDB ? {} : { store: shownStore(store) };
    logger.info('starting', { data_dir, ...database, session_timeout });
    const begun = clock.now();
    try {
      // The tree restores alerts when it starts; nodes and users are restored once it runs.
      this.#actors.memory.start();
      await this.#tree.root.start();
      const runs = runsOf(this.#actors.partitions);
      if (runs.length > 1) await checkPartitionSet(runs, logger, this.#ports.acceptsDataLoss ?? false);
      await checkUserIdKind(runs, this.#config.user_ids);
      this.#enter('recovering');
      await this.#recover();
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#watchdog.start();
    this.#checkpoints.start();
    this.#rollUp.start();
    const { users, home } = this.#actors;
    const nodes = home.run?.watch?.nodes.size;
    await this.declared.apply();
    await this.#diskOutlook.look(runsOf(this.#actors.partitions), clock, logger, this.#config);
    logger.info('ready', { milliseconds: Math.round(clock.now() - begun), users: users.size, nodes });
  }

  async #recover(): Promise<void> {
    const { partitions, home, memory } = this.#actors;
    memory.alertsRead();
    const room = memory.startRoom;
    const here = partitions.filter(({ run }) => run !== undefined);
    await recoverAll(here);
    room.check();
    await this.declared.begin(this.#ports.declaration);
    this.#blindness.resume((await home.run?.store.blindIntervals(RECENT_BLIND_INTERVALS)) ?? []);
    if (this.#ports.cluster !== undefined) {
      this.#enter('joining');
      await this.#member.join();
    }
    this.#enter('ready');
    for (const partition of here) this.#handOver.resume(partition);
  }

  /** @throws HeartbeatError if a stop was requested meanwhile: the daemon must not become ready any more */
  #enter(phase: 'recovering' | 'joining' | 'ready'): void {
    if (this.#phase === 'stopping')
      throw new HeartbeatError('HEARTBEAT_NOT_READY', 'asked to stop while starting');
    this.#phase = phase;
  }

  /** Stops accepting requests, answers those in flight, writes what is left, and closes the store. */
  async stop(): Promise<void> {
    if (this.#phase === 'stopping') return;
    this.#phase = 'stopping';
    const { system, partitions, memory, channels, userEvents, online } = this.#actors;
    this.#ports.logger.info('stopping');
    this.declared.stop();
    this.#rollUp.stop();
    this.events.stop();
    online.stop();
    if (this.#ports.cluster !== undefined) await this.#member.leave();
    await this.#handOver.end();
    for (const run of runsOf(partitions)) run.end();
    this.#gateway.end();
    await this.#tree.root.stop();
    this.#checkpoints.stop();
    for (const partition of partitions) partition.stopWatching();
    this.#watchdog.stop();
    memory.stop();
    const closed = await Promise.allSettled([
      ...runsOf(partitions).map((run) => run.close()),
      channels.close(),
      userEvents.close(),
    ]);
    system.stop();
    // What cannot be closed keeps nothing else open.
    for (const one of closed) if (one.status === 'rejected') throw one.reason;
    this.#ports.logger.info('stopped');
  }

  handOver(id: string): Promise<void> {
    return this.#handOver.give(id);
  }

  takeOver(id: string): Promise<void> {
    return this.#handOver.take(id);
  }

  lost(id: string): void {
    this.#handOver.lose(id);
  }

  /**
   * Applies other limits, channels, maintenance windows, rotas and limits of probes. Alerts waiting for a channel that is
   * gone become dead letters. Declared nodes that were put in force before are applied.
   */
  async reconfigure(
    limits: Config['limits'],
    channels: readonly Channel[],
    windows: readonly MaintenanceWindow[] = this.#actors.maintenance.windows,
    rotas: readonly Rota[] = this.#rotas.inForce,
    probes: ProbeLimits = this.#actors.probeLimits.inForce,
  ): Promise<void> {
    const { home, channels: configured, userEvents, maintenance, probeLimits } = this.#actors;
    this.#rotas.inForce = rotas;
    probeLimits.inForce = probes;
    home.run?.watch?.probes.tell({ kind: 'limit' });
    maintenance.windows = windows;
    home.run?.watch?.notifier.maintained();
    Object.assign(this.#actors.limits, limits);
    home.watch?.signIns.review();
    await Promise.all([configured.replace(channels, home.run?.watch), userEvents.replace(channels)]);
    this.#channelFeed.configure();
    await this.declared.apply();
  }

  /** A store that refused writes may take them again: it is tried at once, whatever is left of the back-off. */
  storeReached(): void {
    for (const { history } of runsOf(this.#actors.partitions)) history.storeReached();
  }

  defer(atMost?: Millis): (handle: () => void) => void {
    return this.#watchdog.hold(atMost);
  }

  overloaded(overload: Overload): void {
    this.#actors.admission.overloaded(overload);
  }

  /** How many users and nodes have an actor. */
  get alive(): number {
    return sumOf(this.#actors.partitions, ({ run }) => run?.size ?? 0);
  }

  get serving(): boolean {
    return (this.#phase === 'ready' || this.#phase === 'stopping') && this.#ownership.holds;
  }

  unready(): readonly string[] {
    if (this.#phase !== 'ready') return [this.#phase];
    return unreadyReasons(this.#actors, this.#ownership, this.#ports.cluster);
  }

  notStoring(): readonly string[] {
    const unready = this.unready();
    if (this.#phase !== 'ready') return unready;
    return [...new Set([...unready, ...notStoringReasons(this.#actors), ...this.declared.notApplied])];
  }

  get lastBlind(): BlindInterval | undefined {
    return this.#blindness.recent.at(-1);
  }

  facts(): Promise<DaemonFacts> {
    return this.#reports.facts(this.unready());
  }

  cluster(): ClusterFacts | undefined {
    return this.#member.facts();
  }

  stats(): Stats {
    return readStats(this.#actors, this.connected, this.#ownership);
  }

  configurationDiff(): Promise<ConfigurationDiff> {
    return configurationDiff(this.#ports.configuration, this.declared);
  }

  backup(): AsyncIterable<string> | undefined {
    const { partitions, home } = this.#actors;
    if (partitions.length > 1) return undefined;
    return home.answering.reads.backup(this.#ports.clock.wall());
  }

  supervision(): Promise<object> {
    return this.#reports.supervision(this.#phase, this.unready());
  }
}
