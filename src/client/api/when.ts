/** An instant that is asked for: a `Date`, Unix seconds, ISO 8601, or a time before now such as `-1h`. */
export type When = Date | number | string;

/** An instant as the daemon takes it: whole Unix seconds. */
export function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
