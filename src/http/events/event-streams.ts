import pLimit from 'p-limit';
import { ANYBODY, type Access } from '../../domain/access.js';
import type { Millis } from '../../domain/time.js';
import type { Cancel, Clock } from '../../ports/clock.js';
import type { EventStream } from './event-stream.js';

/** Streams are looked at this often. */
const ROUND: Millis = 1000;
/** How often each gets a comment. */
const COMMENT_EVERY: Millis = 15_000;

/** The open streams of events: sends comments, and ends those whose credential has ended. */
export class EventStreams {
  readonly #clock: Clock;
  readonly #streams = new Set<EventStream>();
  readonly #turns = pLimit(1);
  #cancel: Cancel | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#streams.size;
  }

  /** Resolves in a later pass of the event loop; in each pass for one stream only. */
  turn(): Promise<void> {
    return this.#turns(() => new Promise((resolve) => this.#clock.soon(resolve)));
  }

  add(stream: EventStream): void {
    this.#streams.add(stream);
    if (this.#streams.size === 1) this.#later();
  }

  delete(stream: EventStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #later(): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(ROUND, () => {
      this.#look();
      if (this.#streams.size > 0) this.#later();
    });
  }

  #look(): void {
    const [now, wall] = [this.#clock.now(), this.#clock.wall()];
    for (const stream of this.#streams) {
      if (stream.expires !== undefined && wall >= stream.expires) stream.end();
      else if (now - stream.commentedAt >= COMMENT_EVERY) {
        stream.commentedAt = now;
        stream.comment();
      }
    }
  }

  /** Callers may have lost their keys, so they connect again, and miss nothing. @param hasAuth whether they need keys */
  reconfigured(hasAuth: boolean): void {
    for (const stream of [...this.#streams]) if (hasAuth || !stream.isOf(ANYBODY)) stream.end();
  }

  /** Ends those of a caller who is none any more. */
  endOf(access: Access): void {
    for (const stream of [...this.#streams]) if (stream.isOf(access)) stream.end();
  }

  /** Ends all of them, in order: their clients connect again. */
  end(): void {
    for (const stream of [...this.#streams]) stream.end();
  }
}
