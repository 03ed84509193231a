import { createGateway, type Gateway } from '../http/gateway.js';
import type { GatewayReport } from '../views/gateway-report.js';
import type { GatewayOptions } from '../http/options.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { AppPorts } from './ports.js';

/**
 * Lets requests in by HTTP.
 *
 * @param options those in force: read whenever it starts, and when it is told that they have changed
 */
export function listening(
  options: () => GatewayOptions,
  { logger, clock }: { readonly logger: Logger; readonly clock: Clock },
): {
  readonly gateway: AppPorts['gateway'];
  /** Where it listens; undefined before it does. */
  readonly url: () => string | undefined;
  /** What it has counted; undefined before it listens. */
  readonly report: () => GatewayReport | undefined;
  /** The options have changed. */
  readonly reconfigure: () => void;
  /** The process ends: whoever is owed an answer is to see that it does not come. */
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
      const gateway = createGateway(options(), daemon, {
        logger,
        clock,
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
