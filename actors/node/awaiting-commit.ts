import type { PendingRequest } from './pending-request.js';

interface Pending {
  asked: PendingRequest;
  readonly number: number;
}

/** Requests that wait until their node's status is settled, in the order in which the statuses were submitted. */
export class AwaitingCommit {
  #pending: Pending[] = [];
  #first = 0;

  get size(): number {
    return this.#pending.length - this.#first;
  }

  /** Whether it equals the last request, and nothing was submitted since. */
  isLast(asked: PendingRequest, submitted: number): boolean {
    const last = this.#last;
    return last?.number === submitted && last.asked.equals(asked);
  }

  /** Joins it with an equal last request. @returns whether it did */
  join(asked: PendingRequest, submitted: number): boolean {
    const last = this.#last;
    if (last?.number !== submitted) return false;
    const joined = last.asked.join(asked);
    if (joined === undefined) return false;
    last.asked = joined;
    return true;
  }

  get #last(): Pending | undefined {
    return this.size > 0 ? this.#pending.at(-1) : undefined;
  }

  add(asked: PendingRequest, number: number): void {
    this.#pending.push({ asked, number });
  }

  /** @returns requests that waited only for statuses up to this number */
  take(upTo: number): readonly PendingRequest[] {
    const taken: PendingRequest[] = [];
    for (; this.#first < this.#pending.length; this.#first++) {
      const next = this.#pending[this.#first];
      if (next === undefined || next.number > upTo) break;
      taken.push(next.asked);
    }
    if (this.#first * 2 >= this.#pending.length) {
      this.#pending = this.#pending.slice(this.#first);
      this.#first = 0;
    }
    return taken;
  }
}
