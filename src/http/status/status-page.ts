import { stateOf, updatedAt, type IncidentState, type StatusIncident } from '../../domain/status-incident.js';
import type { StatusPage } from '../../domain/status-page.js';
import type { Instant, Millis } from '../../domain/time.js';
import { html, type Html } from '../pages/html.js';
import { ICON_LINK } from '../pages/icon.js';
import { policyOf } from '../pages/styled-page.js';
import { dayStrip, daysDown } from './day-strip.js';
import {
  overallOf,
  type Doubt,
  type GroupFacts,
  type Maintenance,
  type Overall,
  type StatusFacts,
} from './status-facts.js';
import { STATUS_STYLE } from './status-style.js';
import { Formats, WORDS, type Language, type StatusWords } from './status-words.js';

export const STATUS_POLICY = policyOf(STATUS_STYLE, { images: ["'self'", 'data:'], formAction: "'none'" });

/** What is over for longer is not shown. */
const PAST: Millis = 90 * 86_400_000;

/** A shape for each state, so that none is told by its colour alone. */
const CIRCLE = 'M7 1a6 6 0 1 1 0 12A6 6 0 0 1 7 1z';
const TRIANGLE = 'M7 1.2 13.4 12.6H.6z';
const SQUARE = 'M1 1h12v12H1z';
const HALF = 'M1 1h12v12H1zM3 3v5h8V3z';
const DIAMOND = 'M7 .5 13.5 7 7 13.5.5 7z';
const BARS = 'M2.5 1.5h3.2v11H2.5zM8.3 1.5h3.2v11H8.3z';
const RING = 'M7 1a6 6 0 1 1 0 12A6 6 0 0 1 7 1zm0 2.4a3.6 3.6 0 1 0 0 7.2 3.6 3.6 0 0 0 0-7.2z';

const SHAPES: Readonly<Record<GroupFacts['state'] | Overall | IncidentState, string>> = {
  up: CIRCLE,
  resolved: CIRCLE,
  checking: TRIANGLE,
  incident: TRIANGLE,
  investigating: TRIANGLE,
  identified: TRIANGLE,
  monitoring: TRIANGLE,
  partly: HALF,
  down: SQUARE,
  maintenance: DIAMOND,
  unwatched: BARS,
  unknown: RING,
};

/** Whether nobody said yet that it is over. */
function isOpen(incident: StatusIncident): boolean {
  return stateOf(incident) !== 'resolved';
}

/**
 * The page, in ASCII.
 *
 * @param hasFeed whether there is a feed to link
 */
export function statusPage(
  page: StatusPage,
  facts: StatusFacts,
  language: Language,
  hasFeed: boolean,
): string {
  const words = WORDS[language];
  return new Renderer(page, facts, words, hasFeed).page();
}

class Renderer {
  readonly #page: StatusPage;
  readonly #facts: StatusFacts;
  readonly #words: StatusWords;
  readonly #formats: Formats;
  readonly #hasFeed: boolean;

  constructor(page: StatusPage, facts: StatusFacts, words: StatusWords, hasFeed: boolean) {
    this.#page = page;
    this.#facts = facts;
    this.#words = words;
    this.#formats = new Formats(words, page.timeZone);
    this.#hasFeed = hasFeed;
  }

  page(): string {
    const { slug, title } = this.#page;
    const feed = this.#hasFeed
      ? html`<link rel="alternate" type="application/rss+xml" title="${title}" href="${slug}.rss" />`
      : html``;
    const { incidents, at } = this.#facts;
    const open = incidents.filter(isOpen);
    const past = incidents.filter((incident) => !isOpen(incident) && at - updatedAt(incident) < PAST);
    const state = overallOf(this.#facts, isOpen);
    return `<!doctype html>\n${
      html`<html lang="${this.#words.language}">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>${title}: ${this.#words.overall[state]}</title>
          ${ICON_LINK}${feed}${STATUS_STYLE.element}
        </head>
        <body>
          <div class="page">
            <header class="brand">${this.#brand()}</header>
            <main>
              ${this.#overall(state)} ${this.#doubt()}
              ${
                open.length === 0
                  ? ''
                  : this.#section(
                      this.#words.openIncidents,
                      open.map((each) => this.#incident(each)),
                    )
              }
              ${this.#section(
                this.#words.groups,
                this.#facts.groups.map((each) => this.#group(each)),
              )}
              ${this.#maintenance()} ${this.#past(past)}
            </main>
            ${this.#footer()}
          </div>
        </body>
      </html>`.text
    }\n`;
  }

  /** Whether anything could be read. */
  get #isKnown(): boolean {
    const { doubt } = this.#facts;
    return doubt?.kind !== 'starting' && doubt?.kind !== 'unreadable';
  }

  #brand(): Html {
    const { title, website, logo, slug } = this.#page;
    const image = logo === undefined ? html`` : html`<img src="${slug}/logo" alt="" />`;
    const name = html`${image}<span>${title}</span>`;
    return website === undefined ? name : html`<a href="${website}">${name}</a>`;
  }

  #overall(state: Overall): Html {
    return html`<section class="card overall" data-state="${state}">
      ${shape(state)}
      <h1>${this.#words.overall[state]}</h1>
      ${this.#isKnown ? html`<p class="dim small">${this.#words.asOf} ${this.#time(this.#facts.at)}</p>` : ''}
    </section>`;
  }

  #doubt(): Html {
    const { doubt } = this.#facts;
    return doubt === undefined
      ? html``
      : html`<p class="card doubt" role="status">${this.#sentenceOf(doubt)}</p>`;
  }

  #sentenceOf(doubt: Doubt): Html {
    const { doubt: sentences } = this.#words;
    if (doubt.kind !== 'blind') return html`${sentences[doubt.kind]}`;
    const [before, between, after] = sentences.blind;
    return html`${before}${this.#time(doubt.from)}${between}${this.#time(doubt.to)}${after}`;
  }

  #section(title: string, content: readonly Html[]): Html {
    return html`<section class="card">
      <h2>${title}</h2>
      ${content}
    </section>`;
  }

  #group({ group, state, uptime }: GroupFacts): Html {
    return html`<article class="group">
      <div class="row">
        <h3>${group.title}</h3>
        <span class="state">${shape(state)}${this.#words.group[state]}</span>
      </div>
      ${this.#uptime(uptime)}
    </article>`;
  }

  #uptime(uptime: GroupFacts['uptime']): Html {
    const words = this.#words;
    if (uptime === 'being read') return html`<p class="dim small">${words.uptimeBeingRead}</p>`;
    // Said once for the whole page.
    if (uptime === 'unreadable')
      return this.#facts.doubt === undefined
        ? html`<p class="dim small">${words.uptimeUnreadable}</p>`
        : html``;
    const { ratio, days, outages } = uptime;
    const share = ratio === undefined ? undefined : this.#formats.percent(ratio);
    const label = words.strip(share, daysDown(days));
    return html`${dayStrip(days, label, words, this.#formats)}
      <div class="row dim small">
        <span>${words.firstDay}</span><span>${words.uptime(share)}</span><span>${words.today}</span>
      </div>
      ${
        outages.length === 0
          ? ''
          : html`<details>
              <summary>${words.outages(outages.length, uptime.hasMoreOutages)}</summary>
              <ul>
                ${outages.map(({ from, to }) => html`<li>${this.#range(from, to)}</li>`)}
              </ul>
            </details>`
      }`;
  }

  #incident(incident: StatusIncident): Html {
    const state = stateOf(incident);
    const words = this.#words.incident;
    return html`<article class="entry" id="incident-${incident.id}">
      <div class="row">
        <h3>${incident.title}</h3>
        <span class="state">${shape(state)}${words[state]}</span>
      </div>
      <ol class="updates">
        ${incident.updates.toReversed().map(
          (update) =>
            html`<li>
              <p class="dim small">${words[update.state]}, ${this.#time(update.at)}</p>
              <p class="text">${update.text}</p>
            </li>`,
        )}
      </ol>
    </article>`;
  }

  #maintenance(): Html {
    const { maintenance } = this.#facts;
    if (maintenance.length === 0) return html``;
    return this.#section(
      this.#words.maintenance,
      maintenance.map((each) => this.#window(each)),
    );
  }

  #window({ from, to, groups }: Maintenance): Html {
    const words = this.#words;
    const now =
      from <= this.#facts.at
        ? html`<span class="state">${shape('maintenance')}${words.maintenanceNow}</span>`
        : html``;
    return html`<article class="entry">
      <div class="row">
        <h3>${this.#range(from, to)}</h3>
        ${now}
      </div>
      <p class="dim small">${words.of}: ${groups.join(', ')}</p>
    </article>`;
  }

  #past(past: readonly StatusIncident[]): Html {
    const { incidents } = this.#facts;
    const words = this.#words;
    if (past.length > 0)
      return this.#section(
        words.pastIncidents,
        past.map((each) => this.#incident(each)),
      );
    // What cannot be read may be there.
    if (!this.#isKnown || incidents.some(isOpen)) return html``;
    return this.#section(words.pastIncidents, [html`<p class="dim">${words.noIncidents}</p>`]);
  }

  #footer(): Html {
    const feed = this.#hasFeed ? html`<a href="${this.#page.slug}.rss">${this.#words.feed}</a>` : html``;
    return html`<footer><span>${this.#words.times(this.#page.timeZone)}</span>${feed}</footer>`;
  }

  #range(from: Instant, to: Instant | undefined): Html {
    const end = to === undefined ? html`${this.#words.ongoing}` : this.#time(to);
    return html`${this.#time(from)} ${this.#words.until} ${end}`;
  }

  #time(at: Instant): Html {
    return html`<time datetime="${new Date(at).toISOString()}">${this.#formats.time(at)}</time>`;
  }
}

function shape(state: keyof typeof SHAPES): Html {
  return html`<svg class="shape" data-state="${state}" viewBox="0 0 14 14" aria-hidden="true">
    <path fill-rule="evenodd" d="${SHAPES[state]}" />
  </svg>`;
}
