import Denque from 'denque';
import type { PendingRequest } from './pending-request.js';

interface Pending {
  asked: PendingRequest;
  readonly number: number;
}

/** Requests that wait until their node's status is settled, in the order in which the statuses were submitted. */
export class AwaitingCommit {
  readonly #pending = new Denque<Pending>();

  get size(): number {
    return this.#pending.length;
  }

  /** Whether it equals the last request, and nothing was submitted since. */
  isLast(asked: PendingRequest, submitted: number): boolean {
    const last = this.#pending.peekBack();
    return last?.number === submitted && last.asked.equals(asked);
  }

  /** Joins it with an equal last request. @returns whether it did */
  join(asked: PendingRequest, submitted: number): boolean {
    const last = this.#pending.peekBack();
    if (last?.number !== submitted) return false;
    const joined = last.asked.join(asked);
    if (joined === undefined) return false;
    last.asked = joined;
    return true;
  }

  add(asked: PendingRequest, number: number): void {
    this.#pending.push({ asked, number });
  }

  /** @returns requests that waited only for statuses up to this number */
  take(upTo: number): readonly PendingRequest[] {
    const taken: PendingRequest[] = [];
    for (;;) {
      const next = this.#pending.peekFront();
      if (next === undefined || next.number > upTo) return taken;
      taken.push(next.asked);
      this.#pending.shift();
    }
  }
}
