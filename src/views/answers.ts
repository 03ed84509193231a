import { z } from 'zod';
import { timeout } from './timeout.js';
import {
  alertId,
  alertType,
  count,
  deliveryState,
  flipCause,
  hold,
  instant,
  nextCursor,
  nodeName,
  nodeState,
  presence,
  seconds,
  userId,
} from './values.js';

export const status = (word: 'online' | 'offline') => z.strictObject({ status: z.literal(word) });

export const checkedUser = z.strictObject({ id: userId, status: presence });

const session = z.strictObject({ online_at: instant, offline_at: instant }).meta({ id: 'Session' });

export const heartRhythm = z.strictObject({
  id: userId,
  history: z.array(session),
  next_cursor: z.string().optional().meta({ description: 'There when `limit` was given and more remains.' }),
});

export const describedUser = z.strictObject({
  id: userId,
  status: presence,
  since: instant.nullable().meta({ description: 'When the status began.' }),
  last_seen: instant.nullable().meta({ description: 'The last heal, or the goodbye.' }),
  deadline: instant
    .nullable()
    .meta({ description: 'When an online user goes offline unless healed; null for others.' }),
});

const rejected = z.array(
  z.strictObject({ index: count.meta({ description: 'Its place in the batch.' }), error: z.string() }),
);

export const accepted = z.strictObject({ accepted: count, rejected });

export const checkedUsers = z.strictObject({
  results: z.array(checkedUser),
  rejected: rejected.optional(),
});

export const liveNode = z.strictObject({ name: nodeName, state: z.literal('active') });

export const acknowledgement = z
  .strictObject({
    by: z.string().meta({ description: 'Who takes care of the failure.' }),
    reason: z.string().optional().meta({ description: 'Absent where none was given.' }),
    at: instant,
    until: instant.optional().meta({ description: 'When it ends by itself; absent where that is open.' }),
  })
  .meta({ id: 'Acknowledgement' });

export const rhythm = z
  .strictObject({
    mean: seconds.nullable().meta({ description: 'Of the intervals between its heartbeats.' }),
    deviation: seconds.nullable().meta({ description: 'The one that is reckoned with.' }),
    samples: count.meta({ description: 'Intervals that are remembered.' }),
    timeout: seconds.meta({ description: 'The timeout in force.' }),
  })
  .meta({ id: 'Rhythm' });

const nodeShape = {
  name: nodeName,
  state: nodeState,
  retries: count.meta({ description: 'Heartbeats in a row that did not come and were forgiven.' }),
  last_heartbeat: instant.nullable(),
  deadline: instant
    .nullable()
    .meta({ description: 'When it misses its next heartbeat; null of who has failed or is paused.' }),
  timeout,
  max_retries: count,
  labels: z.record(z.string(), z.string()),
  channels: z
    .array(z.string())
    .readonly()
    .nullable()
    .meta({ description: 'The channels its alerts go to; null for all.' }),
  depends_on: z
    .array(nodeName)
    .readonly()
    .meta({ description: 'Nodes without which it cannot live: while one has failed, nobody is told of it.' }),
  paused: z.boolean(),
  since: instant.meta({ description: 'When it came to its state.' }),
  acknowledged: acknowledgement
    .nullable()
    .meta({ description: 'Who takes care of its failure; null of nobody, and of one that has not failed.' }),
  phi: z.number().min(0).nullable().optional().meta({
    description:
      'There where the timeout is adaptive: how improbable its silence is by now, 1 for one in ten, 2 for one in a hundred. Null while too little is known to tell.',
  }),
  rhythm: rhythm.optional().meta({ description: 'What is learnt of it where the timeout is adaptive.' }),
};

export const node = z.strictObject(nodeShape).meta({ id: 'Node' });

export const uptime = z
  .strictObject({
    from: instant,
    to: instant,
    ratio: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .meta({ description: 'The share of the time that it had not failed, pauses and blindness left out.' }),
    active_seconds: seconds,
    inactive_seconds: seconds,
    failed_seconds: seconds,
    paused_seconds: seconds,
    blind_seconds: seconds,
  })
  .meta({ id: 'Uptime' });

const shapeWithCause = {
  ...nodeShape,
  caused_by: nodeName.optional().meta({
    description: 'There of a failed node: what it depends on, and has failed too.',
  }),
};

export const nodeWithCause = z.strictObject(shapeWithCause).meta({ id: 'NodeWithCause' });

export const nodeInDetail = z.strictObject({ ...shapeWithCause, uptime: uptime.optional() });

export const nodes = z.strictObject({ nodes: z.array(nodeWithCause), next_cursor: nextCursor });

export const flip = z
  .strictObject({
    from: nodeState,
    to: nodeState,
    at: instant,
    at_ms: z.int(),
    cause: flipCause,
    retries: count,
    blind_seconds: seconds,
    reason: z
      .string()
      .optional()
      .meta({ description: 'There where the node reported the failure, and said why.' }),
  })
  .meta({ id: 'Flip' });

export const flips = z.strictObject({ name: nodeName, flips: z.array(flip), next_cursor: nextCursor });

export const delivery = z
  .strictObject({
    state: deliveryState,
    held_for: hold.optional(),
    attempts: count,
    last_attempt: instant.nullable(),
    last_error: z.string().nullable(),
    instead_of: z
      .string()
      .optional()
      .meta({ description: 'The channel in which it died, and whose `fallback` this one is.' }),
    folded: count.optional(),
    alert_ids: z.array(alertId).readonly().optional(),
  })
  .meta({ id: 'Delivery' });

export const alert = z
  .strictObject({
    id: alertId,
    type: alertType,
    at: instant,
    at_ms: z.int(),
    node: nodeName.nullable(),
    blind_seconds: seconds,
    message: z.string(),
    reason: z
      .string()
      .optional()
      .meta({ description: 'What the node said of the failure that it reported.' }),
    reminder: z
      .int()
      .min(1)
      .optional()
      .meta({ description: 'Which reminder it is of a failure that goes on.' }),
    caused_by: nodeName
      .optional()
      .meta({ description: 'What the node depends on, and had failed before it.' }),
    count: count.optional(),
    sample: z.array(nodeName).readonly().optional(),
    nodes: z.array(nodeName).optional(),
    alert_ids: z.array(alertId).readonly().optional(),
    channels: z.record(z.string(), delivery),
  })
  .meta({ id: 'Alert' });

export const alerts = z.strictObject({ alerts: z.array(alert), next_cursor: nextCursor });

export const onItsWay = z.strictObject({ id: alertId });

export const healthy = z.strictObject({ status: z.literal('ok') });

export const ready = z.strictObject({ status: z.literal('ready') });

export const unready = z.strictObject({ status: z.literal('unready'), reasons: z.array(z.string()) });

export const supervision = z
  .looseObject({ status: z.enum(['ready', 'unready']) })
  .meta({ description: 'Its fields depend on the version.' });

export const failure = z
  .strictObject({
    error: z.string().meta({ description: 'A sentence for people.' }),
    code: z
      .string()
      .optional()
      .meta({ description: 'From the table in docs/errors.md; not on the calls of the original.' }),
    problems: z
      .array(z.strictObject({ path: z.string(), problem: z.string() }))
      .optional()
      .meta({ description: 'Everything that is wrong with a body of settings, or of an acknowledgement.' }),
  })
  .meta({ id: 'Error' });
