/** Something that happened between two readings of the wall clock, in milliseconds. */
export interface Call {
  readonly sentAt: number;
  readonly answeredAt: number;
}

/**
 * What a checkup must say of a user after their last heal that was answered: whatever the daemon heard when, a user
 * was online until the timeout after the heal was sent, and not any more after the timeout from its answer.
 */
export function expectation(
  lastHeal: Call,
  checkup: Call,
  timeoutMs: number,
): 'online' | 'offline' | 'either' {
  if (checkup.answeredAt < lastHeal.sentAt + timeoutMs) return 'online';
  return checkup.sentAt > lastHeal.answeredAt + timeoutMs ? 'offline' : 'either';
}
