/** An event between two readings of the wall clock, in milliseconds. */
export interface Call {
  readonly sentAt: number;
  readonly answeredAt: number;
}

/**
 * What a checkup must answer for a user after their last answered heal. Whenever the daemon received it, the user was
 * online until a timeout after it was sent, and offline from a timeout after its answer.
 */
export function expectation(
  lastHeal: Call,
  checkup: Call,
  timeoutMs: number,
): 'online' | 'offline' | 'either' {
  if (checkup.answeredAt < lastHeal.sentAt + timeoutMs) return 'online';
  return checkup.sentAt > lastHeal.answeredAt + timeoutMs ? 'offline' : 'either';
}
