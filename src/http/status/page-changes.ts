import type { Request } from 'express';
import type { StatusPageReply, StatusPageRequest } from '../../../actors/records/status-pages.protocol.js';
import type { Daemon } from '../../app/api/daemon.js';
import { STATUS_SLUG } from '../../domain/status-page.js';
import { parseStatusPage } from '../../views/status-page-settings.js';
import { statusPageView } from '../../views/status-page-view.js';
import type { GatewayLimits } from '../gateway-options.js';
import { readParsed } from '../input/json-body.js';
import { preconditionOf, tagsToMatch } from '../input/preconditions.js';
import type { Method } from '../resources.js';
import { isEveryNodePermitted } from '../security/authorization.js';
import type { Exchange } from '../server/exchange.js';
import type { PublishedPages } from './published-pages.js';

/** What is made through the API and in the dashboard. A page that the configuration has is changed there only. */
export function pageChanges(
  daemon: Pick<Daemon, 'serving' | 'statusPages'>,
  limits: Pick<GatewayLimits, 'body'>,
  published: PublishedPages,
): { readonly put: Method; readonly delete: Method } {
  const change = (exchange: Exchange, request: StatusPageRequest): void => {
    daemon.statusPages.requestPage(request, (reply) => {
      answer(exchange, request, reply);
    });
  };
  const changeable = (exchange: Exchange, request: Request): string | undefined => {
    const slug = String(request.params['page']);
    // A page is about nodes of many teams.
    if (!isEveryNodePermitted(exchange)) return undefined;
    if (!daemon.serving) exchange.refuse('HEARTBEAT_NOT_READY');
    else if (published.isConfigured(slug)) exchange.refuse('HEARTBEAT_CONFIGURED_STATUS_PAGE');
    else if (!STATUS_SLUG.test(slug)) exchange.refuse('HEARTBEAT_INVALID_STATUS_PAGE_NAME');
    else return slug;
    return undefined;
  };
  return {
    put: {
      body: 'json',
      handle: (exchange, request) => {
        const page = changeable(exchange, request);
        if (page === undefined) return;
        const precondition = preconditionOn(exchange);
        readParsed(exchange, request, limits.body, parseStatusPage, (read) => {
          // A reload may have come while the body was read.
          if (published.isConfigured(page)) exchange.refuse('HEARTBEAT_CONFIGURED_STATUS_PAGE');
          else change(exchange, { kind: 'put', page, change: read, precondition });
        });
      },
    },
    delete: {
      handle: (exchange, request) => {
        const page = changeable(exchange, request);
        if (page !== undefined)
          change(exchange, { kind: 'delete', page, precondition: preconditionOn(exchange) });
      },
    },
  };
}

/** A tag is that of the settings. */
function preconditionOn({ request }: Exchange): StatusPageRequest['precondition'] {
  const precondition = preconditionOf(request);
  const tags = precondition === undefined ? undefined : tagsToMatch(request);
  return tags === undefined ? precondition : { settings: tags };
}

function answer(exchange: Exchange, { kind }: StatusPageRequest, reply: StatusPageReply): void {
  if (reply.kind === 'refused') exchange.refuse(reply.code);
  else exchange.json(kind === 'put' && reply.isNew ? 201 : 200, statusPageView(reply.page, false));
}
