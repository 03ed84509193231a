/**
 * Two kinds of time, kept apart by type. Durations are measured between moments; people are shown instants.
 * A wall clock may jump, so nothing is ever due at an instant.
 */

declare const kind: unique symbol;

/** Milliseconds on the monotonic clock, from an origin that means nothing; it counts through a suspend. */
export type Moment = number & { readonly [kind]: 'moment' };

/** Milliseconds since 1970-01-01T00:00:00Z on the wall clock, a whole number. */
export type Instant = number & { readonly [kind]: 'instant' };

declare const unit: unique symbol;

/** A duration in milliseconds. A plain number may be one; `Seconds` may not. */
export type Millis = number & { readonly [unit]?: 'milliseconds' };

/** A duration in seconds, as people write and read it: in the configuration, in the API, in log lines. */
export type Seconds = number & { readonly [unit]?: 'seconds' };

export function moment(milliseconds: number): Moment {
  // oxlint-disable-next-line typescript/consistent-type-assertions -- with `instant`, where a number becomes a time
  return milliseconds as Moment;
}

export function instant(milliseconds: number): Instant {
  // oxlint-disable-next-line typescript/consistent-type-assertions -- see `moment`
  return Math.floor(milliseconds) as Instant;
}

/** The whole seconds that people are shown for an instant: floored, also before 1970. */
export function unixSeconds(at: Instant): number {
  return Math.floor(at / 1000);
}

export function toMillis(duration: Seconds): Millis {
  return duration * 1000;
}

export function toSeconds(duration: Millis): Seconds {
  return duration / 1000;
}

/** Converts an instant to the monotonic clock. */
export function momentOf(at: Instant, now: Moment, wall: Instant): Moment {
  return moment(now - Math.max(0, wall - at));
}
