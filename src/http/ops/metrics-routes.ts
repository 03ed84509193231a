import type { Daemon } from '../daemon.js';
import type { GatewayFacts } from '../gateway-report.js';
import { metricFamilies } from './metrics/families.js';
import { CONTENT_TYPE, metricsText } from './metrics/text.js';
import type { Resources } from '../resource.js';

/** What Prometheus asks for, while the daemon is not ready too. */
export function addMetrics(resources: Resources, daemon: Daemon, gateway: () => GatewayFacts): void {
  resources.add('/metrics', {
    get: {
      body: 'ignored',
      handle: async (exchange) => {
        const text = metricsText(metricFamilies(await daemon.facts(), gateway()));
        exchange.answer(200, ['content-type', CONTENT_TYPE, 'content-length', String(text.length)], text);
      },
    },
  });
}
