import * as z from 'zod';
import type { OverrideId, RotaOverride } from '../../domain/rota-override.js';
import { rangeOf } from './binary.js';
import { KIND } from './format.js';
import { storedInstant } from './json-columns.js';
import { DamagedRecord } from './store-errors.js';

/*
 * | key          | value |
 * |--------------|-------|
 * | OVERRIDE, id | JSON  |
 */
const { OVERRIDE } = KIND;

export const allOverrides = rangeOf(OVERRIDE);

/** Checks only the shape: what was written here has the domain's brands. */
const schema = z
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

export function overrideKey(id: OverrideId): Buffer {
  return Buffer.from(`${String.fromCharCode(OVERRIDE)}${id}`, 'latin1');
}

export function overrideIdOf(key: Buffer): string {
  return key.toString('latin1', 1);
}

export function overrideValue({
  id,
  rota,
  person,
  startsAt,
  endsAt,
  by,
  reason,
  updatedAt,
}: RotaOverride): Buffer {
  return Buffer.from(
    JSON.stringify({
      id,
      rota,
      person,
      starts_at: startsAt,
      ends_at: endsAt,
      by,
      reason,
      updated_at: updatedAt,
    }),
  );
}

/** @throws HeartbeatError if it is damaged */
export function overrideFrom(key: Buffer, value: Buffer): RotaOverride {
  try {
    return schema.parse(JSON.parse(value.toString())) as unknown as RotaOverride;
  } catch (error) {
    throw new DamagedRecord(key, { cause: error });
  }
}
