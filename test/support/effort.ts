/**
 * The factor for the number of tries of tests that can find more with more tries: 1, or TEST_EFFORT.
 * `npm run test:long` sets it to 10.
 */
export const EFFORT = Number(process.env['TEST_EFFORT'] ?? 1);

/** A size that proves the point in the gate, and the full size for `npm run test:long`. */
export function sized(inGate: number, full: number): number {
  return EFFORT > 1 ? full : inGate;
}
