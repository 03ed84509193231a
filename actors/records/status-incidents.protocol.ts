import type { IncidentState, StatusIncident, StatusIncidentId } from '../../src/domain/status-incident.js';
import type { ErrorCode } from '../../src/errors.js';

/** What somebody wants to write for a status page, or to remove. */
export type IncidentRequest = { readonly page: string } & (
  | { readonly kind: 'begin'; readonly title: string; readonly text: string; readonly state: IncidentState }
  | {
      readonly kind: 'update';
      readonly id: StatusIncidentId;
      readonly text: string;
      readonly state: IncidentState;
    }
  | { readonly kind: 'remove'; readonly id: StatusIncidentId }
);

export type IncidentReply =
  | { readonly kind: 'incident'; readonly incident: StatusIncident }
  | { readonly kind: 'refused'; readonly code: ErrorCode };
