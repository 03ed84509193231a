import { isEnd, type Alert, type Delivery } from '../../../src/domain/alert.js';
import type { Millis } from '../../../src/domain/time.js';
import type { Route } from './routing.js';

/**
 * Channels that are told late, and only of what is still failed by then. What they wait for needs no clock of its own:
 * a failure of which nobody was told goes with its recovery, and the attempt is not made before its time.
 */
export class Escalation {
  /** They may change while the daemon runs. */
  readonly #routes: readonly Pick<Route, 'name' | 'after'>[];

  constructor(routes: readonly Pick<Route, 'name' | 'after'>[]) {
    this.#routes = routes;
  }

  /** How long its first attempt waits. */
  wait({ type, reminder }: Alert, { channel, attempts, insteadOf }: Delivery): Millis {
    if (attempts > 0 || insteadOf !== undefined || reminder !== undefined) return 0;
    if (isEnd(type) || type === 'test') return 0;
    return this.delayOf(channel);
  }

  delayOf(channel: string): Millis {
    return this.#routes.find(({ name }) => name === channel)?.after ?? 0;
  }
}
