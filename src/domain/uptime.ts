import type { BlindInterval } from './blindness.js';
import type { Flip, NodeState, Pause } from './node.js';
import type { Instant, Millis } from './time.js';

/** What is known of a node over a range of time. */
export interface Watched {
  readonly from: Instant;
  readonly to: Instant;
  /** The state at `from`. */
  readonly state: NodeState;
  /** Within the range, oldest first. */
  readonly flips: readonly Flip[];
  readonly pauses: readonly Pause[];
  readonly blind: readonly Pick<BlindInterval, 'from' | 'to'>[];
}

/** How long it was what. Time spent paused, and then time in which the daemon was blind, says nothing of the node. */
export type Uptime = Readonly<Record<NodeState | 'paused' | 'blind', Millis>>;

/** The share of the time that it had not failed; undefined where nothing is known. */
export function ratioOf({ active, inactive, failed }: Uptime): number | undefined {
  const known = active + inactive + failed;
  return known === 0 ? undefined : (active + inactive) / known;
}

export const NO_TIME: Uptime = { active: 0, inactive: 0, failed: 0, paused: 0, blind: 0 };

/** Of two ranges, one behind the other. */
export function plus(one: Uptime, other: Uptime): Uptime {
  return {
    active: one.active + other.active,
    inactive: one.inactive + other.inactive,
    failed: one.failed + other.failed,
    paused: one.paused + other.paused,
    blind: one.blind + other.blind,
  };
}

export function uptimeOf({ from, to, state, flips, pauses, blind }: Watched): Uptime {
  const spent = { active: 0, inactive: 0, failed: 0, paused: 0, blind: 0 };
  const isPaused = coverOf(pauses);
  const isBlind = coverOf(blind);
  let current = state;
  let next = 0;
  let at: number = from;
  for (const edge of edgesOf({ from, to, flips, pauses, blind })) {
    for (let flip = flips[next]; flip !== undefined && flip.at <= at; flip = flips[++next]) current = flip.to;
    const what = isPaused(at) ? 'paused' : isBlind(at) ? 'blind' : current;
    spent[what] += edge - at;
    at = edge;
  }
  return spent;
}

/** Where something changes within the range, and its end. */
function edgesOf({ from, to, flips, pauses, blind }: Omit<Watched, 'state'>): readonly number[] {
  const edges = [...pauses, ...blind].flatMap((stretch) => [stretch.from, stretch.to]);
  const inside = [...edges, ...flips.map(({ at }) => at)].filter((edge) => edge > from && edge < to);
  return to > from ? [...new Set(inside), to].sort((a, b) => a - b) : [];
}

/** Whether an instant lies within any of these; to be asked of instants in their order. */
function coverOf(
  stretches: readonly { readonly from: Instant; readonly to: Instant }[],
): (at: number) => boolean {
  const inOrder = [...stretches].sort((a, b) => a.from - b.from);
  let next = 0;
  let until = -Infinity;
  return (at) => {
    for (let one = inOrder[next]; one !== undefined && one.from <= at; one = inOrder[++next]) {
      until = Math.max(until, one.to);
    }
    return at < until;
  };
}
