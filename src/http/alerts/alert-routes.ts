import type { NotifierReply } from '../../../actors/notifier/notifier.protocol.js';
import { parseAlertId } from '../../domain/alert-id.js';
import type { AlertId, AlertRecord } from '../../domain/alert.js';
import { isWanted } from '../../domain/alert-filter.js';
import { isAlertVisible, visibleAlert } from '../../domain/alert-scope.js';
import { parseAlertListing } from './alert-query.js';
import { alertView, previewView } from '../../views/alert-view.js';
import { isEveryNodePermitted } from '../security/authorization.js';
import type { Daemon } from '../../app/api/daemon.js';
import type { Exchange } from '../server/exchange.js';
import { failsByTag, preconditionOf } from '../input/preconditions.js';
import type { GatewayLimits } from '../gateway-options.js';
import type { Resources } from '../resources.js';

/** The most alerts read for one page, matching or not. See decision 69. */
const MOST_LOOKED_AT = 10_000;
/** The most characters of messages and reasons in a page. */
const LONGEST_PAGE = 1_000_000;

/** Lists alerts, retries dead letters, and previews and tests channels. */
export function addAlerts(resources: Resources, daemon: Daemon, limits: Pick<GatewayLimits, 'page'>): void {
  resources
    .add('/alerts', {
      get: { large: 'history', handle: (exchange) => list(daemon, exchange, limits.page) },
    })
    .add('/alerts/:id/redeliver', {
      post: {
        handle: (exchange, request) => {
          const { id: text } = request.params;
          const id = typeof text === 'string' ? parseAlertId(text) : undefined;
          if (!isEveryNodePermitted(exchange)) return;
          if (id === undefined) exchange.refuse('HEARTBEAT_NO_SUCH_ALERT');
          else
            daemon.alerts.command({
              kind: 'redeliver',
              id,
              failsByTag: preconditionOf(exchange.request) === 'never',
              answered: (reply) => answer(exchange, reply),
            });
        },
      },
    })
    .add('/channels/:name/preview', {
      get: {
        needs: 'admin',
        isLong: true,
        handle: async (exchange, { params: { name } }) => {
          const channel = typeof name === 'string' ? name : '';
          const preview = await daemon.alerts.preview(channel);
          if (preview === undefined) exchange.refuse('HEARTBEAT_NO_SUCH_CHANNEL');
          else exchange.json(200, previewView(channel, preview));
        },
      },
    })
    .add('/channels/:name/test', {
      post: {
        handle: (exchange, request) => {
          const { name } = request.params;
          const channel = typeof name === 'string' ? name : '';
          if (daemon.alerts.channels.includes(channel) && failsByTag(exchange)) return;
          daemon.alerts.command({ kind: 'test', channel, answered: (reply) => answer(exchange, reply) });
        },
      },
    });
}

/** Newest first. A page also ends after many alerts read, or many characters, whatever the filter. */
async function list({ alerts }: Daemon, exchange: Exchange, largestPage: number): Promise<void> {
  const { limit, filter, ...range } = parseAlertListing(exchange.request.url ?? '', largestPage);
  const listing = { states: range.states, filter };
  const page: AlertRecord[] = [];
  let looked = 0;
  let length = 0;
  let last: AlertId | undefined;
  let isCut = false;
  for await (const chunk of alerts.list(range)) {
    if (!exchange.open) return;
    for (const record of chunk) {
      isCut = page.length === limit || looked === MOST_LOOKED_AT || length > LONGEST_PAGE;
      if (isCut) break;
      looked++;
      last = record.alert.id;
      if (!isAlertVisible(exchange.access, record) || !isWanted(record, listing)) continue;
      page.push(record);
      length += record.alert.message.length + (record.alert.reason?.length ?? 0);
    }
    if (isCut) break;
  }
  exchange.json(200, {
    alerts: page.map((record) => alertView(visibleAlert(exchange.access, record))),
    next_cursor: isCut ? (last ?? null) : null,
  });
}

function answer(exchange: Exchange, reply: NotifierReply): void {
  if (reply.kind === 'accepted') exchange.json(202, { id: reply.id });
  else exchange.refuse(reply.code);
}
