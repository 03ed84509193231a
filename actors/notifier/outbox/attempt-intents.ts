import type { AlertId, AlertRecord, Delivery } from '../../../src/domain/alert.js';

/** An attempt of which it is stored, or about to be, that it has begun. */
export interface Beginning {
  readonly channel: string;
  readonly id: AlertId;
  /** The delivery as it is as long as nobody has been told. */
  readonly before: Delivery;
  /** Whether the channel waits for it. Until then it has not begun, whatever the disk says. */
  isDue: boolean;
  isStored: boolean;
}

/** The beginnings of attempts, stored before they begin, and some of them well ahead of it: see decision 16. */
export class AttemptIntents {
  readonly #ofRecord = new Map<AlertRecord, Beginning>();
  /** Those that no channel waits for yet, by alert and channel. */
  readonly #ahead = new Map<AlertId, Map<string, Beginning>>();

  /** @param record goes to disk, and says that the attempt has begun */
  add(record: AlertRecord, beginning: Beginning): void {
    this.#ofRecord.set(record, beginning);
    if (beginning.isDue) return;
    const ahead = this.#ahead.get(beginning.id);
    if (ahead === undefined) this.#ahead.set(beginning.id, new Map([[beginning.channel, beginning]]));
    else ahead.set(beginning.channel, beginning);
  }

  /** The disk has the record, or cannot have it just now. @returns the attempt that may begin */
  stored(record: AlertRecord): Beginning | undefined {
    const beginning = this.#ofRecord.get(record);
    if (beginning === undefined) return undefined;
    this.#ofRecord.delete(record);
    beginning.isStored = true;
    return beginning.isDue ? beginning : undefined;
  }

  /** The channel waits for it. @returns undefined where nothing was stored ahead */
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

  /** Of what is not to be delivered any more, no attempt begins. */
  settle({ alert: { id }, deliveries }: AlertRecord): void {
    if (!this.#ahead.has(id)) return;
    for (const { channel, state } of deliveries) if (state !== 'pending') this.#forget(id, channel);
  }

  /** Gives up those that no channel waits for. */
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
