import * as z from 'zod';
import { instant, nextCursor, silenceId, silenceState } from './values.js';

export const silencedBy = z.array(silenceId).readonly().optional();

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
