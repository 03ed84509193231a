import { assertNever } from '../../src/domain/assert-never.js';
import type { AlertRecord, LastHold } from '../../src/domain/alert.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { Moment } from '../../src/domain/time.js';
import type { Logger } from '../../src/ports/logger.js';
import type { Outbox } from '../../src/ports/outbox.js';
import type { ActorSystem, Place } from '../../src/runtime/actor-system.js';
import type { ExitSignal, RunningChild } from '../supervisor/child.js';
import type { SupervisorPolicy } from '../supervisor/child-spec.js';
import { SupervisedActor, type Behaviour } from '../supervisor/supervised-actor.js';
import { OneShotTimer } from './one-shot-timer.js';
import { AlertingRules, type AlertingOptions } from './rules/alerting.js';
import type { Circumstances } from './rules/delivery-rules.js';
import type {
  Alerting,
  FailedStanding,
  NodeChange,
  NodeNews,
  NotifierCommand,
  NotifierReply,
} from './notifier.protocol.js';
import type { ChannelTotals } from './channel/channel-totals.js';
import type { ChannelActor } from './channel/channel.actor.js';
import type { Progress } from './channel/channel.protocol.js';
import type { Closing } from './rules/closing.js';
import { moved } from './outbox/delivery.js';
import { AttemptIntents, IntentRegister } from './outbox/attempt-intents.js';
import { Deliveries } from './outbox/deliveries.js';
import { restoreOutbox, withoutLostChannels } from './outbox/restore.js';
import { HoldQueue } from './grouping/hold-queue.js';
import { OngoingFailures } from './rules/ongoing-failures.js';
import { OpenAlerts } from './outbox/open-alerts.js';
import { Overflow, type UnstoredAlerts } from './outbox/unstored-alerts.js';
import type { RemindersOptions } from './rules/reminders.js';
import { Requests } from './outbox/requests.js';
import { routesOf } from './rules/routing.js';
import { AlertWriter, type AlertWriterDeps } from './outbox/alert-writer.js';

export interface NotifierOptions extends AlertingOptions, Pick<RemindersOptions, 'remindEvery'> {
  /** The most alerts in memory while the disk refuses writes. */
  readonly unstored: number;
  readonly restarts: Pick<SupervisorPolicy, 'intensity' | 'period'>;
}

export interface NotifierDeps extends AlertWriterDeps {
  readonly system: ActorSystem;
  readonly logger: Logger;
  readonly outbox: Outbox;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
  readonly channels: ReadonlyMap<string, ChannelActor>;
  readonly totals: ChannelTotals;
  /** The number of unpaused nodes. */
  watched(): number;
  /** Whether memory has room for these records of an earlier run. If not, the start fails once all are counted. */
  holds(records: readonly AlertRecord[]): boolean;
  remember(hold: LastHold): void;
}

type Answered = (reply: NotifierReply) => void;

type NotifierMessage =
  | { readonly kind: 'progress'; readonly channel: string; readonly progress: Progress }
  | {
      readonly kind: 'found';
      readonly record: AlertRecord | undefined;
      readonly failsByTag: boolean | undefined;
      readonly answered: Answered;
    }
  | { readonly kind: 'not_found'; readonly error: unknown; readonly answered: Answered }
  /** Something changed about a node that its alerts may depend on. */
  | { readonly kind: 'settle'; readonly node: NodeName }
  | { readonly kind: 'wake' }
  /** Continues to hold alerts whose attempts had not begun before a mass failure. */
  | { readonly kind: 'recall' }
  | { readonly kind: 'reopened' }
  | { readonly kind: 'channels_gone' }
  | { readonly kind: 'nodes_known' }
  | NotifierCommand;

interface Prepared {
  readonly records: readonly AlertRecord[];
  /** The node has recovered since. */
  isOver: boolean;
}

/**
 * Keeps the outbox: decides which alerts there are, has them stored, and lets channels deliver them. An attempt begins
 * when its intent is on disk, or cannot be. The object outlives a crash.
 */
export class Notifier implements Behaviour<NotifierMessage>, Alerting {
  readonly name = 'outbox';
  readonly #options: NotifierOptions;
  readonly #deps: NotifierDeps;
  readonly #open: OpenAlerts;
  readonly #rules: AlertingRules;
  readonly #kept: AlertWriter;
  readonly #attemptIntents: AttemptIntents;
  readonly #deliveries: Deliveries;
  readonly #holdQueue: HoldQueue;
  readonly #ongoingFailures: OngoingFailures;
  readonly #requests: Requests;
  readonly #overflow = new Overflow();
  readonly #actor: SupervisedActor<NotifierMessage>;
  /** Alerts of requests, until those are on disk or refused. */
  readonly #prepared = new Map<NodeName, Prepared>();
  #loaded = false;
  /** Whether the nodes that failed in an earlier run have reported their status. */
  #areNodesKnown = false;
  readonly #timer: OneShotTimer;

  constructor(options: NotifierOptions, deps: NotifierDeps) {
    this.#options = options;
    this.#deps = deps;
    const intents = new IntentRegister();
    this.#open = new OpenAlerts(deps.totals, intents);
    this.#rules = new AlertingRules(options, this.#open, deps.random);
    this.#kept = new AlertWriter(this.#open, deps, (records) => {
      this.committed(records, false);
    });
    const { clock, channels } = deps;
    this.#ongoingFailures = new OngoingFailures(
      options,
      this.#open,
      this.#rules,
      (channel) => channels.get(channel)?.receiverId ?? channel,
    );
    this.#attemptIntents = new AttemptIntents(intents, {
      open: this.#open,
      writer: this.#kept,
      clock,
      channels,
      late: (record, channel) => this.#ongoingFailures.late(record, channel, clock.wall()),
      upToDate: (alert) => this.#rules.upToDate(alert),
    });
    this.#deliveries = new Deliveries(this.#open, this.#kept, this.#attemptIntents, {
      clock,
      channels,
      escalation: this.#ongoingFailures.escalation,
      fallbackOf: (channel) => options.channels.find(({ name }) => name === channel)?.fallback,
    });
    this.#holdQueue = new HoldQueue(this.#open, this.#rules);
    this.#requests = new Requests(this.#open, this.#kept, this.#rules.ids, deps);
    this.#timer = new OneShotTimer(clock, () => {
      this.#tell({ kind: 'wake' });
    });
    this.#actor = new SupervisedActor(this, options.restarts, deps);
  }

  /** Alerts with an open delivery. */
  get open(): Pick<OpenAlerts, 'size'> {
    return this.#open;
  }

  /** The number of pairs of channel and node with a message in the last hour. */
  get counted(): number {
    return this.#rules.flapping.size;
  }

  /** The present records that are not on disk yet. */
  get unstored(): UnstoredAlerts {
    return this.#open.unstored;
  }

  async start(exitSignal: ExitSignal, place: Place): Promise<RunningChild> {
    if (!this.#loaded) await this.#load();
    this.#actor.start(exitSignal, place);
    this.#actor.tell({ kind: 'wake' });
    if (this.#rules.recall.isUnderWay) this.#actor.tell({ kind: 'recall' });
    return { stop: () => this.#stop(), inspect: () => this.inspect() };
  }

  async #load(): Promise<void> {
    const { clock, outbox, logger } = this.#deps;
    await restoreOutbox(
      { outbox, clock, holds: (records) => this.#deps.holds(records) },
      this.#open,
      this.#rules,
    );
    this.#loaded = true;
    this.#holdQueue.resume();
    this.#ongoingFailures.resume(clock.now());
    this.#endLost();
    if (this.#open.size > 0) logger.info('undelivered alerts restored', { alerts: this.#open.size });
  }

  /** Deliveries to channels that are no longer configured become dead letters. */
  #endLost(): void {
    const { channels, logger } = this.#deps;
    this.#rules.flapping.keepOnly(channels);
    const lost = [...this.#open.all()].flatMap((record) => withoutLostChannels(record, channels));
    this.#kept.keep(lost);
    this.#kept.submit();
    if (lost.length > 0) {
      logger.error('alerts became dead letters: their channel is no longer configured', {
        alerts: lost.length,
      });
    }
  }

  async #stop(): Promise<void> {
    this.#timer.set(undefined);
    await this.#actor.stop();
    this.#attemptIntents.takeBack();
    this.#kept.submit();
  }

  raise(change: NodeChange): readonly AlertRecord[] {
    const { clock, logger } = this.#deps;
    const [now, wall] = [clock.now(), clock.wall()];
    const unnotified = this.#ongoingFailures.unnotified(change.node.name);
    const cause = this.#ongoingFailures.flipped(change, now, wall);
    if (change.isPaused) {
      this.#setAlarm();
      return [];
    }
    const prepared = this.#prepared.get(change.node.name);
    if (prepared !== undefined) prepared.isOver = change.flip.to === 'active';
    if (this.#deps.refusing() && this.#open.unstored.size >= this.#options.unstored) {
      if (this.#overflow.add(change.node.name))
        logger.error('alert queue full while the disk refuses writes', {
          alerts: this.#open.unstored.size,
        });
      return [];
    }
    const circumstances = { now, wall, watched: this.#deps.watched(), cause, unnotified };
    const { records, hold } = this.#rules.raise(change, circumstances);
    this.#ongoingFailures.raised(records);
    if (hold !== undefined) {
      if (this.#rules.recall.isUnderWay) this.#tell({ kind: 'recall' });
      logger.warn('mass failure: alerts are held', { until: hold.until / 1000 });
      this.#deps.remember(hold);
    }
    this.#setAlarm();
    return records;
  }

  prepare(news: NodeNews): readonly AlertRecord[] {
    const wall = this.#deps.clock.wall();
    const record =
      news.kind === 'rerouted'
        ? this.#rules.prepareClosing(
            news.node,
            this.#ongoingFailures.closing.left(news.node, news.next),
            wall,
          )
        : this.#rules.prepare(news, this.#ongoingFailures.unnotified(news.node.name), wall);
    if (record === undefined) return [];
    const { name } = news.node;
    const records = [...(this.#prepared.get(name)?.records ?? []), record];
    this.#prepared.set(name, { records, isOver: false });
    return [record];
  }

  settled(node: NodeName, stored: boolean): void {
    const prepared = this.#prepared.get(node);
    if (prepared === undefined) return;
    this.#prepared.delete(node);
    if (!stored) return;
    for (const record of prepared.records) this.#admit(record, node, prepared.isOver);
    this.#tell({ kind: 'settle', node });
  }

  #admit(record: AlertRecord, node: NodeName, isOver: boolean): void {
    const { type } = record.alert;
    if (type === 'channel.closed' && isOver) {
      // Its receivers have been notified of the recovery meanwhile.
      const deliveries = record.deliveries.map((delivery) => moved(delivery, 'cancelled'));
      this.#kept.keep([{ ...record, deliveries }]);
      return;
    }
    const cause = type === 'node.reported_failure' ? this.#ongoingFailures.causeOf(node) : undefined;
    const records = this.#rules.admit(record, { ...this.#circumstances, cause });
    this.#kept.keep(records);
    this.#ongoingFailures.raised(records);
  }

  get #circumstances(): Circumstances {
    const { clock } = this.#deps;
    return { now: clock.now(), wall: clock.wall(), watched: this.#deps.watched() };
  }

  stands(node: NodeName, standing: FailedStanding | undefined): void {
    const { clock } = this.#deps;
    if (standing === undefined) this.#rules.forget(node);
    this.#ongoingFailures.stands(node, standing, clock.now(), clock.wall());
    this.#tell({ kind: 'settle', node });
  }

  committed(records: readonly AlertRecord[], stored: boolean): void {
    for (const record of records) {
      if (stored) this.#open.stored(record);
      this.#attemptIntents.committed(record);
    }
    if (this.#areNodesKnown) this.#deliveries.offer(records);
    this.#setAlarm();
  }

  /** The disk takes writes again. */
  reopened(): void {
    this.#tell({ kind: 'reopened' });
  }

  /** A channel reports progress. */
  progress(channel: string, progress: Progress): void {
    this.#tell({ kind: 'progress', channel, progress });
  }

  /** The channels are about to be replaced. @returns the last message of each that may go */
  closingNotices(): ReturnType<Closing['notices']> {
    return this.#ongoingFailures.closing.notices(this.#rules.ids, this.#deps.clock.wall());
  }

  /** Other channels are there: failures are closed at those that are not notified of their nodes any more. */
  rerouted(): void {
    const left = this.#ongoingFailures.closing.replaced();
    for (const node of this.#ongoingFailures.closed()) this.#kept.keep(this.#ongoingFailures.settle(node));
    this.#kept.keep(this.#rules.close(left, this.#circumstances));
    this.#tell({ kind: 'wake' });
  }

  /** All that was under way with those that have gone has ended. */
  channelsGone(): void {
    this.#tell({ kind: 'channels_gone' });
  }

  /**
   * The nodes that failed in an earlier run have reported their status. Nothing is delivered before that: to an
   * escalation channel, all of them would seem to have recovered.
   */
  nodesKnown(): void {
    this.#tell({ kind: 'nodes_known' });
  }

  command(command: NotifierCommand): void {
    if (this.#actor.offer(command) !== 'queued')
      command.answered({ kind: 'refused', code: 'HEARTBEAT_OVERLOADED' });
  }

  #tell(message: NotifierMessage): void {
    this.#actor.tell(message);
  }

  handle(message: NotifierMessage): void {
    this.#take(message);
    this.#kept.submit();
  }

  handled(): void {
    this.#setAlarm();
  }

  discard(message: NotifierMessage): void {
    if ('answered' in message) message.answered({ kind: 'refused', code: 'HEARTBEAT_INTERNAL' });
  }

  #take(message: NotifierMessage): void {
    switch (message.kind) {
      case 'progress':
        return this.#deliveries.progress(message.channel, message.progress);
      case 'redeliver':
        return this.#redeliver(message);
      case 'found':
        return message.answered(this.#requests.redeliver(message.record, message.failsByTag));
      case 'not_found':
        this.#deps.logger.error('alert could not be read', { error: message.error });
        return message.answered({ kind: 'refused', code: 'HEARTBEAT_STORE_FAILED' });
      case 'test':
        return message.answered(this.#requests.test(message.channel));
      case 'settle':
        return this.#settle(message.node);
      case 'wake':
        return this.#wake();
      case 'recall':
        return this.#goOnRecalling();
      case 'reopened':
        return this.#reopened();
      case 'channels_gone':
        this.#endLost();
        return this.#sayAgain();
      case 'nodes_known':
        this.#areNodesKnown = true;
        return this.#deliveries.resume([...this.#open.all()]);
      default:
        return assertNever(message);
    }
  }

  #settle(node: NodeName): void {
    this.#kept.keep(this.#ongoingFailures.settle(node));
    this.#sayAgain(node);
    if (this.#ongoingFailures.isFailed(node)) return;
    for (const channel of this.#deps.channels.values()) channel.gone(node);
  }

  /** Repeats the failed nodes to providers that forget, or are new. */
  #sayAgain(only?: NodeName): void {
    for (const [channel, failures] of this.#ongoingFailures.standing(only)) {
      const isNotified = this.#deps.channels.get(channel)?.stands(failures) === true;
      for (const { name } of isNotified ? failures : [])
        this.#ongoingFailures.closing.notified(name, [channel]);
    }
  }

  #redeliver({ id, failsByTag, answered }: Extract<NotifierCommand, { kind: 'redeliver' }>): void {
    const known = this.#requests.known(id);
    if (known !== undefined) return answered(this.#requests.redeliver(known, failsByTag));
    this.#deps.outbox.alert(id).then(
      (record) => this.#tell({ kind: 'found', record, failsByTag, answered }),
      (error: unknown) => this.#tell({ kind: 'not_found', error, answered }),
    );
  }

  #goOnRecalling(): void {
    const { recall } = this.#rules;
    this.#kept.keep(recall.step());
    if (recall.isUnderWay) this.#tell({ kind: 'recall' });
  }

  #wake(): void {
    const { clock } = this.#deps;
    const [now, wall] = [clock.now(), clock.wall()];
    this.#kept.keep(this.#holdQueue.summaries(now, wall));
    this.#kept.keep(this.#holdQueue.together(now, wall));
    this.#holdQueue.endHold(now);
    this.#kept.keep(this.#ongoingFailures.due(now, wall));
  }

  #reopened(): void {
    this.#kept.flush();
    const told = routesOf(this.#options.channels, 'mass_failure', undefined);
    const names = told.map(({ name }) => name);
    const lost = this.#overflow.take(this.#rules.ids, names, this.#deps.clock.wall());
    if (lost !== undefined) this.#kept.keep([lost]);
  }

  #setAlarm(): void {
    this.#timer.set(this.#actor.isUp ? this.#nextAt(this.#deps.clock.now()) : undefined);
  }

  #nextAt(now: Moment): Moment | undefined {
    const [held, onCall] = [this.#holdQueue.nextAt(now), this.#ongoingFailures.nextAt];
    return held === undefined || (onCall !== undefined && onCall < held) ? onCall : held;
  }

  inspect(): object {
    const { until } = this.#rules.mass;
    const now = this.#deps.clock.now();
    return {
      open: this.#open.size,
      unstored: this.#open.unstored.size,
      held: this.#open.heldTogether.size,
      hold_ends_in: until === undefined ? null : Math.max(0, Math.ceil((until - now) / 1000)),
      flapping: this.#open.summaries.size,
      mailbox: this.#actor.waiting,
      ...this.#actor.inspect(),
    };
  }
}
