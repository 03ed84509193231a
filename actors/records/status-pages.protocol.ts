import type { Precondition } from '../../src/domain/precondition.js';
import type { IncidentState, StatusIncident, StatusIncidentId } from '../../src/domain/status-incident.js';
import type { StatusPage, StatusPageChange } from '../../src/domain/status-page.js';
import type { ErrorCode } from '../../src/errors.js';

/** What somebody wants to write for a status page, or to remove. */
export type IncidentRequest = { readonly page: string } & (
  | {
      readonly kind: 'begin';
      /** Whether the configuration has the page. If not, it must be there when its turn comes. */
      readonly isConfigured: boolean;
      readonly title: string;
      readonly text: string;
      readonly state: IncidentState;
    }
  | {
      readonly kind: 'update';
      readonly id: StatusIncidentId;
      readonly text: string;
      readonly state: IncidentState;
    }
  | { readonly kind: 'remove'; readonly id: StatusIncidentId }
);

/** What somebody wants of a page that the configuration does not have. */
export type StatusPageRequest = {
  readonly page: string;
  readonly precondition?: Precondition | undefined;
} & (
  | { readonly kind: 'put'; readonly change: StatusPageChange }
  /** It goes with what was written on it. */
  | { readonly kind: 'delete' }
);

type Refused = { readonly kind: 'refused'; readonly code: ErrorCode };

export type IncidentReply = { readonly kind: 'incident'; readonly incident: StatusIncident } | Refused;

export type StatusPageReply =
  | { readonly kind: 'page'; readonly page: StatusPage; readonly isNew: boolean }
  | Refused;
