import * as z from 'zod';
import { INCIDENT_STATES, type StatusIncident, type StatusIncidentId } from '../../domain/status-incident.js';
import type { OrderedStore } from '../../ports/ordered-store.js';
import { rangeOf } from './binary.js';
import { KIND } from './format.js';
import { storedInstant } from './json-columns.js';
import { entries } from './sealed-store.js';
import { DamagedRecord } from './store-errors.js';

/*
 * | key          | value |
 * |--------------|-------|
 * | INCIDENT, id | JSON  |
 */
const { INCIDENT } = KIND;

const allIncidents = rangeOf(INCIDENT);

/** Checks only the shape: what was written here has the domain's brands. */
const stored = z.object({
  id: z.string(),
  page: z.string(),
  title: z.string(),
  updates: z.array(z.object({ at: storedInstant, state: z.enum(INCIDENT_STATES), text: z.string() })).min(1),
});

export function incidentKey(id: StatusIncidentId): Buffer {
  return Buffer.from(`${String.fromCharCode(INCIDENT)}${id}`, 'latin1');
}

export function incidentIdOf(key: Buffer): string {
  return key.toString('latin1', 1);
}

export function incidentValue({ id, page, title, updates }: StatusIncident): Buffer {
  const written = updates.map(({ at, state, text }) => ({ at, state, text }));
  return Buffer.from(JSON.stringify({ id, page, title, updates: written }));
}

/** @throws HeartbeatError if it is damaged */
export function incidentFrom(key: Buffer, value: Buffer): StatusIncident {
  try {
    return stored.parse(JSON.parse(value.toString())) as unknown as StatusIncident;
  } catch (error) {
    throw new DamagedRecord(key, { cause: error });
  }
}

/** Oldest first. */
export async function* storedIncidents(store: OrderedStore): AsyncGenerator<readonly StatusIncident[]> {
  for await (const chunk of entries(store, allIncidents))
    yield chunk.map(([key, value]) => incidentFrom(key, value));
}
