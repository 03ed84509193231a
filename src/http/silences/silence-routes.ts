import type { Request } from 'express';
import type { SilenceReply } from '../../../actors/notifier/notifier.protocol.js';
import { ANYBODY } from '../../domain/access.js';
import { isWithinReach, silenceStateAt, type Silence, type SilenceId } from '../../domain/silence.js';
import { parseSilenceId } from '../../domain/silence-id.js';
import type { Clock } from '../../ports/clock.js';
import type { Daemon } from '../../app/api/daemon.js';
import { parseSilence, silenceView } from '../../views/silence-view.js';
import type { GatewayLimits } from '../gateway-options.js';
import { inTheNameOf } from '../input/in-the-name-of.js';
import { readParsed } from '../input/json-body.js';
import { failsByTag } from '../input/preconditions.js';
import { pageOf, parseSilenceListing } from '../input/state-listing.js';
import { isAnyNodePermitted } from '../security/authorization.js';
import type { Resources } from '../resources.js';
import type { Exchange } from '../server/exchange.js';

/** Makes, lists and ends silences. A key that covers some nodes silences no others, and sees no others' silences. */
export function addSilences(
  resources: Resources,
  daemon: Daemon,
  clock: Pick<Clock, 'wall'>,
  limits: Pick<GatewayLimits, 'body' | 'page'>,
): void {
  resources
    .add('/silences', {
      get: {
        large: 'state',
        handle: (exchange) => {
          list(daemon, clock, exchange, limits.page);
        },
      },
      post: {
        body: 'json',
        handle: (exchange, request) => {
          if (isAnyNodePermitted(exchange) && !failsByTag(exchange))
            make(daemon, clock, exchange, request, limits.body);
        },
      },
    })
    .add('/silences/:id', {
      get: {
        handle: (exchange, request) => {
          const silence = found(daemon, exchange, request);
          if (silence === undefined) exchange.refuse('HEARTBEAT_NO_SUCH_SILENCE');
          else exchange.json(200, silenceView(silence, clock.wall()));
        },
      },
      delete: {
        handle: (exchange, request) => {
          const silence = found(daemon, exchange, request);
          if (silence === undefined) exchange.refuse('HEARTBEAT_NO_SUCH_SILENCE');
          else if (!failsByTag(exchange)) expire(daemon, clock, exchange, silence.id);
        },
      },
    });
}

/** Newest first. */
function list(
  { silences }: Daemon,
  clock: Pick<Clock, 'wall'>,
  exchange: Exchange,
  largestPage: number,
): void {
  const { isMaintenance, ...listing } = parseSilenceListing(exchange.request.url ?? '', largestPage);
  const now = clock.wall();
  const visible = silences
    .list(isMaintenance)
    .filter((silence) => isWithinReach(silence, exchange.access.nodePrefixes));
  const { page, nextCursor } = pageOf(visible, listing, (silence) => silenceStateAt(silence, now));
  exchange.json(200, {
    silences: page.map((silence) => silenceView(silence, now)),
    next_cursor: nextCursor,
  });
}

function make(
  { silences }: Daemon,
  clock: Pick<Clock, 'wall'>,
  exchange: Exchange,
  request: Request,
  limit: number,
): void {
  const { access } = exchange;
  const { nodePrefixes: nodes } = access;
  const maker = {
    ...(nodes !== undefined && { nodes }),
    // Without keys, all places are for everybody.
    ...(access !== ANYBODY && { key: access.name }),
  };
  const parse = (body: unknown) => parseSilence(inTheNameOf(access, body), clock.wall(), maker);
  readParsed(exchange, request, limit, parse, (read) => {
    silences.command({
      kind: 'silence',
      request: read,
      answered: (reply) => answer(exchange, clock, 201, reply),
    });
  });
}

function expire({ silences }: Daemon, clock: Pick<Clock, 'wall'>, exchange: Exchange, id: SilenceId): void {
  silences.command({
    kind: 'expire',
    id,
    within: exchange.access.nodePrefixes,
    answered: (reply) => answer(exchange, clock, 200, reply),
  });
}

/** @returns undefined if there is none that the caller may see */
function found({ silences }: Daemon, exchange: Exchange, request: Request): Silence | undefined {
  const { id: text } = request.params;
  const id = typeof text === 'string' ? parseSilenceId(text) : undefined;
  const silence = id && silences.get(id);
  return silence !== undefined && isWithinReach(silence, exchange.access.nodePrefixes) ? silence : undefined;
}

function answer(exchange: Exchange, clock: Pick<Clock, 'wall'>, status: number, reply: SilenceReply): void {
  if (reply.kind === 'silence') exchange.json(status, silenceView(reply.silence, clock.wall()));
  else exchange.refuse(reply.code);
}
