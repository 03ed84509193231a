import { assertNever } from '../../src/domain/assert-never.js';
import { isFailure, isSuccess, type KeptPing } from '../../src/domain/ping.js';
import { graceOf } from '../../src/domain/schedule.js';
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
import { NO_JOB, pinged, unwatched, type Job } from './job.js';
import type { NodeCommand } from './node.protocol.js';
import type { RegisteredNode } from './registered-node.js';
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
      const hasJustFailed = before === 'failed' && state.status.state !== 'failed';
      const { job, kept } = counted(state, lease, command, hasJustFailed, rules);
      const changed: NodeEffect = { kind: 'job', job, said: command.ping.kind };
      const at = command.readAt;
      const turn: Turn | undefined = isSuccess(command.ping)
        ? { to: 'active', retries: 0, at, cause: 'heartbeat' }
        : isFailure(command.ping)
          ? { to: 'failed', retries, at, cause: 'report', reason: reasonOf(command.ping) }
          : undefined;
      const beat = turn?.to === 'active' ? [heard(state, command, rules)] : [];
      if (turn === undefined || turn.to === before) {
        const stored: NodeEffect = { kind: 'store', known, ping: kept };
        return {
          state: { ...state, status: known.status },
          effects: [...effects, ...beat, changed, stored, WAIT_FOR_STATUS],
        };
      }
      const after = flipped(known, turn, lease, rules);
      const flip: NodeEffect = { ...after.effect, ping: kept };
      const rest: readonly NodeEffect[] =
        turn.to === 'failed' ? [{ kind: 'rest' }, flip, { kind: 'interrupt' }] : [flip];
      return {
        state: { ...state, status: after.known.status },
        effects: [...effects, ...beat, changed, ...rest, WAIT_FOR_STATUS],
      };
    }
    default:
      return assertNever(state);
  }
}

/** The job after a ping, and the ping as it is kept. @param hasJustFailed the node, before the ping */
function counted(
  { registration }: RegisteredNode,
  lease: Lease,
  { ping, readAt }: Extract<NodeCommand, { kind: 'ping' }>,
  hasJustFailed: boolean,
  rules: NodeRules,
): { readonly job: Job; readonly kept: KeptPing } {
  const before = lease.job ?? NO_JOB;
  const at = rules.wallAt(readAt);
  const blind = rules.blindAt(readAt);
  const { job: after, duration } = pinged(hasJustFailed ? unwatched(before) : before, ping, {
    startedAt: at,
    since: readAt,
    deadline: rules.deadlineSince(readAt, graceOf(registration.settings), blind),
    blind,
    isWatched: registration.pausedAt === undefined,
  });
  // A failure ends the watching of all, also that of a node that has failed.
  const job = isFailure(ping) ? unwatched(after) : after;
  return { job, kept: { ...ping, n: job.pings, at, ...(duration !== undefined && { duration }) } };
}
