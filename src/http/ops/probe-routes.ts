import type { Daemon } from '../daemon.js';
import type { Resources } from '../resource.js';

/** What tells how the daemon is, and is answered while it is not ready too. */
export function addProbes(resources: Resources, daemon: Daemon): void {
  resources
    .add('/healthz', { get: (exchange) => exchange.json(200, { status: 'ok' }) }, { get: 'nothing' })
    .add(
      '/readyz',
      {
        get: (exchange) => {
          const reasons = daemon.unready();
          if (reasons.length === 0) exchange.json(200, { status: 'ready' });
          else exchange.json(503, { status: 'unready', reasons });
        },
      },
      { get: 'nothing' },
    )
    .add('/supervision', {
      get: async (exchange) => exchange.json(200, await daemon.supervision()),
    });
}
