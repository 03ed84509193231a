import type { Alert, AlertId, AlertRecord, Delivery } from '../../../src/domain/alert.js';
import type { RotaOverride } from '../../../src/domain/rota-override.js';
import type { Instant } from '../../../src/domain/time.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { ChannelActor } from '../channel/channel.actor.js';
import { messageOf } from '../channel/message.js';
import { deliveryTo, withDelivery } from './delivery.js';

/** The intent of one attempt: on disk, or on its way there. */
interface AttemptIntent {
  readonly channel: string;
  readonly id: AlertId;
  /** The delivery as it is if no attempt was made. */
  readonly before: Delivery;
  /** Whether the channel waits for it. Until then the attempt has not begun, whatever the disk says. */
  isDue: boolean;
  isStored: boolean;
}

/** Intents of attempts that have not begun. */
export class IntentRegister {
  readonly #ofRecord = new Map<AlertRecord, AttemptIntent>();
  /** Intents that no channel waits for yet, by alert and channel. */
  readonly #ahead = new Map<AlertId, Map<string, AttemptIntent>>();

  /** @param record is being stored, and contains the intent */
  add(record: AlertRecord, intent: AttemptIntent): void {
    this.#ofRecord.set(record, intent);
    if (intent.isDue) return;
    const ahead = this.#ahead.get(intent.id);
    if (ahead === undefined) this.#ahead.set(intent.id, new Map([[intent.channel, intent]]));
    else ahead.set(intent.channel, intent);
  }

  /** The record is on disk, or cannot be at present. @returns the attempt that may begin */
  stored(record: AlertRecord): AttemptIntent | undefined {
    const intent = this.#ofRecord.get(record);
    if (intent === undefined) return undefined;
    this.#ofRecord.delete(record);
    intent.isStored = true;
    return intent.isDue ? intent : undefined;
  }

  /** The channel waits for it. @returns undefined if no intent was stored ahead */
  due(id: AlertId, channel: string): AttemptIntent | undefined {
    const intent = this.#ahead.get(id)?.get(channel);
    if (intent === undefined) return undefined;
    intent.isDue = true;
    this.#forget(id, channel);
    return intent;
  }

  isAhead(id: AlertId, channel: string): boolean {
    return this.#ahead.get(id)?.has(channel) === true;
  }

  /** The delivery without an attempt that has not begun. */
  inFact(id: AlertId, delivery: Delivery): Delivery {
    return this.#ahead.get(id)?.get(delivery.channel)?.before ?? delivery;
  }

  /** The record has changed: no attempt begins for a delivery that is no longer pending. */
  update({ alert: { id }, deliveries }: AlertRecord): void {
    if (!this.#ahead.has(id)) return;
    for (const { channel, state } of deliveries) if (state !== 'pending') this.#forget(id, channel);
  }

  /** Drops the intents that no channel waits for. */
  takeAhead(): readonly AttemptIntent[] {
    const all = [...this.#ahead.values()].flatMap((ofAlert) => [...ofAlert.values()]);
    this.#ahead.clear();
    return all;
  }

  #forget(id: AlertId, channel: string): void {
    const ahead = this.#ahead.get(id);
    ahead?.delete(channel);
    if (ahead?.size === 0) this.#ahead.delete(id);
  }
}

export interface AttemptIntentsDeps {
  readonly open: { get(id: AlertId): AlertRecord | undefined };
  readonly writer: { put(records: readonly AlertRecord[]): void };
  readonly clock: Pick<Clock, 'wall'>;
  readonly channels: ReadonlyMap<string, Pick<ChannelActor, 'granted' | 'withdrawn'>>;
  /** Whether all attempts at a message go to whoever was on call at the first one. */
  isRota(channel: string): boolean;
  /** The overrides of rotas that hold at an instant. */
  overridesAt(begun: Instant): readonly RotaOverride[];
  /** The changes to a group that a channel is about to get. */
  rebuiltGroup(record: AlertRecord, channel: string): readonly AlertRecord[];
  /** The alert with its present facts. */
  upToDate(alert: Alert): Alert;
  /** The first attempt of a delivery begins. */
  begins(record: AlertRecord, delivery: Delivery): void;
}

/**
 * Attempt intents, as in a write-ahead log: an attempt begins when its intent is on disk, or cannot be stored at
 * present. After a kill, an attempt of unknown outcome is repeated rather than lost. While a provider answers, intents
 * are stored well ahead of their turn. See decisions 13 and 16.
 */
export class AttemptIntents {
  readonly #register: IntentRegister;
  readonly #deps: AttemptIntentsDeps;

  constructor(register: IntentRegister, deps: AttemptIntentsDeps) {
    this.#register = register;
    this.#deps = deps;
  }

  /** The channel waits for this attempt: it begins as soon as its intent is stored. */
  begin(channel: string, id: AlertId): void {
    const ahead = this.#register.due(id, channel);
    if (ahead?.isStored === true) this.#grant(ahead);
    else if (ahead === undefined && !this.#store(channel, id, true))
      this.#deps.channels.get(channel)?.withdrawn(id);
  }

  /** The turn of this attempt comes soon: its intent is stored ahead. */
  prepare(channel: string, id: AlertId): void {
    if (!this.#register.isAhead(id, channel)) this.#store(channel, id, false);
  }

  /** The record is on disk, or cannot be at present. The attempt that waits for it begins. */
  committed(record: AlertRecord): void {
    const intent = this.#register.stored(record);
    if (intent !== undefined) this.#grant(intent);
  }

  /** The daemon is ending: intents stored ahead are taken back. */
  takeBack(): void {
    const { open, writer } = this.#deps;
    for (const { id, before } of this.#register.takeAhead()) {
      const record = open.get(id);
      if (record !== undefined) writer.put([withDelivery(record, before)]);
    }
  }

  /** @returns whether there is anything to deliver */
  #store(channel: string, id: AlertId, isDue: boolean): boolean {
    const { clock, open, writer } = this.#deps;
    const found = open.get(id);
    if (found !== undefined) writer.put(this.#deps.rebuiltGroup(found, channel));
    const record = open.get(id);
    const before = record === undefined ? undefined : deliveryTo(record, channel);
    if (record === undefined || before?.state !== 'pending') return false;
    const attempts = before.attempts + 1;
    // A message that somebody was sent does not change any more.
    const isFirst = record.deliveries.every((each) => each.attempts === 0);
    const alert = isFirst ? this.#deps.upToDate(record.alert) : record.alert;
    const lastAttempt = clock.wall();
    const after = { ...before, attempts, lastAttempt, ...this.#beginning(before, lastAttempt) };
    const begun = withDelivery({ ...record, alert }, after);
    this.#register.add(begun, { channel, id, before, isDue, isStored: false });
    writer.put([begun]);
    return true;
  }

  /** A message that is delivered again by hand begins anew. */
  #beginning({ channel, since, lastAttempt, begun }: Delivery, wall: Instant): Pick<Delivery, 'begun'> {
    if (!this.#deps.isRota(channel)) return {};
    const goesOn = begun !== undefined && lastAttempt !== undefined && lastAttempt >= since;
    return { begun: goesOn ? begun : wall };
  }

  #grant({ channel, id }: AttemptIntent): void {
    const { channels, open } = this.#deps;
    const record = open.get(id);
    const delivery = record === undefined ? undefined : deliveryTo(record, channel);
    if (record === undefined || delivery === undefined) return;
    if (delivery.attempts === 1) this.#deps.begins(record, delivery);
    const { attempts, begun } = delivery;
    const beginning = begun === undefined ? undefined : { begun, overrides: this.#deps.overridesAt(begun) };
    channels.get(channel)?.granted(id, messageOf(record, delivery), attempts, beginning);
  }
}
