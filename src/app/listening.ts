import { getHeapStatistics } from 'node:v8';
import { Gateway } from '../http/gateway.js';
import type { GatewayReport } from './daemon-facts.js';
import type { GatewayOptions } from '../http/gateway-options.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { AppPorts } from './ports.js';

/**
 * Runs the HTTP listener.
 *
 * @param options those in force: read at each start, and at each `reconfigure`
 */
export function listening(
  options: () => GatewayOptions,
  { logger, clock }: { readonly logger: Logger; readonly clock: Clock },
): {
  readonly gateway: AppPorts['gateway'];
  /** The URL; undefined before it listens. */
  readonly url: () => string | undefined;
  /** Its counts; undefined before it listens. */
  readonly report: () => GatewayReport | undefined;
  /** The options have changed. */
  readonly reconfigure: () => void;
  /** The process is ending: connections with unfinished answers are reset. */
  readonly cut: () => void;
} {
  let url: string | undefined;
  let running: Gateway | undefined;
  return {
    url: () => url,
    report: () => running?.inspect(),
    reconfigure: () => {
      running?.reconfigure(options());
    },
    cut: () => {
      running?.cut();
    },
    gateway: async (daemon, exitSignal) => {
      const gateway = new Gateway(options(), daemon, {
        logger,
        clock,
        heapLimit: getHeapStatistics().heap_size_limit,
        failed: (error) => {
          exitSignal.crashed(error);
        },
      });
      ({ url } = await gateway.listen());
      running = gateway;
      return { stop: () => gateway.close(), inspect: () => gateway.inspect() };
    },
  };
}
