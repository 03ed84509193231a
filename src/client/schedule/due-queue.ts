const SMALLEST = 16;

/**
 * Users by when they heal next: a binary heap in typed arrays, 12 bytes a user, so that a million users cost no
 * timer and no object each. A user is in it once at most.
 */
export class DueQueue {
  #heap: Int32Array;
  #dueAt: Float64Array;
  #size = 0;

  /** @param users how many there are to begin with; they are numbered from 0 */
  constructor(users: number) {
    this.#heap = new Int32Array(users);
    this.#dueAt = new Float64Array(users);
  }

  /** The earliest time in the queue, Infinity when it is empty. */
  get nextAt(): number {
    return this.#size === 0 ? Infinity : this.#due(0);
  }

  push(user: number, at: number): void {
    if (user >= this.#dueAt.length) this.#grow(user + 1);
    this.#dueAt[user] = at;
    let place = this.#size++;
    this.#heap[place] = user;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#due(parent) <= this.#due(place)) return;
      this.#swap(parent, place);
      place = parent;
    }
  }

  /** The user who is due first. The queue must not be empty. */
  pop(): number {
    const first = this.#user(0);
    this.#heap[0] = this.#user(--this.#size);
    let place = 0;
    for (;;) {
      const earliest = this.#earlierChild(place);
      if (earliest >= this.#size || this.#due(place) <= this.#due(earliest)) return first;
      this.#swap(place, earliest);
      place = earliest;
    }
  }

  #grow(users: number): void {
    const room = Math.max(users, 2 * this.#dueAt.length, SMALLEST);
    const heap = new Int32Array(room);
    const dueAt = new Float64Array(room);
    heap.set(this.#heap);
    dueAt.set(this.#dueAt);
    this.#heap = heap;
    this.#dueAt = dueAt;
  }

  #earlierChild(place: number): number {
    const left = 2 * place + 1;
    const right = left + 1;
    return right < this.#size && this.#due(right) < this.#due(left) ? right : left;
  }

  #user(place: number): number {
    return this.#heap[place] ?? 0;
  }

  #due(place: number): number {
    return this.#dueAt[this.#user(place)] ?? Infinity;
  }

  #swap(one: number, other: number): void {
    const user = this.#user(one);
    this.#heap[one] = this.#user(other);
    this.#heap[other] = user;
  }
}
