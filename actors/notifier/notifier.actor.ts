import { assertNever } from '../../src/domain/assert-never.js';
import { earliestIdAt, raisedAt } from '../../src/domain/alert-id.js';
import {
  isOpen,
  type AlertId,
  type AlertRecord,
  type Delivery,
  type LastHold,
} from '../../src/domain/alert.js';
import type { NodeName } from '../../src/domain/node-name.js';
import {
  instant,
  moment,
  unixSeconds,
  type Instant,
  type Millis,
  type Moment,
} from '../../src/domain/time.js';
import type { Cancel, Clock } from '../../src/ports/clock.js';
import type { Logger } from '../../src/ports/logger.js';
import type { Outbox } from '../../src/ports/outbox.js';
import type { Actor, Cell, Crash } from '../../src/runtime/actor.js';
import type { ActorSystem, Place } from '../../src/runtime/actor-system.js';
import type { Lifeline, RunningChild } from '../supervisor/child.js';
import type { SupervisorPolicy } from '../supervisor/child-spec.js';
import { RestartLedger } from '../supervisor/restart-ledger.js';
import { AlertingRules, fresh, type AlertingOptions } from './alerting.js';
import type { Alerting, NodeChange } from './alerting.protocol.js';
import type { ChannelActor } from './channel.actor.js';
import type { Offer, Verdict } from './channel.machine.js';
import { messageOf } from './message.js';
import type { NotifierCommand, NotifierReply } from './notifier.protocol.js';
import { deliveryTo, moved, OpenAlerts, withDelivery } from './open-alerts.js';
import { lanesOf, letGo } from './release.js';
import { overflowSentence, testSentence } from './sentences.js';

const MAILBOX = 1_000_000;
/** Messages of the last hour may be of alerts that were raised in the one before. */
const RECENT: Millis = 2 * 3_600_000;
/** Alerts that one message stands for, at the most, and so the records of one batch. */
const GROUP = 5_000;
/** Records that are handed to history at once. */
const CHUNK = 1_000;
/** How long a mass failure is counted before it is told. */
const COUNTING: Millis = 1_000;
const SAMPLE = 20;

export interface NotifierOptions extends AlertingOptions {
  /** Alerts that memory holds while the disk refuses writes. */
  readonly unstored: number;
  readonly restarts: Pick<SupervisorPolicy, 'intensity' | 'period'>;
}

export interface NotifierSurroundings {
  readonly system: ActorSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly outbox: Outbox;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly channels: ReadonlyMap<string, ChannelActor>;
  /** How many unpaused nodes there are. */
  watched(): number;
  /** Has history store them. What becomes of them comes back as `committed`. */
  submit(records: readonly AlertRecord[]): void;
  remember(hold: LastHold): void;
  /** Whether the disk takes no writes just now. */
  refusing(): boolean;
}

type NotifierMessage =
  | { readonly kind: 'ask'; readonly channel: string; readonly id: AlertId }
  | { readonly kind: 'report'; readonly channel: string; readonly id: AlertId; readonly verdict: Verdict }
  | {
      readonly kind: 'found';
      readonly id: AlertId;
      readonly record: AlertRecord | undefined;
      readonly answered: (reply: NotifierReply) => void;
    }
  | { readonly kind: 'not_found'; readonly error: unknown; readonly answered: (reply: NotifierReply) => void }
  | { readonly kind: 'wake' }
  | { readonly kind: 'reopened' }
  | { readonly kind: 'channels_gone' }
  | NotifierCommand;

/** An attempt whose beginning is on its way to the disk. */
interface Beginning {
  readonly channel: string;
  readonly attempt: number;
}

/**
 * Keeps the outbox: decides what is told, has it stored, and lets channels deliver what is. An attempt begins when its
 * beginning is on disk, or cannot be. The object outlives a crash.
 */
export class Notifier implements Actor<NotifierMessage>, Alerting {
  readonly #options: NotifierOptions;
  readonly #around: NotifierSurroundings;
  readonly #open = new OpenAlerts();
  readonly #rules: AlertingRules;
  readonly #ledger: RestartLedger;
  readonly #beginnings = new Map<AlertRecord, Beginning>();
  #lost: { count: number; readonly sample: NodeName[] } = { count: 0, sample: [] };
  /** No summary may go out before this. */
  #summariesDue: Moment = moment(-Infinity);
  #loaded = false;
  #cell: Cell<NotifierMessage> | undefined;
  #lifeline: Lifeline | undefined;
  #left: NotifierMessage[] = [];
  #suspect: NotifierMessage | undefined;
  #alarm: { readonly at: Moment; readonly cancel: Cancel } | undefined;

  constructor(options: NotifierOptions, around: NotifierSurroundings) {
    this.#options = options;
    this.#around = around;
    this.#rules = new AlertingRules(options, this.#open, around.random);
    this.#ledger = new RestartLedger(options.restarts);
  }

  /** As they are now, where the disk has not got them yet. */
  get unstored(): ReadonlyMap<AlertId, AlertRecord> {
    return this.#open.unstored;
  }

  async start(lifeline: Lifeline, place: Place): Promise<RunningChild> {
    if (!this.#loaded) await this.#load();
    this.#lifeline = lifeline;
    this.#ledger.forgive();
    this.#cell = this.#around.system.spawn(place, 'outbox', this, { mailbox: MAILBOX });
    for (const message of this.#left.splice(0)) this.#cell.insist(message);
    this.#cell.insist({ kind: 'wake' });
    return { stop: () => this.#stop(), inspect: () => this.inspect() };
  }

  /** What an earlier run has left to do. */
  async #load(): Promise<void> {
    const { clock, outbox } = this.#around;
    const [now, wall] = [clock.now(), clock.wall()];
    for await (const chunk of outbox.openAlerts()) {
      for (const record of chunk) this.#open.restore(record, momentOf(raisedAt(record.alert.id), now, wall));
    }
    const recent: AlertRecord[] = [];
    for await (const chunk of outbox.alerts({ from: earliestIdAt(instant(wall - RECENT)) }))
      recent.push(...chunk);
    for await (const [newest] of outbox.alerts({})) {
      if (newest !== undefined) this.#rules.ids.startAfter(newest.alert.id);
      break;
    }
    this.#rules.resume(recent, await outbox.lastHold(), now, wall);
    this.#loaded = true;
    const records = [...this.#open.all()];
    this.#endLost();
    this.#offer(records);
    if (records.length > 0) this.#around.logger.info('alerts to deliver', { alerts: records.length });
  }

  #endLost(): void {
    const lost = [...this.#open.all()].flatMap((record) => this.#withoutLostChannels(record));
    this.#persist(lost);
    if (lost.length > 0) {
      this.#around.logger.error('alerts are dead letters: their channel is not configured any more', {
        alerts: lost.length,
      });
    }
  }

  /** What was meant for a channel that is not configured any more reaches nobody. */
  #withoutLostChannels(record: AlertRecord): readonly AlertRecord[] {
    const { channels } = this.#around;
    const lost = record.deliveries.filter((delivery) => isOpen(delivery) && !channels.has(delivery.channel));
    if (lost.length === 0) return [];
    const lastError = 'the channel is not configured any more';
    return [
      lost.reduce(
        (whole, delivery) => withDelivery(whole, { ...moved(delivery, 'dead'), lastError }),
        record,
      ),
    ];
  }

  async #stop(): Promise<void> {
    this.#lifeline = undefined;
    this.#alarm?.cancel();
    this.#alarm = undefined;
    const cell = this.#cell;
    this.#cell = undefined;
    if (cell === undefined) return;
    await new Promise<void>((resolve) => {
      cell.stop((left) => {
        this.#left = [...left, ...this.#left];
        resolve();
      });
    });
  }

  raise(change: NodeChange): readonly AlertRecord[] {
    const { clock } = this.#around;
    if (this.#around.refusing() && this.#open.unstored.size >= this.#options.unstored) {
      this.#lose(change.node.name);
      return [];
    }
    const circumstances = { now: clock.now(), wall: clock.wall(), watched: this.#around.watched() };
    const { records, hold } = this.#rules.raise(change, circumstances);
    if (hold !== undefined) {
      this.#around.logger.warn('mass failure: alerts are held', { until: hold.until / 1000 });
      this.#around.remember(hold);
    }
    this.#setAlarm();
    return records;
  }

  #lose(node: NodeName): void {
    if (this.#lost.count === 0) {
      this.#around.logger.error('memory holds no more alerts while the disk refuses writes', {
        alerts: this.#open.unstored.size,
      });
    }
    this.#lost.count++;
    if (this.#lost.sample.length < SAMPLE) this.#lost.sample.push(node);
  }

  committed(records: readonly AlertRecord[], stored: boolean): void {
    for (const record of records) {
      if (stored) this.#open.stored(record);
      const beginning = this.#beginnings.get(record);
      if (beginning !== undefined) this.#begin(record, beginning);
    }
    this.#offer(records);
    this.#setAlarm();
  }

  /** The disk takes writes again. */
  reopened(): void {
    this.#tell({ kind: 'reopened' });
  }

  /** Channels have gone, and all that was under way with them has ended. */
  channelsGone(): void {
    this.#tell({ kind: 'channels_gone' });
  }

  ask(channel: string, id: AlertId): void {
    this.#tell({ kind: 'ask', channel, id });
  }

  report(channel: string, id: AlertId, verdict: Verdict): void {
    this.#tell({ kind: 'report', channel, id, verdict });
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
      case 'ask':
        return this.#askToBegin(message.channel, message.id);
      case 'report':
        return this.#conclude(message.channel, message.id, message.verdict);
      case 'redeliver':
        return this.#lookUp(message.id, message.answered);
      case 'found':
        return this.#redeliver(message.record, message.answered);
      case 'not_found':
        this.#around.logger.error('an alert could not be read', { error: message.error });
        return message.answered({ kind: 'refused', code: 'HEARTBEAT_STORE_FAILED' });
      case 'test':
        return this.#test(message.channel, message.answered);
      case 'wake':
        return this.#wake();
      case 'reopened':
        return this.#flush();
      case 'channels_gone':
        return this.#endLost();
      default:
        return assertNever(message);
    }
  }

  #askToBegin(channel: string, id: AlertId): void {
    const { channels, clock } = this.#around;
    const record = this.#open.get(id);
    const delivery = record === undefined ? undefined : deliveryTo(record, channel);
    if (record === undefined || delivery?.state !== 'pending') {
      channels.get(channel)?.withdrawn(id);
      return;
    }
    const attempts = delivery.attempts + 1;
    // What people were told does not change any more.
    const isFirst = record.deliveries.every((each) => each.attempts === 0);
    const alert = isFirst ? this.#rules.upToDate(record.alert) : record.alert;
    const begun = withDelivery({ ...record, alert }, { ...delivery, attempts, lastAttempt: clock.wall() });
    this.#beginnings.set(begun, { channel, attempt: attempts });
    this.#persist([begun]);
  }

  #begin(record: AlertRecord, { channel, attempt }: Beginning): void {
    this.#beginnings.delete(record);
    const delivery = deliveryTo(record, channel);
    if (delivery === undefined) return;
    this.#around.channels.get(channel)?.granted(record.alert.id, messageOf(record, delivery), attempt);
  }

  #conclude(channel: string, id: AlertId, verdict: Verdict): void {
    const record = this.#open.get(id);
    const delivery = record === undefined ? undefined : deliveryTo(record, channel);
    if (record === undefined || delivery?.state !== 'pending') return;
    this.#persist([withDelivery(record, concluded(delivery, verdict))]);
  }

  /** A dead letter may be on disk only. */
  #lookUp(id: AlertId, answered: (reply: NotifierReply) => void): void {
    const known = this.#open.get(id) ?? this.#open.unstored.get(id);
    if (known !== undefined) return this.#redeliver(known, answered);
    this.#around.outbox.alert(id).then(
      (record) => this.#tell({ kind: 'found', id, record, answered }),
      (error: unknown) => this.#tell({ kind: 'not_found', error, answered }),
    );
  }

  #redeliver(stored: AlertRecord | undefined, answered: (reply: NotifierReply) => void): void {
    if (stored === undefined) return answered({ kind: 'refused', code: 'HEARTBEAT_NO_SUCH_ALERT' });
    const { id } = stored.alert;
    const { channels, clock } = this.#around;
    // It may have changed while it was read.
    const record = this.#open.get(id) ?? this.#open.unstored.get(id) ?? stored;
    const dead = record.deliveries.filter(({ state, channel }) => state === 'dead' && channels.has(channel));
    if (dead.length === 0) return answered({ kind: 'refused', code: 'HEARTBEAT_NOT_DEAD' });
    const since = clock.wall();
    const revived = dead.reduce(
      (whole, delivery) => withDelivery(whole, { ...moved(delivery, 'pending'), since }),
      record,
    );
    this.#persist([revived]);
    answered({ kind: 'accepted', id });
  }

  #test(channel: string, answered: (reply: NotifierReply) => void): void {
    const { channels, clock } = this.#around;
    if (!channels.has(channel)) return answered({ kind: 'refused', code: 'HEARTBEAT_NO_SUCH_CHANNEL' });
    const wall = clock.wall();
    const id = this.#rules.ids.next(wall);
    const message = testSentence(channel);
    const alert = { id, type: 'test', at: wall, node: undefined, blind: 0, message } as const;
    this.#persist([{ alert, deliveries: [fresh(channel, wall)] }]);
    answered({ kind: 'accepted', id });
  }

  #wake(): void {
    const { clock } = this.#around;
    const [now, wall] = [clock.now(), clock.wall()];
    this.#tellSummaries(now, wall);
    const { until } = this.#rules.mass;
    if (until !== undefined && until > now) return;
    if (this.#open.heldTogether.size > 0) this.#persist(letGo(this.#open, this.#rules.ids, wall, GROUP));
    // Until nothing is held any more, what is new of those nodes is held behind it.
    if (this.#open.heldTogether.size === 0 && until !== undefined) this.#rules.release(now);
  }

  #tellSummaries(now: Moment, wall: Instant): void {
    if (now < this.#summariesDue) return;
    const due: AlertRecord[] = [];
    // One that is new cannot be due any sooner.
    let next = moment(now + this.#rules.flapping.rest);
    for (const [id, changedAt] of this.#open.summaries) {
      const record = this.#open.get(id);
      const node = record?.alert.node?.name;
      if (record === undefined || node === undefined) continue;
      let changed = record;
      for (const delivery of record.deliveries) {
        const { channel } = delivery;
        if (delivery.hold !== 'flapping') continue;
        const at = this.#rules.flapping.due(channel, node, changedAt);
        if (at > now) {
          next = moment(Math.min(next, at));
          continue;
        }
        this.#rules.flapping.told(channel, node, now);
        changed = withDelivery(changed, { ...moved(delivery, 'pending'), since: wall });
      }
      if (changed !== record) due.push(changed);
    }
    this.#summariesDue = next;
    this.#persist(due);
  }

  /** Has it stored, and counted as it is from here on. */
  #persist(records: readonly AlertRecord[]): void {
    const { clock } = this.#around;
    for (const record of records) this.#open.put(record, clock.now());
    if (records.length === 0) return;
    if (!this.#around.refusing()) {
      this.#around.submit(records);
      return;
    }
    // It is handed over when the disk takes writes again: each alert once, however often it was tried meanwhile.
    this.committed(records, false);
  }

  /** The disk gets what it has not got yet, each as it is now. */
  #flush(): void {
    const records = [...this.#open.unstored.values()];
    for (let at = 0; at < records.length; at += CHUNK) this.#around.submit(records.slice(at, at + CHUNK));
    this.#tellOfLost();
  }

  #tellOfLost(): void {
    const { count, sample } = this.#lost;
    if (count === 0) return;
    this.#lost = { count: 0, sample: [] };
    const wall = this.#around.clock.wall();
    const deliveries = this.#options.channels
      .filter(({ events }) => events.includes('mass_failure'))
      .map(({ name }) => fresh(name, wall));
    const alert = {
      id: this.#rules.ids.next(wall),
      type: 'mass_failure',
      at: wall,
      node: undefined,
      blind: 0,
      message: overflowSentence(count, sample),
      mass: { count, sample },
    } as const;
    this.#persist([{ alert, deliveries }]);
  }

  /** Lets channels deliver what is pending, as it is now. They know what they have been offered before. */
  #offer(records: readonly AlertRecord[]): void {
    const { channels, clock } = this.#around;
    const [now, wall] = [clock.now(), clock.wall()];
    const offers = new Map<string, Offer[]>();
    for (const { alert } of records) {
      const record = this.#open.get(alert.id);
      if (record === undefined) continue;
      for (const delivery of record.deliveries) {
        if (delivery.state !== 'pending') continue;
        const offered = offers.get(delivery.channel);
        const offer = offerOf(record, delivery, now, wall);
        if (offered === undefined) offers.set(delivery.channel, [offer]);
        else offered.push(offer);
      }
    }
    for (const [channel, offered] of offers) channels.get(channel)?.offer(offered);
  }

  #setAlarm(): void {
    const { clock } = this.#around;
    const at = this.#lifeline === undefined ? undefined : this.#nextWake();
    if (at === this.#alarm?.at) return;
    this.#alarm?.cancel();
    this.#alarm = undefined;
    if (at === undefined) return;
    const cancel = clock.after(Math.max(0, at - clock.now()), () => {
      this.#alarm = undefined;
      this.#tell({ kind: 'wake' });
    });
    this.#alarm = { at, cancel };
  }

  #nextWake(): Moment | undefined {
    const held =
      this.#rules.mass.until ?? (this.#open.heldTogether.size > 0 ? this.#around.clock.now() : Infinity);
    const at = Math.min(held, this.#open.summaries.size > 0 ? this.#summariesDue : Infinity);
    return at === Infinity ? undefined : moment(at);
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

function concluded(delivery: Delivery, verdict: Verdict): Delivery {
  switch (verdict.kind) {
    case 'delivered':
      return { ...delivery, state: 'delivered' };
    case 'failed':
      return { ...delivery, lastError: verdict.error };
    case 'dead':
      return { ...delivery, state: 'dead', lastError: verdict.error };
  }
}

function offerOf(record: AlertRecord, delivery: Delivery, now: Moment, wall: Instant): Offer {
  const { attempts, lastAttempt } = delivery;
  const since = momentOf(delivery.since, now, wall);
  // While it is counted who fails, nobody is told how many.
  const isCounted = record.alert.type === 'mass_failure' && attempts === 0;
  return {
    id: record.alert.id,
    lanes: lanesOf(record),
    since,
    attempts,
    // Who asks for another attempt does not want to wait for it.
    lastAttempt:
      lastAttempt === undefined || lastAttempt < delivery.since
        ? undefined
        : momentOf(lastAttempt, now, wall),
    notBefore: isCounted ? moment(since + COUNTING) : undefined,
  };
}

/** When that was, by the clock that does not jump. */
function momentOf(at: Instant, now: Moment, wall: Instant): Moment {
  return moment(now - Math.max(0, wall - at));
}
