import type { NodeDefaults, NodeFacts } from '../../src/domain/node.js';
import type { HeartbeatHistory } from '../../src/domain/heartbeat-history.js';
import type { Instant, Millis, Moment } from '../../src/domain/time.js';
import { graceOf, isSchedule, maxRetriesOf, timingOf } from '../../src/domain/schedule.js';
import { timeoutInForce } from '../../src/domain/timeout.js';
import type { Lease } from './decision.js';
import { overrunOf, startedOf, type Job } from './job.js';
import { exactInstant } from './missed-heartbeats.js';
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
  lease: Pick<Lease, 'lastHeartbeat' | 'heartbeatHistory' | 'expected'>,
  defaults: NodeDefaults,
): NodeFacts {
  const { labels, channels, dependsOn } = registration.settings;
  const { lastHeartbeat, heartbeatHistory, expected } = lease;
  const timing = timingOf(registration.settings, defaults);
  const isScheduled = isSchedule(timing);
  return {
    name: registration.name,
    state: status.state,
    retries: status.retries,
    lastHeartbeat,
    timeout: isScheduled ? timing.grace : timeoutInForce(timing, heartbeatHistory),
    ...(typeof timing === 'object' && !isScheduled && { adaptive: timing }),
    ...(isScheduled && { schedule: timing, ...(expected !== undefined && { expected }) }),
    maxRetries: maxRetriesOf(registration.settings, defaults),
    labels,
    channels,
    ...(dependsOn !== undefined && { dependsOn }),
  };
}

/** A node as its actor describes it. @param at the time of the request, which φ refers to */
export function describe(
  known: RegisteredNode,
  lease: Pick<Lease, 'deadline' | 'lastHeartbeat' | 'heardBlind' | 'heartbeatHistory' | 'expected' | 'job'>,
  terms: Terms,
  at: Moment,
): DescribedNode {
  const { registration, status } = known;
  const facts = factsOf(known, lease, terms);
  return {
    ...facts,
    settings: registration.settings,
    ...(facts.adaptive !== undefined && {
      heartbeatHistory: describeHeartbeatHistory(lease.heartbeatHistory, at, terms.blind - lease.heardBlind),
    }),
    registeredAt: registration.registeredAt,
    since: status.since,
    deadline: isDue(known) ? exactInstant(terms.wallAt(nextDeadline(lease)), lease.expected) : undefined,
    pausedAt: registration.pausedAt,
    ...(registration.pausedUntil !== undefined && { pausedUntil: registration.pausedUntil }),
    ...jobOf(registration, lease.job),
    ...(registration.settings.slug !== undefined && { chosenSlug: registration.settings.slug }),
    ...(registration.settings.probe !== undefined && { probe: registration.settings.probe }),
    ...(registration.pingUuidAt !== undefined && { pingUuidAt: registration.pingUuidAt }),
    ...(registration.declared !== undefined && { declared: registration.declared }),
    acknowledged: acknowledgementOf(known, () => terms.wallAt(at)),
    ...(registration.usedLinks !== undefined && { usedLinks: registration.usedLinks }),
  };
}

function nextDeadline({ deadline, job }: Pick<Lease, 'deadline' | 'job'>): Moment {
  const overrun = overrunOf(job);
  return overrun !== undefined && overrun < deadline ? overrun : deadline;
}

function jobOf(
  { settings }: RegisteredNode['registration'],
  job: Job | undefined,
): Pick<DescribedNode, 'job' | 'grace'> {
  const { schedule, grace } = settings;
  return {
    ...(job !== undefined && { job: { started: startedOf(job), lastDuration: job.lastDuration } }),
    ...(schedule === undefined && (job !== undefined || grace !== undefined) && { grace: graceOf(settings) }),
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
