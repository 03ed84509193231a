import * as z from 'zod';
import { unixSeconds } from '../domain/time.js';
import type { PingFacts } from '../ports/history-store.js';
import { count, instant, nextCursor, nodeName, seconds } from './values.js';

const ping = z
  .strictObject({
    n: count.meta({ description: 'Its number among the pings of the node, from 1.' }),
    kind: z.enum(['success', 'start', 'fail', 'log', 'exit']),
    exit_status: count.nullable().meta({ description: 'Of `exit`: 0 to 255. Null for others.' }),
    at: instant,
    at_ms: z.int(),
    rid: z.string().nullable().meta({ description: 'The run that it belongs to; null if none was given.' }),
    duration: seconds.nullable().meta({
      description: 'How long the run took that it ended. Null if it ended none whose start is known.',
    }),
    bytes: count.meta({ description: 'The length of its body, of which the beginning is kept.' }),
    method: z.string(),
  })
  .meta({ id: 'Ping' });

export const pings = z.strictObject({ name: nodeName, pings: z.array(ping), next_cursor: nextCursor });

/** A ping in an answer. */
export function pingView({
  n,
  kind,
  exitStatus,
  at,
  rid,
  duration,
  bytes,
  method,
}: PingFacts): z.output<typeof ping> {
  return {
    n,
    kind,
    exit_status: exitStatus ?? null,
    at: unixSeconds(at),
    at_ms: at,
    rid: rid ?? null,
    duration: duration === undefined ? null : Math.round(duration) / 1000,
    bytes,
    method,
  };
}
