import type { Request } from 'express';
import type { NodeReply, NodeRequest } from '../../../actors/node/node.protocol.js';
import { ANYBODY, type Access } from '../../domain/access.js';
import { parseNodeName, type NodeName } from '../../domain/node-name.js';
import { isSlug, isUuid, type Ping } from '../../domain/ping.js';
import type { Millis } from '../../domain/time.js';
import type { Daemon } from '../../app/api/daemon.js';
import type { Clock } from '../../ports/clock.js';
import { forbidden } from '../../views/messages.js';
import type { GatewayLimits } from '../gateway-options.js';
import { readBody } from '../input/body.js';
import { isMarkedAsForeign, isOfOtherOrigin } from '../security/csrf.js';
import type { Resources } from '../resources.js';
import { RateLimiter } from '../security/rate-limit.js';
import type { Exchange } from '../server/exchange.js';
import { answerPing, type PingAnswer } from './ping-answer.js';
import { pingTargetOf, type PingTarget } from './ping-target.js';

/** Pings of one node that count, in a second. */
const RATE = 10;
/** How long time is held for one while its node is looked up. */
const LONGEST_HELD: Millis = 1_000;

const OK: PingAnswer = { status: 200, text: 'OK' };
const CREATED: PingAnswer = { status: 201, text: 'Created' };
const IGNORED: PingAnswer = { status: 200, text: 'OK (rate limited)' };
const WRONG_URL: PingAnswer = { status: 400, text: 'invalid url format' };
const WRONG_UUID: PingAnswer = { status: 400, text: 'invalid uuid format' };
const NOT_FOUND: PingAnswer = { status: 404, text: 'not found' };
const AMBIGUOUS: PingAnswer = { status: 409, text: 'ambiguous slug' };
const TOO_MANY: PingAnswer = { status: 429, text: 'rate limited' };

/** Finds what a ping key permits; undefined if it is none. */
export type PingKeys = (key: string) => Access | undefined;

/** A ping, and for which node. */
interface Found {
  readonly name: NodeName;
  readonly uuid?: string;
  readonly creates: boolean;
}

/**
 * `/ping/<uuid>` and `/ping/<ping key>/<slug>`, with `/start`, `/fail`, `/log` or an exit status behind them. Answers as
 * the open-source handler of healthchecks 4.3 does (`ping` and `ping_by_slug` in `hc/api/views.py`), so that cron lines
 * and clients that people have go on.
 */
export function addPings(
  resources: Resources,
  daemon: Daemon,
  clock: Clock,
  limits: Pick<GatewayLimits, 'body'>,
  keys: PingKeys,
): { readonly dropped: number } {
  const pings = new Pings(daemon, clock, keys);
  const ping = {
    needs: 'nothing',
    body: 'raw',
    handle: (exchange: Exchange, request: Request) => {
      readBody(exchange, request, limits.body, (body) => {
        pings.take(exchange, request, body);
      });
    },
  } as const;
  for (const path of ['/ping/:uuid', '/ping/:key/:slug', '/ping/:key/:slug/:says'])
    resources.add(path, { get: ping, post: ping });
  return pings;
}

class Pings {
  readonly #daemon: Daemon;
  readonly #keys: PingKeys;
  readonly #rates: RateLimiter;
  /** Those beyond the rate of their node. */
  dropped = 0;

  constructor(daemon: Daemon, clock: Clock, keys: PingKeys) {
    this.#daemon = daemon;
    this.#keys = keys;
    this.#rates = new RateLimiter(clock, RATE);
  }

  take(exchange: Exchange, { originalUrl, method }: Request, body: Buffer): void {
    const target = pingTargetOf(originalUrl);
    if (target === undefined) {
      this.#answer(exchange, NOT_FOUND);
      return;
    }
    const query = new URLSearchParams(originalUrl.split('#')[0]?.split('?')[1]);
    const ping = saidBy(target, query, method, body, this.#daemon.pings.bodyLimit);
    if (target.by === 'slug') this.#handle(exchange, this.#withSlug(exchange, target, query), ping);
    else this.#handleByUuid(exchange, target.uuid, ping);
  }

  /** It counts as of when it was read, although the store is asked first. */
  #handleByUuid(exchange: Exchange, uuid: string, ping: Ping | PingAnswer): void {
    const { pings } = this.#daemon;
    const resume = this.#daemon.defer(LONGEST_HELD);
    pings.withUuid(uuid).then(
      (name) => {
        resume(() =>
          this.#handle(exchange, name === undefined ? NOT_FOUND : { name, uuid, creates: false }, ping),
        );
      },
      (error: unknown) => {
        resume(() => exchange.fail(error));
      },
    );
  }

  #handle(exchange: Exchange, found: Found | PingAnswer | 'refused', ping: Ping | PingAnswer): void {
    if (found === 'refused') return;
    if ('status' in found) this.#answer(exchange, found);
    else if ('status' in ping) this.#answer(exchange, ping);
    else if (this.#rates.take(found.name) === 0) this.#send(exchange, found, ping);
    else {
      this.dropped++;
      this.#answer(exchange, found.uuid === undefined ? TOO_MANY : IGNORED);
    }
  }

  #withSlug(
    exchange: Exchange,
    { key, slug }: Extract<PingTarget, { by: 'slug' }>,
    query: URLSearchParams,
  ): Found | PingAnswer | 'refused' {
    if (slug !== slug.toLowerCase()) return WRONG_URL;
    const access = this.#keys(key);
    if (access === undefined) return NOT_FOUND;
    // Without keys nothing in the URL is a secret, so a page of any site could ping.
    const { request } = exchange;
    if (access === ANYBODY && (isMarkedAsForeign(request) || isOfOtherOrigin(request))) {
      exchange.refuse('HEARTBEAT_FORBIDDEN', { message: forbidden.crossOrigin });
      return 'refused';
    }
    exchange.access = access;
    const [name, ...others] = this.#daemon.pings.withSlug(slug).filter((each) => access.mayTouchNode(each));
    if (others.length > 0) return AMBIGUOUS;
    if (name !== undefined) return { name, creates: false };
    const made = isSlug(slug) ? parseNodeName(slug) : undefined;
    const creates = query.getAll('create').at(-1) === '1' && (access.mayCreate || access === ANYBODY);
    return made !== undefined && creates && access.mayTouchNode(made) ? { name: made, creates } : NOT_FOUND;
  }

  #answer(exchange: Exchange, answer: PingAnswer): void {
    answerPing(exchange, answer, this.#daemon.pings.bodyLimit);
  }

  #send(exchange: Exchange, { name, uuid, creates }: Found, ping: Ping): void {
    const request: NodeRequest = { kind: 'ping', ping, creates, ...(uuid !== undefined && { uuid }) };
    const answered = (reply: NodeReply): void => {
      if (reply.kind === 'pinged') this.#answer(exchange, reply.created ? CREATED : OK);
      else if (reply.kind !== 'refused') exchange.fail(new TypeError(`a ping was answered '${reply.kind}'`));
      else if (reply.code === 'HEARTBEAT_UNKNOWN_NODE') this.#answer(exchange, NOT_FOUND);
      else exchange.refuse(reply.code);
    };
    this.#daemon.nodes.ask(
      name,
      request,
      answered,
      uuid === undefined ? exchange.access.nodeQuota : undefined,
    );
  }
}

function saidBy(
  { says }: PingTarget,
  query: URLSearchParams,
  method: string,
  body: Buffer,
  kept: number,
): Ping | PingAnswer {
  if (says === 'wrong status') return WRONG_URL;
  const rid = query.getAll('rid').at(-1)?.toLowerCase();
  if (rid !== undefined && !isUuid(rid)) return WRONG_UUID;
  return {
    ...says,
    ...(rid !== undefined && { rid }),
    method,
    // A copy: a part of the body would keep all of it.
    body: Uint8Array.from(body.subarray(0, kept)),
    bytes: body.length,
  };
}
