import { isEnd, type Alert, type Delivery } from '../../../src/domain/alert.js';
import type { Millis } from '../../../src/domain/time.js';
import type { Route } from './routing.js';

/**
 * Channels with `after`: they are notified later, and only of failures that still stand and are not acknowledged. That
 * needs no timer of its own: a failure that nobody was notified of is cancelled by its recovery, and the first attempt
 * waits. See decision 26.
 */
export class Escalation {
  /** They may change while the daemon runs. */
  readonly #routes: readonly Pick<Route, 'name' | 'after'>[];

  constructor(routes: readonly Pick<Route, 'name' | 'after'>[]) {
    this.#routes = routes;
  }

  /** How long the first attempt waits. */
  wait({ type, reminder }: Alert, { channel, attempts, insteadOf }: Delivery): Millis {
    if (attempts > 0 || insteadOf !== undefined || reminder !== undefined) return 0;
    if (isEnd(type) || type === 'test') return 0;
    return this.delayOf(channel);
  }

  delayOf(channel: string): Millis {
    return this.#routes.find(({ name }) => name === channel)?.after ?? 0;
  }
}
