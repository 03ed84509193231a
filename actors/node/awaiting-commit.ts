import Denque from 'denque';
import type { PendingRequest } from '../shards/pending-request.js';
import type { NodeEntity } from './decision.js';

interface Pending {
  readonly request: PendingRequest<NodeEntity>;
  readonly number: number;
}

/** Requests that wait until their node's status is settled, in the order in which the statuses were submitted. */
export class AwaitingCommit {
  readonly #pending = new Denque<Pending>();

  get size(): number {
    return this.#pending.length;
  }

  /** Whether it equals the last request, and nothing was submitted since. */
  isLast(request: PendingRequest<NodeEntity>, submitted: number): boolean {
    const last = this.#pending.peekBack();
    return last?.number === submitted && last.request.equals(request);
  }

  /** Joins it with an equal last request. @returns whether it did */
  join(request: PendingRequest<NodeEntity>, submitted: number): boolean {
    const last = this.#pending.peekBack();
    if (last?.number !== submitted) return false;
    return last.request.join(request) !== undefined;
  }

  add(request: PendingRequest<NodeEntity>, number: number): void {
    this.#pending.push({ request, number });
  }

  /** @returns requests that waited only for statuses up to this number */
  take(upTo: number): readonly PendingRequest<NodeEntity>[] {
    const taken: PendingRequest<NodeEntity>[] = [];
    for (;;) {
      const next = this.#pending.peekFront();
      if (next === undefined || next.number > upTo) return taken;
      taken.push(next.request);
      this.#pending.shift();
    }
  }
}
