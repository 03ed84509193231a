import { moment, type Instant, type Millis, type Moment } from '../../src/domain/time.js';

/** How long the end of a pause waits to be tried again after the disk refused it. */
const RETRY: Millis = 1_000;

/** How long a wall clock that was set forward again may go unnoticed. */
const LOOK_EVERY: Millis = 1_000;

interface Pausing {
  readonly until: Instant;
  /** The same on the monotonic clock, as it was when the pause was stored or found; later, when to look again. */
  end: Moment;
}

/**
 * Nodes of one shard whose pause ends by itself. It ends once both clocks have reached its end: a wall clock that is set
 * forward ends none early.
 */
export class TimedPauses<Node> {
  readonly #pauses = new Map<Node, Pausing>();
  #earliest = moment(Infinity);

  get size(): number {
    return this.#pauses.size;
  }

  /** None ends before this. */
  get nextAt(): Moment {
    return this.#earliest;
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
   * The nodes whose pause is over, with its end: looks at all of them, at `nextAt` or later. They stay until they are set again, and come again if that takes long.
   *
   * @param most the others come next time
   */
  over(now: Moment, wall: Instant, most: number): readonly (readonly [Node, Instant])[] {
    const over: (readonly [Node, Instant])[] = [];
    this.#earliest = moment(Infinity);
    for (const [node, pausing] of this.#pauses) {
      const { until, end } = pausing;
      if (end <= now && until > wall) {
        // The wall clock is behind, and may be set again at any time.
        pausing.end = moment(now + Math.min(until - wall, LOOK_EVERY));
      } else if (end <= now && over.length < most) {
        over.push([node, until]);
        pausing.end = moment(now + RETRY);
      }
      this.#earliest = moment(Math.min(this.#earliest, pausing.end));
    }
    return over;
  }
}
