import type { Request } from 'express';
import pLimit from 'p-limit';
import type { Daemon } from '../../app/api.js';
import type { EventFilter } from '../../app/events/events-api.js';
import type { Clock } from '../../ports/clock.js';
import type { GatewayLimits } from '../gateway-options.js';
import { readJson, refuseBody } from '../input/json-body.js';
import type { Resources } from '../resources.js';
import { isPermitted, isUserPermitted } from '../security/authorization.js';
import type { Exchange } from '../server/exchange.js';
import { filterInBody, filterInQuery } from './event-filter.js';
import { EventStream, STREAM_HEAD } from './event-stream.js';
import type { EventStreams } from './event-streams.js';

/** How long a client should wait before it connects again, in milliseconds: spread, so that not all come at once. */
const RETRY = { least: 1000, most: 3000 };

/** What streams of events need. */
interface EventsDeps {
  readonly daemon: Daemon;
  readonly clock: Clock;
  readonly streams: EventStreams;
  readonly limits: Pick<GatewayLimits, 'body'>;
}

/** Streams of events. */
export function addEvents(resources: Resources, deps: EventsDeps): void {
  const { ids } = deps.daemon.users;
  const turns = pLimit(1);
  // A user token, too: it may checkup whom it may watch.
  const needs = 'checkup';
  resources.add('/events', {
    get: {
      needs,
      handle: (exchange, request) => open(deps, exchange, request, filterInQuery(request.originalUrl, ids)),
    },
    post: {
      needs,
      body: 'json',
      handle: (exchange, request) =>
        readJson(exchange, request, deps.limits.body, (body) => {
          turns(() => openInTurn(deps, exchange, request, body)).catch((error: unknown) =>
            exchange.fail(error),
          );
        }),
    },
  });
}

/** One in a pass of the event loop: a stream that names 100,000 users takes 0.2 s to begin. */
async function openInTurn(
  deps: EventsDeps,
  exchange: Exchange,
  request: Request,
  body: unknown,
): Promise<void> {
  // The client may have gone meanwhile.
  if (!exchange.open) return;
  const read = filterInBody(body, deps.daemon.users.ids);
  if ('problems' in read) refuseBody(exchange, read.problems);
  else open(deps, exchange, request, read.filter);
  await new Promise<void>((resolve) => deps.clock.soon(resolve));
}

function open(deps: EventsDeps, exchange: Exchange, request: Request, filter: EventFilter): void {
  if (!isFilterPermitted(exchange, filter)) return;
  if (request.method === 'HEAD') {
    exchange.answer(200, STREAM_HEAD, '');
    return;
  }
  const { daemon, clock, streams } = deps;
  const stream = new EventStream(exchange, clock.now(), (begun) => {
    exchange.push(`retry: ${RETRY.least + Math.floor(Math.random() * (RETRY.most - RETRY.least))}\n\n`);
    streams.add(begun);
    daemon.connected.eventReaders++;
    exchange.response.once('close', () => {
      streams.delete(begun);
      daemon.connected.eventReaders--;
    });
  });
  const after = request.headers['last-event-id'];
  const id = typeof after === 'string' ? after : undefined;
  stream.start(daemon.events.subscribe(filter, exchange.access, stream, id));
}

function isFilterPermitted(exchange: Exchange, { users, nodes }: EventFilter): boolean {
  const { access } = exchange;
  if (nodes !== undefined && !isPermitted(exchange, 'read')) return false;
  const refused = users?.find((user) => !access.mayWatchUser(user));
  return refused === undefined || isUserPermitted(exchange, refused);
}
