import { isIPv6 } from 'node:net';
import { toMillis, moment, type Millis, type Moment } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';

/** The most callers that are remembered. Past it, the one counted first is forgotten and starts again. */
const REMEMBERED = 100_000;
/** This many seconds' worth may come at once. */
const BURST = 1;
const ROUNDING = 1e-6;

/**
 * A rate limit for each caller by the generic cell rate algorithm, a token bucket in one number: for each there is
 * one moment, at which all requests so far would have come at the allowed rate. A caller whose moment is ahead by
 * more than a burst has to wait.
 */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #interval: Millis;
  readonly #burst: Millis;
  readonly #remembered: number;
  readonly #due = new Map<string, Moment>();

  /** @param rate requests a second */
  constructor(clock: Clock, rate: number, remembered = REMEMBERED) {
    this.#clock = clock;
    this.#interval = toMillis(1) / rate;
    // One request is always allowed, however slow the rate.
    this.#burst = Math.max(toMillis(BURST), this.#interval);
    this.#remembered = remembered;
  }

  /**
   * Counts a request.
   *
   * @returns 0 if it may pass, else the seconds to wait
   */
  take(who: string): number {
    const now = this.#clock.now();
    const due = Math.max(this.#due.get(who) ?? now, now) + this.#interval;
    const early = due - now - this.#burst;
    // Sums of intervals are off by their rounding.
    if (early > this.#interval * ROUNDING) return early / 1000;
    // Moved to the end, so that quiet callers are forgotten first.
    this.#due.delete(who);
    this.#due.set(who, moment(due));
    if (this.#due.size > this.#remembered) this.#forgetOne();
    return 0;
  }

  #forgetOne(): void {
    for (const first of this.#due.keys()) {
      this.#due.delete(first);
      return;
    }
  }
}

/** The part of an IPv6 address that one customer gets, and may send from. */
const NETWORK_GROUPS = 4;

/** The source of an address for rate limits: itself for IPv4, its network (a /64) for IPv6. */
export function sourceOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const behind = tail === '' ? 0 : tail.split(':').length;
    for (let missing = 8 - groups.length - behind; missing > 0; missing--) groups.push('0');
    groups.push(...(tail === '' ? [] : tail.split(':')));
  }
  return `${groups.slice(0, NETWORK_GROUPS).join(':')}::/64`;
}
