import type { Config } from '../config/schema.js';
import { userIdsOf } from '../domain/user-id.js';
import type { Rota } from '../domain/rota.js';
import type { Watchdog } from '../runtime/watchdog.js';
import { alertQueries } from './alert-queries.js';
import type { AlertsApi, RotasApi, SilencesApi } from './api/alerts-api.js';
import type { NodesApi, PingsApi, ProbesApi } from './api/nodes-api.js';
import type { StatusPagesApi, SignInsApi } from './api/pages-api.js';
import type { UsersApi } from './api/users-api.js';
import type { Actors } from './assemble.js';
import { declaredNodesOf, type DeclaredNodes } from './declared/declared-nodes.js';
import { statusPageQueries } from './status-page-queries.js';
import { nodeQueries } from './node-queries.js';
import { NodeReads } from './node-reads.js';
import type { OwnershipCheck } from './ownership-check.js';
import { pingQueries } from './ping-queries.js';
import type { AppPorts } from './ports.js';
import { probeQueries } from './probe-queries.js';
import { rotaQueries } from './rota-queries.js';
import { signInQueries } from './sign-in-queries.js';
import { silenceQueries } from './silence-queries.js';
import { uptimeRollUp, type UptimeRollUp } from './uptime-roll-up.js';
import { UserQueries } from './user-queries.js';

/** What can be asked of the daemon, and what asks it at intervals. */
export interface Apis {
  readonly users: UsersApi;
  readonly nodes: NodesApi;
  readonly alerts: AlertsApi;
  readonly silences: SilencesApi;
  readonly rotas: RotasApi;
  readonly pings: PingsApi;
  readonly probes: ProbesApi;
  readonly statusPages: StatusPagesApi;
  readonly signIns: SignInsApi;
  readonly declared: DeclaredNodes;
  readonly rollUp: UptimeRollUp;
}

interface ApiDeps {
  readonly watchdog: Watchdog;
  readonly ownership: OwnershipCheck;
  readonly rotas: { readonly inForce: readonly Rota[] };
}

/** Connects requests with the actors that answer them. */
export function apisOf(
  config: Config,
  { clock, logger, previewChannel }: Pick<AppPorts, 'clock' | 'logger' | 'previewChannel'>,
  actors: Actors,
  { watchdog, ownership, rotas }: ApiDeps,
): Apis {
  const silences = silenceQueries(actors, clock);
  const reads = new NodeReads(actors, watchdog, ownership, silences);
  const nodes = nodeQueries(actors, reads, watchdog, clock, ownership, silences);
  return {
    users: new UserQueries(userIdsOf(config.user_ids), actors, watchdog, ownership),
    nodes,
    alerts: alertQueries(actors, clock, previewChannel),
    silences,
    rotas: rotaQueries(actors, rotas),
    pings: pingQueries(actors, config.pings.body),
    probes: probeQueries(actors),
    statusPages: statusPageQueries(actors),
    signIns: signInQueries(actors),
    declared: declaredNodesOf(config, actors, nodes, { clock, logger }),
    rollUp: uptimeRollUp(actors, reads, config, { clock, logger }),
  };
}
