import * as z from 'zod';
import type { OverrideId, RotaOverride } from '../../domain/rota-override.js';
import { KIND } from './format.js';
import { storedInstant } from './json-columns.js';
import { JsonRecords } from './json-records.js';

const stored = z
  .object({
    id: z.string(),
    rota: z.string(),
    person: z.string(),
    starts_at: storedInstant,
    ends_at: storedInstant,
    by: z.string(),
    reason: z.string().optional(),
    updated_at: storedInstant,
  })
  .transform(({ starts_at: startsAt, ends_at: endsAt, updated_at: updatedAt, ...rest }) => ({
    ...rest,
    startsAt,
    endsAt,
    updatedAt,
  }));

export const overrideRecords = new JsonRecords<RotaOverride, OverrideId>({
  kind: KIND.OVERRIDE,
  idOf: ({ id }) => id,
  write: ({ id, rota, person, startsAt, endsAt, by, reason, updatedAt }) => ({
    id,
    rota,
    person,
    starts_at: startsAt,
    ends_at: endsAt,
    by,
    reason,
    updated_at: updatedAt,
  }),
  read: (json) => stored.parse(json) as unknown as RotaOverride,
});
