import * as z from 'zod';
import { INCIDENT_STATES, type StatusIncident, type StatusIncidentId } from '../../domain/status-incident.js';
import { KIND } from './format.js';
import { storedInstant } from './json-columns.js';
import { JsonRecords } from './json-records.js';

const stored = z.object({
  id: z.string(),
  page: z.string(),
  title: z.string(),
  updates: z.array(z.object({ at: storedInstant, state: z.enum(INCIDENT_STATES), text: z.string() })).min(1),
});

export const incidentRecords = new JsonRecords<StatusIncident, StatusIncidentId>({
  kind: KIND.INCIDENT,
  idOf: ({ id }) => id,
  write: ({ id, page, title, updates }) => ({
    id,
    page,
    title,
    updates: updates.map(({ at, state, text }) => ({ at, state, text })),
  }),
  read: (json) => stored.parse(json) as unknown as StatusIncident,
});
