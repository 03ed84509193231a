import { toMillis } from '../../src/domain/time.js';
import type { SupervisorPolicy } from './child-spec.js';

/** Times of recent restarts in monotonic milliseconds, newest first; at most `intensity` + 1 of them. */
export type RestartHistory = readonly number[];

/**
 * The restart intensity: records a restart at `now` (monotonic milliseconds) and says whether it was one too many: more
 * than `intensity` within the last `period` seconds, both ends included. This is `add_restart` of OTP's supervisor.erl,
 * in milliseconds where OTP counts whole seconds.
 */
export function recordRestart(
  history: RestartHistory,
  now: number,
  policy: Pick<SupervisorPolicy, 'intensity' | 'period'>,
): { readonly history: RestartHistory; readonly exceeded: boolean } {
  const threshold = now - toMillis(policy.period);
  const recent = [now, ...history.filter((at) => at >= threshold)];
  return {
    history: recent.slice(0, policy.intensity + 1),
    exceeded: recent.length > policy.intensity,
  };
}
