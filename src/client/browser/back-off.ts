import type { Environment } from './environment.js';

/** The wait after the first failure is random up to this, and up to twice as much after each further one. */
const FIRST = 1000;
const LONGEST = 30_000;
/** A longer one, which the daemon may ask for, is taken for a mistake. */
const LONGEST_ASKED = 3_600_000;
/** So many attempts may begin within the window, whatever their reasons. */
const MOST = 20;
const WINDOW = 11_000;

/** Waits before the next attempt, in milliseconds. */
export interface BackOff {
  /** An attempt begins. */
  began(): void;
  /** @param atLeast what the daemon asks for */
  failed(atLeast?: number): number;
  /** There is a reason to try soon. */
  soon(): number;
  succeeded(): void;
}

/**
 * When to try again: exponential back-off with full jitter, and never more than 20 attempts within 11 s. A jitter that
 * happens to be short, or a network that comes and goes, would otherwise become a flood.
 */
export function createBackOff(env: Pick<Environment, 'now' | 'random'>): BackOff {
  /** When the latest attempts began. */
  let attempts: number[] = [];
  let failures = 0;

  function atLeast(wait: number): number {
    return Math.max(wait, (attempts.at(-MOST) ?? -Infinity) + WINDOW - env.now());
  }

  return {
    began() {
      const now = env.now();
      // A clock that was set back would keep old ones for ever.
      attempts = [...attempts.filter((at) => at <= now && at > now - WINDOW), now];
    },
    failed(asked = 0) {
      const most = Math.min(LONGEST, FIRST * 2 ** failures++);
      return atLeast(Math.min(asked > 0 ? asked : 0, LONGEST_ASKED) + env.random() * most);
    },
    soon: () => atLeast((env.random() * FIRST) / 2),
    succeeded() {
      failures = 0;
    },
  };
}
