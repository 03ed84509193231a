import { settingsTag } from '../../src/domain/settings-tag.js';
import { DEFER, type Decision, type Lease, type NodePhase, type NodeRules } from './decision.js';
import { missed } from './missed-heartbeats.js';
import { isWithinQuota, registers } from './registering.js';
import type { NodeCommand, NodeReply } from './node.protocol.js';

const FAILED: NodeReply = { kind: 'refused', code: 'HEARTBEAT_PRECONDITION_FAILED' };

/**
 * Evaluates a precondition in the turn in which its request is handled, so that of two clients who want to create a node
 * one is refused. It counts only where the request would succeed otherwise (RFC 9110, 13.2.1).
 *
 * @returns undefined where the request is to be handled as if it had none
 */
export function evaluatePrecondition(
  state: NodePhase,
  lease: Lease,
  command: NodeCommand,
  rules: NodeRules,
): Decision | undefined {
  const { precondition } = command;
  const refused: Decision = { state, effects: [{ kind: 'answer', reply: FAILED }] };
  switch (state.phase) {
    case 'unknown':
      return precondition !== 'absent' && registers(command, rules) && isWithinQuota(command, rules)
        ? refused
        : undefined;
    case 'known': {
      if (precondition === 'exists') return undefined;
      if (typeof precondition === 'object')
        return precondition.settings.includes(settingsTag(state.registration.settings)) ? undefined : refused;
      if (command.kind !== 'acknowledge') return refused;
      const { known } = missed(state, lease, (at) => at < command.arrivedAt, rules);
      return known.status.state === 'failed' ? refused : undefined;
    }
    case 'registering':
    case 'changing':
    case 'leaving':
      // Whether it is there is known when the disk has settled.
      return { state, effects: DEFER };
  }
}
