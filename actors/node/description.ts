import type { NodeDefaults, NodeFacts } from '../../src/domain/node.js';
import type { HeartbeatHistory } from '../../src/domain/heartbeat-history.js';
import type { Instant, Millis, Moment } from '../../src/domain/time.js';
import { timeoutInForce } from '../../src/domain/timeout.js';
import type { Lease } from './decision.js';
import { acknowledgementOf, isDue, type RegisteredNode } from './registered-node.js';
import type { DescribedNode, DescribedHeartbeatHistory } from './node.protocol.js';

interface Terms extends NodeDefaults {
  /** The total blind time of the daemon. */
  readonly blind: Millis;
  wallAt(at: Moment): Instant;
}

/** The facts about a node in an alert. */
export function factsOf(
  { registration, status }: RegisteredNode,
  { lastHeartbeat, heartbeatHistory }: Pick<Lease, 'lastHeartbeat' | 'heartbeatHistory'>,
  defaults: NodeDefaults,
): NodeFacts {
  const { timeout = defaults.timeout, maxRetries, labels, channels, dependsOn } = registration.settings;
  return {
    name: registration.name,
    state: status.state,
    retries: status.retries,
    lastHeartbeat,
    timeout: timeoutInForce(timeout, heartbeatHistory),
    ...(typeof timeout === 'object' && { adaptive: timeout }),
    maxRetries: maxRetries ?? defaults.maxRetries,
    labels,
    channels,
    ...(dependsOn !== undefined && { dependsOn }),
  };
}

/** A node as its actor describes it. @param at the time of the request, which φ refers to */
export function describe(
  known: RegisteredNode,
  lease: Pick<Lease, 'deadline' | 'lastHeartbeat' | 'heardBlind' | 'heartbeatHistory'>,
  terms: Terms,
  at: Moment,
): DescribedNode {
  const { registration, status } = known;
  const facts = factsOf(known, lease, terms);
  return {
    ...facts,
    ...(facts.adaptive !== undefined && {
      heartbeatHistory: describeHeartbeatHistory(lease.heartbeatHistory, at, terms.blind - lease.heardBlind),
    }),
    registeredAt: registration.registeredAt,
    since: status.since,
    deadline: isDue(known) ? terms.wallAt(lease.deadline) : undefined,
    pausedAt: registration.pausedAt,
    acknowledged: acknowledgementOf(known, () => terms.wallAt(at)),
  };
}

/** @param blind how long of the silence the daemon was blind */
function describeHeartbeatHistory(
  heartbeatHistory: HeartbeatHistory | undefined,
  at: Moment,
  blind: Millis,
): DescribedHeartbeatHistory {
  const learnt = heartbeatHistory?.learnt;
  if (heartbeatHistory === undefined || learnt === undefined) {
    return { mean: undefined, deviation: undefined, samples: 0, phi: undefined };
  }
  const { mean, samples } = learnt;
  return { mean, deviation: heartbeatHistory.deviation, samples, phi: heartbeatHistory.phi(at, blind) };
}
