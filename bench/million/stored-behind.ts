/**
 * How long the oldest session that has ended and is not stored has been waiting.
 *
 * @param deadlines when groups of sessions ended, in any order, in milliseconds
 * @param size sessions in each group
 * @param stored sessions that were stored by then
 */
export function storedBehind(
  deadlines: readonly number[],
  size: number,
  stored: number,
  now: number,
): number {
  const oldest = deadlines.toSorted((a, b) => a - b)[Math.floor(stored / size)];
  return oldest === undefined ? 0 : Math.max(0, now - oldest);
}
