import { assertNever } from '../../src/domain/assert-never.js';
import {
  DEFER,
  NOT_KNOWN,
  WAIT,
  type Decision,
  type Lease,
  type NodePhase,
  type NodeRules,
} from './decision.js';
import { missed } from './missed.js';
import type { NodeCommand, NodeReply } from './node.protocol.js';

const NOT_FAILED: NodeReply = { kind: 'refused', code: 'HEARTBEAT_NOT_FAILED' };

/** Somebody takes care of the failure that it is in. */
export function acknowledge(
  state: NodePhase,
  lease: Lease,
  command: Extract<NodeCommand, { kind: 'acknowledge' }>,
  rules: NodeRules,
): Decision {
  switch (state.phase) {
    case 'unknown':
      return { state, effects: [{ kind: 'answer', reply: NOT_KNOWN }] };
    case 'registering':
    case 'changing':
    case 'leaving':
      return { state, effects: DEFER };
    case 'known': {
      const { known, effects } = missed(state, lease, (at) => at < command.arrivedAt, rules);
      if (known.standing.state !== 'failed') {
        const answer = { kind: 'answer', reply: NOT_FAILED } as const;
        return { state: { ...state, ...known }, effects: [...effects, answer] };
      }
      const { by, reason } = command;
      const acknowledged = { by, reason, at: rules.wallAt(command.readAt), since: known.standing.since };
      const next = { ...known.registration, acknowledged };
      const change = { kind: 'change', known, next, pause: undefined, deadline: undefined } as const;
      return { state: { phase: 'changing', ...known, next }, effects: [...effects, change, WAIT] };
    }
    default:
      return assertNever(state);
  }
}
