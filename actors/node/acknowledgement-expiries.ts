import type { Instant } from '../../src/domain/time.js';

/** Nodes of one shard whose acknowledgement ends at an instant of the wall clock. */
export class AcknowledgementExpiries<Node> {
  readonly #ends = new Map<Node, Instant>();
  /** None ends before this. */
  #earliest = Infinity;

  get size(): number {
    return this.#ends.size;
  }

  /** @param until undefined if it does not end by itself */
  set(node: Node, until: Instant | undefined): void {
    if (until === undefined) this.#ends.delete(node);
    else {
      this.#ends.set(node, until);
      this.#earliest = Math.min(this.#earliest, until);
    }
  }

  /** @returns nodes whose acknowledgement has ended; they are removed. @param most the others come next time */
  takeEnded(wall: Instant, most: number): readonly Node[] {
    if (wall < this.#earliest) return [];
    const ended: Node[] = [];
    this.#earliest = Infinity;
    for (const [node, until] of this.#ends) {
      if (until <= wall && ended.length < most) {
        ended.push(node);
        this.#ends.delete(node);
      } else this.#earliest = Math.min(this.#earliest, until);
    }
    return ended;
  }
}
