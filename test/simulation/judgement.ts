import type { NodeReply } from '../../actors/node/node.protocol.js';
import type { App } from '../../src/app.js';
import type { AlertRecord } from '../../src/domain/alert.js';
import type { Flip } from '../../src/domain/node.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { Session } from '../../src/domain/session.js';
import { instant } from '../../src/domain/time.js';
import type { UptimeReport } from '../../src/domain/uptime-report.js';
import type { UserId } from '../../src/domain/user-id.js';
import type { PingFacts } from '../../src/ports/history-store.js';
import type { Daemon } from './machine/daemon.js';
import type { Loop } from './machine/loop.js';
import type { AlertsOracle } from './oracle/alerts.js';
import { EventHistoryOracle } from './oracle/event-history.js';
import type { JobsOracle } from './oracle/jobs.js';
import type { LinksOracle } from './oracle/links.js';
import type { LivenessOracle } from './oracle/liveness.js';
import type { NotificationsOracle } from './oracle/notifications.js';
import { expectOrder, type PresenceOracle } from './oracle/presence.js';
import type { ProbesOracle } from './oracle/probes.js';
import type { RotasOracle } from './oracle/rotas.js';
import type { SilencesOracle } from './oracle/silences.js';
import { UptimeOracle } from './oracle/uptime.js';
import { SupervisionOracle } from './oracle/supervision.js';
import type { Clients } from './world/clients.js';
import type { JobClient } from './world/jobs.js';
import { BrokenPromise, type Ledger } from './world/ledger.js';
import type { Settings } from './world/settings.js';
import type { Site } from './world/sites.js';

export interface Oracles {
  readonly presence: PresenceOracle;
  readonly liveness: LivenessOracle;
  readonly alerts: AlertsOracle;
  readonly notifications: NotificationsOracle;
  readonly silences: SilencesOracle;
  readonly rotas: RotasOracle;
  readonly jobs: JobsOracle;
  readonly probes: ProbesOracle;
  readonly links: LinksOracle;
}

interface JudgementDeps {
  readonly loop: Loop;
  readonly daemon: Daemon;
  readonly ledger: Ledger;
  readonly settings: Settings;
  readonly clients: Clients;
  readonly oracles: Oracles;
  /** Lets so many simulated milliseconds pass. */
  readonly rest: (milliseconds: number) => Promise<void>;
}

/** The longest time that open work may take at the end. */
const REST = 120_000;
/** Rounds of heartbeats after which everything that waits only for them is done. */
const SOON = 20;
/** Milliseconds after which all flips are stored. */
const SETTLED = 1000;
/** Milliseconds after which a flip has its alert. */
const NOTICED = 100;

/** What is judged once all faults are over and all clients are silent: everything that the daemon has stored. */
export class Judgement {
  readonly #deps: JudgementDeps;

  constructor(deps: JudgementDeps) {
    this.#deps = deps;
  }

  get #loop(): Loop {
    return this.#deps.loop;
  }

  get #daemon(): Daemon {
    return this.#deps.daemon;
  }

  get #ledger(): Ledger {
    return this.#deps.ledger;
  }

  get #settings(): Settings {
    return this.#deps.settings;
  }

  get #clients(): Clients {
    return this.#deps.clients;
  }

  /** Nodes that send no heartbeats themselves. */
  get #others(): readonly (JobClient | Site)[] {
    return [...this.#clients.jobs, ...this.#clients.sites];
  }

  get #oracles(): Oracles {
    return this.#deps.oracles;
  }

  /** @throws BrokenPromise */
  async judge(): Promise<void> {
    await this.#judgeUsers();
    await this.#judgeNodes();
    await this.#judgeJobs();
    await this.#judgeSites();
    await this.#recoverNodes();
    await this.#judgeAlerts();
    await this.#judgeUptime();
    await this.#judgeMemory();
  }

  async #judgeUsers(): Promise<void> {
    const { users, deviceUsers, sockets } = this.#clients;
    for (const id of [...users.map((user) => user.id), ...sockets.flatMap(({ users: own }) => own)]) {
      const sessions = await this.#read<Session>(() => this.#daemon.app.users.history(id, { order: 'asc' }));
      this.#ledger.count('sessions', sessions.length);
      this.#oracles.presence.history(id, sessions, this.#loop.now);
      this.#judgeEventsOf(id, sessions);
    }
    for (const { id } of deviceUsers) {
      const sessions = await this.#read<Session>(() => this.#daemon.app.users.history(id, { order: 'asc' }));
      this.#ledger.count('sessions of several devices', sessions.length);
      expectOrder(sessions, (what) => {
        throw new BrokenPromise(`User ${id}: ${what}.`, this.#loop.now, id);
      });
      this.#judgeEventsOf(id, sessions);
    }
  }

  #judgeEventsOf(id: UserId, sessions: readonly Session[]): void {
    const erasure = this.#ledger.users.get(id)?.findLast(({ kind }) => kind === 'erase');
    const since = erasure === undefined ? -Infinity : (erasure.answeredAt ?? Infinity);
    for (const oracle of this.#eventOracles) oracle.user(id, sessions, since);
  }

  get #eventOracles(): readonly EventHistoryOracle[] {
    return [...this.#clients.readers, ...this.#clients.sockets].map(
      ({ id, oracle }) => new EventHistoryOracle(id, this.#ledger, oracle.parts),
    );
  }

  async #judgeJobs(): Promise<void> {
    const { jobs } = this.#oracles;
    for (const { name } of this.#clients.jobs) {
      const kept = await this.#read<PingFacts>(() => this.#daemon.app.pings.kept(name));
      jobs.kept(name, kept, this.#loop.now);
      const flips = await this.#flips(name);
      this.#ledger.count('flips of jobs', flips.length);
      jobs.history(name, flips, this.#loop.now);
      for (const oracle of this.#eventOracles) oracle.node(name, flips);
    }
  }

  async #judgeSites(): Promise<void> {
    for (const { name } of this.#clients.sites) {
      const flips = await this.#flips(name);
      this.#ledger.count('flips of probed nodes', flips.length);
      this.#oracles.probes.history(name, flips, this.#loop.now);
      for (const oracle of this.#eventOracles) oracle.node(name, flips);
    }
  }

  async #judgeNodes(): Promise<void> {
    for (const { name } of this.#clients.nodes) {
      const flips = await this.#flips(name);
      this.#ledger.count('flips', flips.length);
      const shown = await this.#ask((app, answer: (reply: NodeReply) => void) => {
        app.nodes.ask(name, { kind: 'describe' }, answer);
      });
      const state = shown.kind === 'node' ? shown.node.state : undefined;
      this.#oracles.liveness.history(name, flips, state, this.#loop.now);
      const isForgotten = this.#ledger.nodes.get(name)?.some(({ kind }) => kind === 'forget') === true;
      if (!isForgotten) for (const oracle of this.#eventOracles) oracle.node(name, flips);
    }
    for (const { id, oracle } of this.#clients.readers)
      new EventHistoryOracle(id, this.#ledger, oracle.parts).blindness();
  }

  #flips(name: NodeName): Promise<Flip[]> {
    return this.#read<Flip>(() => this.#daemon.app.nodes.flips(name, { order: 'asc' }));
  }

  /** Resumes every node and sends a heartbeat for it, so that every alert ends. */
  async #recoverNodes(): Promise<void> {
    this.#ledger.tell('All nodes come back.');
    for (const node of this.#clients.nodes) {
      node.send('resume', () => undefined);
      await this.#deps.rest(20);
      node.send('heartbeat', () => undefined);
    }
    for (const each of this.#others) each.send('heartbeat');
    await this.#deps.rest(1000);
    const { nodeTimeout } = this.#settings;
    const until = this.#loop.now + REST + this.#oracles.notifications.longestHold;
    for (let round = 0; this.#loop.now < until; round++) {
      // Listing all alerts is slow.
      if ((round < SOON || round % SOON === 0) && (await this.#openAlerts()) === 0) break;
      for (const node of this.#clients.nodes) node.send('heartbeat', () => undefined);
      for (const each of this.#others) each.send('heartbeat');
      await this.#deps.rest(nodeTimeout / 2);
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
    const noticed = this.#daemon.wall.read() - NOTICED;
    const newestFirst = await this.#read<AlertRecord>(() => this.#daemon.app.alerts.list({}));
    const records = newestFirst.reverse();
    this.#ledger.count('alerts', records.length);
    this.#oracles.alerts.ends(records, now);
    const flips = new Map<string, readonly Flip[]>();
    const names = [...this.#clients.nodes, ...this.#others].map(({ name }) => name);
    for (const name of names) {
      const stored = await this.#flips(name);
      // A node may flip while all this is read.
      flips.set(
        name,
        stored.filter(({ at }) => at <= noticed),
      );
    }
    for (const [name, ofNode] of flips) this.#oracles.alerts.flips(name, ofNode, records, now);
    this.#oracles.alerts.finalStates(names, records, now);
    this.#oracles.notifications.judge(flips, records, now);
    this.#oracles.silences.stored(this.#daemon.app.silences.list(), now);
    this.#oracles.silences.judge(flips, records, now);
    this.#oracles.links.judge(flips, this.#daemon.app.silences.list());
    this.#oracles.rotas.stored(this.#daemon.app.rotas.overrides(), now);
    this.#oracles.rotas.judge(records, now);
  }

  /** Up to a moment by which everything is stored. */
  async #judgeUptime(): Promise<void> {
    const oracle = new UptimeOracle(this.#ledger);
    const to = instant(this.#daemon.wall.read() - SETTLED);
    for (const { name } of [...this.#clients.nodes, ...this.#others]) {
      const shown = await this.#ask((app, answer: (reply: NodeReply) => void) => {
        app.nodes.ask(name, { kind: 'describe' }, answer);
      });
      if (shown.kind !== 'node' || shown.node.registeredAt >= to) continue;
      const request = { timeZone: 'Europe/Berlin', from: shown.node.registeredAt, to, most: 10_000 };
      const report = await this.#ask((app, answer: (report: UptimeReport) => void) => {
        void app.nodes.uptimeReport(shown.node, request).then(answer);
      });
      this.#ledger.count('reports of uptime');
      oracle.judge(name, report, await this.#flips(name), this.#loop.now);
    }
  }

  /** Checks that the daemon keeps nothing that has ended. */
  async #judgeMemory(): Promise<void> {
    for (const node of this.#clients.nodes) node.send('forget', () => undefined);
    for (const each of this.#others) each.send('forget');
    await this.#deps.rest(1000);
    const shown = await this.#ask((app, answer: (supervision: object) => void) => {
      void app.supervision().then(answer);
    });
    const supervision = new SupervisionOracle(this.#ledger, this.#settings.partitions);
    supervision.blindness(shown, this.#loop.now);
    supervision.rest(shown, this.#loop.now);
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
