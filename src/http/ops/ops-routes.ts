import type { Daemon } from '../../app/api/daemon.js';
import type { UserIdKind } from '../../domain/user-id.js';
import { inNoCluster } from '../../views/messages.js';
import type { Resources } from '../resources.js';
import type { GatewayFacts } from '../../app/daemon-facts.js';
import { configurationDiffView } from '../../views/configuration-view.js';
import { isEveryNodePermitted } from '../security/authorization.js';
import { clusterView } from '../../views/cluster-view.js';
import { metricFamilies } from '../../views/metrics/families.js';
import { statsView } from '../../views/stats-view.js';
import { CONTENT_TYPE, metricsText } from '../../views/metrics/text.js';
import type { GatewayLimits } from '../gateway-options.js';
import type { ContractOptions } from '../public-options.js';
import { type RawHeaders, asciiJson, jsonHead } from '../server/json-answer.js';

const PROBE = { needs: 'nothing', body: 'ignored', isProbe: true } as const;

/** Health checks, for liveness, readiness and the store, and the supervision tree. They are answered while it is not ready, too. */
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
          const notStoring = daemon.notStoring();
          if (reasons.length > 0) exchange.json(503, { status: 'unready', reasons });
          else if (notStoring.length > 0) exchange.json(200, { status: 'ready', not_storing: notStoring });
          else exchange.json(200, { status: 'ready' });
        },
      },
    })
    .add('/readyz/storing', {
      get: {
        ...PROBE,
        handle: (exchange) => {
          const reasons = daemon.notStoring();
          if (reasons.length === 0) exchange.json(200, { status: 'storing' });
          else exchange.json(503, { status: 'not_storing', reasons });
        },
      },
    })
    .add('/supervision', {
      get: { body: 'ignored', handle: async (exchange) => exchange.json(200, await daemon.supervision()) },
    });
}

/** Metrics for Prometheus, while the daemon is not ready, too. */
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

/** Counts of users, devices, nodes and readers. */
export function addStats(resources: Resources, daemon: Daemon): void {
  resources.add('/stats', {
    get: { handle: (exchange) => exchange.json(200, statsView(daemon.stats())) },
  });
}

/** The members of the cluster, and who owns what, while the daemon is not ready, too. */
export function addCluster(resources: Resources, daemon: Daemon): void {
  resources.add('/cluster', {
    get: {
      body: 'ignored',
      handle: (exchange) => {
        const facts = daemon.cluster();
        if (facts === undefined) exchange.refuse('HEARTBEAT_NOT_FOUND', { message: inNoCluster });
        else exchange.json(200, clusterView(facts));
      },
    },
  });
}

/** What a reload would do. A key of some nodes may not know of the others. */
export function addConfigurationDiff(resources: Resources, daemon: Daemon): void {
  resources.add('/config/diff', {
    get: {
      needs: 'admin',
      isLong: true,
      handle: async (exchange) => {
        if (isEveryNodePermitted(exchange))
          exchange.json(200, configurationDiffView(await daemon.configurationDiff()));
      },
    },
  });
}

/** An answer that is always the same. */
interface Fixed {
  readonly head: RawHeaders;
  readonly body: string;
}

/** The contract, for machines and for people. Made when somebody asks: a daemon does without its memory until then. */
export function addContract(
  resources: Resources,
  limits: Pick<GatewayLimits, 'batch' | 'page'>,
  userIds: UserIdKind,
  options: () => ContractOptions,
): void {
  const contract = async () => {
    const { openApi } = await import('../contract/document.js');
    return openApi(limits, { userIds, url: options().publicUrl });
  };
  const of = (): string => JSON.stringify([limits.batch, limits.page, options()]);
  const document = onceFor(of, async () => {
    const body = asciiJson(await contract());
    return { head: jsonHead(body.length), body };
  });
  const page = onceFor(of, async () => {
    const { docsPage } = await import('./docs/page.js');
    const { publicUrl, localUrl } = options();
    return docsPage(await contract(), publicUrl ?? localUrl);
  });
  for (const [path, made] of [
    ['/openapi.json', document],
    ['/docs', page],
  ] as const) {
    resources.add(path, {
      get: {
        body: 'ignored',
        large: 'state',
        isPublic: () => options().isPublic,
        handle: async (exchange) => {
          const { head, body } = await made();
          exchange.answer(200, head, body);
        },
      },
    });
  }
}

/** Once, until the configuration that it is made of is another one. */
function onceFor(configuration: () => string, make: () => Promise<Fixed>): () => Promise<Fixed> {
  let made: { readonly of: string; readonly fixed: Promise<Fixed> } | undefined;
  return () => {
    const of = configuration();
    if (made?.of !== of) made = { of, fixed: make() };
    return made.fixed;
  };
}
