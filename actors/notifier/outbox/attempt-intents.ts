import type { AlertId, AlertRecord, Delivery } from '../../../src/domain/alert.js';

/** The stored intent of an attempt (or one that is being stored). */
export interface Beginning {
  readonly channel: string;
  readonly id: AlertId;
  /** The delivery as it is if no attempt was made. */
  readonly before: Delivery;
  /** Whether the channel waits for it. Until then the attempt has not begun, whatever the disk says. */
  isDue: boolean;
  isStored: boolean;
}

/** The intents of attempts, stored before the attempts begin, and some of them well ahead. See decisions 13 and 16. */
export class AttemptIntents {
  readonly #ofRecord = new Map<AlertRecord, Beginning>();
  /** Intents that no channel waits for yet, by alert and channel. */
  readonly #ahead = new Map<AlertId, Map<string, Beginning>>();

  /** @param record is being stored, and contains the intent */
  add(record: AlertRecord, beginning: Beginning): void {
    this.#ofRecord.set(record, beginning);
    if (beginning.isDue) return;
    const ahead = this.#ahead.get(beginning.id);
    if (ahead === undefined) this.#ahead.set(beginning.id, new Map([[beginning.channel, beginning]]));
    else ahead.set(beginning.channel, beginning);
  }

  /** The record is on disk, or cannot be at present. @returns the attempt that may begin */
  stored(record: AlertRecord): Beginning | undefined {
    const beginning = this.#ofRecord.get(record);
    if (beginning === undefined) return undefined;
    this.#ofRecord.delete(record);
    beginning.isStored = true;
    return beginning.isDue ? beginning : undefined;
  }

  /** The channel waits for it. @returns undefined if no intent was stored ahead */
  due(id: AlertId, channel: string): Beginning | undefined {
    const beginning = this.#ahead.get(id)?.get(channel);
    if (beginning === undefined) return undefined;
    beginning.isDue = true;
    this.#forget(id, channel);
    return beginning;
  }

  isAhead(id: AlertId, channel: string): boolean {
    return this.#ahead.get(id)?.has(channel) === true;
  }

  /** The delivery without an attempt that has not begun. */
  inFact(id: AlertId, delivery: Delivery): Delivery {
    return this.#ahead.get(id)?.get(delivery.channel)?.before ?? delivery;
  }

  /** No attempt begins for what is no longer to be delivered. */
  settle({ alert: { id }, deliveries }: AlertRecord): void {
    if (!this.#ahead.has(id)) return;
    for (const { channel, state } of deliveries) if (state !== 'pending') this.#forget(id, channel);
  }

  /** Drops the intents that no channel waits for. */
  takeAhead(): readonly Beginning[] {
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
