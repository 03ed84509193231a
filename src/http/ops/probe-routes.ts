import type { Daemon } from '../../app/api.js';
import type { Resources } from '../resource.js';

const PROBE = { needs: 'nothing', body: 'ignored', isProbe: true } as const;

/** What tells how the daemon is, and is answered while it is not ready too. */
export function addProbes(resources: Resources, daemon: Daemon): void {
  resources
    .add('/healthz', {
      get: { ...PROBE, handle: (exchange) => exchange.json(200, { status: 'ok' }) },
    })
    .add('/readyz', {
      get: {
        ...PROBE,
        handle: (exchange) => {
          const reasons = daemon.unready();
          if (reasons.length === 0) exchange.json(200, { status: 'ready' });
          else exchange.json(503, { status: 'unready', reasons });
        },
      },
    })
    .add('/supervision', {
      get: { body: 'ignored', handle: async (exchange) => exchange.json(200, await daemon.supervision()) },
    });
}
