import type { SentEvent } from './events-api.js';

/** The most events, and about the most characters of them, that wait. */
const MOST_PENDING = 1000;
const MOST_CHARACTERS = 256 * 1024;
/** The same for what is passed on at once. */
const MOST_OF_BATCH: number = 200;
const CHARACTERS_OF_BATCH: number = 64 * 1024;

/** The events of a stream that wait for the end of a pass of the event loop. */
export class PendingEvents {
  #events: SentEvent[] = [];
  #characters = 0;

  get isFull(): boolean {
    return this.#events.length >= MOST_PENDING || this.#characters >= MOST_CHARACTERS;
  }

  add(event: SentEvent): void {
    this.#events.push(event);
    this.#characters += event.text.length;
  }

  /** @returns those that waited */
  take(): readonly SentEvent[] {
    const events = this.#events;
    this.#events = [];
    this.#characters = 0;
    return events;
  }
}

/** Events in batches so small that between two of them a reader can say that it is full. */
export function* inBatches(events: Iterable<SentEvent>): Generator<readonly SentEvent[]> {
  let batch: SentEvent[] = [];
  let characters = 0;
  for (const event of events) {
    batch.push(event);
    characters += event.text.length;
    if (batch.length < MOST_OF_BATCH && characters < CHARACTERS_OF_BATCH) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}
