import pLimit from 'p-limit';
import type { ExitSignal, RunningChild } from '../actors/supervisor/child-spec.js';
import { buildSupervisor } from '../actors/supervisor/build-supervisor.js';
import type { Supervisor } from '../actors/supervisor/supervisor.actor.js';
import { tree } from '../actors/tree.js';
import { assemble, type Actors } from './app/assemble.js';
import { BlindRecord, RECENT_BLIND_INTERVALS } from './app/blind-record.js';
import { Checkpoints } from './app/checkpoints.js';
import { readFacts, readSupervision } from './app/facts.js';
import { nodeQueries } from './app/node-queries.js';
import { proveSet } from './app/partition-set.js';
import type { AppPorts } from './app/ports.js';
import { UserQueries } from './app/user-queries.js';
import { StoreWatch } from './app/store-watch.js';
import { alertQueries } from './app/alert-queries.js';
import type { Config } from './config/schema.js';
import type { Overload } from './domain/overload.js';
import { toMillis, type Instant, type Millis } from './domain/time.js';
import { HeartbeatError } from './errors.js';
import type { AlertsApi, Daemon, NodesApi, UsersApi } from './app/api.js';
import type { DaemonFacts } from './app/daemon-facts.js';
import type { Channel } from './ports/channel.js';
import { Watchdog } from './runtime/watchdog.js';
import { supervisionView } from './views/supervision-view.js';

export type { AppPorts } from './app/ports.js';

type Phase = 'stopped' | 'starting' | 'recovering' | 'ready' | 'stopping';

const READY: readonly string[] = [];
/** Partitions that recover at once. */
const RECOVERIES = 2;

/** The composition root: wires everything together, and starts and stops it in order. */
export class App implements Daemon {
  readonly #config: Config;
  readonly #ports: AppPorts;
  readonly #actors: Actors;
  readonly users: UsersApi;
  readonly nodes: NodesApi;
  readonly alerts: AlertsApi;
  readonly #watchdog: Watchdog;
  readonly #blindness: BlindRecord;
  readonly #checkpoints: Checkpoints;
  readonly #storeWatches: readonly StoreWatch[];
  readonly #root: Supervisor;
  #phase: Phase = 'stopped';
  readonly #startedAt: Instant;
  /** Called when the root supervisor has exceeded its restart intensity. The process should end then. */
  onFatal: (error: Error) => void = () => undefined;

  constructor(config: Config, ports: AppPorts) {
    this.#config = config;
    this.#ports = ports;
    const { clock, logger } = ports;
    this.#startedAt = clock.wall();
    const actors = assemble(config, ports);
    this.#actors = actors;
    this.#blindness = new BlindRecord(actors.partitions, clock, logger);
    this.#checkpoints = new Checkpoints(actors.partitions, { clock, logger }, config.session_timeout);
    this.#storeWatches = actors.partitions.map(({ store }) => new StoreWatch(store, clock));
    this.#watchdog = new Watchdog(
      clock,
      {
        advance: (horizon) => {
          for (const partition of actors.partitions) partition.advance(horizon);
        },
        watches: () => this.alive > 0,
        blind: (from, to) => {
          this.#blindness.notice(from, to);
        },
      },
      { blindAfter: toMillis(config.blind_after) },
    );
    this.users = new UserQueries(actors, this.#watchdog);
    const retention = toMillis(config.history.retention ?? Infinity);
    this.nodes = nodeQueries(actors, this.#watchdog, clock, retention);
    this.alerts = alertQueries(actors, clock);
    this.#root = this.#buildTree();
  }

  #buildTree(): Supervisor {
    const { clock, logger } = this.#ports;
    const { system, partitions } = this.#actors;
    const parts = {
      partitions: partitions.map(({ parts }) => parts),
      gateway: (exitSignal: ExitSignal) => this.#startGateway(exitSignal),
    };
    return buildSupervisor(
      { system, clock, logger },
      system.place(system, 'root'),
      tree(parts, this.#config.shutdown_timeout),
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
    const { clock, logger } = this.#ports;
    const { users, watch } = this.#actors;
    this.#phase = 'starting';
    logger.info('starting', {
      data_dir: this.#config.data_dir,
      session_timeout: this.#config.session_timeout,
    });
    const begun = clock.now();
    try {
      // The tree restores alerts when it starts; nodes and users are restored once it runs.
      this.#actors.memory.start();
      await this.#root.start();
      const { partitions } = this.#actors;
      if (partitions.length > 1) await proveSet(partitions, logger, this.#ports.acceptsDataLoss ?? false);
      this.#enter('recovering');
      await this.#recover();
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#watchdog.start();
    this.#checkpoints.start();
    for (const storeWatch of this.#storeWatches) storeWatch.start();
    const milliseconds = Math.round(clock.now() - begun);
    logger.info('ready', { milliseconds, users: users.size, nodes: watch.nodes.size });
  }

  async #recover(): Promise<void> {
    const { partitions, home, memory } = this.#actors;
    memory.alertsRead();
    const room = memory.startRoom;
    const turns = pLimit(RECOVERIES);
    await allOf(partitions.map((partition) => turns(() => partition.recover(room))));
    room.check();
    this.#blindness.resume(await home.store.blindIntervals(RECENT_BLIND_INTERVALS));
    this.#enter('ready');
    for (const partition of partitions) {
      const interval = partition.resume();
      // The others did not run for about the same time.
      if (partition === home && interval !== undefined) this.#blindness.keep(interval);
    }
  }

  /** @throws HeartbeatError if a stop was requested meanwhile: the daemon must not become ready any more */
  #enter(phase: 'recovering' | 'ready'): void {
    if (this.#phase === 'stopping')
      throw new HeartbeatError('HEARTBEAT_NOT_READY', 'asked to stop while starting');
    this.#phase = phase;
  }

  /** Stops accepting requests, answers those in flight, writes what is left, and closes the store. */
  async stop(): Promise<void> {
    if (this.#phase === 'stopping') return;
    this.#phase = 'stopping';
    const { system, partitions, memory } = this.#actors;
    this.#ports.logger.info('stopping');
    for (const partition of partitions) partition.end();
    await this.#root.stop();
    this.#checkpoints.stop();
    for (const storeWatch of this.#storeWatches) storeWatch.stop();
    this.#watchdog.stop();
    memory.stop();
    for (const partition of partitions) await partition.close();
    system.stop();
    this.#ports.logger.info('stopped');
  }

  /** Applies other limits and channels. Alerts waiting for a channel that is gone become dead letters. */
  async reconfigure(limits: Config['limits'], channels: readonly Channel[]): Promise<void> {
    const { notifier, channels: present } = this.#actors.watch;
    Object.assign(this.#actors.limits, limits);
    const replaced = present.replace(channels, notifier.closingNotices());
    notifier.rerouted();
    await replaced;
    notifier.channelsGone();
  }

  async #startGateway(exitSignal: ExitSignal): Promise<RunningChild> {
    const child = await this.#ports.gateway(this, exitSignal);
    return {
      inspect: () => child.inspect(),
      stop: async () => {
        await child.stop();
        if (this.#phase === 'stopping') this.#stopListening();
      },
    };
  }

  /** From here on nobody is heard, so the rest of the stop must not count as anybody's silence. */
  #stopListening(): void {
    const now = this.#ports.clock.now();
    for (const partition of this.#actors.partitions) partition.stopListening(now);
  }

  defer(atMost?: Millis): (handle: () => void) => void {
    return this.#watchdog.hold(atMost);
  }

  overloaded(overload: Overload): void {
    this.#actors.admission.overloaded(overload);
  }

  /** How many users and nodes have an actor. */
  get alive(): number {
    return this.#actors.partitions.reduce((sum, { size }) => sum + size, 0);
  }

  get serving(): boolean {
    return this.#phase === 'ready' || this.#phase === 'stopping';
  }

  unready(): readonly string[] {
    if (this.#phase !== 'ready') return [this.#phase];
    const { partitions } = this.#actors;
    const troubles = new Set(partitions.flatMap(({ store: { trouble } }) => trouble?.message ?? []));
    if (troubles.size > 0) return [...troubles];
    return partitions.every(({ history }) => history.state === 'open') ? READY : ['the store refuses writes'];
  }

  async facts(): Promise<DaemonFacts> {
    const counted = await readFacts(this.#actors, {
      blind: this.#blindness.totals,
      watchdog: this.#watchdog,
      wallSteps: this.#checkpoints.wallSteps,
    });
    return { ...counted, ready: this.unready().length === 0, others: this.#ports.otherMetrics?.() ?? [] };
  }

  async supervision(): Promise<object> {
    return supervisionView({
      ...(await readSupervision(this.#actors, this.#ports.processFacts)),
      unready: this.unready(),
      phase: this.#phase,
      startedAt: this.#startedAt,
      uptime: this.#ports.clock.wall() - this.#startedAt,
      blindIntervals: this.#blindness.recent,
      tree: this.#root.inspect(),
    });
  }
}

/** Resolves once all have, and rejects once all have ended and one of them failed. */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(works))
    if (outcome.status === 'rejected') throw outcome.reason;
}
