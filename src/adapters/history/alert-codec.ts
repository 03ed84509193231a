import * as z from 'zod';
import {
  ALERT_TYPES,
  DELIVERY_STATES,
  HOLDS,
  type AlertRecord,
  type CountedAlert,
  type GroupedNode,
  type UnnotifiedOf,
} from '../../domain/alert.js';
import type { NodeFacts } from '../../domain/node.js';
import { bitsOf } from './alert-keys.js';
import { jsonAt } from './fields.js';
import { KIND } from './format.js';
import { columnsOf, storedInstant } from './json-columns.js';
import { nameFrom, scheduleSchema, storedSchedule } from './node-codec.js';
import { DamagedRecord } from './store-errors.js';

export function alertValue(record: AlertRecord): Buffer {
  const bits = bitsOf(record.deliveries.map(({ state }) => state));
  return Buffer.concat([Buffer.of(bits), Buffer.from(jsonOf(record))]);
}

export function unnotifiedValue({ channels }: UnnotifiedOf): Buffer {
  return Buffer.from(JSON.stringify(channels));
}

const channelNames = z.array(z.string());

/** @throws HeartbeatError if it is damaged */
export function unnotifiedFrom(key: Buffer, value: Buffer): UnnotifiedOf {
  try {
    return { node: nameFrom(key), channels: channelNames.parse(JSON.parse(value.toString())) };
  } catch (error) {
    throw new DamagedRecord(key, { cause: error });
  }
}

/** Checks only the shape: what was written here has the domain's brands. */
const facts = z.object({
  name: z.string(),
  state: z.enum(['active', 'inactive', 'failed']),
  retries: z.number(),
  last_heartbeat: z.number().optional(),
  timeout: z.number(),
  adaptive: z.object({ min: z.number(), max: z.number(), threshold: z.number().optional() }).optional(),
  max_retries: z.number(),
  schedule: scheduleSchema.optional(),
  expected: z.number().optional(),
  labels: z.record(z.string(), z.string()),
  channels: z.array(z.string()).optional(),
  depends_on: z.array(z.string()).optional(),
});
const grouped = z.object({
  name: z.string(),
  state: z.enum(['active', 'inactive', 'failed']),
  at: z.number(),
  // Records of earlier daemons have none.
  labels: z.record(z.string(), z.string()).default({}),
  deleted: z.literal(true).optional(),
  was_told: z.literal(true).optional(),
});
const delivery = z.object({
  channel: z.string(),
  state: z.enum(DELIVERY_STATES),
  hold: z.enum(HOLDS).optional(),
  attempts: z.number(),
  last_attempt: z.number().optional(),
  begun: z.number().optional(),
  person: z.string().optional(),
  last_error: z.string().optional(),
  since: z.number(),
  folds: z.object({ count: z.number(), ids: z.array(z.string()) }).optional(),
  instead_of: z.string().optional(),
});
const stored = z.object({
  id: z.string(),
  type: z.enum(ALERT_TYPES),
  at: storedInstant,
  node: facts.optional(),
  blind: z.number(),
  message: z.string(),
  reason: z.string().optional(),
  reminder: z.number().optional(),
  caused_by: z.string().optional(),
  silenced_by: z.array(z.string()).optional(),
  mass: z.object({ count: z.number(), sample: z.array(z.string()) }).optional(),
  group: z.object({ nodes: z.array(grouped), alert_ids: z.array(z.string()) }).optional(),
  deliveries: z.array(delivery),
});

/*
 * A restart reads very many. Renaming here, field by field, takes a fraction of the time of transforms in the schema or
 * of the rest of an object.
 */

function recordOf(record: z.output<typeof stored>): object {
  return { alert: namedAlert(record), deliveries: record.deliveries.map(namedDelivery) };
}

function namedAlert(alert: z.output<typeof stored>): object {
  const { id, type, at, node, blind, message, reason, reminder, mass, group } = alert;
  const { caused_by: causedBy, silenced_by: silencedBy } = alert;
  return {
    id,
    type,
    at,
    node: node && namedFacts(node),
    blind,
    message,
    ...(reason !== undefined && { reason }),
    ...(reminder !== undefined && { reminder }),
    ...(causedBy !== undefined && { causedBy }),
    ...(silencedBy !== undefined && { silencedBy }),
    ...(mass !== undefined && { mass }),
    ...(group !== undefined && {
      group: { nodes: group.nodes.map(namedGrouped), alertIds: group.alert_ids },
    }),
  };
}

function namedFacts(node: z.output<typeof facts>): object {
  const { name, state, retries, timeout, adaptive, schedule, expected, labels, channels } = node;
  return {
    name,
    state,
    retries,
    lastHeartbeat: node.last_heartbeat,
    timeout,
    ...(adaptive !== undefined && { adaptive }),
    maxRetries: node.max_retries,
    ...(schedule !== undefined && { schedule }),
    ...(expected !== undefined && { expected }),
    labels,
    channels,
    ...(node.depends_on !== undefined && { dependsOn: node.depends_on }),
  };
}

function namedGrouped({ name, state, at, labels, deleted, was_told }: z.output<typeof grouped>): object {
  return {
    name,
    state,
    at,
    labels,
    ...(deleted !== undefined && { deleted }),
    ...(was_told !== undefined && { wasNotified: was_told }),
  };
}

function namedDelivery(delivered: z.output<typeof delivery>): object {
  const { channel, state, hold, attempts, since, folds } = delivered;
  return {
    channel,
    state,
    ...(hold !== undefined && { hold }),
    attempts,
    ...(delivered.last_attempt !== undefined && { lastAttempt: delivered.last_attempt }),
    ...(delivered.begun !== undefined && { begun: delivered.begun }),
    ...(delivered.person !== undefined && { person: delivered.person }),
    lastError: delivered.last_error,
    since,
    ...(folds !== undefined && { folds }),
    ...(delivered.instead_of !== undefined && { insteadOf: delivered.instead_of }),
  };
}

export const alertRecord = { kind: KIND.ALERT, value: { json: jsonAt(1) }, json: columnsOf(stored) };

/** @throws HeartbeatError if it is damaged */
export function alertFrom(value: Buffer): AlertRecord {
  try {
    return recordOf(stored.parse(JSON.parse(alertRecord.value.json.take(value)))) as AlertRecord;
  } catch (error) {
    throw new DamagedRecord(undefined, { cause: error });
  }
}

/** The fields of a `CountedAlert`. Checking only these takes a fraction of the time. */
const counted = z.object({
  ...z.object(stored.shape).pick({ id: true, type: true, reminder: true, caused_by: true, silenced_by: true })
    .shape,
  node: facts.pick({ name: true }).optional(),
  deliveries: z.array(
    delivery.pick({ channel: true, state: true, attempts: true, last_attempt: true, since: true }),
  ),
});

/** @throws HeartbeatError if it is damaged */
export function countedFrom(value: Buffer): CountedAlert {
  try {
    return countedOf(counted.parse(JSON.parse(alertRecord.value.json.take(value)))) as CountedAlert;
  } catch (error) {
    throw new DamagedRecord(undefined, { cause: error });
  }
}

function countedOf({ id, type, node, reminder, ...alert }: z.output<typeof counted>): object {
  const { caused_by: causedBy, silenced_by: silencedBy } = alert;
  return {
    alert: { id, type, node, reminder, causedBy, silencedBy },
    deliveries: alert.deliveries.map(({ channel, state, attempts, last_attempt: lastAttempt, since }) => ({
      channel,
      state,
      attempts,
      lastAttempt,
      since,
    })),
  };
}

function jsonOf({ alert, deliveries }: AlertRecord): string {
  const { id, type, at, node, blind, message, reason, reminder, causedBy, silencedBy, mass, group } = alert;
  return JSON.stringify({
    id,
    type,
    at,
    node: node === undefined ? undefined : factsOf(node),
    blind,
    message,
    reason,
    reminder,
    caused_by: causedBy,
    silenced_by: silencedBy,
    mass,
    group: group === undefined ? undefined : { nodes: group.nodes.map(groupedOf), alert_ids: group.alertIds },
    deliveries: deliveries.map(
      ({
        channel,
        state,
        hold,
        attempts,
        lastAttempt,
        begun,
        person,
        lastError,
        since,
        folds,
        insteadOf,
      }) => ({
        channel,
        state,
        hold,
        attempts,
        last_attempt: lastAttempt,
        begun,
        person,
        last_error: lastError,
        since,
        folds,
        instead_of: insteadOf,
      }),
    ),
  });
}

function groupedOf({ wasNotified, ...rest }: GroupedNode): object {
  return { ...rest, was_told: wasNotified };
}

function factsOf({ lastHeartbeat, maxRetries, dependsOn, schedule, ...rest }: NodeFacts): object {
  return {
    ...rest,
    schedule: schedule && storedSchedule(schedule),
    last_heartbeat: lastHeartbeat,
    max_retries: maxRetries,
    depends_on: dependsOn,
  };
}
