import * as z from 'zod';
import type { OverrideReply } from '../../../actors/notifier/notifier.protocol.js';
import type { Rota } from '../../domain/rota.js';
import { overrideStateAt, parseOverrideId } from '../../domain/rota-override.js';
import type { Clock } from '../../ports/clock.js';
import type { Daemon } from '../../app/api/daemon.js';
import { overrideView, parseOverride, rotaView, turnView } from '../../views/rota-view.js';
import type { GatewayLimits } from '../gateway-options.js';
import { inTheNameOf } from '../input/in-the-name-of.js';
import { readParsed } from '../input/json-body.js';
import { failsByTag } from '../input/preconditions.js';
import { readQuery } from '../input/query.js';
import { pageOf, parseOverrideListing } from '../input/state-listing.js';
import type { Resources } from '../resources.js';
import { isEveryNodePermitted } from '../security/authorization.js';
import type { Exchange } from '../server/exchange.js';

/** Another time cannot be asked for. */
const NOTHING = z.strictObject({});

/** The rotas of the configuration, who is on call now, and who takes a turn in place of another. */
export function addRotas(
  resources: Resources,
  daemon: Daemon,
  clock: Pick<Clock, 'wall'>,
  limits: Pick<GatewayLimits, 'body' | 'page'>,
): void {
  const { rotas } = daemon;
  /** @returns undefined if there is none of this name: the request is refused then */
  const found = (exchange: Exchange, name: string | string[] | undefined): Rota | undefined => {
    const rota = rotas.all.find((each) => each.name === name);
    if (rota === undefined) exchange.refuse('HEARTBEAT_NO_SUCH_ROTA');
    return rota;
  };
  const answer = (exchange: Exchange, status: number, reply: OverrideReply): void => {
    if (reply.kind === 'override') exchange.json(status, overrideView(reply.override, clock.wall()));
    else exchange.refuse(reply.code);
  };
  resources
    .add('/rotas', {
      get: {
        handle: (exchange) => {
          readQuery(exchange.request.url ?? '', NOTHING);
          exchange.json(200, { rotas: rotas.all.map(rotaView) });
        },
      },
    })
    .add('/rotas/:name/now', {
      get: {
        handle: (exchange, { params: { name } }) => {
          readQuery(exchange.request.url ?? '', NOTHING);
          const rota = found(exchange, name);
          if (rota !== undefined) exchange.json(200, turnView(rota, clock.wall(), rotas.overrides()));
        },
      },
    })
    .add('/rotas/:name/overrides', {
      get: {
        large: 'state',
        handle: (exchange, { params: { name } }) => {
          const listing = parseOverrideListing(exchange.request.url ?? '', limits.page);
          const rota = found(exchange, name);
          if (rota === undefined) return;
          const now = clock.wall();
          const all = rotas.overrides().filter((each) => each.rota === rota.name);
          const { page, nextCursor } = pageOf(all, listing, (each) => overrideStateAt(each, now));
          exchange.json(200, {
            overrides: page.map((each) => overrideView(each, now)),
            next_cursor: nextCursor,
          });
        },
      },
      post: {
        body: 'json',
        handle: (exchange, request) => {
          // Whoever is on call gets alerts of all nodes.
          if (!isEveryNodePermitted(exchange)) return;
          const rota = found(exchange, request.params['name']);
          if (rota === undefined || failsByTag(exchange)) return;
          const parse = (body: unknown) =>
            parseOverride(inTheNameOf(exchange.access, body), rota, clock.wall());
          readParsed(exchange, request, limits.body, parse, (read) => {
            rotas.command({
              kind: 'override',
              request: read,
              answered: (reply) => answer(exchange, 201, reply),
            });
          });
        },
      },
    })
    .add('/rotas/:name/overrides/:id', {
      delete: {
        handle: (exchange, { params: { name, id: text } }) => {
          if (!isEveryNodePermitted(exchange)) return;
          const rota = found(exchange, name);
          if (rota === undefined) return;
          const id = typeof text === 'string' ? parseOverrideId(text) : undefined;
          const isKnown = rotas.overrides().some((each) => each.id === id && each.rota === rota.name);
          if (id === undefined || !isKnown) exchange.refuse('HEARTBEAT_NO_SUCH_OVERRIDE');
          else if (!failsByTag(exchange))
            rotas.command({
              kind: 'end_override',
              rota: rota.name,
              id,
              answered: (reply) => answer(exchange, 200, reply),
            });
        },
      },
    });
}
