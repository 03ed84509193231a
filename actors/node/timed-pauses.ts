import { moment, type Instant, type Millis, type Moment } from '../../src/domain/time.js';

/** How long the end of a pause waits to be tried again after the disk refused it. */
const RETRY: Millis = 1_000;

interface Pausing {
  readonly until: Instant;
  /** The same on the monotonic clock, as it was when the pause was stored or found. */
  end: Moment;
}

/**
 * Nodes of one shard whose pause ends by itself. It ends once both clocks have reached its end: a wall clock that is set
 * forward ends none early.
 */
export class TimedPauses<Node> {
  readonly #pauses = new Map<Node, Pausing>();
  /** None ends before this. */
  #earliest = moment(Infinity);

  get size(): number {
    return this.#pauses.size;
  }

  /** @param until undefined if the node is not paused, or its pause does not end by itself */
  set(node: Node, until: Instant | undefined, now: Moment, wall: Instant): void {
    if (until === undefined) {
      this.#pauses.delete(node);
      return;
    }
    if (this.#pauses.get(node)?.until === until) return;
    const end = moment(now + Math.max(0, until - wall));
    this.#pauses.set(node, { until, end });
    this.#earliest = moment(Math.min(this.#earliest, end));
  }

  /**
   * The nodes whose pause is over, with its end. They stay until they are set again, and come again if that takes long.
   *
   * @param most the others come next time
   */
  over(now: Moment, wall: Instant, most: number): readonly (readonly [Node, Instant])[] {
    if (now < this.#earliest) return [];
    const over: (readonly [Node, Instant])[] = [];
    this.#earliest = moment(Infinity);
    for (const [node, pausing] of this.#pauses) {
      const { until, end } = pausing;
      if (end <= now && until <= wall && over.length < most) {
        over.push([node, until]);
        pausing.end = moment(now + RETRY);
      }
      this.#earliest = moment(Math.min(this.#earliest, pausing.end));
    }
    return over;
  }
}
