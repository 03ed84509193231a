import type { Request } from 'express';
import type { IncidentReply, IncidentRequest } from '../../../actors/records/status-pages.protocol.js';
import type { Daemon } from '../../app/api/daemon.js';
import type { StatusPage } from '../../domain/status-page.js';
import { parseIncidentId, type StatusIncidentId } from '../../domain/status-incident.js';
import { incidentView, parseIncident, parseIncidentUpdate } from '../../views/incident-view.js';
import type { GatewayLimits } from '../gateway-options.js';
import { readParsed } from '../input/json-body.js';
import { failsByTag } from '../input/preconditions.js';
import type { Resources } from '../resources.js';
import { isEveryNodePermitted } from '../security/authorization.js';
import type { Exchange } from '../server/exchange.js';
import { refuseUnknownPage, type PublishedPages } from './published-pages.js';

/** What people write about incidents. A page is about many nodes, so a key that is limited to some may not write on it. */
export function addIncidents(
  resources: Resources,
  { statusPages }: Daemon,
  limits: Pick<GatewayLimits, 'body'>,
  published: PublishedPages,
): void {
  const change = (exchange: Exchange, status: number, request: IncidentRequest): void => {
    statusPages.requestIncident(request, (reply) => answer(exchange, status, reply));
  };
  resources
    .add('/status/:page/incidents', {
      get: {
        large: 'state',
        handle: (exchange, request) => {
          const page = pageOf(published, exchange, request);
          if (page !== undefined)
            exchange.json(200, { incidents: statusPages.incidentsOf(page.slug).map(incidentView) });
        },
      },
      post: {
        body: 'json',
        handle: (exchange, request) => {
          const page = changeable(published, exchange, request);
          if (page === undefined) return;
          readParsed(exchange, request, limits.body, parseIncident, (read) => {
            const isConfigured = published.isConfigured(page.slug);
            change(exchange, 201, { kind: 'begin', page: page.slug, isConfigured, ...read });
          });
        },
      },
    })
    .add('/status/:page/incidents/:id', {
      post: {
        body: 'json',
        handle: (exchange, request) => {
          const page = changeable(published, exchange, request);
          const id = page && idOf(exchange, request);
          if (page === undefined || id === undefined) return;
          readParsed(exchange, request, limits.body, parseIncidentUpdate, (read) => {
            change(exchange, 200, { kind: 'update', page: page.slug, id, ...read });
          });
        },
      },
      delete: {
        handle: (exchange, request) => {
          const page = changeable(published, exchange, request);
          const id = page && idOf(exchange, request);
          if (page !== undefined && id !== undefined)
            change(exchange, 200, { kind: 'remove', page: page.slug, id });
        },
      },
    });
}

/** @returns undefined if it was refused */
function pageOf(published: PublishedPages, exchange: Exchange, request: Request): StatusPage | undefined {
  const page = published.named(String(request.params['page']));
  if (page === undefined) refuseUnknownPage(published, exchange);
  return page;
}

function changeable(published: PublishedPages, exchange: Exchange, request: Request): StatusPage | undefined {
  if (!isEveryNodePermitted(exchange)) return undefined;
  const page = pageOf(published, exchange, request);
  return page === undefined || failsByTag(exchange) ? undefined : page;
}

function idOf(exchange: Exchange, request: Request): StatusIncidentId | undefined {
  const id = parseIncidentId(String(request.params['id']));
  if (id === undefined) exchange.refuse('HEARTBEAT_NO_SUCH_INCIDENT');
  return id;
}

function answer(exchange: Exchange, status: number, reply: IncidentReply): void {
  if (reply.kind === 'incident') exchange.json(status, incidentView(reply.incident));
  else exchange.refuse(reply.code);
}
