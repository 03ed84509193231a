/**
 * How many times as much as the gate does is tried, where more tries may find more: 1, or what TEST_EFFORT says.
 * `npm run test:long` sets it to 10.
 */
export const EFFORT = Number(process.env['TEST_EFFORT'] ?? 1);

/** A size that proves the point in the gate, and the full one for who has the time. */
export function sized(inGate: number, full: number): number {
  return EFFORT > 1 ? full : inGate;
}
