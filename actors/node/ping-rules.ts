import { assertNever } from '../../src/domain/assert-never.js';
import { isFailure, isSuccess } from '../../src/domain/ping.js';
import {
  DEFER,
  NOT_KNOWN,
  type Decision,
  type Lease,
  type NodeEffect,
  type NodePhase,
  type NodeRules,
} from './decision.js';
import { heard, isPausing } from './heartbeat-rules.js';
import { flipped, missed, type Turn } from './missed-heartbeats.js';
import type { NodeCommand } from './node.protocol.js';
import { reasonOf } from './ping-reason.js';
import { register } from './registering.js';

const WAIT_FOR_STATUS: NodeEffect = { kind: 'wait_for_status' };
const ANSWER_UNKNOWN: readonly NodeEffect[] = [{ kind: 'answer', reply: NOT_KNOWN }];

/** A ping of the node's job. Each is answered once it is on disk. */
export function ping(
  state: NodePhase,
  lease: Lease,
  command: Extract<NodeCommand, { kind: 'ping' }>,
  rules: NodeRules,
): Decision {
  switch (state.phase) {
    case 'unknown':
      // It is handled once the registration is on disk.
      return command.creates ? register(command, rules, false) : { state, effects: ANSWER_UNKNOWN };
    case 'registering':
    case 'leaving':
      return { state, effects: DEFER };
    case 'known':
    case 'changing': {
      // Whoever looked the UUID up may have found one that the node has no more.
      if (command.uuid !== undefined && rules.pingUuidOf(state.registration) !== command.uuid)
        return { state, effects: ANSWER_UNKNOWN };
      if (isPausing(state)) return { state, effects: DEFER };
      const { known, effects } = missed(state, lease, (at) => at < command.arrivedAt, rules);
      const { state: before, retries } = known.status;
      const at = command.readAt;
      const turn: Turn | undefined = isSuccess(command.ping)
        ? { to: 'active', retries: 0, at, cause: 'heartbeat' }
        : isFailure(command.ping)
          ? { to: 'failed', retries, at, cause: 'report', reason: reasonOf(command.ping) }
          : undefined;
      const beat = turn?.to === 'active' ? [heard(state, command, rules)] : [];
      if (turn === undefined || turn.to === before) {
        const stored: NodeEffect = { kind: 'store', known };
        return {
          state: { ...state, status: known.status },
          effects: [...effects, ...beat, stored, WAIT_FOR_STATUS],
        };
      }
      const after = flipped(known, turn, lease, rules);
      const rest: readonly NodeEffect[] =
        turn.to === 'failed' ? [{ kind: 'rest' }, after.effect, { kind: 'interrupt' }] : [after.effect];
      return {
        state: { ...state, status: after.known.status },
        effects: [...effects, ...beat, ...rest, WAIT_FOR_STATUS],
      };
    }
    default:
      return assertNever(state);
  }
}
