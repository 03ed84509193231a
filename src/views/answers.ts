import { z } from 'zod';
import { schedule } from './schedule.js';
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
  silenceId,
  silenceState,
  userId,
} from './values.js';

export const status = (word: 'online' | 'offline') => z.strictObject({ status: z.literal(word) });

const session = z.strictObject({ online_at: instant, offline_at: instant }).meta({ id: 'Session' });

export const heartRhythm = z.strictObject({
  id: userId,
  history: z.array(session),
  next_cursor: z
    .string()
    .optional()
    .meta({ description: 'Present if `limit` was given and there are more.' }),
});

const device = z
  .strictObject({
    device: z
      .string()
      .nullable()
      .meta({ description: 'Its name; null for the device of heals without one.' }),
    since: instant,
    last_seen: instant.meta({ description: 'When its last heal came.' }),
    deadline: instant.meta({
      description: 'When it no longer keeps the user online, unless it heals again.',
    }),
    meta: z.record(z.string(), z.unknown()).nullable().meta({ description: 'What its heals said of it.' }),
  })
  .meta({ id: 'Device' });

const onlineUser = z
  .strictObject({ id: userId, since: instant, last_seen: instant, deadline: instant })
  .meta({ id: 'OnlineUser' });

export const onlineUsers = z.strictObject({ users: z.array(onlineUser), next_cursor: nextCursor });

export const describedUser = z
  .strictObject({
    id: userId,
    status: presence,
    since: instant.nullable().meta({ description: 'When the status began.' }),
    last_seen: instant.nullable().meta({ description: 'When the last heal or goodbye came.' }),
    deadline: instant
      .nullable()
      .meta({ description: 'When an online user goes offline unless healed; null for others.' }),
    devices: z.array(device).meta({
      description:
        'The devices that keep the user online, as far as they were heard since the daemon started.',
    }),
  })
  .meta({ id: 'User' });

export const checkedUser = z.strictObject({ id: userId, status: presence });

const rejection = z
  .strictObject({
    index: count.meta({ description: 'Its index in the batch, from 0.' }),
    error: z.string(),
  })
  .meta({ id: 'Rejection' });

const rejected = z.array(rejection);

export const accepted = z.strictObject({ accepted: count, rejected });

const checkedUserWithFields = z
  .strictObject({
    ...checkedUser.shape,
    last_seen: instant.nullable().optional().meta({ description: 'Present if asked for.' }),
    devices: z.array(device).optional().meta({ description: 'Present if asked for.' }),
  })
  .meta({ id: 'CheckedUser' });

export const checkedUsers = z.strictObject({
  results: z.array(checkedUserWithFields),
  rejected: rejected.optional(),
});

export const liveNode = z.strictObject({ name: nodeName, state: z.literal('active') });

export const acknowledgement = z
  .strictObject({
    by: z.string().meta({ description: 'Who takes care of the failure.' }),
    reason: z.string().optional().meta({ description: 'Absent if none was given.' }),
    at: instant,
    until: instant.optional().meta({ description: 'When it ends by itself. Absent if it has no end.' }),
  })
  .meta({ id: 'Acknowledgement' });

export const rhythm = z
  .strictObject({
    mean: seconds.nullable().meta({ description: 'The mean interval between its heartbeats.' }),
    deviation: seconds.nullable().meta({ description: 'The standard deviation used.' }),
    samples: count.meta({ description: 'How many intervals are remembered.' }),
    timeout: seconds.meta({ description: 'The timeout in force.' }),
  })
  .meta({ id: 'Rhythm' });

const silencedBy = z.array(silenceId).readonly().optional();

const nodeShape = {
  name: nodeName,
  state: nodeState,
  retries: count.meta({ description: 'Heartbeats missed in a row.' }),
  last_heartbeat: instant.nullable(),
  deadline: instant.nullable().meta({
    description:
      'When it misses its next heartbeat, or becomes late, or fails; null for a node that has failed or is paused.',
  }),
  timeout: timeout.nullable().meta({ description: 'Null for a node with a schedule.' }),
  max_retries: count.nullable().meta({ description: 'Null for a node with a schedule.' }),
  schedule: schedule.optional().meta({ description: 'Present if it has one, in place of a timeout.' }),
  next_expected: instant.nullable().optional().meta({
    description:
      'Present if it has a schedule: when the heartbeat after the last one is or was expected. Null while it is paused.',
  }),
  labels: z.record(z.string(), z.string()),
  channels: z
    .array(z.string())
    .readonly()
    .nullable()
    .meta({ description: 'The channels its alerts go to; null for all.' }),
  depends_on: z
    .array(nodeName)
    .readonly()
    .meta({ description: 'Nodes it depends on: while one of them has failed, its alerts are inhibited.' }),
  paused: z.boolean(),
  paused_until: instant
    .optional()
    .meta({ description: 'When its pause ends by itself. Absent if it has no end.' }),
  since: instant.meta({ description: 'When its state began.' }),
  acknowledged: acknowledgement
    .nullable()
    .meta({ description: 'The acknowledgement of its failure; null if there is none or it has not failed.' }),
  phi: z.number().min(0).nullable().optional().meta({
    description:
      'Present if the timeout is adaptive: how improbable the present silence is, 1 for one in ten, 2 for one in a hundred. Null until there are enough heartbeats.',
  }),
  rhythm: rhythm
    .optional()
    .meta({ description: 'What was learnt from its heartbeats, if its timeout is adaptive.' }),
};

export const node = z.strictObject(nodeShape).meta({ id: 'Node' });

export const uptime = z
  .strictObject({
    from: instant,
    to: instant,
    ratio: z.number().min(0).max(1).nullable().meta({
      description:
        'The share of time in which it had not failed, without pauses, blind time and maintenance. Null if none is left.',
    }),
    active_seconds: seconds,
    inactive_seconds: seconds,
    failed_seconds: seconds,
    paused_seconds: seconds,
    blind_seconds: seconds,
    maintenance_seconds: seconds.meta({
      description: 'Time in maintenance windows, which counts in no state.',
    }),
    silenced_seconds: seconds.meta({
      description: 'Time in silences. It counts in the others as well, since a silence only mutes alerts.',
    }),
  })
  .meta({ id: 'Uptime' });

const shapeWithCause = {
  ...nodeShape,
  caused_by: nodeName.optional().meta({
    description: 'For a failed node: the nodes it depends on that have failed, too.',
  }),
  silenced_by: silencedBy.meta({
    description: 'The active silences that fit it, with those of maintenance windows.',
  }),
  maintenance: z
    .strictObject({
      ends_at: instant,
      reason: z.string().optional().meta({ description: 'Absent if the configuration gives none.' }),
    })
    .optional()
    .meta({ description: 'The maintenance window that it is in; of several, the one that ends last.' }),
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
      .meta({ description: 'Present if the node reported the failure with a reason.' }),
    silenced_by: silencedBy.meta({ description: 'The silences that were active then, by its labels now.' }),
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
      .meta({ description: 'The channel that could not deliver it; this one is its `fallback`.' }),
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
    reason: z.string().optional().meta({ description: 'The reason that the node gave for the failure.' }),
    reminder: z.int().min(1).optional().meta({ description: 'The number of the reminder.' }),
    caused_by: nodeName
      .optional()
      .meta({ description: 'The nodes it depends on that had failed before it.' }),
    silenced_by: silencedBy.meta({
      description: 'The silences that held it, with those of maintenance windows.',
    }),
    count: count.optional(),
    sample: z.array(nodeName).readonly().optional(),
    nodes: z.array(nodeName).optional(),
    alert_ids: z.array(alertId).readonly().optional(),
    channels: z.record(z.string(), delivery),
  })
  .meta({ id: 'Alert' });

export const alerts = z.strictObject({ alerts: z.array(alert), next_cursor: nextCursor });

export const silence = z
  .strictObject({
    id: silenceId,
    state: silenceState,
    matchers: z.array(z.string()).readonly(),
    starts_at: instant,
    ends_at: instant,
    by: z.string(),
    reason: z.string().optional().meta({ description: 'Absent if none was given.' }),
    updated_at: instant.meta({ description: 'When it was made, or ended by hand.' }),
    nodes: z.array(z.string()).readonly().optional().meta({
      description:
        'It silences only nodes whose names begin with one of these: the key that made it covers no others.',
    }),
    maintenance: z
      .literal(true)
      .optional()
      .meta({ description: 'Present if it stands for a maintenance window of the configuration.' }),
  })
  .meta({ id: 'Silence' });

export const silences = z.strictObject({ silences: z.array(silence), next_cursor: nextCursor });

export const onItsWay = z.strictObject({ id: alertId });

export const stats = z
  .strictObject({
    users: z.strictObject({ online: count }),
    devices: count.meta({ description: 'A user whose devices are not told apart counts as one.' }),
    nodes: z
      .strictObject({ registered: count, active: count, inactive: count, failed: count, paused: count })
      .meta({ description: 'Paused nodes count in their state, too.' }),
    sockets: count.meta({ description: 'Open WebSocket connections.' }),
    event_readers: count.meta({ description: 'Open streams of events.' }),
  })
  .meta({ id: 'Stats' });

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
      .meta({ description: 'From the table in docs/errors.md. Absent on heal, checkup and heart_rhythm.' }),
    problems: z
      .array(z.strictObject({ path: z.string(), problem: z.string() }))
      .optional()
      .meta({
        description: 'All problems of the settings or the acknowledgement in the body.',
      }),
  })
  .meta({ id: 'Error' });
