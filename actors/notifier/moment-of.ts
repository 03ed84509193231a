import { moment, type Instant, type Moment } from '../../src/domain/time.js';

/** Converts an instant to the monotonic clock. */
export function momentOf(at: Instant, now: Moment, wall: Instant): Moment {
  return moment(now - Math.max(0, wall - at));
}
