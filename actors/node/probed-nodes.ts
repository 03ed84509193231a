import { sameProbe, type NodeProbe } from '../../src/domain/probe.js';
import type { NodeName } from '../../src/domain/node-name.js';
import type { NodePhase } from './decision.js';

/**
 * A node has another probe than before, or none.
 *
 * @param isNew false for a node that was found at the start
 */
export type ProbeChanged = (node: NodeName, probe: NodeProbe | undefined, isNew: boolean) => void;

/** Tells which nodes are to be probed: those on disk that have a probe and are not paused. */
export class ProbedNodes {
  readonly #changed: ProbeChanged;

  constructor(changed: ProbeChanged) {
    this.#changed = changed;
  }

  moved(before: NodePhase, after: NodePhase): void {
    const [one, other] = [probeIn(before), probeIn(after)];
    const named = after.phase === 'unknown' ? before : after;
    if (named.phase === 'unknown' || sameProbe(one, other)) return;
    this.#changed(named.registration.name, other, before.phase !== 'unknown');
  }
}

function probeIn(state: NodePhase): NodeProbe | undefined {
  if (state.phase === 'unknown' || state.phase === 'registering') return undefined;
  const { pausedAt, settings } = state.registration;
  return pausedAt === undefined ? settings.probe : undefined;
}
