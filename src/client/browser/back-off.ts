import type { Environment } from './environment.js';

/** The wait after the first failure is random up to this, and up to twice as much after each further one. */
const FIRST = 1000;
const LONGEST = 30_000;
/** A longer one, which the daemon may ask for, is taken for a mistake. */
const LONGEST_ASKED = 3_600_000;
/** So many attempts may begin within the window, whatever their reasons. */
const MOST = 20;
const WINDOW = 11_000;

/**
 * When to try again: exponential back-off with full jitter, and never more than 20 attempts within 11 s. A jitter that
 * happens to be short, or a network that comes and goes, would otherwise become a flood.
 */
export class BackOff {
  readonly #env: Pick<Environment, 'now' | 'random'>;
  /** When the latest attempts began. */
  #began: number[] = [];
  #failures = 0;

  constructor(env: Pick<Environment, 'now' | 'random'>) {
    this.#env = env;
  }

  /** An attempt begins. */
  began(): void {
    const now = this.#env.now();
    // A clock that was set back would keep old ones for ever.
    this.#began = [...this.#began.filter((at) => at <= now && at > now - WINDOW), now];
  }

  /** @param atLeast what the daemon asks for. @returns the wait before the next attempt in milliseconds */
  failed(atLeast = 0): number {
    const most = Math.min(LONGEST, FIRST * 2 ** this.#failures++);
    return Math.max(Math.min(atLeast, LONGEST_ASKED) + this.#env.random() * most, this.#free());
  }

  /** There is a reason to try soon. @returns the wait before the next attempt in milliseconds */
  soon(): number {
    return Math.max((this.#env.random() * FIRST) / 2, this.#free());
  }

  succeeded(): void {
    this.#failures = 0;
  }

  #free(): number {
    const oldest = this.#began.at(-MOST);
    return oldest === undefined ? 0 : Math.max(0, oldest + WINDOW - this.#env.now());
  }
}
