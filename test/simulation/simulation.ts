import type { Rota } from '../../src/domain/rota.js';
import type { Channel } from '../../src/ports/channel.js';
import { configOf } from '../support/simulated-app.js';
import { Judgement, type Oracles } from './judgement.js';
import { Listener } from './machine/connections.js';
import { Crashes } from './machine/crashes.js';
import { Daemon, type Run } from './machine/daemon.js';
import { Loop } from './machine/loop.js';
import { Random } from './machine/random.js';
import { AlertsOracle } from './oracle/alerts.js';
import { JobsOracle } from './oracle/jobs.js';
import { LinksOracle } from './oracle/links.js';
import { LivenessOracle } from './oracle/liveness.js';
import { NotificationsOracle } from './oracle/notifications.js';
import { PresenceOracle } from './oracle/presence.js';
import { RotasOracle } from './oracle/rotas.js';
import { ProbesOracle } from './oracle/probes.js';
import { SilencesOracle } from './oracle/silences.js';
import { Timings } from './oracle/timings.js';
import { brokenBy, type Outcome } from './outcome.js';
import type { Plant } from './plant.js';
import { createClients, end, namesOf, type Clients } from './world/clients.js';
import { Faults, FAULT_KINDS, type FaultKind } from './world/faults.js';
import { Keys } from './world/keys.js';
import { MaintenancePlan } from './world/maintenance.js';
import { BrokenPromise, Ledger } from './world/ledger.js';
import { Network } from './world/network.js';
import { CHANNELS, PASSING, Receiver, channelsOf } from './world/receivers.js';
import { ROTA, rotaFor } from './world/rota.js';
import { SIGNER } from './world/phones.js';
import { proberOf } from './world/sites.js';
import { chooseSettings, flagsOf, type Settings } from './world/settings.js';

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

/** The longest time that open work may take at the end. */
const REST = 120_000;
const STEP = 500;
const MINUTE = 60_000;
/** After trouble with the disk, everything that waited for it is stored within this time: two checkpoints. */
const CALM = 2000;

/** One daemon, its users and nodes, and all events, derived from one seed. */
class Simulation {
  readonly #options: SimulationOptions;
  readonly #loop = new Loop();
  readonly #random: Random;
  readonly #settings: Settings;
  readonly #ledger: Ledger;
  readonly #plan: MaintenancePlan;
  readonly #daemon: Daemon;
  readonly #crashes = new Crashes();
  readonly #listener = new Listener();
  readonly #network: Network;
  readonly #oracles: Oracles;
  readonly #receivers: ReadonlyMap<string, Receiver>;
  readonly #channelChance: Random;
  readonly #rota: Rota;
  #channelNames: readonly string[];
  readonly #clients: Clients;
  /** Undefined if everybody may do everything. */
  readonly #keys: Keys | undefined;
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
    // Schedules and maintenance windows are due at the full minute.
    const isByMinute = settings.schedules.length > 0 || settings.maintenance > 0;
    const into = isByMinute ? random.fork('wall clock').int(0, MINUTE) : 0;
    const wallLead = 1_700_000_000_000 + into - loop.now;
    this.#keys = settings.sockets > 0 ? new Keys(loop.now + wallLead, options.length) : undefined;
    this.#plan = new MaintenancePlan(settings.maintenance, settings.nodes, options.length, {
      ledger: this.#ledger,
      random: random.fork('maintenance'),
      lead: wallLead,
      now: () => loop.now,
    });
    this.#channelNames = this.#usualChannels;
    this.#rota = rotaFor(loop.now + wallLead, options.length, random.fork('rota'));
    this.#daemon = new Daemon(loop, random, {
      name: 'daemon',
      config: configOf(flagsOf(settings)),
      channels: (run) => this.#channels(run),
      maintenance: () => this.#plan.windows,
      prober: (run) => proberOf(run, { loop, ledger: this.#ledger, random: random.fork('prober') }),
      rotas: settings.rota ? [this.#rota] : [],
      plant: options.plant?.ports ?? ((ports) => ports),
      wallLead,
      listener: settings.http ? this.#listener : undefined,
      auth: this.#keys && { keys: this.#keys.rules },
      links: SIGNER,
    });
    this.#network = new Network(loop, random.fork('network'), this.#daemon);
    this.#channelChance = random.fork('channels');
    this.#receivers = new Map(
      [...this.#usualChannels, PASSING].map((name) => [name, new Receiver(name, loop, random, this.#ledger)]),
    );
    this.#oracles = {
      presence: new PresenceOracle(this.#ledger, settings),
      liveness: new LivenessOracle(this.#ledger, settings),
      alerts: new AlertsOracle(this.#ledger, this.#receivers),
      notifications: new NotificationsOracle(this.#ledger, this.#receivers, settings),
      silences: new SilencesOracle(this.#ledger, this.#receivers, settings),
      rotas: new RotasOracle(this.#ledger, this.#receivers, this.#rota),
      links: new LinksOracle(this.#ledger),
      probes: new ProbesOracle(this.#ledger, new Timings(this.#ledger, settings)),
      jobs: new JobsOracle(this.#ledger, new Timings(this.#ledger, settings)),
    };
    this.#clients = createClients({
      loop,
      random,
      network: this.#network,
      daemon: this.#daemon,
      ledger: this.#ledger,
      settings,
      keys: this.#keys,
      presence: this.#oracles.presence,
      broken: this.#breaks,
    });
    for (const { got } of this.#clients.phones)
      for (const receiver of this.#receivers.values()) receiver.arrived = got;
    this.#kinds = this.#chosenFaults();
    this.#faults = new Faults(this.#kinds, random.fork('pace').pick([0.5, 1, 2]), {
      loop,
      random,
      daemon: this.#daemon,
      crashes: this.#crashes,
      network: this.#network,
      ledger: this.#ledger,
      settings,
      clients: namesOf(this.#clients),
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

  readonly #breaks = (error: unknown): void => {
    this.#broken ??= error;
  };

  #reload(random: Random): void {
    // Reloads remove and add one channel.
    this.#channelNames = random.chance(0.5) ? [...this.#usualChannels, PASSING] : this.#usualChannels;
    this.#plan.change(random.fork(`maintenance ${String(this.#loop.now)}`));
    const limits = { mailbox: random.pick([100, 1000]), history_queue: random.pick([1000, 200_000]) };
    this.#daemon.reload(limits, (run) => this.#channels(run), this.#breaks);
  }

  /** Those that no reload removes. */
  get #usualChannels(): readonly string[] {
    return this.#settings.rota ? [...CHANNELS, ROTA] : CHANNELS;
  }

  #channels(run: Run): readonly Channel[] {
    const receivers = new Map([...this.#receivers].filter(([name]) => this.#channelNames.includes(name)));
    return channelsOf(receivers, run, this.#channelChance, this.#rota);
  }

  /** A seed chooses some of the kinds: with all at once, the oracles would have to excuse too much. */
  #chosenFaults(): readonly FaultKind[] {
    const { faults, plant } = this.#options;
    const random = this.#random.fork('kinds');
    if (faults !== 'chosen') return faults;
    const chosen = FAULT_KINDS.filter(() => random.chance(0.4));
    return plant?.faults ?? chosen;
  }

  async play(): Promise<Outcome> {
    let broken: Outcome['broken'];
    const undo = [this.#crashes.install(), this.#listener.install()];
    try {
      await this.#loop.governing(this.#random.fork('daemon').next, () => this.#play());
    } catch (error) {
      broken = brokenBy(error, this.#loop.now);
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

  async #play(): Promise<void> {
    const begun = this.#loop.now;
    this.#start();
    while (this.#loop.now < begun + this.#options.length) await this.#pass();
    this.#ledger.tell('All faults are over, and all clients fall silent.');
    this.#faults.end();
    end(this.#clients);
    await this.#untilReady();
    const { timeout, nodeTimeout, maxRetries, adaptive, schedules } = this.#settings;
    const ofNodes = (maxRetries + 3) * (adaptive?.max ?? nodeTimeout) + (schedules.length > 0 ? MINUTE : 0);
    await this.#rest(Math.max(2 * timeout, ofNodes) + 10_000);
    if (this.#daemon.unanswered > 0)
      throw new BrokenPromise(
        `${String(this.#daemon.unanswered)} requests were never answered.`,
        this.#loop.now,
      );
    await new Judgement({
      loop: this.#loop,
      daemon: this.#daemon,
      ledger: this.#ledger,
      settings: this.#settings,
      clients: this.#clients,
      oracles: this.#oracles,
      rest: (milliseconds) => this.#rest(milliseconds),
    }).judge();
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
    if (!isCalm || !isReady || this.#daemon.app.notStoring().length > 0) this.#calmSince = now;
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
      ledger.disturbances.push({ kind: 'restart', ...last, to: loop.now });
      ledger.tell('The daemon is ready.');
      this.#ended = undefined;
    });
  }

  /** The application of the last run that became ready. */
  #ended: { readonly from: number; readonly ended: number; readonly run: number } | undefined;

  #endRun(downtime: number, at: number): void {
    this.#ended ??= { from: at, ended: at, run: this.#daemon.run };
    this.#loop.after(downtime, () => {
      if (!this.#daemon.isRunning) this.#start();
    });
  }

  #stopAndStart(downtime: number): void {
    const at = this.#loop.now;
    const { run } = this.#daemon;
    this.#daemon.stop(() => {
      this.#ended ??= { from: at, ended: this.#loop.now, run };
      this.#daemon.kill('none');
      this.#ledger.tell('The daemon has stopped.');
      this.#endRun(downtime, at);
    }, this.#breaks);
  }

  async #untilReady(): Promise<void> {
    for (let waited = 0; waited < REST; waited += STEP) {
      if (this.#daemon.isReady && this.#daemon.app.notStoring().length === 0) return;
      await this.#pass();
    }
    const why = this.#daemon.isRunning ? this.#daemon.app.notStoring().join(', ') : 'it does not run';
    throw new BrokenPromise(
      `The daemon is not ready two minutes after all faults were over: ${why}.`,
      this.#loop.now,
    );
  }

  async #rest(milliseconds: number): Promise<void> {
    const until = this.#loop.now + milliseconds;
    while (this.#loop.now < until) await this.#pass(Math.min(STEP, until - this.#loop.now));
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

export async function simulate(options: SimulationOptions): Promise<Outcome> {
  const undo = options.plant?.install?.();
  try {
    return await new Simulation(options).play();
  } finally {
    undo?.();
  }
}
