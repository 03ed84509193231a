import type { Replies } from './pending-request.js';

/** Collects the replies to the requests of one call, and passes them on when the last one is in. */
export class Batch<Reply> implements Replies<Reply> {
  readonly #replies: Reply[];
  readonly #answered: (replies: readonly Reply[]) => void;
  #missing: number;

  constructor(size: number, answered: (replies: readonly Reply[]) => void) {
    this.#replies = new Array<Reply>(size);
    this.#missing = size;
    this.#answered = answered;
  }

  answer(index: number, reply: Reply): void {
    if (this.#replies[index] !== undefined) return;
    this.#replies[index] = reply;
    if (--this.#missing === 0) this.#answered(this.#replies);
  }
}
