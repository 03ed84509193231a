import { z } from 'zod';
import { count } from './values.js';

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
