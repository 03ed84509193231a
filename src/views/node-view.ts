import type * as z from 'zod';
import type { DescribedNode, DescribedHeartbeatHistory } from '../../actors/node/node.protocol.js';
import type { Acknowledgement, Flip } from '../domain/node.js';
import type { NodeName } from '../domain/node-name.js';
import { isSlug } from '../domain/ping.js';
import type { Silence, SilenceId } from '../domain/silence.js';
import { unixSeconds, type Instant, type Millis } from '../domain/time.js';
import { ratioOf, type Uptime } from '../domain/uptime.js';
import type * as answer from './node-answers.js';
import { scheduleView } from './schedule.js';
import type { timeout as timeoutType } from './timeout.js';

/** A node in an answer. */
export function nodeView(node: DescribedNode): z.output<typeof answer.node> {
  return {
    name: node.name,
    state: node.state,
    retries: node.retries,
    last_heartbeat: secondsOrNull(node.lastHeartbeat),
    deadline: secondsOrNull(node.deadline),
    timeout: node.schedule === undefined ? timeoutView(node) : null,
    max_retries: node.schedule === undefined ? node.maxRetries : null,
    ...(node.schedule !== undefined && {
      schedule: scheduleView(node.schedule),
      next_expected: secondsOrNull(node.pausedAt === undefined ? node.expected : undefined),
    }),
    ...(slugOf(node) !== undefined && { slug: slugOf(node) }),
    ...(node.probe !== undefined && { probe: node.probe }),
    ...(node.grace !== undefined && { grace: seconds(node.grace) }),
    started: secondsOrNull(node.job?.started),
    last_duration: node.job?.lastDuration === undefined ? null : seconds(node.job.lastDuration),
    labels: node.labels,
    channels: node.channels ?? null,
    depends_on: node.dependsOn ?? [],
    paused: node.pausedAt !== undefined,
    ...(node.pausedUntil !== undefined && { paused_until: unixSeconds(node.pausedUntil) }),
    since: unixSeconds(node.since),
    ...(node.declared !== undefined && { declared: true as const }),
    acknowledged: acknowledgementView(node.acknowledged),
    ...(node.heartbeatHistory !== undefined && {
      phi:
        node.heartbeatHistory.phi === undefined ? null : Math.round(node.heartbeatHistory.phi * 1000) / 1000,
      rhythm: shownRhythm(node.heartbeatHistory, node.timeout),
    }),
  };
}

/** The slug that was chosen for it, or its name if that is one. */
export function slugOf({ name, chosenSlug }: Pick<DescribedNode, 'name' | 'chosenSlug'>): string | undefined {
  return chosenSlug ?? (isSlug(name) ? name : undefined);
}

/** The timeout in the form in which it was given. */
export function timeoutView({
  timeout,
  adaptive,
}: Pick<DescribedNode, 'timeout' | 'adaptive'>): z.output<typeof timeoutType> {
  if (adaptive === undefined) return seconds(timeout);
  const { min, max, threshold } = adaptive;
  return {
    adaptive: true,
    min: seconds(min),
    max: seconds(max),
    ...(threshold !== undefined && { threshold }),
  };
}

function shownRhythm(
  { mean, deviation, samples }: DescribedHeartbeatHistory,
  timeout: Millis,
): z.output<typeof answer.rhythm> {
  return {
    mean: mean === undefined ? null : seconds(mean),
    deviation: deviation === undefined ? null : seconds(deviation),
    samples,
    timeout: seconds(timeout),
  };
}

/** What keeps a node from being told about. */
export interface Muting {
  of(node: DescribedNode): readonly SilenceId[];
  maintenanceOf(node: DescribedNode): Pick<Silence, 'endsAt' | 'reason'> | undefined;
}

/** A node, the failed dependency that caused its failure, and the silences and the maintenance that it is under. */
export function nodeViewWithCause(
  node: DescribedNode,
  cause: NodeName | undefined,
  silences?: Muting,
): z.output<typeof answer.nodeWithCause> {
  const silencedBy = silences?.of(node) ?? [];
  const maintenance = silences?.maintenanceOf(node);
  return {
    ...nodeView(node),
    ...(cause !== undefined && { caused_by: cause }),
    ...(silencedBy.length > 0 && { silenced_by: silencedBy }),
    ...(maintenance !== undefined && {
      maintenance: {
        ends_at: unixSeconds(maintenance.endsAt),
        ...(maintenance.reason !== undefined && { reason: maintenance.reason }),
      },
    }),
  };
}

export function acknowledgementView(
  acknowledged: Acknowledgement | undefined,
): z.output<typeof answer.acknowledgement> | null {
  if (acknowledged === undefined) return null;
  const { by, reason, at, until } = acknowledged;
  return {
    by,
    ...(reason !== undefined && { reason }),
    at: unixSeconds(at),
    ...(until !== undefined && { until: unixSeconds(until) }),
  };
}

/** @param silencedBy the silences that its node was under */
export function flipView(flip: Flip, silencedBy: readonly SilenceId[] = []): z.output<typeof answer.flip> {
  const { from, to, at, cause, retries, blind, reason } = flip;
  return {
    from,
    to,
    at: unixSeconds(at),
    at_ms: at,
    cause,
    retries,
    blind_seconds: seconds(blind),
    ...(reason !== undefined && { reason }),
    ...(silencedBy.length > 0 && { silenced_by: silencedBy }),
  };
}

export function uptimeView(from: Instant, to: Instant, uptime: Uptime): z.output<typeof answer.uptime> {
  return { from: unixSeconds(from), to: unixSeconds(to), ...timesView(uptime) };
}

/** The times of an uptime, without its range. */
export function timesView(uptime: Uptime): Omit<z.output<typeof answer.uptime>, 'from' | 'to'> {
  return {
    ratio: ratioOf(uptime) ?? null,
    active_seconds: seconds(uptime.active),
    inactive_seconds: seconds(uptime.inactive),
    failed_seconds: seconds(uptime.failed),
    paused_seconds: seconds(uptime.paused),
    blind_seconds: seconds(uptime.blind),
    maintenance_seconds: seconds(uptime.maintenance),
    silenced_seconds: seconds(uptime.silenced),
  };
}

function secondsOrNull(at: Instant | undefined): number | null {
  return at === undefined ? null : unixSeconds(at);
}

/** To a millisecond. */
function seconds(duration: Millis): number {
  return Math.round(duration) / 1000;
}
