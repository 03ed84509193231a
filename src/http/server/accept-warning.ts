import type { Millis } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';

/** The least time between log lines about connections that cannot be accepted. */
const WARN_EVERY: Millis = 60_000;

/** Warns about connections that cannot be accepted, not about each. */
export class AcceptWarning {
  readonly #clock: Clock;
  readonly #logger: Logger;
  #warnedAt = -Infinity;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  warn(error: Error): void {
    const now = this.#clock.now();
    if (now - this.#warnedAt < WARN_EVERY) return;
    this.#warnedAt = now;
    this.#logger.warn('connections cannot be accepted', { error });
  }
}
