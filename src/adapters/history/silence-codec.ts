import * as z from 'zod';
import type { Silence, SilenceId } from '../../domain/silence.js';
import { rangeOf } from './binary.js';
import { KIND } from './format.js';
import { storedInstant } from './json-columns.js';
import { DamagedRecord } from './store-errors.js';

/*
 * | key         | value |
 * |-------------|-------|
 * | SILENCE, id | JSON  |
 */
const { SILENCE } = KIND;

export const allSilences = rangeOf(SILENCE);

/** Checks only the shape: what was written here has the domain's brands. */
const stored = z.object({
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
});
const schema = stored.transform(
  ({ starts_at: startsAt, ends_at: endsAt, updated_at: updatedAt, ...rest }) => ({
    ...rest,
    startsAt,
    endsAt,
    updatedAt,
  }),
);

export function silenceKey(id: SilenceId): Buffer {
  return Buffer.from(`${String.fromCharCode(SILENCE)}${id}`, 'latin1');
}

export function silenceIdOf(key: Buffer): string {
  return key.toString('latin1', 1);
}

export function silenceValue({ startsAt, endsAt, updatedAt, ...rest }: Silence): Buffer {
  const { id, matchers, by, reason, nodes, key, link, maintenance } = rest;
  return Buffer.from(
    JSON.stringify({
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
  );
}

/** @throws HeartbeatError if it is damaged */
export function silenceFrom(key: Buffer, value: Buffer): Silence {
  try {
    return schema.parse(JSON.parse(value.toString())) as unknown as Silence;
  } catch (error) {
    throw new DamagedRecord(key, { cause: error });
  }
}
