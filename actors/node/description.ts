import type { NodeDefaults, NodeFacts } from '../../src/domain/node.js';
import type { Instant, Moment } from '../../src/domain/time.js';
import { acknowledgementOf, isDue, type Known } from './known.js';
import type { DescribedNode } from './node.protocol.js';

interface Terms extends NodeDefaults {
  wallAt(at: Moment): Instant;
}

/** What an alert says of a node. */
export function factsOf(
  { registration, standing }: Known,
  lastHeartbeat: Instant | undefined,
  defaults: NodeDefaults,
): NodeFacts {
  const { timeout, maxRetries, labels, channels, dependsOn } = registration.settings;
  return {
    name: registration.name,
    state: standing.state,
    retries: standing.retries,
    lastHeartbeat,
    timeout: timeout ?? defaults.timeout,
    maxRetries: maxRetries ?? defaults.maxRetries,
    labels,
    channels,
    ...(dependsOn !== undefined && { dependsOn }),
  };
}

/** A node as it is shown. */
export function describe(
  known: Known,
  lease: { readonly deadline: Moment; readonly lastHeartbeat: Instant | undefined },
  terms: Terms,
): DescribedNode {
  const { registration, standing } = known;
  return {
    ...factsOf(known, lease.lastHeartbeat, terms),
    registeredAt: registration.registeredAt,
    since: standing.since,
    deadline: isDue(known) ? terms.wallAt(lease.deadline) : undefined,
    pausedAt: registration.pausedAt,
    acknowledged: acknowledgementOf(known),
  };
}
