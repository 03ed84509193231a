import * as z from 'zod';
import { alert } from './alert-answers.js';
import { describedUser } from './user-answers.js';
import { flip, nodeWithCause } from './node-answers.js';
import { stats } from './ops-answers.js';
import { instant, seconds } from './values.js';

/*
 * The events of `GET /events`: the JSON in `data` of each.
 */

const at = z.int().meta({ description: 'When it happened, in milliseconds.' });

const state = z.strictObject({
  type: z.literal('state'),
  at_ms: at,
  users: z.array(describedUser).meta({ description: 'The users that the filter names.' }),
  nodes: z
    .array(nodeWithCause)
    .meta({ description: 'The nodes that the filter chooses; without one, those that have failed.' }),
  counts: stats.optional().meta({ description: 'Absent if the filter names users.' }),
  reset: z
    .literal(true)
    .optional()
    .meta({ description: 'Present if what was missed is not known any more: drop what you have.' }),
});

const ofUser = z.strictObject({
  type: z.enum(['user.online', 'user.offline', 'user.updated']),
  at_ms: at,
  user: describedUser,
});

const ofNode = z.strictObject({ type: z.literal('node.flip'), at_ms: at, node: nodeWithCause, flip });

const ofAlert = z.strictObject({ type: z.literal('alert.raised'), at_ms: at, alert });

const ofDelivery = z.strictObject({
  type: z.enum(['alert.delivered', 'alert.dead', 'alert.cancelled', 'alert.folded']),
  at_ms: at,
  alert,
  channel: z.string().meta({ description: 'The channel whose delivery has ended.' }),
});

const ofDaemon = z.strictObject({
  type: z.literal('daemon.blind'),
  at_ms: at,
  blind: z.strictObject({
    from: instant,
    to: instant,
    seconds,
    cause: z.enum(['stalled', 'restarted']),
  }),
});

/** One event of a stream. */
export const event = z
  .discriminatedUnion('type', [state, ofUser, ofNode, ofAlert, ofDelivery, ofDaemon])
  .meta({ id: 'Event' });
