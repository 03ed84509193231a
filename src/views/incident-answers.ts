import * as z from 'zod';
import { INCIDENT_STATES, parseIncidentId, type StatusIncidentId } from '../domain/status-incident.js';
import { coded, instant } from './values.js';

export const incidentId = coded<StatusIncidentId>(parseIncidentId, 'must be the id of an incident').meta({
  id: 'StatusIncidentId',
  type: 'string',
  pattern: '^[0-7][0-9A-HJKMNP-TV-Z]{25}$',
  description: 'A ULID: ids sort by the time at which the incident was written.',
});

const state = z.enum(INCIDENT_STATES);

export const statusIncident = z
  .strictObject({
    id: incidentId,
    page: z.string().meta({ description: 'The status page, as in `/status/<page>`.' }),
    title: z.string(),
    state: state.meta({ description: 'That of the last update. `resolved` ends it.' }),
    began_at: instant.meta({ description: 'When it was written about first.' }),
    updates: z
      .array(z.strictObject({ at: instant, state, text: z.string() }))
      .meta({ description: 'Oldest first.' }),
  })
  .meta({ id: 'StatusIncident' });

export const statusIncidents = z.strictObject({ incidents: z.array(statusIncident) });
