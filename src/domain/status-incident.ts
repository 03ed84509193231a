import { parseAlertId, type AlertIds } from './alert-id.js';
import { instant, type Instant } from './time.js';

declare const kind: unique symbol;

/** Sorts by the time at which the incident was written. */
export type StatusIncidentId = string & { readonly [kind]: 'status incident' };

/** How far those who work on an incident are. `resolved` ends it. */
export const INCIDENT_STATES = ['investigating', 'identified', 'monitoring', 'resolved'] as const;

export type IncidentState = (typeof INCIDENT_STATES)[number];

/** What was written at one time. */
interface IncidentUpdate {
  readonly at: Instant;
  readonly state: IncidentState;
  /** Plain text. */
  readonly text: string;
}

/** What people wrote about an incident, for a status page. */
export interface StatusIncident {
  readonly id: StatusIncidentId;
  /** The slug of the page. */
  readonly page: string;
  readonly title: string;
  /** Oldest first; at least one. */
  readonly updates: readonly IncidentUpdate[];
}

/** The most characters of a title and of a text. */
export const LONGEST_TITLE = 200;
export const LONGEST_TEXT = 2_000;
/** The most updates of one incident. */
export const MOST_UPDATES = 50;
/** The most incidents of one page, and of all of them. Beyond that the oldest one that is resolved goes. */
export const MOST_OF_A_PAGE = 100;
export const MOST_INCIDENTS = 1_000;

/** The last update says how it stands. */
export function stateOf({ updates }: StatusIncident): IncidentState {
  return updates.at(-1)?.state ?? 'resolved';
}

/** When it was written about first. */
export function beganAt({ updates }: StatusIncident): Instant {
  return updates[0]?.at ?? instant(-Infinity);
}

/** When it was written about last. */
export function updatedAt({ updates }: StatusIncident): Instant {
  return updates.at(-1)?.at ?? instant(-Infinity);
}

export function nextIncidentId(ids: AlertIds, wall: Instant): StatusIncidentId {
  return branded(ids.next(wall));
}

/** @returns undefined if the text is not the id of an incident */
export function parseIncidentId(text: string): StatusIncidentId | undefined {
  const id = parseAlertId(text);
  return id === undefined ? undefined : branded(id);
}

function branded(text: string): StatusIncidentId {
  // oxlint-disable-next-line typescript/consistent-type-assertions -- parsing: the text was made, or checked
  return text as StatusIncidentId;
}
