import { CommitMeter } from '../../actors/history/commit-meter.js';
import { History } from '../../actors/history/history.actor.js';
import type {
  NodeNews,
  NotifierReply,
  OverrideReply,
  SilenceReply,
} from '../../actors/notifier/notifier.protocol.js';
import type { Totals } from '../../actors/notifier/channel/channel-totals.js';
import type { ChannelFigures } from '../../actors/notifier/channel/channel.actor.js';
import type { Channels } from '../../actors/notifier/channel/channels.js';
import { ConfiguredChannels } from '../../actors/notifier/channel/configured-channels.js';
import { createNotifier } from '../../actors/notifier/create.js';
import type { Notifier } from '../../actors/notifier/notifier.actor.js';
import { buildSupervisor } from '../../actors/supervisor/build-supervisor.js';
import type { Supervisor } from '../../actors/supervisor/supervisor.actor.js';
import { POLICIES, tree } from '../../actors/tree.js';
import { ALERT_TYPES, type AlertId, type AlertRecord, type AlertType } from '../../src/domain/alert.js';
import { CronCalendar } from '../../src/calendar/cron-calendar.js';
import type { MaintenanceWindow } from '../../src/domain/maintenance.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { FlipCause, NodeFacts, NodeState } from '../../src/domain/node.js';
import type { OverrideId } from '../../src/domain/rota-override.js';
import type { SilenceId } from '../../src/domain/silence.js';
import { instant } from '../../src/domain/time.js';
import type { AlertMessage, Attempt, Channel, ChannelPolicy, OpenFailure } from '../../src/ports/channel.js';
import type { HistoryStore } from '../../src/ports/history-store.js';
import { ActorSystem } from '../../src/runtime/actor-system.js';
import { RecordingLogger } from './recording-logger.js';
import { SimulatedClock } from './simulated-clock.js';
import { storeUnderTest } from './store-under-test.js';

/** One attempt of a channel. */
export interface Seen {
  readonly channel: string;
  readonly message: AlertMessage;
  readonly attempt: number;
  /** By the simulated clock. */
  readonly at: number;
}

export type Answer = (message: AlertMessage, attempt: Attempt) => Promise<void>;

interface SimulatedChannel extends Partial<ChannelPolicy> {
  readonly answer?: Answer;
  readonly receiver?: string;
  /** Its provider forgets nothing, so that open failures are not resent to it. */
  readonly remembers?: boolean;
}

export interface AlertsSimulation {
  readonly store?: HistoryStore;
  readonly clock?: SimulatedClock;
  /** How each channel handles an alert: delivered unless it throws. */
  readonly channels?: Readonly<Record<string, SimulatedChannel>>;
  /** Unpaused nodes. */
  readonly watched?: number;
  readonly massFailure?: { share?: number; atLeast?: number; window?: number; hold?: number };
  readonly maxPerHour?: number;
  readonly unstored?: number;
  /** Milliseconds. */
  readonly remindEvery?: number;
  /** Seconds. */
  readonly alertRetention?: number | null;
  /** Silences that are not over. */
  readonly mostSilences?: number;
  /** Milliseconds. */
  readonly silenceRetention?: number;
  /** Maintenance windows. The test may change them. */
  readonly maintenance?: { windows: readonly MaintenanceWindow[] };
  /** Reports the status of nodes that had failed in an earlier run. */
  readonly recover?: (alerts: SimulatedAlerts) => void | Promise<void>;
}

/** History, notifier and channels under their supervisors, on simulated time. The test takes the place of the nodes. */
export class SimulatedAlerts {
  readonly clock: SimulatedClock;
  readonly store: HistoryStore;
  readonly logger = new RecordingLogger();
  readonly notifier: Notifier;
  readonly #channels: Channels;
  readonly #configured: ConfiguredChannels;
  readonly history: History;
  readonly system: ActorSystem;
  readonly seen: Seen[] = [];
  /** Finished attempts of a channel. */
  readonly delivered: Seen[] = [];
  /** What was resent to channels, and deleted nodes, one line each. */
  readonly again: string[] = [];
  /** Closed notifiers, by the names of their channels. */
  readonly closed: string[] = [];
  watched: number;
  fatal: Error | undefined;
  readonly #root: Supervisor;

  constructor({
    store,
    clock,
    channels = { ops: {} },
    watched = 1000,
    massFailure = {},
    maxPerHour = 12,
    unstored = 1000,
    alertRetention = null,
    mostSilences = 1000,
    silenceRetention = Infinity,
    remindEvery,
    maintenance = { windows: [] },
  }: AlertsSimulation) {
    this.clock = clock ?? new SimulatedClock();
    this.store = store ?? storeUnderTest(this.clock);
    this.watched = watched;
    const { clock: time, logger } = this;
    const isDiskBusy = time.waitsFor;
    const meter = new CommitMeter(10_000, logger);
    let before = 0;
    // A message, a batch or an attempt can cause others.
    time.waitsFor = () => {
      const now = meter.commits + this.seen.length + this.delivered.length;
      const hasMoved = now !== before;
      before = now;
      return (
        isDiskBusy() ||
        hasMoved ||
        [this.history, notifier, ...actors.actors.values()].some((actor) => mailboxOf(actor.inspect()) > 0)
      );
    };
    this.system = new ActorSystem(time, logger);
    this.history = new History(
      {
        retention: null,
        flipRetention: null,
        alertRetention,
        pingBytes: Infinity,
        pruneEvery: 10,
        queue: 100_000,
        restarts: POLICIES.history,
      },
      {
        system: this.system,
        clock: time,
        logger,
        store: this.store,
        meter,
        settle: () => undefined,
        settleNodes: () => undefined,
        settleRequests: (settlements) => this.notifier.requestsSettled(settlements),
        alertsCommitted: (records, stored) => this.notifier.committed(records, stored),
        reopened: () => this.notifier.reopened(),
      },
    );
    const patience = 1000;
    this.#configured = new ConfiguredChannels(this.#made(channels), { clock: time, logger, patience });
    const { totals, closingNotices } = this.#configured;
    const { notifier, channels: actors } = createNotifier(
      this.#configured.all,
      {
        massFailure: { share: 0.3, atLeast: 20, window: 10_000, hold: 60_000, ...massFailure },
        flapping: { maxPerHour },
        unstored,
        remindEvery,
        silences: { most: mostSilences, retention: silenceRetention },
        maintenance,
        restarts: POLICIES.outbox,
        channelRestarts: POLICIES.channel,
        patience,
      },
      {
        system: this.system,
        clock: time,
        logger,
        totals,
        closingNotices,
        calendar: new CronCalendar(),
        outbox: this.store,
        holds: () => true,
        random: () => 0.5,
        watched: () => this.watched,
        submit: (records, unnotified) => this.history.submit([{ kind: 'alerts', records, unnotified }]),
        remember: (hold) => this.history.submit([{ kind: 'held', hold }]),
        submitOfOperator: (entry) => this.history.submit([entry]),
        refusing: () => this.history.state === 'refusing',
      },
    );
    this.notifier = notifier;
    this.#channels = actors;
    this.#root = buildSupervisor(
      { system: this.system, clock: time, logger },
      this.system.place(this.system, 'root'),
      tree(
        {
          partitions: [
            {
              id: 'watch',
              started: () => undefined,
              history: (exitSignal, place) => this.history.start(exitSignal, place),
              users: [],
              watch: {
                outbox: (exitSignal, place) => notifier.start(exitSignal, place),
                channels: actors,
                nodes: [],
                probes: () => ({ stop: () => Promise.resolve(), inspect: () => ({}) }),
              },
            },
          ],
          userEvents: { all: () => [], started: () => undefined },
          gateway: () => ({ stop: () => Promise.resolve(), inspect: () => ({}) }),
        },
        10,
      ),
      {
        crashed: (error) => {
          this.fatal = error;
        },
      },
    );
  }

  static async start(simulation: AlertsSimulation = {}): Promise<SimulatedAlerts> {
    const simulated = new SimulatedAlerts(simulation);
    await simulated.#root.start();
    await simulated.clock.settle();
    await simulation.recover?.(simulated);
    simulated.notifier.nodesKnown();
    await simulated.clock.settle();
    return simulated;
  }

  #made(channels: NonNullable<AlertsSimulation['channels']>): Channel[] {
    return Object.entries(channels).map(([name, { answer, receiver, remembers = false, ...policy }]) => ({
      receiver,
      policy: { ...defaults(name), ...policy },
      notifier: {
        notify: async (message, attempt) => {
          const seen = { channel: name, message, attempt: attempt.attempt, at: this.clock.now() };
          this.seen.push(seen);
          await answer?.(message, attempt);
          this.delivered.push(seen);
        },
        ...(!remembers && {
          resend: (failures: readonly OpenFailure[]) => {
            this.again.push(`${name}: ${failures.map((failure) => failure.name).join()} failed`);
            return true;
          },
          gone: (node: string) => {
            this.again.push(`${name}: ${node} is gone`);
          },
        }),
        close: () => {
          this.closed.push(name);
          return Promise.resolve();
        },
      },
    }));
  }

  /** As a reload does. */
  async replace(channels: NonNullable<AlertsSimulation['channels']>): Promise<void> {
    const using = { notifier: this.notifier, channels: this.#channels };
    const replaced = this.#configured.replace(this.#made(channels), using);
    // Hanging calls are abandoned after a while.
    await this.pass(5);
    await replaced;
    await this.clock.settle();
  }

  /** As a stop of the daemon does. */
  async stop(): Promise<void> {
    const stopped = this.#root.stop();
    // Hanging calls are abandoned after a while.
    await this.pass(5);
    await stopped;
    const closing = { isOver: false };
    const closed = Promise.all([this.#channels.release(), this.#configured.close()]).then(() => {
      closing.isOver = true;
    });
    await this.clock.settle();
    if (!closing.isOver) await this.pass(5);
    await closed;
    await this.history.close();
  }

  /** Advances the time, after work under way. */
  async pass(seconds: number): Promise<void> {
    await this.clock.settle();
    await this.clock.advance(seconds * 1000);
  }

  /** Kills the process. What is on disk stays. */
  async kill(): Promise<void> {
    this.clock.forget();
    this.system.stop();
    await this.clock.settle();
    this.clock.forget();
    // Ids that the next daemon makes in the same millisecond would be those of this one: their chance is always the same.
    this.clock.standStill(1);
  }

  /** A node changes its state. The flip goes to history, as from a node's actor. */
  flip(
    name: string,
    from: NodeState,
    to: NodeState,
    {
      cause,
      isPaused = false,
      ...facts
    }: Partial<NodeFacts> & { readonly cause?: FlipCause; readonly isPaused?: boolean } = {},
  ): readonly AlertRecord[] {
    const at = this.clock.wall();
    const known = { ...this.factsOf(name, to), ...facts };
    const records = this.notifier.raise({
      flip: {
        node: nodeName(name),
        from,
        to,
        at,
        cause: cause ?? (to === 'active' ? 'heartbeat' : 'silence'),
        retries: to === 'active' ? 0 : 3,
        blind: 0,
      },
      node: known,
      silence: known.lastHeartbeat === undefined ? undefined : at - known.lastHeartbeat,
      isPaused,
    });
    if (records.length > 0) this.history.submit([{ kind: 'alerts', records }]);
    return records;
  }

  /** The facts of a node in this state, as in an alert. */
  factsOf(name: string, state: NodeState): NodeFacts {
    const at = this.clock.wall();
    return {
      name: nodeName(name),
      state,
      retries: state === 'active' ? 0 : 3,
      lastHeartbeat: state === 'active' ? at : instant(at - 120_000),
      timeout: 30_000,
      maxRetries: 3,
      labels: {},
      channels: undefined,
    };
  }

  /** Reports the status of a failed node, as nodes do. @param since by the simulated wall clock; undefined: it has recovered */
  failureStatus(
    name: string,
    since: number | undefined,
    {
      isQuiet = false,
      isNotified = true,
      ...facts
    }: Partial<NodeFacts> & { readonly isQuiet?: boolean; readonly isNotified?: boolean } = {},
  ): void {
    const node = { ...this.factsOf(name, 'failed'), ...facts };
    this.notifier.failureStatus(
      node.name,
      since === undefined ? undefined : { node, since: instant(since), isQuiet, isNotified },
    );
  }

  /** Deletes a failed node that channels know of, with its alert in one batch. */
  async delete(name: string, facts: Partial<NodeFacts> = {}): Promise<void> {
    await this.#store('deleted', { ...this.factsOf(name, 'failed'), ...facts });
    this.notifier.settled(nodeName(name), true);
    this.notifier.failureStatus(nodeName(name), undefined);
    await this.clock.settle();
  }

  /** Ends the pause of a node, which is in this state by now. */
  async resume(name: string, state: NodeState, facts: Partial<NodeFacts> = {}): Promise<void> {
    const node = { ...this.factsOf(name, state), ...facts };
    await this.#store('resumed', node);
    this.notifier.settled(node.name, true);
    if (state === 'failed') this.failureStatus(name, this.clock.wall(), facts);
    await this.clock.settle();
  }

  /** Changes the settings of a failed node that channels know of. */
  async reroute(
    name: string,
    since: number,
    before: Partial<NodeFacts>,
    next: Partial<NodeFacts>,
  ): Promise<void> {
    const node = this.factsOf(name, 'failed');
    await this.#submit({ kind: 'rerouted', node: { ...node, ...before }, next: { ...node, ...next } });
    this.notifier.settled(node.name, true);
    this.failureStatus(name, since, next);
    await this.clock.settle();
  }

  async #store(kind: 'deleted' | 'resumed', node: NodeFacts): Promise<void> {
    await this.#submit({ kind, node, at: this.clock.wall() });
  }

  async #submit(news: NodeNews): Promise<void> {
    const records = this.notifier.prepare(news);
    this.history.submit([{ kind: 'alerts', records }]);
    await this.clock.settle();
  }

  fail(...names: readonly string[]): void {
    for (const name of names) this.flip(name, 'inactive', 'failed');
  }

  recover(...names: readonly string[]): void {
    for (const name of names) this.flip(name, 'failed', 'active');
  }

  /** The delivered alerts, one short line each. */
  told(channel?: string): string[] {
    return this.delivered
      .filter((seen) => channel === undefined || seen.channel === channel)
      .map(({ message }) => line(message));
  }

  async stored(): Promise<AlertRecord[]> {
    const all: AlertRecord[] = [];
    for await (const chunk of this.store.alerts({})) all.push(...chunk);
    return all.reverse();
  }

  /** The states of the stored alerts of one type, in the order of raising. */
  async states(type?: AlertType): Promise<string[]> {
    return (await this.stored())
      .filter(({ alert }) => type === undefined || alert.type === type)
      .flatMap(({ deliveries }) => deliveries.map(({ state }) => state));
  }

  /** The counts of a channel. */
  figures(name: string): Partial<ChannelFigures> & Readonly<Totals> {
    const totals = [...this.#configured.totals].find(([channel]) => channel === name)?.[1];
    if (totals === undefined) throw new TypeError(`there was no channel ${name}`);
    return { ...totals, ...this.#channels.actors.get(name)?.figures() };
  }

  /**
   * Silences nodes from now on, or later.
   *
   * @param seconds until it begins, and until it ends
   */
  async silence(
    matchers: readonly string[],
    seconds: { readonly from?: number; readonly to: number },
    nodes?: readonly string[],
    key?: string,
  ): Promise<SilenceReply | undefined> {
    const wall = this.clock.wall();
    const [startsAt, endsAt] = [
      instant(wall + (seconds.from ?? 0) * 1000),
      instant(wall + seconds.to * 1000),
    ];
    const maker = { ...(nodes !== undefined && { nodes }), ...(key !== undefined && { key }) };
    const request = { matchers, startsAt, endsAt, by: 'ann', ...maker };
    return this.#command((answered) => this.notifier.command({ kind: 'silence', request, answered }));
  }

  /** Ends a silence. */
  async expire(id: SilenceId, within?: readonly string[]): Promise<SilenceReply | undefined> {
    return this.#command((answered) => this.notifier.command({ kind: 'expire', id, within, answered }));
  }

  /**
   * Puts somebody on call from now on, or later.
   *
   * @param seconds until it begins, and until it ends
   */
  async override(
    rota: string,
    person: string,
    seconds: { readonly from?: number; readonly to: number },
  ): Promise<OverrideReply | undefined> {
    const wall = this.clock.wall();
    const startsAt = instant(wall + (seconds.from ?? 0) * 1000);
    const request = { rota, person, startsAt, endsAt: instant(wall + seconds.to * 1000), by: 'ann' };
    return this.#command((answered) => this.notifier.command({ kind: 'override', request, answered }));
  }

  /** Ends an override. */
  async endOverride(rota: string, id: OverrideId): Promise<OverrideReply | undefined> {
    return this.#command((answered) => this.notifier.command({ kind: 'end_override', rota, id, answered }));
  }

  async redeliver(id: AlertId): Promise<NotifierReply | undefined> {
    return this.#command((answered) => this.notifier.command({ kind: 'redeliver', id, answered }));
  }

  async test(channel: string): Promise<NotifierReply | undefined> {
    return this.#command((answered) => this.notifier.command({ kind: 'test', channel, answered }));
  }

  async #command<Reply>(send: (answered: (reply: Reply) => void) => void): Promise<Reply | undefined> {
    let given: Reply | undefined;
    send((reply) => {
      given = reply;
    });
    await this.clock.settle();
    return given;
  }
}

export function nodeName(name: string): NodeName {
  return name as NodeName;
}

function mailboxOf(report: object): number {
  return 'mailbox' in report ? Number(report.mailbox) : 0;
}

function line({ type, node, nodes, count }: AlertMessage): string {
  const what = node?.name ?? nodes?.map(({ name }) => name).join(',') ?? count;
  return what === undefined ? type : `${type} ${what}`;
}

function defaults(name: string): ChannelPolicy {
  return {
    name,
    kind: 'fake',
    events: ALERT_TYPES.filter((type) => type !== 'node.inactive' && type !== 'test'),
    concurrency: 4,
    attemptTimeout: 10_000,
    retry: { minDelay: 5_000, maxDelay: 300_000, giveUpAfter: 86_400_000 },
  };
}
