import type { Api } from '../../src/client/api/index.js';

/** A stretch of time in one state. Milliseconds. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly state: Api.NodeState;
}

/** The states of a node between two instants, from its flips in the order of time. */
export function segmentsOf(
  node: Pick<Api.Node, 'state'>,
  flips: readonly Api.Flip[],
  from: number,
  to: number,
): readonly Segment[] {
  const [first] = flips;
  const segments: Segment[] = [];
  let begin = from;
  let state = first?.from ?? node.state;
  for (const flip of flips) {
    const at = Math.min(to, Math.max(from, flip.at.getTime()));
    if (at > begin) segments.push({ from: begin, to: at, state });
    begin = at;
    state = flip.to;
  }
  if (to > begin) segments.push({ from: begin, to, state });
  return segments;
}

/** How long it was in a state, in milliseconds. */
export function timeIn(segments: readonly Segment[], state: Api.NodeState): number {
  return segments.reduce((sum, each) => (each.state === state ? sum + each.to - each.from : sum), 0);
}

/** Where the bar of a state begins, of a height of 20: the worse the state, the higher the bar. */
export const TOPS: Readonly<Record<Api.NodeState, number>> = { failed: 0, inactive: 7, active: 14 };
