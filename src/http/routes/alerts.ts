import type { NotifierReply } from '../../../actors/notifier/notifier.protocol.js';
import { parseAlertId } from '../../domain/alert-id.js';
import type { AlertRecord } from '../../domain/alert.js';
import { isWithin, withinReach } from '../alerts/reach.js';
import { parseAlertListing } from '../alerts/query.js';
import { shownAlert } from '../alerts/shown.js';
import { isEveryNodePermitted } from '../auth/permitted.js';
import type { Daemon } from '../daemon.js';
import type { Exchange } from '../exchange.js';
import type { GatewayLimits } from '../options.js';
import type { Resources } from '../resource.js';

/** What has been raised, and what became of it; another attempt; a test of a channel. */
export function addAlerts(resources: Resources, daemon: Daemon, limits: Pick<GatewayLimits, 'page'>): void {
  resources
    .add('/alerts', {
      get: (exchange) => list(daemon, exchange, limits.page),
    })
    .add('/alerts/:id/redeliver', {
      post: (exchange, request) => {
        const { id: text } = request.params;
        const id = typeof text === 'string' ? parseAlertId(text) : undefined;
        if (!isEveryNodePermitted(exchange)) return;
        if (id === undefined) exchange.refuse('HEARTBEAT_NO_SUCH_ALERT');
        else daemon.alerts.command({ kind: 'redeliver', id, answered: (reply) => answer(exchange, reply) });
      },
    })
    .add('/channels/:name/test', {
      post: (exchange, request) => {
        const { name } = request.params;
        const channel = typeof name === 'string' ? name : '';
        daemon.alerts.command({ kind: 'test', channel, answered: (reply) => answer(exchange, reply) });
      },
    });
}

async function list({ alerts }: Daemon, exchange: Exchange, largestPage: number): Promise<void> {
  const { limit, ...range } = parseAlertListing(exchange.request.url ?? '', largestPage);
  const found: AlertRecord[] = [];
  // One more than is shown tells whether any are left.
  for await (const chunk of alerts.list(range)) {
    found.push(
      ...chunk.filter((record) => isWithin(exchange.access, record)).slice(0, limit + 1 - found.length),
    );
    if (found.length > limit) break;
  }
  const page = found.slice(0, limit);
  const next = found.length > limit ? page.at(-1)?.alert.id : undefined;
  exchange.json(200, {
    alerts: page.map((record) => shownAlert(withinReach(exchange.access, record))),
    next_cursor: next ?? null,
  });
}

function answer(exchange: Exchange, reply: NotifierReply): void {
  if (reply.kind === 'accepted') exchange.json(202, { id: reply.id });
  else exchange.refuse(reply.code);
}
