import FlatQueue from 'flatqueue';

const SMALLEST = 16;

/**
 * Users by the time of their next heal, in typed arrays: a million users cost 12 bytes each, without timers and
 * objects. A user is in it at most once.
 */
export class DueQueue {
  #heap: FlatQueue;

  /** @param users the number at the start; they are numbered from 0 */
  constructor(users: number) {
    this.#heap = heapFor(users);
  }

  /** The earliest time in the queue; Infinity if it is empty. */
  get nextAt(): number {
    return this.#heap.peekValue() ?? Infinity;
  }

  push(user: number, at: number): void {
    if (this.#heap.length === this.#heap.capacity) this.#grow();
    this.#heap.push(user, at);
  }

  /** The user with the earliest time. The queue must not be empty. */
  pop(): number {
    return this.#heap.pop() ?? 0;
  }

  #grow(): void {
    const before = this.#heap;
    this.#heap = heapFor(2 * before.capacity);
    for (let at = before.peekValue(); at !== undefined; at = before.peekValue()) {
      const user = before.pop();
      if (user !== undefined) this.#heap.push(user, at);
    }
  }
}

function heapFor(users: number): FlatQueue {
  return new FlatQueue(Math.max(users, SMALLEST), Float64Array, Int32Array);
}
