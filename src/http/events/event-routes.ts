import type { Request } from 'express';
import pLimit from 'p-limit';
import type { Daemon } from '../../app/api/daemon.js';
import type { EventFilter } from '../../app/events/events-api.js';
import type { Clock } from '../../ports/clock.js';
import type { GatewayLimits } from '../gateway-options.js';
import { asksForTextIds } from '../input/ids-in-answer.js';
import { readJson, refuseBody } from '../input/json-body.js';
import type { Resources } from '../resources.js';
import { isPermitted, isWatchPermitted } from '../security/authorization.js';
import type { Exchange } from '../server/exchange.js';
import { filterInBody, filterInQuery } from './event-filter.js';
import { EventStream, STREAM_HEAD } from './event-stream.js';
import type { EventStreams } from './event-streams.js';

/** How long a client should wait before it connects again, in milliseconds: spread, so that not all come at once. */
const RETRY = { least: 1000, most: 3000 };

/** From this number of users on, the state of one stream is made after that of another. */
const MANY = 1000;

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
  /** Bodies are parsed one in a pass of the event loop, since each may name 100,000 users. */
  const inTurn = (begin: () => void | Promise<void>): Promise<void> =>
    turns(async () => {
      await begin();
      await new Promise<void>((resolve) => deps.clock.soon(resolve));
    });
  // A user token, too: it may checkup whom it may watch.
  const needs = 'checkup';
  resources.add('/events', {
    get: {
      needs,
      handle: (exchange, request) => {
        void open(deps, exchange, request, filterInQuery(request.originalUrl, ids));
      },
    },
    post: {
      needs,
      body: 'json',
      isLong: true,
      handle: (exchange, request) => {
        const hasTextIds = asksForTextIds(request.originalUrl);
        readJson(
          exchange,
          request,
          deps.limits.body,
          (body) => {
            // The client may have gone meanwhile.
            if (!exchange.open) return undefined;
            const read = filterInBody(body, ids);
            if ('filter' in read) return open(deps, exchange, request, { ...read.filter, hasTextIds });
            refuseBody(exchange, read.problems);
            return undefined;
          },
          inTurn,
        );
      },
    },
  });
}

/** @returns resolves once the next one may be opened; undefined if at once */
function open(
  deps: EventsDeps,
  exchange: Exchange,
  request: Request,
  filter: EventFilter,
): Promise<void> | undefined {
  if (!isFilterPermitted(exchange, filter)) return undefined;
  if (request.method === 'HEAD') {
    exchange.answer(200, STREAM_HEAD, '');
    return undefined;
  }
  const { daemon, clock, streams } = deps;
  const began = (begun: EventStream): void => {
    exchange.push(`retry: ${RETRY.least + Math.floor(Math.random() * (RETRY.most - RETRY.least))}\n\n`);
    streams.add(begun);
    exchange.response.once('close', () => streams.delete(begun));
  };
  const stream = new EventStream(exchange, clock.now(), began, () => streams.turn());
  const after = request.headers['last-event-id'];
  const id = typeof after === 'string' ? after : undefined;
  stream.start(daemon.events.subscribe(filter, exchange.access, stream, id));
  // Several of them together would make long passes of the event loop, one after the other.
  return (filter.users?.length ?? 0) > MANY ? stream.begun : undefined;
}

function isFilterPermitted(exchange: Exchange, { users, nodes }: EventFilter): boolean {
  if (nodes !== undefined && !isPermitted(exchange, 'read')) return false;
  return users === undefined || isWatchPermitted(exchange, users);
}
