/**
 * How long the oldest ended session has waited to be stored.
 *
 * @param deadlines when groups of sessions ended, in any order, in milliseconds
 * @param size sessions in each group
 * @param stored the number of sessions stored by then
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
