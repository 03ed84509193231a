import type { Config } from '../config/schema.js';
import { createGateway } from '../http/gateway.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { AppPorts } from './ports.js';

/** Lets requests in by HTTP. */
export function listening(
  config: Config,
  { logger, clock }: { readonly logger: Logger; readonly clock: Clock },
): {
  readonly gateway: AppPorts['gateway'];
  /** Where it listens; undefined before it does. */
  readonly url: () => string | undefined;
} {
  let url: string | undefined;
  return {
    url: () => url,
    gateway: async (daemon, lifeline) => {
      const gateway = createGateway({ ...config, fast_lane: true }, daemon, {
        logger,
        clock,
        failed: (error) => {
          lifeline.crashed(error);
        },
      });
      ({ url } = await gateway.listen());
      return { stop: () => gateway.close(), inspect: () => gateway.inspect() };
    },
  };
}
