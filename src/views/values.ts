import { z } from 'zod';
import { ALERT_TYPES, DELIVERY_STATES, HOLDS } from '../domain/alert.js';

/** What answers are made of. Those with an id have a place of their own in the document. */

/** A number to JavaScript, which cannot hold every one; on the wire it has all its digits. */
export const userId = z.number().meta({
  id: 'UserId',
  type: 'integer',
  format: 'int64',
  description:
    'Any signed 64-bit integer. It comes back with every digit it has: read it as text above 2^53.',
});

export { alertId, nodeName } from './shapes.js';

export const instant = z.int().meta({ id: 'Instant', description: 'Whole Unix seconds, rounded down.' });

export const seconds = z.number().min(0).meta({ description: 'Seconds, to a millisecond.' });

export const count = z.int().min(0);

export const presence = z.enum(['online', 'offline']);

export const nodeState = z.enum(['active', 'inactive', 'failed']);

export const flipCause = z.enum(['silence', 'heartbeat', 'report']);

export const alertType = z.enum(ALERT_TYPES);

export const deliveryState = z.enum(DELIVERY_STATES);

export const hold = z.enum(HOLDS);

export const nextCursor = z
  .string()
  .nullable()
  .meta({ description: 'Pass it as `cursor` to get the next page; null on the last page.' });
