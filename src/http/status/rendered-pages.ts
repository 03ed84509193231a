import { createHash } from 'node:crypto';
import type { Daemon } from '../../app/api/daemon.js';
import type { StatusIncident } from '../../domain/status-incident.js';
import type { StatusPage } from '../../domain/status-page.js';
import { moment, type Millis, type Moment } from '../../domain/time.js';
import type { RawHeaders } from '../server/json-answer.js';
import type { PublishedPages } from './published-pages.js';
import { statusFeed } from './status-feed.js';
import { STATUS_POLICY, statusPage } from './status-page.js';
import { FRESH, StatusReader, type StatusClock } from './status-reader.js';
import type { Language } from './status-words.js';

/** Seconds that a browser or a proxy may show what it has. The daemon reads no more often either. */
const CACHING = 'public, max-age=10';
const NO_CACHING = 'no-store';
/** A page of which something is still being read is made again after this. */
const SOON: Millis = 1_000;

const PAGE_HEAD: RawHeaders = [
  'content-type',
  'text/html; charset=utf-8',
  'content-security-policy',
  STATUS_POLICY,
  'x-content-type-options',
  'nosniff',
  'referrer-policy',
  'no-referrer',
];
const FEED_HEAD: RawHeaders = ['content-type', 'application/rss+xml; charset=utf-8'];

/** An answer that is made once for many readers. */
export interface Rendered {
  readonly status: number;
  readonly head: RawHeaders;
  readonly caching: string;
  /** Undefined: it is not cached. */
  readonly etag: string | undefined;
  /** One character for each byte. */
  readonly body: string;
}

interface RenderedPage extends Rendered {
  /** Whether nothing of it is still being read. */
  readonly isWhole: boolean;
}

interface Remembered {
  until: Moment;
  /** By which it is seen that something was written since. */
  readonly incidents: readonly StatusIncident[] | undefined;
  readonly rendered: Promise<RenderedPage>;
}

/** Renders each page at most once in 10 s in each language, and at once when something was written. */
export class RenderedPages {
  readonly #daemon: Daemon;
  readonly #clock: StatusClock;
  readonly #published: PublishedPages;
  readonly #reader: StatusReader;
  /** Those of pages that are gone go with them. */
  readonly #remembered = new WeakMap<StatusPage, Map<string, Remembered>>();

  constructor(daemon: Daemon, clock: StatusClock, published: PublishedPages) {
    this.#daemon = daemon;
    this.#clock = clock;
    this.#published = published;
    this.#reader = new StatusReader(daemon, clock, () => published.all);
  }

  get(page: StatusPage, language: Language, isFeed: boolean): Promise<Rendered> {
    const ofPage = this.#remembered.get(page) ?? new Map<string, Remembered>();
    this.#remembered.set(page, ofPage);
    const { publicUrl } = this.#published;
    const key = `${language} ${String(isFeed)} ${publicUrl ?? ''}`;
    const now = this.#clock.now();
    const incidents = this.#incidentsOf(page);
    const known = ofPage.get(key);
    if (known !== undefined && known.until > now && known.incidents === incidents) return known.rendered;
    const rendered = this.#render(page, language, isFeed, publicUrl);
    // An earlier public_url is not asked for again.
    for (const [other, { until }] of ofPage) if (until <= now) ofPage.delete(other);
    const remembered = { until: moment(now + FRESH), incidents, rendered };
    ofPage.set(key, remembered);
    rendered.then(
      ({ isWhole }) => {
        if (!isWhole) remembered.until = moment(this.#clock.now() + SOON);
      },
      () => undefined,
    );
    return rendered;
  }

  /** Undefined while they cannot be read. */
  #incidentsOf({ slug }: StatusPage): readonly StatusIncident[] | undefined {
    try {
      return this.#daemon.serving ? this.#daemon.statusPages.incidentsOf(slug) : undefined;
    } catch {
      return undefined;
    }
  }

  async #render(
    page: StatusPage,
    language: Language,
    isFeed: boolean,
    publicUrl: string | null,
  ): Promise<RenderedPage> {
    // A feed shows no uptime, so it does not wait for one.
    const facts = await this.#reader.read(page, { hasUptime: !isFeed });
    const body =
      isFeed && publicUrl !== null
        ? statusFeed(page, facts, language, publicUrl)
        : statusPage(page, facts, language, publicUrl !== null);
    const head = isFeed ? FEED_HEAD : PAGE_HEAD;
    const isKnown = facts.doubt?.kind !== 'starting' && facts.doubt?.kind !== 'unreadable';
    // A cache would go on showing that nothing is known, and a feed would lose its entries.
    if (!isKnown) {
      const whole = { etag: undefined, body, isWhole: true };
      return { status: 503, head: [...head, 'retry-after', '5'], caching: NO_CACHING, ...whole };
    }
    const isWhole = isFeed || facts.groups.every(({ uptime }) => uptime !== 'being read');
    const caching = isWhole ? CACHING : NO_CACHING;
    return { status: 200, head, caching, etag: isWhole ? tagOf(body) : undefined, body, isWhole };
  }
}

/** A strong entity tag: it stands for these bytes. */
export function tagOf(body: string): string {
  return `"${createHash('sha256').update(body, 'latin1').digest('base64url')}"`;
}
