import { z } from 'zod';
import type { Clock } from '../../ports/clock.js';
import type { Daemon } from '../../app/api.js';
import { rotaView, turnView } from '../../views/rota-view.js';
import { readQuery } from '../input/query.js';
import type { Resources } from '../resources.js';

/** Another time cannot be asked for. */
const NOTHING = z.strictObject({});

/** The rotas of the configuration, and who is on call now. */
export function addRotas(resources: Resources, daemon: Daemon, clock: Pick<Clock, 'wall'>): void {
  resources
    .add('/rotas', {
      get: {
        handle: (exchange) => {
          readQuery(exchange.request.url ?? '', NOTHING);
          exchange.json(200, { rotas: daemon.rotas.all.map(rotaView) });
        },
      },
    })
    .add('/rotas/:name/now', {
      get: {
        handle: (exchange, { params: { name } }) => {
          readQuery(exchange.request.url ?? '', NOTHING);
          const rota = daemon.rotas.all.find((each) => each.name === name);
          if (rota === undefined) exchange.refuse('HEARTBEAT_NO_SUCH_ROTA');
          else exchange.json(200, turnView(rota, clock.wall()));
        },
      },
    });
}
