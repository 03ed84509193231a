import { assertNever } from '../../src/domain/assert-never.js';
import type { Moment } from '../../src/domain/time.js';
import { acknowledge, unacknowledge } from './acknowledging.js';
import {
  NOT_KNOWN,
  withDeadline,
  type Decision,
  type Lease,
  type NodeMessage,
  type NodePhase,
  type NodeRules,
} from './decision.js';
import { describe } from './description.js';
import { expire, fail, heartbeat, miss } from './heartbeat-rules.js';
import { missed } from './missed-heartbeats.js';
import { ping } from './ping-rules.js';
import { probed } from './probe-rules.js';
import type { NodeReply } from './node.protocol.js';
import { evaluatePrecondition } from './node-preconditions.js';
import { change, forget, prune, register, settle } from './registering.js';

/**
 * The state machine of a node: decides what one message means. Pure: it reads the lease and changes nothing. A heartbeat
 * at the deadline itself is in time. One after it comes after the misses, whether or not they had been noticed.
 */
export function decide(state: NodePhase, lease: Lease, message: NodeMessage, rules: NodeRules): Decision {
  if ('precondition' in message && message.precondition !== undefined) {
    const decision = evaluatePrecondition(state, lease, message, rules);
    if (decision !== undefined) return decision;
  }
  switch (message.kind) {
    case 'heartbeat':
      return heartbeat(state, lease, message, rules);
    case 'describe':
      return { state, effects: [{ kind: 'answer', reply: replyToDescribe(state, lease, message, rules) }] };
    case 'fail':
      return fail(state, lease, message, rules);
    case 'ping':
      return ping(state, lease, message, rules);
    case 'probed':
      return probed(state, lease, message, rules);
    case 'miss':
      return miss(state, lease, message, rules);
    case 'put':
    case 'declare':
      if (state.phase === 'unknown') return register(message, rules, false);
      return change(state, lease, message, rules);
    case 'pause':
    case 'resume':
    case 'renew_ping_uuid':
    case 'release':
      return change(state, lease, message, rules);
    case 'acknowledge':
      return acknowledge(state, lease, message, rules);
    case 'unacknowledge':
      return unacknowledge(state, lease, message, rules);
    case 'forget':
      return forget(state);
    case 'prune':
      return prune(state, lease, message, rules);
    case 'expire':
      return expire(state, lease, message.horizon, rules);
    case 'settled':
      return settle(state, message, rules);
    case 'status_settled':
      return { state, effects: [{ kind: 'release_status', number: message.number }] };
    default:
      return assertNever(message);
  }
}

/** The description for a request: only what is on disk, with misses that have not been noticed yet. */
export function replyToDescribe(
  state: NodePhase,
  lease: Lease,
  request: { readonly arrivedAt: Moment },
  rules: NodeRules,
): NodeReply {
  if (state.phase === 'unknown' || state.phase === 'registering') return NOT_KNOWN;
  // At the deadline the heartbeat is missed, unless one comes at that very moment.
  const { known, deadline } = missed(state, lease, (at) => at <= request.arrivedAt, rules);
  return {
    kind: 'node',
    node: describe(known, withDeadline(lease, deadline), rules, request.arrivedAt),
    created: false,
  };
}
