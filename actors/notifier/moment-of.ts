import { moment, type Instant, type Moment } from '../../src/domain/time.js';

/** When that was, by the clock that does not jump. */
export function momentOf(at: Instant, now: Moment, wall: Instant): Moment {
  return moment(now - Math.max(0, wall - at));
}
