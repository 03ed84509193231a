import type { Daemon } from '../../app/api.js';
import type { GatewayFacts } from '../../views/gateway-report.js';
import { metricFamilies } from '../../views/metrics/families.js';
import { CONTENT_TYPE, metricsText } from '../../views/metrics/text.js';
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
