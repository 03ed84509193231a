import type { AlertRecord, LastHold } from '../../src/domain/alert.js';
import { assertNever } from '../../src/domain/assert-never.js';
import type { NodeName } from '../../src/domain/node-name.js';
import { toSeconds } from '../../src/domain/time.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Logger } from '../../src/ports/logger.js';
import type { ActorSystem, Place } from '../../src/runtime/actor-system.js';
import type { ExitSignal, RunningChild, SupervisorPolicy } from '../supervisor/child-spec.js';
import { SupervisedActor, type Behaviour } from '../supervisor/supervised-actor.js';
import type { RequestSettlement } from '../history/history.protocol.js';
import type { Progress } from './channel/channel.protocol.js';
import type { Alerting, FailureStatus, NodeChange, NodeNews } from './notifier.protocol.js';
import type { NotifierParts } from './notifier-parts.js';
import { OneShotTimer } from './one-shot-timer.js';
import type { AlertWriter } from './outbox/alert-writer.js';
import type { OpenAlerts } from './outbox/open-alerts.js';
import type { OperatorCommand, RequestMessage } from './outbox/requests.js';
import type { UnstoredAlerts } from './outbox/unstored-alerts.js';
import type { Closing } from './rules/closing.js';
import type { Circumstances } from './rules/delivery-rules.js';
import type { OngoingFailures } from './rules/ongoing-failures.js';
import type { OverrideTable } from './overrides/override-table.js';
import type { SilenceTable } from './silences/silence-table.js';

export interface NotifierDeps {
  readonly system: ActorSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly restarts: Pick<SupervisorPolicy, 'intensity' | 'period'>;
  readonly channels: { has(channel: string): boolean };
  /** The number of unpaused nodes. */
  watched(): number;
  remember(hold: LastHold): void;
}

type NotifierMessage =
  | { readonly kind: 'progress'; readonly channel: string; readonly progress: Progress }
  /** Something changed about a node that its alerts may depend on. */
  | { readonly kind: 'settle'; readonly node: NodeName }
  | { readonly kind: 'wake' }
  /** Continues to hold alerts whose attempts had not begun before a mass failure. */
  | { readonly kind: 'recall' }
  | { readonly kind: 'reopened' }
  | { readonly kind: 'channels_gone' }
  | { readonly kind: 'nodes_known' }
  | RequestMessage;

/**
 * Keeps the outbox: has rules decide which alerts there are, has them stored, and lets channels deliver them. The
 * object outlives a crash.
 */
export class Notifier implements Behaviour<NotifierMessage>, Alerting {
  readonly name = 'outbox';
  readonly #deps: NotifierDeps;
  readonly #parts: NotifierParts;
  readonly #open: OpenAlerts;
  readonly #writer: AlertWriter;
  readonly #ongoingFailures: OngoingFailures;
  readonly #actor: SupervisedActor<NotifierMessage>;
  readonly #timer: OneShotTimer;
  #isRestored = false;
  /** Whether the nodes that failed in an earlier run have reported their status. */
  #areNodesKnown = false;

  constructor(parts: NotifierParts, deps: NotifierDeps) {
    this.#deps = deps;
    this.#parts = parts;
    this.#open = parts.open;
    this.#writer = parts.writer;
    this.#ongoingFailures = parts.ongoingFailures;
    this.#timer = new OneShotTimer(deps.clock, () => {
      this.#tell({ kind: 'wake' });
    });
    this.#actor = new SupervisedActor(this, deps.restarts, deps);
  }

  /** Alerts with an open delivery. */
  get open(): Pick<OpenAlerts, 'size' | 'silenced'> {
    return this.#open;
  }

  /** The number of pairs of channel and node with a message in the last hour. */
  get counted(): number {
    const { flapping } = this.#parts;
    return flapping.size;
  }

  /** The present records that are not on disk yet. */
  get unstored(): UnstoredAlerts {
    return this.#open.unstored;
  }

  /** Messages in its mailbox, and requests that wait for the disk. */
  get waiting(): number {
    const { requests } = this.#parts;
    return this.#actor.waiting + requests.waiting;
  }

  get silences(): SilenceTable {
    return this.#parts.silences;
  }

  get overrides(): OverrideTable {
    return this.#parts.overrides;
  }

  /** Changes of silences and overrides, and others, are on disk, or were refused. */
  requestsSettled(settlements: readonly RequestSettlement[]): void {
    const { silenceRequests, overrideRequests } = this.#parts;
    overrideRequests.settled(settlements);
    if (silenceRequests.settled(settlements)) this.#tell({ kind: 'wake' });
  }

  async start(exitSignal: ExitSignal, place: Place): Promise<RunningChild> {
    const { holdQueue, restore } = this.#parts;
    if (!this.#isRestored) await restore();
    this.#isRestored = true;
    this.#actor.start(exitSignal, place);
    this.#tell({ kind: 'wake' });
    if (holdQueue.isBeginning) this.#tell({ kind: 'recall' });
    return { stop: () => this.#stop(), inspect: () => this.inspect() };
  }

  async #stop(): Promise<void> {
    const { attemptIntents } = this.#parts;
    this.#timer.set(undefined);
    await this.#actor.stop();
    attemptIntents.takeBack();
    this.#writer.submit();
  }

  raise(change: NodeChange): readonly AlertRecord[] {
    const { holdQueue, raised } = this.#parts;
    const { records, hold } = raised.raise(change, this.#circumstances);
    if (hold !== undefined) {
      const { logger } = this.#deps;
      if (holdQueue.isBeginning) this.#tell({ kind: 'recall' });
      logger.warn('mass failure: alerts are held', { until: toSeconds(hold.until) });
      this.#deps.remember(hold);
    }
    this.#setAlarm();
    return records;
  }

  prepare(news: NodeNews): readonly AlertRecord[] {
    const { prepared } = this.#parts;
    const records = prepared.prepare(news, this.#circumstances.wall);
    this.#writer.submit();
    return records;
  }

  settled(node: NodeName, stored: boolean): void {
    const { prepared } = this.#parts;
    if (prepared.settled(node, stored, this.#circumstances)) this.#tell({ kind: 'settle', node });
  }

  get #circumstances(): Circumstances {
    const { clock } = this.#deps;
    return { now: clock.now(), wall: clock.wall(), watched: this.#deps.watched() };
  }

  failureStatus(node: NodeName, status: FailureStatus | undefined): void {
    const { rules } = this.#parts;
    const { now, wall } = this.#circumstances;
    if (status === undefined) rules.forget(node);
    this.#ongoingFailures.reported(node, status, now, wall);
    this.#tell({ kind: 'settle', node });
  }

  committed(records: readonly AlertRecord[], stored: boolean): void {
    const { attemptIntents, deliveries } = this.#parts;
    for (const record of records) {
      if (stored) this.#open.stored(record);
      attemptIntents.committed(record);
    }
    if (this.#areNodesKnown) deliveries.offer(records);
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
    const { closing } = this.#parts;
    return closing.notices(this.#circumstances.wall);
  }

  /** The channels have been replaced: failures are closed at those that will not be notified of their end. */
  rerouted(): void {
    const { closing } = this.#parts;
    const unclosed = closing.replaced();
    for (const node of closing.pending()) this.#writer.put(this.#ongoingFailures.settle(node));
    this.#writer.put(closing.close(unclosed, this.#circumstances));
    this.#tell({ kind: 'wake' });
  }

  /** The maintenance windows have been replaced. */
  maintained(): void {
    this.#tell({ kind: 'wake' });
  }

  /** All attempts of removed channels have ended. */
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

  command(command: OperatorCommand): void {
    if (this.#actor.offer(command) !== 'queued')
      command.answered({ kind: 'refused', code: 'HEARTBEAT_OVERLOADED' });
  }

  #tell(message: NotifierMessage): void {
    this.#actor.tell(message);
  }

  handle(message: NotifierMessage): void {
    this.#take(message);
    this.#writer.submit();
  }

  handled(): void {
    this.#setAlarm();
  }

  discard(message: NotifierMessage): void {
    if ('answered' in message) message.answered({ kind: 'refused', code: 'HEARTBEAT_INTERNAL' });
  }

  #take(message: NotifierMessage): void {
    const { deliveries, dueAlerts, requests, flapping, overflow, resender, silencing } = this.#parts;
    const { now, wall } = this.#circumstances;
    switch (message.kind) {
      case 'progress':
        return deliveries.progress(message.channel, message.progress);
      case 'redeliver':
      case 'found':
      case 'not_found':
      case 'test':
      case 'silence':
      case 'expire':
      case 'override':
      case 'end_override':
        return requests.handle(message, (next) => this.#tell(next));
      case 'settle':
        this.#writer.put(this.#ongoingFailures.settle(message.node));
        this.#writer.put(silencing.settle(message.node));
        return resender.settled(message.node);
      case 'wake':
        return dueAlerts.release(now, wall);
      case 'recall':
        return this.#hold();
      case 'reopened':
        this.#writer.flush();
        return this.#writer.put(overflow.report(wall));
      case 'channels_gone':
        flapping.keepOnly(this.#deps.channels);
        deliveries.endLost();
        return resender.all();
      case 'nodes_known':
        this.#writer.put(silencing.nodesKnown());
        if (silencing.isChecking) return this.#tell(message);
        this.#areNodesKnown = true;
        return deliveries.resume([...this.#open.all()]);
      default:
        return assertNever(message);
    }
  }

  #hold(): void {
    const { holdQueue } = this.#parts;
    this.#writer.put(holdQueue.hold());
    if (holdQueue.isBeginning) this.#tell({ kind: 'recall' });
  }

  #setAlarm(): void {
    const { clock } = this.#deps;
    const { dueAlerts } = this.#parts;
    this.#timer.set(this.#actor.isUp ? dueAlerts.nextAt(clock.now()) : undefined);
  }

  inspect(): object {
    const { dueAlerts } = this.#parts;
    return {
      ...this.#open.inspect(),
      hold_ends_in: dueAlerts.holdEndsIn(this.#deps.clock.now()),
      mailbox: this.#actor.waiting,
      ...this.#actor.inspect(),
    };
  }
}
