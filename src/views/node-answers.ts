import * as z from 'zod';
import { probe, probeResult } from './probe.js';
import { silencedBy } from './silence-answers.js';
import { schedule } from './schedule.js';
import { timeout } from './timeout.js';
import { count, flipCause, instant, nextCursor, nodeName, nodeState, seconds, uuid } from './values.js';

export const liveNode = z
  .strictObject({ name: nodeName, state: z.literal('active') })
  .meta({ id: 'ActiveNode' });

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
  grace: seconds.optional().meta({
    description:
      'How long its job may take. Present if it was chosen, or the node was pinged; a schedule has its own.',
  }),
  started: instant.nullable().meta({
    description: 'When the run of its job started that goes on; null if none does.',
  }),
  last_duration: seconds.nullable().meta({
    description: 'How long the last run of its job took; null if none has ended, or its start is not known.',
  }),
  slug: z.string().optional().meta({
    description:
      'For pings by slug: the one chosen for it, or its name if that can be one. Absent if there is none.',
  }),
  probe: probe.optional().meta({ description: 'How the daemon probes it. Absent if it does not.' }),
  ping_uuid: uuid
    .optional()
    .meta({ description: 'The secret of its pings by UUID. Present for keys with the scope `admin`.' }),
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
  declared: z.literal(true).optional().meta({
    description: 'Present if the file of declared nodes names it, so that its settings are changed there.',
  }),
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

export const nodeInDetail = z
  .strictObject({
    ...shapeWithCause,
    last_probe: probeResult
      .optional()
      .meta({ description: 'Present if it is probed: the last result. Absent before the first.' }),
    settings_tag: z.string().meta({
      description:
        'Another one once the settings are changed. As an entity tag in `If-Match`, it has a `PUT` or `DELETE` refused then.',
    }),
    uptime: uptime.optional(),
  })
  .meta({ id: 'NodeInDetail' });

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
    reason: z.string().optional().meta({
      description: 'Why it failed, where that is known: what the node reported, or its probe found.',
    }),
    silenced_by: silencedBy.meta({ description: 'The silences that were active then, by its labels now.' }),
  })
  .meta({ id: 'Flip' });

export const flips = z.strictObject({ name: nodeName, flips: z.array(flip), next_cursor: nextCursor });
