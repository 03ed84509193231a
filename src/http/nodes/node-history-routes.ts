import type { Request } from 'express';
import type { Daemon } from '../../app/api/daemon.js';
import type { NodeName } from '../../domain/node-name.js';
import type { Clock } from '../../ports/clock.js';
import { probeResultView } from '../../views/probe.js';
import type { GatewayLimits } from '../gateway-options.js';
import { answerBody, answerPings } from '../pings/kept-pings.js';
import type { Resources } from '../resources.js';
import type { Exchange } from '../server/exchange.js';
import { answerNodeUptime } from '../uptime/uptime-routes.js';
import { answerFlips } from './node-lists.js';
import { known, named, READ } from './node-request.js';

/** What is kept of a node's past: flips, uptime, pings and probes. */
export function addNodeHistory(
  resources: Resources,
  daemon: Daemon,
  clock: Pick<Clock, 'wall'>,
  limits: Pick<GatewayLimits, 'page'>,
): void {
  resources
    .add('/nodes/:name/pings', {
      get: {
        ...READ,
        large: 'history',
        handle: named((exchange, name) => pings(daemon, exchange, name, limits.page)),
      },
    })
    .add('/nodes/:name/pings/:n/body', {
      get: {
        ...READ,
        handle: named((exchange, name, request) => bodyOfPing(daemon, exchange, name, request)),
      },
    })
    .add('/nodes/:name/uptime', {
      get: {
        ...READ,
        large: 'history',
        handle: named((exchange, name, request) =>
          answerNodeUptime(
            daemon,
            clock,
            exchange,
            request,
            () => known(exchange, daemon.nodes, name),
            limits.page,
          ),
        ),
      },
    })
    .add('/nodes/:name/probes', {
      get: { ...READ, handle: named((exchange, name) => probes(daemon, exchange, name)) },
    })
    .add('/nodes/:name/flips', {
      get: {
        ...READ,
        large: 'history',
        handle: named((exchange, name) => flips(daemon, clock, exchange, name, limits.page)),
      },
    });
}

async function flips(
  daemon: Daemon,
  clock: Pick<Clock, 'wall'>,
  exchange: Exchange,
  name: NodeName,
  largestPage: number,
): Promise<void> {
  const node = await known(exchange, daemon.nodes, name);
  if (node !== undefined) await answerFlips(daemon, exchange, node, largestPage, clock.wall());
}

async function pings(daemon: Daemon, exchange: Exchange, name: NodeName, largestPage: number): Promise<void> {
  const node = await known(exchange, daemon.nodes, name);
  if (node !== undefined) await answerPings(daemon, exchange, name, largestPage);
}

/** `GET /nodes/:name/probes`: the last results, newest first. */
async function probes(daemon: Daemon, exchange: Exchange, name: NodeName): Promise<void> {
  const node = await known(exchange, daemon.nodes, name);
  if (node === undefined) return;
  const { probe = null } = node;
  const results = probe === null ? [] : daemon.probes.resultsOf(name);
  exchange.json(200, { name, probe, results: results.map(probeResultView) });
}

async function bodyOfPing(
  daemon: Daemon,
  exchange: Exchange,
  name: NodeName,
  { params: { n } }: Request,
): Promise<void> {
  const node = await known(exchange, daemon.nodes, name);
  if (node !== undefined) await answerBody(daemon, exchange, name, String(n));
}
