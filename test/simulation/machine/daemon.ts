import { ALWAYS_OWNED } from '../../../src/adapters/ownership/always-owned.js';
import { App, type AppPorts } from '../../../src/app.js';
import type { Daemon as DaemonApi } from '../../../src/app/api/daemon.js';
import type { Config } from '../../../src/config/schema.js';
import { Gateway } from '../../../src/http/gateway.js';
import type { AuthOptions } from '../../../src/http/security/credentials.js';
import type { MaintenanceWindow } from '../../../src/domain/maintenance.js';
import type { Rota } from '../../../src/domain/rota.js';
import type { Channel } from '../../../src/ports/channel.js';
import type { LinkSigner } from '../../../src/ports/link-signer.js';
import type { StartProber } from '../../../src/ports/prober.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { registered } from './actor-registry.js';
import { connect, type Connection, type Listener } from './connections.js';
import { DaemonClock, WallClock } from './daemon-clock.js';
import { Disk, type Loss } from './disk.js';
import type { Loop, Process } from './loop.js';
import type { Random } from './random.js';

export interface DaemonOptions {
  readonly name: string;
  readonly config: Config;
  readonly channels: (run: Run) => readonly Channel[];
  /** The maintenance windows in the configuration. */
  readonly maintenance: () => readonly MaintenanceWindow[];
  readonly rotas: readonly Rota[];
  readonly prober: (run: Run) => StartProber;
  /** The fault planted in the daemon, if any. */
  readonly plant: (ports: AppPorts, daemon: Daemon) => AppPorts;
  readonly wallLead: number;
  /** Where its HTTP server listens; without it there is no server. */
  readonly listener: Listener | undefined;
  /** The keys that its HTTP server asks for; undefined if everybody may do everything. */
  readonly auth: AuthOptions | undefined;
  /** Knows the signed links in messages. */
  readonly links: LinkSigner;
}

/** One run of the daemon, from its start to its end. */
export interface Run {
  readonly number: number;
  readonly process: Process;
  readonly clock: DaemonClock;
}

/** The outcomes of sending a request. */
export interface Incoming {
  /** Called when the daemon reads it. */
  readonly handle: (app: App, read: Reading) => void;
  /** Called if nobody listens, the daemon is not ready, or the process dies with the request in its sockets. */
  readonly lost: (why: 'nobody listens' | 'not ready') => void;
}

/** When a request was read, and the earliest arrival that it may count with. */
export interface Reading {
  readonly at: number;
  readonly earliest: number;
  /** The wall clock minus the monotonic clock. */
  readonly lead: number;
  readonly run: number;
}

/** How long a replaced process goes on if the disk does not tell it. */
const NOTICED = 10_000;

/**
 * One simulated machine with its daemon: the real application on a simulated clock, disk and network. Several of them
 * may share one loop.
 */
export class Daemon {
  readonly disk: Disk;
  readonly wall: WallClock;
  readonly #loop: Loop;
  readonly #options: DaemonOptions;
  logger = new RecordingLogger();
  #app: App | undefined;
  #process: Process | undefined;
  #run = 0;
  #started: Run | undefined;
  #sockets: Incoming[] = [];
  #isListening = false;
  #server: Listener['server'] | undefined;
  /** Requests without an answer. */
  #pending = 0;
  #idle: (() => void) | undefined;
  #stall = { from: -Infinity, to: -Infinity };
  isReady = false;
  fatal: Error | undefined;
  /** Called when the process is gone: its connections are broken. */
  readonly broken = new Set<() => void>();

  constructor(loop: Loop, random: Random, options: DaemonOptions) {
    this.#loop = loop;
    this.#options = options;
    this.disk = new Disk(loop, random.fork('disk'));
    this.wall = new WallClock(loop, options.wallLead);
  }

  get run(): number {
    return this.#run;
  }

  get process(): Process | undefined {
    return this.#process;
  }

  /** The application of the present run. */
  get app(): App {
    if (this.#app === undefined) throw new TypeError('the daemon does not run');
    return this.#app;
  }

  /** Requests that it has read in this run and has not answered. */
  get unanswered(): number {
    return this.#pending;
  }

  get isRunning(): boolean {
    return this.#app !== undefined;
  }

  /** When it last ran: now, or at the begin of its standstill. */
  get ranAt(): number {
    return this.#loop.now < this.#stall.to ? this.#stall.from : this.#loop.now;
  }

  /** The end of its last standstill in this run. */
  get stalledUntil(): number {
    return this.#stall.to;
  }

  get isStalled(): boolean {
    return this.#loop.now < this.#stall.to;
  }

  /** Starts the daemon. @param ended called with the time at which it was ready, or with the error */
  start(ended: (error: unknown) => void): void {
    const process = this.#loop.process(`${this.#options.name} ${String(++this.#run)}`);
    this.#process = process;
    this.logger = new RecordingLogger();
    this.#stall = { from: -Infinity, to: -Infinity };
    const clock = new DaemonClock(this.#loop, process, this.wall, () => {
      if (process === this.#process) this.#readSockets();
    });
    const run: Run = { number: this.#run, process, clock };
    this.#started = run;
    const ports: AppPorts = {
      clock,
      logger: this.logger,
      storeOf: (partition) =>
        this.disk.attach(process, partition, () => {
          this.#shutOut(process);
        }),
      ownership: ALWAYS_OWNED,
      processFacts: () => ({}),
      gateway: async (daemon) => {
        const gateway = await this.#gateway(daemon, clock, process);
        if (!process.dead) this.#isListening = true;
        const stop = async (): Promise<void> => {
          await Promise.all([this.#stopListening(process), gateway?.close()]);
        };
        return { stop, inspect: () => ({}) };
      },
      channels: this.#options.channels(run),
      maintenance: this.#options.maintenance(),
      rotas: this.#options.rotas,
      startProber: this.#options.prober(run),
    };
    this.#loop.enter(process, () => {
      const { made: app, remove } = registered(
        () => new App(this.#options.config, this.#options.plant(ports, this)),
      );
      process.ended = remove;
      app.onFatal = (error) => {
        if (process === this.#process) this.fatal = error;
      };
      this.#app = app;
      app.start().then(
        () => {
          if (process !== this.#process) return;
          this.isReady = true;
          ended(undefined);
        },
        (error: unknown) => {
          if (process === this.#process) ended(error);
        },
      );
    });
  }

  async #gateway(daemon: DaemonApi, clock: DaemonClock, process: Process): Promise<Gateway | undefined> {
    const { auth, config, listener } = this.#options;
    if (listener === undefined) return undefined;
    const failed = (error: Error): void => {
      if (process === this.#process) this.fatal = error;
    };
    const options = { ...config, auth, tls: undefined, links: this.#options.links };
    const gateway = new Gateway(options, daemon, { clock, logger: this.logger, failed });
    const listening = gateway.listen();
    this.#server = listener.server;
    await listening;
    return gateway;
  }

  /** Opens a connection to its HTTP server. */
  connect(): Connection {
    if (this.#server === undefined) throw new TypeError('nothing listens');
    return connect(this.#server);
  }

  #stopListening(process: Process): Promise<void> {
    if (process.dead) return Promise.resolve();
    this.#isListening = false;
    return new Promise((resolve) => {
      this.#idle = resolve;
      this.#settleIdle();
    });
  }

  #settleIdle(): void {
    if (this.#pending > 0 || this.#idle === undefined) return;
    this.#idle();
    this.#idle = undefined;
  }

  /** Delivers a request to the machine. */
  receive(incoming: Incoming): void {
    if (!this.#isListening) {
      incoming.lost('nobody listens');
      return;
    }
    this.#sockets.push(incoming);
    if (!this.isStalled && this.#process !== undefined)
      this.#loop.enter(this.#process, () => this.#readSockets());
  }

  #readSockets(): void {
    const { now } = this.#loop;
    const earliest = now === this.#stall.to ? this.#stall.from : now;
    const sockets = this.#sockets;
    this.#sockets = [];
    for (const incoming of sockets) {
      if (this.#app?.serving !== true) incoming.lost('not ready');
      else incoming.handle(this.#app, { at: now, earliest, lead: this.wall.lead, run: this.#run });
    }
  }

  /** Counts a request from its reading to its answer. @returns whether the answer still counts */
  answering(): () => boolean {
    const run = this.#run;
    this.#pending++;
    return () => {
      if (run !== this.#run || this.#process?.dead !== false) return false;
      this.#pending--;
      this.#settleIdle();
      return true;
    };
  }

  /** Suspends the process. Requests wait in its sockets. */
  stall(milliseconds: number, readFirst: boolean): void {
    const process = this.#process;
    if (process === undefined) return;
    const from = this.#loop.now;
    const to = from + milliseconds;
    this.#stall = { from, to };
    process.stalledUntil = to;
    if (!readFirst) return;
    // Before the timers that became due meanwhile.
    this.#loop.first(to, () => {
      if (!process.dead) this.#loop.enter(process, () => this.#readSockets());
    });
  }

  jump(by: number): void {
    this.wall.lead += by;
  }

  /** Requests an orderly stop, which answers the requests that were read. */
  stop(stopped: () => void, failed: (error: unknown) => void): void {
    const { app } = this;
    const process = this.#process;
    if (process === undefined) return;
    this.isReady = false;
    this.#loop.enter(process, () => {
      app.stop().then(() => {
        if (!process.dead) stopped();
      }, failed);
    });
  }

  /** Ends the process: nothing of it runs any more. @returns whether a batch was lost */
  kill(loss: Loss): boolean {
    const process = this.#leave();
    if (process === undefined) return false;
    this.#loop.remove(process);
    return this.disk.crash(process, loss);
  }

  /**
   * Suspends the process until another one has replaced it. When it continues, it does not know that, until the disk or
   * the service manager tells it.
   */
  forsake(milliseconds: number): void {
    const process = this.#leave();
    if (process === undefined) return;
    process.isReplaced = true;
    process.stalledUntil = this.#loop.now + milliseconds;
    this.#loop.after(milliseconds + NOTICED, () => {
      this.#shutOut(process);
    });
  }

  #leave(): Process | undefined {
    const process = this.#process;
    this.#process = undefined;
    this.#app = undefined;
    this.#isListening = false;
    this.#server?.close();
    this.#server = undefined;
    this.isReady = false;
    this.#pending = 0;
    this.#idle = undefined;
    this.#stall = { from: -Infinity, to: -Infinity };
    const sockets = this.#sockets;
    this.#sockets = [];
    for (const incoming of sockets) incoming.lost('nobody listens');
    const broken = [...this.broken];
    this.broken.clear();
    for (const each of broken) each();
    return process;
  }

  /** Exits, since another process has its store. */
  #shutOut(process: Process): void {
    if (process.dead || process === this.#process) return;
    this.#loop.remove(process);
    this.disk.crash(process, 'none');
  }

  /** Applies other limits, channels and maintenance windows. @param made creates the channels of this run */
  reload(
    limits: Partial<Config['limits']>,
    made: (run: Run) => readonly Channel[],
    failed: (error: unknown) => void,
  ): void {
    const { app } = this;
    const process = this.#process;
    const run = this.#started;
    if (process === undefined || run === undefined) return;
    this.#loop.enter(process, () => {
      const channels = made(run);
      const { config, maintenance } = this.#options;
      app.reconfigure({ ...config.limits, ...limits }, channels, maintenance()).catch(failed);
    });
  }
}
