import { assertNever } from '../../src/domain/assert-never.js';
import {
  withDeadline,
  type Decision,
  type Lease,
  type NodeEffect,
  type NodePhase,
  type NodeRules,
} from './decision.js';
import { heartbeat, isPausing } from './heartbeat-rules.js';
import { missed } from './missed-heartbeats.js';
import type { NodeCommand } from './node.protocol.js';
import { isDue } from './registered-node.js';

const RECEIVED: NodeEffect = { kind: 'answer', reply: { kind: 'received' } };

/**
 * The node's probe has passed, which is a heartbeat, or failed, which is none. A deadline of such a node is missed only
 * once a probe has failed since the last heartbeat, so that no node fails because its probe did not run: a deadline that
 * has passed before is missed now. See decision 195.
 */
export function probed(
  state: NodePhase,
  lease: Lease,
  command: Extract<NodeCommand, { kind: 'probed' }>,
  rules: NodeRules,
): Decision {
  switch (state.phase) {
    case 'unknown':
    case 'registering':
    case 'leaving':
      return { state, effects: [RECEIVED] };
    case 'known':
    case 'changing': {
      const { registration } = state;
      // While a pause begins or ends, nobody knows yet what a result would mean. There will be another one.
      if (registration.settings.probe === undefined || isPausing(state))
        return { state, effects: [RECEIVED] };
      const { failure: reason } = command;
      if (reason === undefined) return heartbeat(state, lease, command, rules);
      if (!isDue(state)) return { state, effects: [RECEIVED] };
      const before = missed(state, lease, (at) => at < command.arrivedAt, rules);
      const failed: NodeEffect = { kind: 'probe_failure', reason };
      if (before.deadline >= command.arrivedAt || !isDue(before.known))
        return {
          state: { ...state, status: before.known.status },
          effects: [...before.effects, failed, RECEIVED],
        };
      const due = { ...withDeadline(lease, command.readAt), probeFailure: reason };
      const after = missed(before.known, due, (at) => at === command.readAt, rules);
      return {
        state: { ...state, status: after.known.status },
        effects: [...before.effects, ...after.effects, RECEIVED],
      };
    }
    default:
      return assertNever(state);
  }
}
