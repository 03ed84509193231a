import type { Request } from 'express';
import type { Daemon } from '../../app/api/daemon.js';
import type { StatusLogo } from '../../domain/status-page.js';
import { preconditionOf } from '../input/preconditions.js';
import { statusPageView } from '../../views/status-page-view.js';
import type { GatewayLimits } from '../gateway-options.js';
import type { Resources } from '../resources.js';
import { segmentsOf } from '../route-table.js';
import { Slices } from '../../runtime/slices.js';
import { isEveryNodePermitted } from '../security/authorization.js';
import type { Exchange } from '../server/exchange.js';
import { acceptedLanguage } from './accepted-language.js';
import { pageChanges } from './page-changes.js';
import { refuseUnknownPage, type PublishedPages } from './published-pages.js';
import type { StatusClock } from './status-reader.js';
import { RenderedPages, tagOf, type Rendered } from './rendered-pages.js';

/** Anybody may read what was made public. */
const PUBLIC = { needs: 'nothing', body: 'ignored', isPublic: true } as const;
const FEED = '.rss';
/** A logo changes seldom. */
const LOGO_CACHING = 'public, max-age=300';
/** As a document of its own, an image in SVG could run scripts. */
const LOGO_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/**
 * The pages, and `/status/<page>` with its feed and its logo. Those of the configuration are answered while the daemon
 * starts, too, and say so.
 */
export function addStatusPages(
  resources: Resources,
  daemon: Daemon,
  clock: StatusClock,
  limits: Pick<GatewayLimits, 'body'>,
  published: PublishedPages,
): void {
  const rendered = new RenderedPages(daemon, clock, published);
  const slices = new Slices(clock);
  const refuse = (exchange: Exchange): void => {
    refuseUnknownPage(published, exchange);
  };
  resources
    .add('/status', {
      get: {
        large: 'state',
        isLong: true,
        handle: async (exchange) => {
          // Labels of a group tell about nodes of others.
          if (!isEveryNodePermitted(exchange)) return;
          if (!published.areKnown) {
            exchange.refuse('HEARTBEAT_NOT_READY');
            return;
          }
          const work = slices.begin();
          const pages: ReturnType<typeof statusPageView>[] = [];
          for (const page of published.all) {
            pages.push(statusPageView(page, published.isConfigured(page.slug)));
            // The first tag of a page with a large logo takes milliseconds.
            if (work.isOver) await work.next();
          }
          exchange.json(200, { pages });
        },
      },
    })
    .add('/status/:page', {
      ...pageChanges(daemon, limits, published),
      get: {
        ...PUBLIC,
        isLong: true,
        handle: async (exchange, request) => {
          const named = String(request.params['page']);
          const isFeed = named.endsWith(FEED);
          const page = published.named(isFeed ? named.slice(0, -FEED.length) : named);
          if (page === undefined) refuse(exchange);
          else if (isFeed && published.publicUrl === null)
            exchange.refuse('HEARTBEAT_NO_SUCH_STATUS_PAGE', { message: 'a feed needs public_url' });
          else if (hasSlash(request))
            exchange.answer(308, ['location', `../${named}`, 'content-length', '0'], '');
          else {
            const language = acceptedLanguage(request.headers['accept-language']);
            answer(exchange, ['accept-language'], await rendered.get(page, language, isFeed));
          }
        },
      },
    })
    .add('/status/:page/logo', {
      get: {
        ...PUBLIC,
        handle: (exchange, request) => {
          const logo = published.named(String(request.params['page']))?.logo;
          if (logo === undefined) {
            refuse(exchange);
            return;
          }
          answer(exchange, [], {
            status: 200,
            head: ['content-type', logo.type, 'content-security-policy', LOGO_POLICY],
            caching: LOGO_CACHING,
            etag: logoTag(logo),
            body: logo.bytes,
          });
        },
      },
    });
}

/** @param by the headers of a request that make another answer */
function answer(
  exchange: Exchange,
  by: readonly string[],
  { status, head, caching, etag, body }: Rendered,
): void {
  // CORS sets this header for requests with an origin; a cache may keep the answer to one without.
  const { response } = exchange;
  const names = response.hasHeader('vary') ? by : ['origin', ...by];
  if (names.length > 0) response.appendHeader('vary', names.join(', '));
  if (etag === undefined) {
    exchange.answer(status, [...head, 'content-length', String(body.length), 'cache-control', caching], body);
    return;
  }
  const validity = ['etag', etag, 'cache-control', caching];
  exchange.precondition = preconditionOf(exchange.request, etag);
  if (exchange.precondition === 'absent') exchange.answer(304, validity, '');
  else exchange.answer(status, [...head, 'content-length', String(body.length), ...validity], body);
}

/** Links of a page are relative, so that a proxy may serve it under a path: from `/status/web/` they would lead elsewhere. */
function hasSlash({ originalUrl }: Request): boolean {
  const [path = ''] = originalUrl.split(/[?#]/);
  return path.endsWith('/') && segmentsOf(path).length === 2;
}

/** A logo does not change, and anybody may ask for it again and again. */
const logoTags = new WeakMap<StatusLogo, string>();

function logoTag(logo: StatusLogo): string {
  const known = logoTags.get(logo);
  if (known !== undefined) return known;
  const tag = tagOf(logo.bytes);
  logoTags.set(logo, tag);
  return tag;
}
