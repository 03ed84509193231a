import { Histogram, LATENESS } from '../../src/domain/histogram.js';
import type { Flip, FlipCause, NodeState } from '../../src/domain/node.js';
import type { PingKind } from '../../src/domain/ping.js';

/** Counts of what the nodes of this process have done since it started. */
export class NodeCounts {
  /** Heartbeats handled by actors. */
  heartbeats = 0;
  /** Pings of jobs, by what they said. */
  readonly pings: Record<PingKind, number> = { success: 0, start: 0, fail: 0, log: 0, exit: 0 };
  /** Flips because of silence, by how many seconds late the deadline was noticed. */
  readonly misses = new Histogram(LATENESS);
  readonly #flips = {
    active: { heartbeat: 0, silence: 0, report: 0 },
    inactive: { heartbeat: 0, silence: 0, report: 0 },
    failed: { heartbeat: 0, silence: 0, report: 0 },
  } satisfies Record<NodeState, Record<FlipCause, number>>;

  get flips(): Readonly<Record<NodeState, Readonly<Record<FlipCause, number>>>> {
    return this.#flips;
  }

  /** @param late seconds since the instant of the flip */
  flipped({ to, cause }: Flip, late: number): void {
    this.#flips[to][cause]++;
    if (cause === 'silence') this.misses.observe(Math.max(0, late));
  }
}
