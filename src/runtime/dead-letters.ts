import type { Instant } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';

/** A message that nobody will handle. Its content is not kept, because it may be anything. */
export interface DeadLetter {
  readonly at: Instant;
  /** The path of the actor it was sent to. */
  readonly path: string;
  /** The message's `kind` or `type`. */
  readonly message: string;
  readonly reason: string;
}

const KEPT = 100;

/** Counts every dead letter, and keeps the last hundred. */
export class DeadLetters {
  readonly #clock: Clock;
  readonly #recent: DeadLetter[] = [];
  #total = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get total(): number {
    return this.#total;
  }

  /** Oldest first. */
  get recent(): readonly DeadLetter[] {
    return this.#recent;
  }

  add(path: string, message: unknown, reason: string): void {
    this.#total++;
    this.#recent.push({ at: this.#clock.wall(), path, message: kindOf(message), reason });
    if (this.#recent.length > KEPT) this.#recent.shift();
  }
}

function kindOf(message: unknown): string {
  if (typeof message !== 'object' || message === null) return typeof message;
  if ('kind' in message && typeof message.kind === 'string') return message.kind;
  if ('type' in message && typeof message.type === 'string') return message.type;
  return 'object';
}
