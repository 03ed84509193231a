import { Histogram, LATENESS } from '../../src/domain/histogram.js';

/**
 * Counts of what the users of this process have done since it started. Plain fields, so a heal pays for one increment.
 */
export class UserCounts {
  /** Heals handled by actors. */
  heals = 0;
  /** Users asked about. */
  checkups = 0;
  /** Sessions opened by heals and stored. */
  openings = 0;
  /** Sessions found at the start that resumed. */
  recoveries = 0;
  /** Sessions ended by a goodbye or by erasing their user, and stored. */
  goodbyes = 0;
  erasures = 0;
  /** Sessions that ended in silence, by how many seconds late that was noticed. */
  readonly expiries = new Histogram(LATENESS);
}
