import type { KindOfRecord } from '../../ports/history-store.js';
import type { KeyRange } from '../../ports/ordered-store.js';
import { rangeOf } from './binary.js';
import { KIND } from './format.js';

const { SESSION, OPEN, ENDED, HEALED, TEXT_SESSION, TEXT_OPEN, TEXT_ENDED, TEXT_HEALED } = KIND;
const { NODE, STATUS, FLIP, PAUSE, PAST, ACKNOWLEDGED } = KIND;
const { JOB, PING_UUID, PING, PING_BODY, PING_AGE } = KIND;
const { ALERT, ALERT_STATE, ALERT_LATE, UNNOTIFIED, SILENCE } = KIND;

/** What records are of, each with its indexes. Blind intervals and facts of the whole take next to nothing. */
export const RANGES: readonly (readonly [KindOfRecord, readonly KeyRange[]])[] = [
  ['sessions', [SESSION, OPEN, ENDED, HEALED, TEXT_SESSION, TEXT_OPEN, TEXT_ENDED, TEXT_HEALED].map(rangeOf)],
  ['nodes', [NODE, STATUS, FLIP, PAUSE, PAST, ACKNOWLEDGED].map(rangeOf)],
  ['pings', [JOB, PING_UUID, PING, PING_BODY, PING_AGE].map(rangeOf)],
  ['alerts', [ALERT, ALERT_STATE, ALERT_LATE, UNNOTIFIED, SILENCE].map(rangeOf)],
];
