import type { NodeReply } from '../../actors/node/node.protocol.js';
import type { App } from '../../src/app.js';
import type { AlertRecord } from '../../src/domain/alert.js';
import type { Flip } from '../../src/domain/node.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { Session } from '../../src/domain/session.js';
import { HeartbeatError } from '../../src/errors.js';
import type { Channel } from '../../src/ports/channel.js';
import { configOf } from '../support/simulated-app.js';
import { Listener } from './machine/connections.js';
import { Crashes } from './machine/crashes.js';
import { Daemon, type Run } from './machine/daemon.js';
import { Loop } from './machine/loop.js';
import { Random } from './machine/random.js';
import { AlertsOracle } from './oracle/alerts.js';
import { LivenessOracle } from './oracle/liveness.js';
import { NotificationsOracle } from './oracle/notifications.js';
import { DevicesOracle } from './oracle/devices.js';
import { expectOrder, PresenceOracle } from './oracle/presence.js';
import { SupervisionOracle } from './oracle/supervision.js';
import type { Plant } from './plant.js';
import { Faults, FAULT_KINDS, type FaultKind } from './world/faults.js';
import { BrokenPromise, Ledger, type Line } from './world/ledger.js';
import { HttpClient } from './world/http.js';
import { Network } from './world/network.js';
import { NodeClient } from './world/nodes.js';
import { CHANNELS, PASSING, Receiver, channelsOf } from './world/receivers.js';
import { chooseSettings, flagsOf, type Settings } from './world/settings.js';
import { DeviceClient } from './world/devices.js';
import { UserClient } from './world/users.js';

export interface SimulationOptions {
  readonly seed: number;
  /** Simulated milliseconds in which clients come and go and faults happen. */
  readonly length: number;
  /** The kinds of fault; `chosen`: the seed chooses. */
  readonly faults: readonly FaultKind[] | 'chosen';
  /** The number of users and of nodes; the seed decides if absent. */
  readonly clients?: number | undefined;
  /** Changes the daemon in one place. */
  readonly plant?: Plant | undefined;
}

/** A failed simulation. */
interface Broken {
  readonly message: string;
  readonly at: number;
  /** The user or node whose promise was broken. */
  readonly about: string | undefined;
  /** True if the daemon broke a promise, false if the simulation itself failed. */
  readonly isPromise: boolean;
}

export interface Outcome {
  readonly seed: number;
  readonly settings: Settings;
  /** The kinds of fault that occurred. */
  readonly faults: readonly FaultKind[];
  /** Simulated milliseconds. */
  readonly simulated: number;
  readonly counts: ReadonlyMap<string, number>;
  readonly broken: Broken | undefined;
  readonly lines: readonly Line[];
}

/** The longest time that open work may take at the end. */
const REST = 120_000;
const STEP = 500;
/** Rounds of heartbeats after which everything that waits only for them is done. */
const SOON = 20;
/** After trouble with the disk, everything that waited for it is stored within this time: two checkpoints. */
const CALM = 2000;

/** One daemon, its users and nodes, and all events, derived from one seed. */
class Simulation {
  readonly #options: SimulationOptions;
  readonly #loop = new Loop();
  readonly #random: Random;
  readonly #settings: Settings;
  readonly #ledger: Ledger;
  readonly #daemon: Daemon;
  readonly #crashes = new Crashes();
  readonly #listener = new Listener();
  readonly #network: Network;
  readonly #presence: PresenceOracle;
  readonly #liveness: LivenessOracle;
  readonly #supervision: SupervisionOracle;
  readonly #alerts: AlertsOracle;
  readonly #notifications: NotificationsOracle;
  readonly #receivers: ReadonlyMap<string, Receiver>;
  readonly #channelChance: Random;
  #channelNames: readonly string[] = CHANNELS;
  readonly #users: readonly UserClient[];
  readonly #deviceUsers: readonly DeviceClient[];
  readonly #nodes: readonly NodeClient[];
  readonly #kinds: readonly FaultKind[];
  readonly #faults: Faults;
  #broken: unknown;
  /** When the disk began to work normally. */
  #calmSince = -Infinity;

  constructor(options: SimulationOptions) {
    this.#options = options;
    const loop = this.#loop;
    const random = new Random(options.seed);
    this.#random = random;
    const chosen = chooseSettings(random.fork('settings'), options.clients);
    const settings = { ...chosen, ...options.plant?.settings };
    this.#settings = settings;
    this.#ledger = new Ledger(() => loop.now);
    this.#daemon = new Daemon(loop, random, {
      name: 'daemon',
      config: configOf(flagsOf(settings)),
      channels: (run) => this.#channels(run),
      plant: options.plant?.ports ?? ((ports) => ports),
      wallLead: 1_700_000_000_000 - loop.now,
      listener: settings.http ? this.#listener : undefined,
    });
    this.#network = new Network(loop, random.fork('network'), this.#daemon);
    this.#channelChance = random.fork('channels');
    this.#receivers = new Map(
      [...CHANNELS, PASSING].map((name) => [name, new Receiver(name, loop, random, this.#ledger)]),
    );
    this.#supervision = new SupervisionOracle(this.#ledger);
    this.#liveness = new LivenessOracle(this.#ledger, settings);
    this.#alerts = new AlertsOracle(this.#ledger, this.#receivers);
    this.#notifications = new NotificationsOracle(this.#ledger, this.#receivers, settings);
    this.#presence = new PresenceOracle(this.#ledger, settings);
    const deps = {
      loop,
      random,
      network: this.#network,
      ledger: this.#ledger,
      settings,
      http: (client: string) => this.#http(client),
      diskKeptRefused: (since: number) => this.#daemon.disk.keptAt >= since,
      broken: this.#breaks,
    };
    this.#users = Array.from(
      { length: settings.users },
      (_, index) => new UserClient(index + 1, { ...deps, oracle: this.#presence }),
    );
    const ofDevices = new DevicesOracle(this.#ledger, this.#presence);
    this.#deviceUsers = Array.from(
      { length: settings.deviceUsers },
      (_, index) => new DeviceClient(index + 1, { ...deps, oracle: ofDevices }),
    );
    this.#nodes = Array.from({ length: settings.nodes }, (_, index) => new NodeClient(index + 1, deps));
    this.#kinds = this.#chosenFaults();
    this.#faults = new Faults(this.#kinds, random.fork('pace').pick([0.5, 1, 2]), {
      loop,
      random,
      daemon: this.#daemon,
      crashes: this.#crashes,
      network: this.#network,
      ledger: this.#ledger,
      settings,
      clients: [
        ...[...this.#users, ...this.#deviceUsers].map(({ id }) => id),
        ...this.#nodes.map(({ name }) => name),
      ],
      receivers: [...this.#receivers.values()],
      reload: (chance) => {
        this.#reload(chance);
      },
      kill: ({ loss, downtime }) => {
        this.#ledger.died();
        const at = this.#daemon.ranAt;
        if (this.#daemon.kill(loss)) this.#ledger.tell('The batch that was on its way to the disk is lost.');
        this.#endRun(downtime, at);
      },
      forsake: (milliseconds, downtime) => {
        this.#ledger.died();
        const at = this.#daemon.ranAt;
        this.#daemon.forsake(milliseconds);
        this.#endRun(downtime, at);
      },
      restart: (downtime) => {
        this.#stopAndStart(downtime);
      },
    });
  }

  #http(client: string): HttpClient | undefined {
    const random = this.#random.fork(`the way of ${client}`);
    if (!this.#settings.http || random.chance(0.5)) return undefined;
    return new HttpClient(this.#daemon, random, this.#ledger);
  }

  readonly #breaks = (error: unknown): void => {
    this.#broken ??= error;
  };

  #reload(random: Random): void {
    // Reloads remove and add one channel.
    const names = random.chance(0.5) ? [...CHANNELS, PASSING] : CHANNELS;
    this.#channelNames = names;
    const limits = { mailbox: random.pick([100, 1000]), history_queue: random.pick([1000, 200_000]) };
    this.#daemon.reload(limits, (run) => this.#channels(run), this.#breaks);
  }

  #channels(run: Run): readonly Channel[] {
    const receivers = new Map([...this.#receivers].filter(([name]) => this.#channelNames.includes(name)));
    return channelsOf(receivers, run, this.#channelChance);
  }

  /** A seed chooses some of the kinds: with all at once, the oracles would have to excuse too much. */
  #chosenFaults(): readonly FaultKind[] {
    const { faults, plant } = this.#options;
    const random = this.#random.fork('kinds');
    if (faults !== 'chosen') return faults;
    return plant?.faults ?? FAULT_KINDS.filter(() => random.chance(0.4));
  }

  async play(): Promise<Outcome> {
    let broken: Outcome['broken'];
    const undo = [this.#crashes.install(), this.#listener.install()];
    try {
      await this.#loop.governing(this.#random.fork('daemon').next, () => this.#play());
    } catch (error) {
      broken = this.#described(error);
    } finally {
      for (const each of undo) each();
    }
    return {
      seed: this.#options.seed,
      settings: this.#settings,
      faults: this.#kinds,
      simulated: this.#loop.now - 1_000_000,
      counts: this.#ledger.counts,
      broken,
      lines: this.#ledger.lines,
    };
  }

  #described(error: unknown): Broken {
    if (error instanceof BrokenPromise)
      return { message: error.message, at: error.at, about: error.about, isPromise: true };
    if (error instanceof HeartbeatError)
      return {
        message: `The daemon gave up: ${error.code}, ${error.message}.`,
        at: this.#loop.now,
        about: undefined,
        isPromise: true,
      };
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      message: `The simulation itself failed: ${text}`,
      at: this.#loop.now,
      about: undefined,
      isPromise: false,
    };
  }

  async #play(): Promise<void> {
    const begun = this.#loop.now;
    this.#start();
    while (this.#loop.now < begun + this.#options.length) await this.#pass();
    this.#ledger.tell('All faults are over, and all clients fall silent.');
    this.#faults.end();
    for (const client of [...this.#users, ...this.#deviceUsers, ...this.#nodes]) client.end();
    await this.#untilReady();
    const { timeout, nodeTimeout, maxRetries, adaptive } = this.#settings;
    await this.#rest(Math.max(2 * timeout, (maxRetries + 3) * (adaptive?.max ?? nodeTimeout)) + 10_000);
    if (this.#daemon.unanswered > 0)
      throw new BrokenPromise(
        `${String(this.#daemon.unanswered)} requests were never answered.`,
        this.#loop.now,
      );
    await this.#judgeUsers();
    await this.#judgeNodes();
    await this.#recoverNodes();
    await this.#judgeAlerts();
    await this.#judgeMemory();
  }

  async #pass(by = STEP): Promise<void> {
    await this.#loop.run(this.#loop.now + by);
    this.#watchDisk();
    this.#check();
  }

  #check(): void {
    if (this.#broken !== undefined) throw asError(this.#broken);
    const { fatal } = this.#daemon;
    if (fatal !== undefined) throw new BrokenPromise(`The daemon gave up: ${fatal.message}.`, this.#loop.now);
  }

  /** The disk counts as troubled until it works and has had time to store everything that waited. */
  #watchDisk(): void {
    const { disk, isReady } = this.#daemon;
    const { now } = this.#loop;
    const isCalm = disk.refuses === undefined && disk.slow === 0;
    if (!isCalm || !isReady || this.#daemon.app.unready().length > 0) this.#calmSince = now;
    if (now - this.#calmSince > CALM) this.#ledger.troubleIsOver();
  }

  #start(): void {
    const { ledger, loop } = { ledger: this.#ledger, loop: this.#loop };
    const last = this.#ended;
    this.#daemon.start((error) => {
      if (error !== undefined) {
        this.#broken ??= error;
        return;
      }
      if (last === undefined) return;
      ledger.disturbances.push({ kind: 'restart', from: last.at, to: loop.now, run: last.run });
      ledger.tell('The daemon is ready.');
      this.#ended = undefined;
    });
  }

  /** The application of the last run that became ready. */
  #ended: { readonly at: number; readonly run: number } | undefined;

  #endRun(downtime: number, at: number): void {
    this.#ended ??= { at, run: this.#daemon.run };
    this.#loop.after(downtime, () => {
      if (!this.#daemon.isRunning) this.#start();
    });
  }

  #stopAndStart(downtime: number): void {
    const at = this.#loop.now;
    const { run } = this.#daemon;
    this.#daemon.stop(() => {
      this.#ended ??= { at, run };
      this.#daemon.kill('none');
      this.#ledger.tell('The daemon has stopped.');
      this.#endRun(downtime, at);
    }, this.#breaks);
  }

  async #untilReady(): Promise<void> {
    for (let waited = 0; waited < REST; waited += STEP) {
      if (this.#daemon.isReady && this.#daemon.app.unready().length === 0) return;
      await this.#pass();
    }
    const why = this.#daemon.isRunning ? this.#daemon.app.unready().join(', ') : 'it does not run';
    throw new BrokenPromise(
      `The daemon is not ready two minutes after all faults were over: ${why}.`,
      this.#loop.now,
    );
  }

  async #rest(milliseconds: number): Promise<void> {
    const until = this.#loop.now + milliseconds;
    while (this.#loop.now < until) await this.#pass();
  }

  async #judgeUsers(): Promise<void> {
    for (const { id } of this.#users) {
      const sessions = await this.#read<Session>(() => this.#daemon.app.users.history(id, { order: 'asc' }));
      this.#ledger.count('sessions', sessions.length);
      this.#presence.history(id, sessions, this.#loop.now);
    }
    for (const { id } of this.#deviceUsers) {
      const sessions = await this.#read<Session>(() => this.#daemon.app.users.history(id, { order: 'asc' }));
      this.#ledger.count('sessions of several devices', sessions.length);
      expectOrder(sessions, (what) => {
        throw new BrokenPromise(`User ${id}: ${what}.`, this.#loop.now, id);
      });
    }
  }

  async #judgeNodes(): Promise<void> {
    for (const { name } of this.#nodes) {
      const flips = await this.#flips(name);
      this.#ledger.count('flips', flips.length);
      const shown = await this.#ask((app, answer: (reply: NodeReply) => void) => {
        app.nodes.ask(name, { kind: 'describe' }, answer);
      });
      const state = shown.kind === 'node' ? shown.node.state : undefined;
      this.#liveness.history(name, flips, state, this.#loop.now);
    }
  }

  #flips(name: NodeName): Promise<Flip[]> {
    return this.#read<Flip>(() => this.#daemon.app.nodes.flips(name, { order: 'asc' }));
  }

  /** Resumes every node and sends a heartbeat for it, so that every alert ends. */
  async #recoverNodes(): Promise<void> {
    this.#ledger.tell('All nodes come back.');
    for (const node of this.#nodes) {
      node.send('resume', () => undefined);
      await this.#pass(20);
      node.send('heartbeat', () => undefined);
    }
    await this.#rest(1000);
    const { nodeTimeout } = this.#settings;
    const until = this.#loop.now + REST + this.#notifications.longestHold;
    for (let round = 0; this.#loop.now < until; round++) {
      // Listing all alerts is slow.
      if ((round < SOON || round % SOON === 0) && (await this.#openAlerts()) === 0) break;
      for (const node of this.#nodes) node.send('heartbeat', () => undefined);
      await this.#rest(nodeTimeout / 2);
    }
  }

  async #openAlerts(): Promise<number> {
    const open = await this.#read<AlertRecord>(() =>
      this.#daemon.app.alerts.list({ states: ['pending', 'held'] }),
    );
    return open.length;
  }

  async #judgeAlerts(): Promise<void> {
    const { now } = this.#loop;
    const newestFirst = await this.#read<AlertRecord>(() => this.#daemon.app.alerts.list({}));
    const records = newestFirst.reverse();
    this.#ledger.count('alerts', records.length);
    this.#alerts.ends(records, now);
    const flips = new Map<string, readonly Flip[]>();
    for (const { name } of this.#nodes) flips.set(name, await this.#flips(name));
    for (const [name, ofNode] of flips) this.#alerts.flips(name, ofNode, records, now);
    this.#alerts.finalStates(
      this.#nodes.map(({ name }) => name),
      records,
      now,
    );
    this.#notifications.judge(flips, records, now);
  }

  /** Checks that the daemon keeps nothing that has ended. */
  async #judgeMemory(): Promise<void> {
    for (const node of this.#nodes) node.send('forget', () => undefined);
    await this.#rest(1000);
    const shown = await this.#ask((app, answer: (supervision: object) => void) => {
      void app.supervision().then(answer);
    });
    this.#supervision.blindness(shown, this.#loop.now);
    this.#supervision.rest(shown, this.#loop.now);
  }

  /** Asks the daemon, and advances time until it has answered. */
  async #ask<Reply>(ask: (app: App, answer: (reply: Reply) => void) => void): Promise<Reply> {
    const replies: Reply[] = [];
    const { process, app } = this.#daemon;
    if (process === undefined) throw new TypeError('the daemon does not run');
    this.#loop.enter(process, () => {
      ask(app, (reply) => replies.push(reply));
    });
    for (let wait = 0; replies.length === 0 && wait < 200; wait++) await this.#loop.run(this.#loop.now + 1);
    const [reply] = replies;
    if (reply === undefined) throw new BrokenPromise('A request was not answered.', this.#loop.now);
    return reply;
  }

  /** Reads a whole list while simulated time advances. */
  async #read<Item>(from: () => AsyncIterable<readonly Item[]>): Promise<Item[]> {
    const items: Item[] = [];
    let state: { readonly error?: unknown } | undefined;
    const { process } = this.#daemon;
    if (process === undefined) throw new TypeError('the daemon does not run');
    this.#loop.enter(process, () => {
      void collect(from(), items).then(
        () => (state = {}),
        (error: unknown) => (state = { error }),
      );
    });
    for (let wait = 0; state === undefined && wait < 1000; wait++) await this.#loop.run(this.#loop.now + 1);
    if (state === undefined) throw new BrokenPromise('A history was not read to its end.', this.#loop.now);
    if (state.error !== undefined) throw asError(state.error);
    return items;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

async function collect<Item>(chunks: AsyncIterable<readonly Item[]>, into: Item[]): Promise<void> {
  for await (const chunk of chunks) into.push(...chunk);
}

export async function simulate(options: SimulationOptions): Promise<Outcome> {
  const undo = options.plant?.install?.();
  try {
    return await new Simulation(options).play();
  } finally {
    undo?.();
  }
}
