import { assertNever } from '../../src/domain/assert-never.js';
import type { AlertId, AlertRecord, LastHold } from '../../src/domain/alert.js';
import type { NodeName } from '../../src/domain/node-name.js';
import { unixSeconds, type Moment } from '../../src/domain/time.js';
import type { Logger } from '../../src/ports/logger.js';
import type { Outbox } from '../../src/ports/outbox.js';
import type { Actor, Cell, Crash } from '../../src/runtime/actor.js';
import type { ActorSystem, Place } from '../../src/runtime/actor-system.js';
import type { Lifeline, RunningChild } from '../supervisor/child.js';
import type { SupervisorPolicy } from '../supervisor/child-spec.js';
import { RestartLedger } from '../supervisor/restart-budget.js';
import { Alarm } from './one-shot-timer.js';
import { AlertingRules, type AlertingOptions } from './rules/alerting.js';
import type { Alerting, FailedStanding, NodeChange, NodeNews } from './alerting.protocol.js';
import type { Books } from './channel/channel-totals.js';
import type { ChannelActor } from './channel/channel.actor.js';
import type { Progress } from './channel/channel.protocol.js';
import { Deliveries } from './outbox/deliveries.js';
import { takeUpEarlierRun, withoutLostChannels } from './outbox/restore.js';
import { Held } from './grouping/hold-queue.js';
import type { NotifierCommand, NotifierReply } from './notifier.protocol.js';
import { OnCall } from './rules/ongoing-failures.js';
import { OpenAlerts } from './outbox/open-alerts.js';
import { Overflow } from './outbox/overflow.js';
import type { RemindersOptions } from './rules/reminders.js';
import type { UnstoredAlerts } from './outbox/unstored-alerts.js';
import { Requests } from './outbox/requests.js';
import { routesOf } from './rules/routing.js';
import { Safekeeping, type SafekeepingSurroundings } from './outbox/alert-writer.js';

const MAILBOX = 1_000_000;

export interface NotifierOptions extends AlertingOptions, Pick<RemindersOptions, 'remindEvery'> {
  /** Alerts that memory holds while the disk refuses writes. */
  readonly unstored: number;
  readonly restarts: Pick<SupervisorPolicy, 'intensity' | 'period'>;
}

export interface NotifierSurroundings extends SafekeepingSurroundings {
  readonly system: ActorSystem;
  readonly logger: Logger;
  readonly outbox: Outbox;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly channels: ReadonlyMap<string, ChannelActor>;
  readonly books: Books;
  /** How many unpaused nodes there are. */
  watched(): number;
  /** Whether memory holds these of an earlier run. Without that, the start fails once all are counted. */
  holds(records: readonly AlertRecord[]): boolean;
  remember(hold: LastHold): void;
}

type Answered = (reply: NotifierReply) => void;

type NotifierMessage =
  | { readonly kind: 'progress'; readonly channel: string; readonly progress: Progress }
  | { readonly kind: 'found'; readonly record: AlertRecord | undefined; readonly answered: Answered }
  | { readonly kind: 'not_found'; readonly error: unknown; readonly answered: Answered }
  /** Something about a node has changed that its alerts may depend on. */
  | { readonly kind: 'settle'; readonly node: NodeName }
  | { readonly kind: 'wake' }
  /** Goes on holding what was not begun before a mass failure. */
  | { readonly kind: 'recall' }
  | { readonly kind: 'reopened' }
  | { readonly kind: 'channels_gone' }
  | { readonly kind: 'nodes_known' }
  | NotifierCommand;

/**
 * Keeps the outbox: decides what is told, has it stored, and lets channels deliver what is. An attempt begins when its
 * beginning is on disk, or cannot be. The object outlives a crash.
 */
export class Notifier implements Actor<NotifierMessage>, Alerting {
  readonly #options: NotifierOptions;
  readonly #around: NotifierSurroundings;
  readonly #open: OpenAlerts;
  readonly #rules: AlertingRules;
  readonly #kept: Safekeeping;
  readonly #deliveries: Deliveries;
  readonly #held: Held;
  readonly #onCall: OnCall;
  readonly #requests: Requests;
  readonly #overflow = new Overflow();
  readonly #ledger: RestartLedger;
  /** Alerts of what somebody has asked for, until that is on disk or refused. */
  readonly #prepared = new Map<NodeName, AlertRecord>();
  #loaded = false;
  /** How those stand that had failed in an earlier run. */
  #areNodesKnown = false;
  #cell: Cell<NotifierMessage> | undefined;
  #lifeline: Lifeline | undefined;
  #left: NotifierMessage[] = [];
  #suspect: NotifierMessage | undefined;
  readonly #alarm: Alarm;

  constructor(options: NotifierOptions, around: NotifierSurroundings) {
    this.#options = options;
    this.#around = around;
    this.#open = new OpenAlerts(around.books);
    this.#rules = new AlertingRules(options, this.#open, around.random);
    this.#kept = new Safekeeping(this.#open, around, (records) => {
      this.committed(records, false);
    });
    const { clock, channels } = around;
    const upToDate = (alert: AlertRecord['alert']) => this.#rules.upToDate(alert);
    this.#onCall = new OnCall(options, this.#open, this.#rules);
    this.#deliveries = new Deliveries(this.#open, this.#kept, {
      clock,
      channels,
      escalation: this.#onCall.escalation,
      late: (record, channel) => this.#onCall.late(record, channel, clock.wall()),
      fallbackOf: (channel) => options.channels.find(({ name }) => name === channel)?.fallback,
      upToDate,
    });
    this.#held = new Held(this.#open, this.#rules);
    this.#requests = new Requests(this.#open, this.#kept, this.#rules.ids, around);
    this.#alarm = new Alarm(clock, () => {
      this.#tell({ kind: 'wake' });
    });
    this.#ledger = new RestartLedger(options.restarts);
  }

  /** Alerts about which something is still to be done. */
  get open(): Pick<OpenAlerts, 'size'> {
    return this.#open;
  }

  /** How many pairs of a channel and a node had a message in the last hour, and are still there. */
  get counted(): number {
    return this.#rules.flapping.size;
  }

  /** As they are now, where the disk has not got them yet. */
  get unstored(): UnstoredAlerts {
    return this.#open.unstored;
  }

  async start(lifeline: Lifeline, place: Place): Promise<RunningChild> {
    if (!this.#loaded) await this.#load();
    this.#lifeline = lifeline;
    this.#ledger.forgive();
    this.#cell = this.#around.system.spawn(place, 'outbox', this, { mailbox: MAILBOX });
    for (const message of this.#left.splice(0)) this.#cell.insist(message);
    this.#cell.insist({ kind: 'wake' });
    if (this.#rules.recall.isUnderWay) this.#cell.insist({ kind: 'recall' });
    return { stop: () => this.#stop(), inspect: () => this.inspect() };
  }

  async #load(): Promise<void> {
    const { clock, outbox, logger } = this.#around;
    await takeUpEarlierRun(
      { outbox, clock, holds: (records) => this.#around.holds(records) },
      this.#open,
      this.#rules,
    );
    this.#loaded = true;
    this.#held.resume();
    this.#onCall.resume(clock.now());
    this.#endLost();
    if (this.#open.size > 0) logger.info('alerts to deliver', { alerts: this.#open.size });
  }

  /** What was meant for a channel that is not configured any more reaches nobody. */
  #endLost(): void {
    const { channels, logger } = this.#around;
    this.#rules.flapping.keepOnly(channels);
    const lost = [...this.#open.all()].flatMap((record) => withoutLostChannels(record, channels));
    this.#kept.keep(lost);
    this.#kept.submit();
    if (lost.length > 0) {
      logger.error('alerts are dead letters: their channel is not configured any more', {
        alerts: lost.length,
      });
    }
  }

  async #stop(): Promise<void> {
    this.#lifeline = undefined;
    this.#alarm.set(undefined);
    const cell = this.#cell;
    this.#cell = undefined;
    if (cell === undefined) return;
    await new Promise<void>((resolve) => {
      cell.stop((left) => {
        this.#left = [...left, ...this.#left];
        resolve();
      });
    });
    this.#deliveries.takeBack();
    this.#kept.submit();
  }

  raise(change: NodeChange): readonly AlertRecord[] {
    const { clock, logger } = this.#around;
    const [now, wall] = [clock.now(), clock.wall()];
    const cause = this.#onCall.flipped(change, now, wall);
    if (change.isPaused) {
      this.#setAlarm();
      return [];
    }
    if (this.#around.refusing() && this.#open.unstored.size >= this.#options.unstored) {
      if (this.#overflow.add(change.node.name))
        logger.error('memory holds no more alerts while the disk refuses writes', {
          alerts: this.#open.unstored.size,
        });
      return [];
    }
    const circumstances = { now, wall, watched: this.#around.watched(), cause };
    const { records, hold } = this.#rules.raise(change, circumstances);
    this.#onCall.raised(records);
    if (hold !== undefined) {
      if (this.#rules.recall.isUnderWay) this.#tell({ kind: 'recall' });
      logger.warn('mass failure: alerts are held', { until: hold.until / 1000 });
      this.#around.remember(hold);
    }
    this.#setAlarm();
    return records;
  }

  prepare(news: NodeNews): readonly AlertRecord[] {
    const record = this.#rules.prepare(news, this.#around.clock.wall());
    if (record === undefined) return [];
    this.#prepared.set(news.node.name, record);
    return [record];
  }

  settled(node: NodeName, stored: boolean): void {
    const prepared = this.#prepared.get(node);
    if (prepared === undefined) return;
    this.#prepared.delete(node);
    if (!stored) return;
    const { clock } = this.#around;
    const cause = prepared.alert.type === 'node.reported_failure' ? this.#onCall.causeOf(node) : undefined;
    const circumstances = { now: clock.now(), wall: clock.wall(), watched: this.#around.watched(), cause };
    const records = this.#rules.admit(prepared, circumstances);
    this.#kept.keep(records);
    this.#onCall.raised(records);
    this.#tell({ kind: 'settle', node });
  }

  stands(node: NodeName, standing: FailedStanding | undefined): void {
    const { clock } = this.#around;
    if (standing === undefined) this.#rules.forget(node);
    this.#onCall.stands(node, standing, clock.now(), clock.wall());
    this.#tell({ kind: 'settle', node });
  }

  committed(records: readonly AlertRecord[], stored: boolean): void {
    for (const record of records) {
      if (stored) this.#open.stored(record);
      this.#deliveries.committed(record);
    }
    if (this.#areNodesKnown) this.#deliveries.offer(records);
    this.#setAlarm();
  }

  /** The disk takes writes again. */
  reopened(): void {
    this.#tell({ kind: 'reopened' });
  }

  /** A channel has come to something. */
  progress(channel: string, progress: Progress): void {
    this.#tell({ kind: 'progress', channel, progress });
  }

  /** What channels tell last that are about to go. */
  farewells(): ReturnType<OnCall['farewells']> {
    return this.#onCall.farewells(this.#around.clock.wall());
  }

  /** Other channels are there, and all that was under way with those that have gone has ended. */
  channelsGone(): void {
    this.#tell({ kind: 'channels_gone' });
  }

  /**
   * It has been told how the nodes stand that had failed in an earlier run. Nothing is delivered before that: for who is
   * told late, all of them would have recovered.
   */
  nodesKnown(): void {
    this.#tell({ kind: 'nodes_known' });
  }

  command(command: NotifierCommand): void {
    if (this.#cell?.tell(command) !== 'queued')
      command.answered({ kind: 'refused', code: 'HEARTBEAT_OVERLOADED' });
  }

  #tell(message: NotifierMessage): void {
    if (this.#cell === undefined) this.#left.push(message);
    else this.#cell.insist(message);
  }

  receive(message: NotifierMessage): void {
    this.#handle(message);
    this.#kept.submit();
    if (this.#suspect === message) {
      this.#suspect = undefined;
      if (this.#ledger.survived(this.#around.clock.now()))
        this.#lifeline?.crashed(new Error('restart intensity exceeded'));
    }
    this.#setAlarm();
  }

  crashed({ message, error }: Crash<NotifierMessage>): void {
    const { clock, logger, system } = this.#around;
    const verdict = this.#ledger.crashed(this.#suspect === message, error, unixSeconds(clock.wall()));
    const path = this.#cell?.path ?? 'outbox';
    logger.error('actor crashed', { path, message: message.kind, error, verdict });
    this.#suspect = verdict === 'retry' ? message : undefined;
    if (verdict === 'dead_letter') {
      system.deadLetters.add(path, message, `it crashed its actor twice: ${error.message}`);
      if ('answered' in message) message.answered({ kind: 'refused', code: 'HEARTBEAT_INTERNAL' });
    }
    this.#cell?.restart(this.#suspect);
  }

  #handle(message: NotifierMessage): void {
    switch (message.kind) {
      case 'progress':
        return this.#deliveries.progress(message.channel, message.progress);
      case 'redeliver':
        return this.#redeliver(message.id, message.answered);
      case 'found':
        return message.answered(this.#requests.redeliver(message.record));
      case 'not_found':
        this.#around.logger.error('an alert could not be read', { error: message.error });
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
    this.#kept.keep(this.#onCall.settle(node));
    this.#sayAgain(node);
    if (this.#onCall.isFailed(node)) return;
    for (const channel of this.#around.channels.values()) channel.gone(node);
  }

  /** For providers that forget, or are new: who has failed. */
  #sayAgain(only?: NodeName): void {
    for (const [channel, failures] of this.#onCall.standing(only))
      this.#around.channels.get(channel)?.stands(failures);
  }

  #redeliver(id: AlertId, answered: Answered): void {
    const known = this.#requests.known(id);
    if (known !== undefined) return answered(this.#requests.redeliver(known));
    this.#around.outbox.alert(id).then(
      (record) => this.#tell({ kind: 'found', record, answered }),
      (error: unknown) => this.#tell({ kind: 'not_found', error, answered }),
    );
  }

  #goOnRecalling(): void {
    const { recall } = this.#rules;
    this.#kept.keep(recall.step());
    if (recall.isUnderWay) this.#tell({ kind: 'recall' });
  }

  #wake(): void {
    const { clock } = this.#around;
    const [now, wall] = [clock.now(), clock.wall()];
    this.#kept.keep(this.#held.summaries(now, wall));
    this.#kept.keep(this.#held.together(now, wall));
    this.#held.endHold(now);
    this.#kept.keep(this.#onCall.due(now, wall));
  }

  #reopened(): void {
    this.#kept.flush();
    const told = routesOf(this.#options.channels, 'mass_failure', undefined);
    const names = told.map(({ name }) => name);
    const lost = this.#overflow.take(this.#rules.ids, names, this.#around.clock.wall());
    if (lost !== undefined) this.#kept.keep([lost]);
  }

  #setAlarm(): void {
    const isUp = this.#lifeline !== undefined;
    this.#alarm.set(isUp ? this.#nextAt(this.#around.clock.now()) : undefined);
  }

  #nextAt(now: Moment): Moment | undefined {
    const [held, onCall] = [this.#held.nextAt(now), this.#onCall.nextAt];
    return held === undefined || (onCall !== undefined && onCall < held) ? onCall : held;
  }

  inspect(): object {
    const { until } = this.#rules.mass;
    const now = this.#around.clock.now();
    return {
      open: this.#open.size,
      unstored: this.#open.unstored.size,
      held: this.#open.heldTogether.size,
      hold_ends_in: until === undefined ? null : Math.max(0, Math.ceil((until - now) / 1000)),
      flapping: this.#open.summaries.size,
      mailbox: this.#cell?.waiting ?? 0,
      ...this.#ledger.inspect(),
    };
  }
}
