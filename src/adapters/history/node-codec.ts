import * as z from 'zod';
import type { Acknowledgement, NodeState, NodeStatus, Registration } from '../../domain/node.js';
import { isCron, type Schedule } from '../../domain/schedule.js';
import { parseNodeName, type NodeName } from '../../domain/node-name.js';
import type { Learnt } from '../../domain/heartbeat-history.js';
import { instant } from '../../domain/time.js';
import type { KeyRange } from '../../ports/ordered-store.js';
import { COUNT, INSTANT, MILLIS, rangeOf } from './binary.js';
import { choiceAt, countAt, instantAt, leaveOut, millisAt, optional, textAt } from './fields.js';
import { KIND } from './format.js';
import { columnsOf, storedInstant } from './json-columns.js';
import { probeSchema } from './probe-codec.js';

/*
 * Nodes and their statuses; `node-past-codec.ts` has their flips and pauses. Names sort by the bytes of their UTF-8.
 *
 * | key                        | value                                                                |
 * |----------------------------|----------------------------------------------------------------------|
 * | NODE, name                 | JSON: what was chosen for it                                         |
 * | STATUS, name               | state, retries, since, deadline, heard_blind, last_heartbeat if any, |
 * |                            | and behind it the rhythm's mean, deviation and samples, if any, and  |
 * |                            | when a scheduled heartbeat is expected, if it has a schedule         |
 */
const { NODE, STATUS } = KIND;

/** Their indexes are on disk: new ones go to the end. */
export const STATES: readonly NodeState[] = ['active', 'inactive', 'failed'];

/** The place of the last heartbeat in a status, and the length of the heartbeat history after it. */
const HEARTBEAT = 1 + COUNT + INSTANT + 2 * MILLIS;
const RHYTHM = 2 * MILLIS + COUNT;
const EXPECTED = HEARTBEAT + INSTANT + RHYTHM;

/** As it is stored in a registration, and in the facts of an alert. */
export const scheduleSchema = z.union([
  z.object({ every: z.number(), grace: z.number() }),
  z
    .object({ cron: z.array(z.string()), time_zone: z.string(), grace: z.number() })
    .transform(({ time_zone: timeZone, ...rest }) => ({ ...rest, timeZone })),
]);

const registrationSchema = z.object({
  registered_at: storedInstant.transform(instant),
  timeout: z
    .union([z.number(), z.object({ min: z.number(), max: z.number(), threshold: z.number().optional() })])
    .optional(),
  max_retries: z.int().optional(),
  schedule: scheduleSchema.optional(),
  grace: z.number().optional(),
  slug: z.string().optional(),
  probe: probeSchema.optional(),
  labels: z.record(z.string(), z.string()).default({}),
  channels: z.array(z.string()).optional(),
  paused_at: storedInstant.transform(instant).optional(),
  paused_until: storedInstant.transform(instant).optional(),
  paused_failed: z.literal(true).optional(),
  depends_on: z.array(z.string()).optional(),
  registered_by: z.string().optional(),
  ping_uuid_at: storedInstant.transform(instant).optional(),
  used_links: z
    .object({
      since: storedInstant.transform(instant),
      uses: z.array(z.object({ id: z.string(), expires: storedInstant.transform(instant) })),
    })
    .optional(),
  declared: z.enum(['created', 'adopted']).optional(),
  acknowledged: z
    .object({
      by: z.string(),
      reason: z.string().optional(),
      at: storedInstant.transform(instant),
      since: storedInstant.transform(instant),
      until: storedInstant.transform(instant).optional(),
    })
    .optional(),
});

const NAME_KEY = { name: textAt(1) };
export const nodeRecord = { kind: NODE, key: NAME_KEY, json: columnsOf(registrationSchema) };
export const statusRecord = {
  kind: STATUS,
  key: NAME_KEY,
  value: {
    state: choiceAt(0, STATES),
    retries: countAt(1),
    since: instantAt(1 + COUNT),
    deadline: millisAt(1 + COUNT + INSTANT),
    heardBlind: millisAt(1 + COUNT + INSTANT + MILLIS),
    lastHeartbeat: optional(instantAt(HEARTBEAT)),
    mean: optional(millisAt(HEARTBEAT + INSTANT)),
    deviation: optional(millisAt(HEARTBEAT + INSTANT + MILLIS)),
    samples: optional(countAt(HEARTBEAT + INSTANT + 2 * MILLIS)),
    expected: optional(instantAt(EXPECTED)),
  },
};

export const allNodes = rangeOf(NODE);

export function nodeKey(name: NodeName): Buffer {
  return keyOf(NODE, name);
}

/** Every name after this one that does not sort before the required prefix. */
export function nodesAfter(name: NodeName | undefined, from = ''): KeyRange {
  const behind = name === undefined ? allNodes.gte : Buffer.concat([nodeKey(name), Buffer.of(0)]);
  const first = Buffer.concat([Buffer.of(NODE), Buffer.from(from)]);
  return { ...allNodes, gte: Buffer.compare(behind, first) < 0 ? first : behind };
}

/** @throws TypeError if it is not a name */
export function nameFrom(key: Buffer): NodeName {
  const name = parseNodeName(NAME_KEY.name.take(key));
  if (name === undefined) throw new TypeError(`${key.toString('hex')} names no node`);
  return name;
}

export function nodeValue({
  registeredAt,
  settings,
  pausedAt,
  pausedUntil,
  pausedFailed,
  registeredBy,
  pingUuidAt,
  usedLinks,
  declared,
  acknowledged,
}: Registration): Buffer {
  const { timeout, maxRetries, schedule, grace, slug, probe, labels, channels, dependsOn } = settings;
  return Buffer.from(
    JSON.stringify({
      registered_at: registeredAt,
      timeout,
      max_retries: maxRetries,
      schedule: schedule && storedSchedule(schedule),
      grace,
      slug,
      probe,
      ...(Object.keys(labels).length > 0 && { labels }),
      channels,
      paused_at: pausedAt,
      paused_until: pausedUntil,
      paused_failed: pausedFailed,
      depends_on: dependsOn,
      registered_by: registeredBy,
      ping_uuid_at: pingUuidAt,
      used_links: usedLinks,
      declared,
      acknowledged,
    }),
  );
}

/** The names of its fields on disk. */
export function storedSchedule(schedule: Schedule): object {
  if (!isCron(schedule)) return schedule;
  const { cron, timeZone, grace } = schedule;
  return { cron, time_zone: timeZone, grace };
}

/** @throws Error if it cannot be read */
export function nodeFrom(key: Buffer, value: Buffer): Registration {
  const read = registrationSchema.parse(JSON.parse(value.toString()));
  const { timeout, max_retries: maxRetries, labels, channels, depends_on, acknowledged } = read;
  const dependsOn = depends_on?.map(parseNodeName).filter((name) => name !== undefined);
  return {
    name: nameFrom(key),
    registeredAt: read.registered_at,
    settings: {
      timeout,
      maxRetries,
      ...(read.schedule !== undefined && { schedule: read.schedule }),
      ...(read.grace !== undefined && { grace: read.grace }),
      ...(read.slug !== undefined && { slug: read.slug }),
      ...(read.probe !== undefined && { probe: read.probe }),
      labels,
      channels,
      ...(dependsOn !== undefined && { dependsOn }),
    },
    pausedAt: read.paused_at,
    ...(read.paused_until !== undefined && { pausedUntil: read.paused_until }),
    ...(read.paused_failed !== undefined && { pausedFailed: read.paused_failed }),
    ...(read.registered_by !== undefined && { registeredBy: read.registered_by }),
    ...(read.ping_uuid_at !== undefined && { pingUuidAt: read.ping_uuid_at }),
    ...(read.used_links !== undefined && { usedLinks: read.used_links }),
    ...(read.declared !== undefined && { declared: read.declared }),
    ...(acknowledged !== undefined && { acknowledged: acknowledgementFrom(acknowledged) }),
  };
}

function acknowledgementFrom({
  reason,
  until,
  ...read
}: NonNullable<z.output<typeof registrationSchema>['acknowledged']>): Acknowledgement {
  return { ...read, ...(reason !== undefined && { reason }), ...(until !== undefined && { until }) };
}

export function statusKey(name: NodeName): Buffer {
  return keyOf(STATUS, name);
}

/** The key of a node's status. */
export function statusKeyOf(node: Buffer): Buffer {
  const key = Buffer.from(node);
  key[0] = STATUS;
  return key;
}

export function statusValue(status: NodeStatus): Buffer {
  const { state, retries, since, deadline, heardBlind, lastHeartbeat, heartbeatHistory, expected } = status;
  const value = Buffer.allocUnsafe(lengthOf(status));
  const fields = statusRecord.value;
  fields.state.put(value, state);
  fields.retries.put(value, retries);
  fields.since.put(value, since);
  fields.deadline.put(value, deadline);
  fields.heardBlind.put(value, heardBlind);
  if (expected !== undefined) {
    leaveOut(value, HEARTBEAT, EXPECTED);
    fields.expected.put(value, expected);
  }
  if (lastHeartbeat === undefined) return value;
  fields.lastHeartbeat.put(value, lastHeartbeat);
  if (heartbeatHistory === undefined) return value;
  fields.mean.put(value, heartbeatHistory.mean);
  fields.deviation.put(value, heartbeatHistory.deviation);
  fields.samples.put(value, heartbeatHistory.samples);
  return value;
}

function lengthOf({ lastHeartbeat, heartbeatHistory, expected }: NodeStatus): number {
  if (expected !== undefined) return EXPECTED + INSTANT;
  if (lastHeartbeat === undefined) return HEARTBEAT;
  return heartbeatHistory === undefined ? HEARTBEAT + INSTANT : EXPECTED;
}

/** @throws RangeError if it cannot be read */
export function statusFrom(value: Buffer): NodeStatus {
  const fields = statusRecord.value;
  const heartbeatHistory = heartbeatHistoryFrom(value);
  const expected = fields.expected.take(value);
  return {
    state: fields.state.take(value),
    retries: fields.retries.take(value),
    since: fields.since.take(value),
    deadline: fields.deadline.take(value),
    heardBlind: fields.heardBlind.take(value),
    lastHeartbeat: fields.lastHeartbeat.take(value),
    ...(heartbeatHistory !== undefined && { heartbeatHistory }),
    ...(expected !== undefined && { expected }),
  };
}

function heartbeatHistoryFrom(value: Buffer): Learnt | undefined {
  const fields = statusRecord.value;
  const mean = fields.mean.take(value);
  const deviation = fields.deviation.take(value);
  const samples = fields.samples.take(value);
  if (mean === undefined) return undefined;
  if (deviation === undefined || samples === undefined) throw new RangeError('a status is cut off');
  return { mean, deviation, samples };
}

function keyOf(kind: number, name: NodeName): Buffer {
  // Three times as fast as joining buffers: a checkpoint makes very many of these.
  const key = Buffer.allocUnsafe(1 + Buffer.byteLength(name));
  key[0] = kind;
  NAME_KEY.name.put(key, name);
  return key;
}
