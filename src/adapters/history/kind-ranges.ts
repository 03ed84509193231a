import type { KindOfRecord } from '../../ports/history-store.js';
import type { KeyRange } from '../../ports/ordered-store.js';
import { rangeOf } from './binary.js';
import { KIND } from './format.js';

/** What records are of, with their indexes. Undefined for what is counted only in the size of the whole. */
const KIND_OF: Readonly<Record<keyof typeof KIND, KindOfRecord | undefined>> = {
  META: undefined,
  SESSION: 'sessions',
  OPEN: 'sessions',
  ENDED: 'sessions',
  HEALED: 'sessions',
  BLIND: undefined,
  TEXT_SESSION: 'sessions',
  TEXT_OPEN: 'sessions',
  TEXT_ENDED: 'sessions',
  TEXT_HEALED: 'sessions',
  NODE: 'nodes',
  STATUS: 'nodes',
  FLIP: 'nodes',
  PAUSE: 'nodes',
  PAST: 'nodes',
  PING_UUID: 'pings',
  JOB: 'pings',
  PING: 'pings',
  PING_BODY: 'pings',
  PING_AGE: 'pings',
  ACKNOWLEDGED: 'nodes',
  UPTIME_DAY: 'nodes',
  PROBE_RESULTS: 'nodes',
  ALERT: 'alerts',
  ALERT_STATE: 'alerts',
  ALERT_LATE: 'alerts',
  UNNOTIFIED: 'alerts',
  SILENCE: 'alerts',
  OVERRIDE: 'alerts',
  INCIDENT: 'alerts',
  STATUS_PAGE: 'alerts',
  // Of people who use the dashboard, and not of monitored users.
  SIGN_IN: undefined,
};

/** Each range of keys, with what its records are of. */
export const RANGES: readonly (readonly [KindOfRecord, KeyRange])[] = Object.entries(KIND).flatMap(
  ([name, kind]): [KindOfRecord, KeyRange][] => {
    const of = KIND_OF[name as keyof typeof KIND];
    return of === undefined ? [] : [[of, rangeOf(kind)]];
  },
);
