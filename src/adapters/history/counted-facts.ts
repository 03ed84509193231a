import type { Instant } from '../../domain/time.js';
import { OPEN_BITS, stateBitsOf } from './alert-keys.js';
import { KIND } from './format.js';
import type { Facts } from './meta.js';
import { sizeFrom } from './ping-codec.js';
import { offlineAtOf } from './session-codec.js';

/** Before any record is counted. */
export function newFacts(): Facts {
  return { sessions: 0, latestEnd: undefined, nodes: 0, alerts: 0, open: 0, openAlerts: 0, pingBytes: 0 };
}

/**
 * Counts a record among the facts that are kept of all.
 *
 * @param stored with its checksum at the end, after everything that is read here
 */
export function count(facts: Facts, key: Buffer, stored: Buffer): void {
  switch (key[0]) {
    case KIND.SESSION:
    case KIND.TEXT_SESSION:
      facts.sessions++;
      facts.latestEnd = later(facts.latestEnd, offlineAtOf(stored));
      break;
    case KIND.OPEN:
    case KIND.TEXT_OPEN:
      facts.open = (facts.open ?? 0) + 1;
      break;
    case KIND.NODE:
      facts.nodes++;
      break;
    case KIND.PING_AGE:
      facts.pingBytes += sizeFrom(stored);
      break;
    case KIND.ALERT:
      facts.alerts++;
      if ((stateBitsOf(stored) & OPEN_BITS) !== 0) facts.openAlerts = (facts.openAlerts ?? 0) + 1;
      break;
    case undefined:
    default:
  }
}

function later(a: Instant | undefined, b: Instant): Instant {
  return a === undefined || b > a ? b : a;
}
