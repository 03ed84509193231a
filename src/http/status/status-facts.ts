import type { Instant } from '../../domain/time.js';
import type { StatusGroup } from '../../domain/status-page.js';
import type { StatusIncident } from '../../domain/status-incident.js';
import type { UptimePart } from '../../domain/uptime-report.js';

/** How a group is, for the public. Names of nodes, their number and the reasons of failures are not public. */
export type GroupState = 'up' | 'checking' | 'partly' | 'down' | 'maintenance' | 'unwatched' | 'unknown';

/** A time in which at least one node of a group had failed. */
export interface Outage {
  readonly from: Instant;
  /** Undefined while it goes on. */
  readonly to: Instant | undefined;
}

/** The last 90 days of a group. */
export interface GroupUptime {
  /** Undefined where nothing is known. */
  readonly ratio: number | undefined;
  readonly days: readonly UptimePart[];
  /** The newest ones, newest first. */
  readonly outages: readonly Outage[];
  /** Whether there were more. */
  readonly hasMoreOutages: boolean;
}

export interface GroupFacts {
  readonly group: StatusGroup;
  readonly state: GroupState;
  /** `being read` when it takes long, and `unreadable` when it cannot be read. */
  readonly uptime: GroupUptime | 'being read' | 'unreadable';
}

/** Why a page cannot say for certain how things are. */
export type Doubt =
  | { readonly kind: 'starting' }
  /** The nodes or what was written cannot be read. */
  | { readonly kind: 'unreadable' }
  /** The daemon is not ready: its store refuses writes, for instance. */
  | { readonly kind: 'restricted' }
  /** It heard nobody until just now. */
  | { readonly kind: 'blind'; readonly from: Instant; readonly to: Instant };

/** Planned work to come or under way. */
export interface Maintenance {
  readonly from: Instant;
  readonly to: Instant;
  /** Titles of the groups with nodes that it concerns. */
  readonly groups: readonly string[];
}

/** Everything that a page shows. */
export interface StatusFacts {
  /** When the states were read. */
  readonly at: Instant;
  readonly doubt: Doubt | undefined;
  readonly groups: readonly GroupFacts[];
  readonly maintenance: readonly Maintenance[];
  /** Newest first. */
  readonly incidents: readonly StatusIncident[];
}

/** The state of everything on a page, in one word. */
export type Overall = 'up' | 'incident' | 'checking' | 'maintenance' | 'partly' | 'down' | 'unknown';

export function overallOf(
  { groups, incidents, doubt }: StatusFacts,
  isOpen: (one: StatusIncident) => boolean,
): Overall {
  const states = groups.map(({ state }) => state);
  const watched = states.filter((state) => state !== 'unwatched');
  if (watched.length > 0 && watched.every((state) => state === 'down')) return 'down';
  if (states.some((state) => state === 'down' || state === 'partly')) return 'partly';
  if (doubt !== undefined || watched.length === 0 || states.includes('unknown')) return 'unknown';
  if (incidents.some(isOpen)) return 'incident';
  if (states.includes('checking')) return 'checking';
  return states.includes('maintenance') ? 'maintenance' : 'up';
}
