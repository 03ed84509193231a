import type { Request } from 'express';
import type { NodeReply } from '../../../actors/node/node.protocol.js';
import { Access } from '../../domain/access.js';
import { LINK_SILENCE, type ActionLink, type LinkUse } from '../../domain/action-link.js';
import { exactMatcher } from '../../domain/matcher.js';
import { instant } from '../../domain/time.js';
import { errorCodes, type ErrorCode } from '../../errors.js';
import type { Daemon } from '../../app/api/daemon.js';
import type { Clock } from '../../ports/clock.js';
import type { LinkSigner } from '../../ports/link-signer.js';
import type { Resources } from '../resources.js';
import { segmentsOf } from '../route-table.js';
import { RateLimiter, sourceOf } from '../security/rate-limit.js';
import type { Exchange } from '../server/exchange.js';
import type { Page } from '../pages/short-page.js';
import { askingPage, donePage, refusalPage } from './link-page.js';

/** Requests a second from one address. */
const RATE = 10;
/** Seconds until a request that could not be handled may be sent again. */
const RETRY_AFTER = '1';
const REASON = 'by the link in its message';

/** Undefined: no secret is configured, so there are no signed links. */
type Signer = () => LinkSigner | undefined;
type ReadLink = ActionLink & { readonly use: LinkUse };

/**
 * `/links/<token>`, the signed links in messages. GET asks and changes nothing, whoever previews it; POST acts. The use of
 * a link is stored with what it did, so that it works once. See decision 200.
 */
export function addLinks(resources: Resources, daemon: Daemon, clock: Clock, signer: Signer): void {
  const links = new Links(daemon, clock, signer);
  resources.add('/links/:token', {
    get: { needs: 'nothing', body: 'ignored', handle: (exchange, request) => links.ask(exchange, request) },
    post: { needs: 'nothing', body: 'ignored', handle: (exchange, request) => links.act(exchange, request) },
  });
}

class Links {
  readonly #daemon: Daemon;
  readonly #clock: Clock;
  readonly #signer: Signer;
  readonly #rates: RateLimiter;

  constructor(daemon: Daemon, clock: Clock, signer: Signer) {
    this.#daemon = daemon;
    this.#clock = clock;
    this.#signer = signer;
    this.#rates = new RateLimiter(clock, RATE);
  }

  async ask(exchange: Exchange, request: Request): Promise<void> {
    const link = this.#linkIn(exchange, request);
    if (link === undefined) return;
    const refusal = await this.#refusalOf(link);
    if (refusal === undefined) answer(exchange, 200, askingPage(link));
    else refuse(exchange, refusal);
  }

  async act(exchange: Exchange, request: Request): Promise<void> {
    const link = this.#linkIn(exchange, request);
    if (link === undefined) return;
    exchange.access = new Access(byOf(link), []);
    exchange.audit();
    const refusal = link.action === 'acknowledge' ? await this.#acknowledge(link) : await this.#silence(link);
    if (refusal === undefined) answer(exchange, 200, donePage(link));
    else refuse(exchange, refusal);
  }

  /** @returns undefined if there is none that is valid, which has been answered then */
  #linkIn(exchange: Exchange, { originalUrl }: Request): ReadLink | undefined {
    // As it was sent: logs find a token by its characters.
    const [, token = ''] = segmentsOf(originalUrl);
    const link = this.#signer()?.read(token);
    if (link === undefined) refuse(exchange, 'HEARTBEAT_NO_SUCH_LINK');
    // Forged links count for nothing: behind a proxy everybody has the same address.
    else if (this.#rates.take(sourceOf(exchange.clientAddress ?? '')) > 0)
      refuse(exchange, 'HEARTBEAT_RATE_LIMITED');
    else if (link.expires <= this.#clock.wall()) refuse(exchange, 'HEARTBEAT_LINK_EXPIRED');
    else return link;
    return undefined;
  }

  /** Whether it would be refused now. */
  async #refusalOf(link: ReadLink): Promise<ErrorCode | undefined> {
    const reply = await this.#describe(link);
    if (reply.kind !== 'node') return codeOf(reply);
    const { state, since, usedLinks } = reply.node;
    if (state !== 'failed' || since !== link.since) return 'HEARTBEAT_LINK_VOID';
    const isUsed =
      link.action === 'silence'
        ? this.#daemon.silences.usesLink(link.use.id)
        : usedLinks?.uses.some(({ id }) => id === link.use.id);
    return isUsed === true ? 'HEARTBEAT_LINK_USED' : undefined;
  }

  async #acknowledge(link: ReadLink): Promise<ErrorCode | undefined> {
    const { use, since } = link;
    const reply = await new Promise<NodeReply>((resolve) => {
      this.#daemon.nodes.ask(
        link.node,
        { kind: 'acknowledge', by: byOf(link), reason: REASON, link: { use, since } },
        resolve,
      );
    });
    return reply.kind === 'node' ? undefined : codeOf(reply);
  }

  async #silence(link: ReadLink): Promise<ErrorCode | undefined> {
    const refusal = await this.#refusalOf(link);
    if (refusal !== undefined) return refusal;
    const now = this.#clock.wall();
    const { node, use } = link;
    const reply = await new Promise<Parameters<Answered>[0]>((resolve) => {
      this.#daemon.silences.command({
        kind: 'silence',
        request: {
          matchers: [exactMatcher('name', node)],
          startsAt: now,
          endsAt: instant(now + LINK_SILENCE),
          by: byOf(link),
          reason: REASON,
          // It counts towards the limit of the silences that links of its channel made.
          key: byOf(link),
          nodes: [node],
          link: use,
        },
        answered: resolve,
      });
    });
    return reply.kind === 'silence' ? undefined : reply.code;
  }

  #describe({ node }: ActionLink): Promise<NodeReply> {
    return new Promise((resolve) => {
      this.#daemon.nodes.ask(node, { kind: 'describe' }, resolve);
    });
  }
}

type Answered = Parameters<Daemon['silences']['command']>[0]['answered'];

/** No key can have this name. */
function byOf({ channel }: ActionLink): string {
  return `channel ${channel}`;
}

/** The code of a refusal. Of a node without that failure, the link is void. */
function codeOf(reply: NodeReply): ErrorCode {
  if (reply.kind !== 'refused') return 'HEARTBEAT_INTERNAL';
  const isOver = reply.code === 'HEARTBEAT_UNKNOWN_NODE' || reply.code === 'HEARTBEAT_NOT_FAILED';
  return isOver ? 'HEARTBEAT_LINK_VOID' : reply.code;
}

function refuse(exchange: Exchange, code: ErrorCode): void {
  const { status } = errorCodes[code];
  const later = status === 429 || status === 503 ? ['retry-after', RETRY_AFTER] : [];
  const { head, body } = refusalPage(code);
  answer(exchange, status, { head: [...head, ...later], body });
}

function answer(exchange: Exchange, status: number, { head, body }: Page): void {
  // The page says what is so now, whatever the client has seen before.
  exchange.precondition = undefined;
  exchange.answer(status, [...head], body);
}
