import type { ExitSignal, RunningChild } from '../actors/supervisor/child-spec.js';
import { buildSupervisor } from '../actors/supervisor/build-supervisor.js';
import type { Supervisor } from '../actors/supervisor/supervisor.actor.js';
import { tree } from '../actors/tree.js';
import { recover } from '../actors/user/recover.js';
import { assemble, type Actors } from './app/assemble.js';
import { BlindRecord, RECENT_BLIND_INTERVALS } from './app/blind-record.js';
import { Checkpoints } from './app/checkpoints.js';
import { readFacts, readSupervision } from './app/facts.js';
import { nodeQueries } from './app/node-queries.js';
import { longReads } from './app/long-reads.js';
import type { AppPorts } from './app/ports.js';
import { UserQueries } from './app/user-queries.js';
import { StoreWatch } from './app/store-watch.js';
import { alertQueries } from './app/alert-queries.js';
import type { Config } from './config/schema.js';
import type { EndedSession } from './domain/session.js';
import type { Overload } from './domain/overload.js';
import { toMillis, type Instant, type Millis } from './domain/time.js';
import type { UserId } from './domain/user-id.js';
import { HeartbeatError } from './errors.js';
import type { AlertsApi, Daemon, NodesApi, UsersApi } from './app/api.js';
import type { DaemonFacts } from './app/daemon-facts.js';
import type { Channel } from './ports/channel.js';
import type { Place } from './runtime/actor-system.js';
import { Watchdog } from './runtime/watchdog.js';
import { supervisionView } from './views/supervision-view.js';

export type { AppPorts } from './app/ports.js';

type Phase = 'stopped' | 'starting' | 'recovering' | 'ready' | 'stopping';

const READY: readonly string[] = [];

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
  readonly #storeWatch: StoreWatch;
  readonly #root: Supervisor;
  #phase: Phase = 'stopped';
  readonly #startedAt: Instant;
  /** Called when the root supervisor has exceeded its restart intensity. The process should end then. */
  onFatal: (error: Error) => void = () => undefined;

  constructor(config: Config, ports: AppPorts) {
    this.#config = config;
    this.#ports = ports;
    const { clock, logger, store } = ports;
    this.#startedAt = clock.wall();
    const actors = assemble(config, ports);
    this.#actors = actors;
    this.#blindness = new BlindRecord(actors, clock, logger);
    this.#checkpoints = new Checkpoints(actors, { clock, logger }, config.session_timeout);
    this.#storeWatch = new StoreWatch(store, clock);
    const { shards, nodes } = actors;
    this.#watchdog = new Watchdog(
      clock,
      {
        advance: (horizon) => {
          shards.advance(horizon);
          nodes.advance(horizon);
        },
        watches: () => this.alive > 0,
        blind: (from, to) => {
          this.#blindness.notice(from, to);
        },
      },
      { blindAfter: toMillis(config.blind_after) },
    );
    const reads = longReads(store);
    const lastSession = (user: UserId): Promise<EndedSession | undefined> => store.lastSession(user);
    this.users = new UserQueries(actors, this.#watchdog, { ...reads, lastSession });
    const retention = toMillis(config.history.retention ?? Infinity);
    this.nodes = nodeQueries(actors, this.#watchdog, { clock, store: reads }, retention);
    this.alerts = alertQueries(actors, { store: reads, clock });
    this.#root = this.#grow();
  }

  #grow(): Supervisor {
    const { clock, logger } = this.#ports;
    const { system, notifier, channels, shards, nodes } = this.#actors;
    const parts = {
      history: (exitSignal: ExitSignal, place: Place) => this.#startHistory(exitSignal, place),
      outbox: (exitSignal: ExitSignal, place: Place) => notifier.start(exitSignal, place),
      channels,
      shards: shards.all,
      nodeShards: nodes.all,
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
    const { shards, nodes } = this.#actors;
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
      this.#enter('recovering');
      await this.#recover();
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#watchdog.start();
    this.#checkpoints.start();
    this.#storeWatch.start();
    const milliseconds = Math.round(clock.now() - begun);
    logger.info('ready', { milliseconds, users: shards.size, nodes: nodes.size });
  }

  /** Restores everybody the last run knew of. The time in which the daemon did not run does not count against them. */
  async #recover(): Promise<void> {
    const { clock, logger, store } = this.#ports;
    const { history, shards, nodes, notifier, memory } = this.#actors;
    const { summary } = history;
    const timeout = toMillis(this.#config.session_timeout);
    memory.alertsRead();
    const room = memory.startRoom;
    for await (const chunk of store.nodes()) {
      if (room.holdsNodes(chunk.length)) for (const node of chunk) nodes.recover(node);
    }
    notifier.nodesKnown();
    const holds = (sessions: number): boolean => room.holdsUsers(sessions);
    const entries = await recover({ clock, logger, store, summary, shards, holds }, timeout);
    room.check();
    this.#blindness.resume(await store.blindIntervals(RECENT_BLIND_INTERVALS));
    for (const entry of entries) if (entry.kind === 'blind') this.#blindness.keep(entry.interval);
    this.#enter('ready');
    history.submit(entries);
    nodes.resume(summary.observed);
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
    const { system, history, channels, shards, nodes, memory } = this.#actors;
    this.#ports.logger.info('stopping');
    shards.end();
    nodes.end();
    await this.#root.stop();
    this.#checkpoints.stop();
    this.#storeWatch.stop();
    this.#watchdog.stop();
    memory.stop();
    await channels.close();
    await history.close();
    system.stop();
    this.#ports.logger.info('stopped');
  }

  /** Applies other limits and channels. Alerts waiting for a channel that is gone become dead letters. */
  async reconfigure(limits: Config['limits'], channels: readonly Channel[]): Promise<void> {
    const actors = this.#actors;
    Object.assign(actors.limits, limits);
    const replaced = actors.channels.replace(channels, actors.notifier.closingNotices());
    actors.notifier.rerouted();
    await replaced;
    actors.notifier.channelsGone();
  }

  async #startHistory(exitSignal: ExitSignal, place: Place): Promise<RunningChild> {
    const { history, shards, nodes } = this.#actors;
    const child = await history.start(exitSignal, place);
    return {
      inspect: () => child.inspect(),
      stop: async () => {
        if (this.#phase === 'stopping') this.#checkpoints.takeLast();
        shards.flush();
        nodes.flush();
        await child.stop();
      },
    };
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
    this.#actors.shards.stopListening(now);
    this.#actors.nodes.stopListening(now);
  }

  defer(atMost?: Millis): (handle: () => void) => void {
    return this.#watchdog.hold(atMost);
  }

  overloaded(overload: Overload): void {
    this.#actors.shards.overloaded(overload);
  }

  /** How many users and nodes have an actor. */
  get alive(): number {
    return this.#actors.shards.size + this.#actors.nodes.size;
  }

  get serving(): boolean {
    return this.#phase === 'ready' || this.#phase === 'stopping';
  }

  unready(): readonly string[] {
    if (this.#phase !== 'ready') return [this.#phase];
    const { trouble } = this.#ports.store;
    if (trouble !== undefined) return [trouble.message];
    return this.#actors.history.state === 'open' ? READY : ['the store refuses writes'];
  }

  async facts(): Promise<DaemonFacts> {
    const { store, otherMetrics } = this.#ports;
    const counted = await readFacts(this.#actors, {
      store,
      blind: this.#blindness.totals,
      watchdog: this.#watchdog,
      wallSteps: this.#checkpoints.wallSteps,
    });
    return { ...counted, ready: this.unready().length === 0, others: otherMetrics?.() ?? [] };
  }

  async supervision(): Promise<object> {
    return supervisionView({
      ...(await readSupervision(this.#actors, this.#ports)),
      unready: this.unready(),
      phase: this.#phase,
      startedAt: this.#startedAt,
      uptime: this.#ports.clock.wall() - this.#startedAt,
      blindIntervals: this.#blindness.recent,
      tree: this.#root.inspect(),
    });
  }
}
