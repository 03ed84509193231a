import { Histogram } from '../../src/domain/histogram.js';
import { LATENESS } from '../shards/lateness.js';

/** What the users of this process have done since it started. Fields that are counted up: a heal pays for one. */
export class UserCounts {
  /** Heals that actors have handled. */
  heals = 0;
  /** Users who were asked about. */
  checkups = 0;
  /** Sessions that heals have opened, each on disk. */
  openings = 0;
  /** Sessions found at the start that went on. */
  recoveries = 0;
  /** Sessions that ended by a goodbye, and by the erasure of their user, each on disk. */
  goodbyes = 0;
  erasures = 0;
  /** Sessions that ended in silence, by the seconds between the deadline and its being noticed. */
  readonly expiries = new Histogram(LATENESS);
}
