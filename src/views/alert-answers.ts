import * as z from 'zod';
import { silencedBy } from './silence-answers.js';
import {
  alertId,
  alertType,
  count,
  deliveryState,
  hold,
  instant,
  nextCursor,
  nodeName,
  seconds,
} from './values.js';

export const delivery = z
  .strictObject({
    state: deliveryState,
    held_for: hold.optional(),
    attempts: count,
    last_attempt: instant.nullable(),
    last_error: z.string().nullable(),
    person: z.string().optional().meta({
      description:
        'Of a channel of the kind `rota`: who was notified, or would have been if the attempt had not failed.',
    }),
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

export const channelPreview = z
  .strictObject({
    channel: z.string(),
    kind: z.string(),
    previews: z
      .array(
        z.strictObject({
          alert: z.string().meta({ description: 'The type of the alert, or `a message about many nodes`.' }),
          sent: z
            .array(z.string())
            .readonly()
            .meta({ description: 'The bodies that it would send, JSON with line breaks.' }),
        }),
      )
      .readonly()
      .meta({ description: 'Empty for a channel that a program made.' }),
  })
  .meta({ id: 'ChannelPreview' });

export const queuedAlert = z.strictObject({ id: alertId }).meta({ id: 'QueuedAlert' });
