import * as z from 'zod';
import type { Silence, SilenceId } from '../../domain/silence.js';
import { KIND } from './format.js';
import { storedInstant } from './json-columns.js';
import { JsonRecords } from './json-records.js';

const stored = z
  .object({
    id: z.string(),
    matchers: z.array(z.string()),
    starts_at: storedInstant,
    ends_at: storedInstant,
    by: z.string(),
    reason: z.string().optional(),
    updated_at: storedInstant,
    nodes: z.array(z.string()).optional(),
    key: z.string().optional(),
    link: z.object({ id: z.string(), expires: storedInstant }).optional(),
    maintenance: z.string().optional(),
  })
  .transform(({ starts_at: startsAt, ends_at: endsAt, updated_at: updatedAt, ...rest }) => ({
    ...rest,
    startsAt,
    endsAt,
    updatedAt,
  }));

export const silenceRecords = new JsonRecords<Silence, SilenceId>({
  kind: KIND.SILENCE,
  idOf: ({ id }) => id,
  write: ({ id, matchers, startsAt, endsAt, by, reason, updatedAt, nodes, key, link, maintenance }) => ({
    id,
    matchers,
    starts_at: startsAt,
    ends_at: endsAt,
    by,
    reason,
    updated_at: updatedAt,
    nodes,
    key,
    link,
    maintenance,
  }),
  read: (json) => stored.parse(json) as unknown as Silence,
});
