import type { StatusPage } from '../../domain/status-page.js';
import { html, type Html } from '../pages/html.js';
import type { StatusFacts } from './status-facts.js';
import { Formats, WORDS, type Language } from './status-words.js';

/** Under this name no formatter adds spaces, which would be part of the texts. */
const xml = html;

/** The most entries. */
const MOST = 50;

/**
 * What was written about incidents, an entry for each update, and planned maintenance: RSS 2.0
 * (https://www.rssboard.org/rss-specification), in ASCII.
 *
 * @param publicUrl where people reach the daemon, without a slash at the end
 */
export function statusFeed(
  page: StatusPage,
  { incidents, maintenance }: StatusFacts,
  language: Language,
  publicUrl: string,
): string {
  const words = WORDS[language];
  const formats = new Formats(words, page.timeZone);
  const address = `${publicUrl}/status/${page.slug}`;
  const written = incidents
    .flatMap((incident) => incident.updates.map((update, index) => ({ incident, update, index })))
    .toSorted((one, other) => other.update.at - one.update.at)
    .slice(0, MOST)
    .map(({ incident, update, index }) =>
      item({
        title: `${words.incident[update.state]}: ${incident.title}`,
        link: `${address}#incident-${incident.id}`,
        text: update.text,
        guid: `${incident.id}-${String(index + 1)}`,
        at: update.at,
      }),
    );
  const planned = maintenance.map(({ from, to, groups }) =>
    item({
      title: `${words.maintenance}: ${groups.join(', ')}`,
      link: address,
      text: `${formats.time(from)} ${words.until} ${formats.time(to)}`,
      guid: `maintenance-${String(from)}-${String(to)}-${groups.join('-')}`,
      at: undefined,
    }),
  );
  const channel = xml`<title>${page.title}</title><link>${address}</link><description>${words.openIncidents}, ${words.pastIncidents}, ${words.maintenance}</description><language>${language}</language><ttl>5</ttl><atom:link href="${address}.rss" rel="self" type="application/rss+xml"/>`;
  return `<?xml version="1.0" encoding="utf-8"?>\n${xml`<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>${channel}${planned}${written}</channel></rss>`.text}\n`;
}

interface Item {
  readonly title: string;
  readonly link: string;
  readonly text: string;
  readonly guid: string;
  readonly at: number | undefined;
}

function item({ title, link, text, guid, at }: Item): Html {
  const date = at === undefined ? xml`` : xml`<pubDate>${new Date(at).toUTCString()}</pubDate>`;
  // A description is HTML (RSS 2.0, "Elements of <item>"): plain text is escaped twice.
  const description = text.split('\n').map((line) => xml`${line}<br>`.text);
  return xml`<item><title>${title}</title><link>${link}</link><guid isPermaLink="false">${guid}</guid>${date}<description>${description.join('').replace(/<br>$/, '')}</description></item>`;
}
