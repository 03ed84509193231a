/** An element of a feed, as a parser of XML found it. */
export interface FeedElement {
  /** With its prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** What it says, with that of the elements within. */
  readonly text: string;
  readonly children: readonly FeedElement[];
}

/** Where the feed was read, and when. */
interface Reading {
  readonly address: string;
  readonly at: Date;
}

interface Rule {
  readonly rule: string;
  /** What breaks it. */
  readonly broken: (feed: FeedElement, reading: Reading) => readonly string[];
}

const OF_CHANNEL = new Set(
  'title link description language copyright managingEditor webMaster pubDate lastBuildDate category generator docs cloud ttl image rating textInput skipHours skipDays item'.split(
    ' ',
  ),
);
const OF_ITEM = new Set(
  'title link description author category comments enclosure guid pubDate source'.split(' '),
);
/** Those that there may be several of. */
const MANY = new Set(['item', 'category', 'enclosure']);
/** RFC 822 with the four digits of a year that RSS prefers, as in `Tue, 14 Nov 2023 22:13:21 GMT`. */
const DATE =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} (?:GMT|UT|[+-]\d{4})$/;

const channelsOf = ({ children }: FeedElement) => children.filter(({ name }) => name === 'channel');
const itemsOf = (feed: FeedElement) =>
  channelsOf(feed).flatMap(({ children }) => children.filter(({ name }) => name === 'item'));
const named = ({ children }: FeedElement, name: string) => children.filter((child) => child.name === name);
const textsOf = (feed: FeedElement, name: string): readonly string[] =>
  [...channelsOf(feed), ...itemsOf(feed)].flatMap((each) => named(each, name).map(({ text }) => text));
const isAddress = (text: string) => /^https?:\/\/\S+$/.test(text) && URL.canParse(text);

/**
 * What the validator of the W3C refuses or warns about in RSS 2.0, for the elements that our feed may have
 * (https://validator.w3.org/feed/docs/rss2.html, https://www.rssboard.org/rss-specification and
 * https://www.rssboard.org/rss-profile). The registry has no validator: only parsers, which accept more.
 */
export const RSS_RULES: readonly Rule[] = [
  {
    rule: 'the root is rss of version 2.0 with one channel and nothing else',
    broken: (feed) => {
      const isSo =
        feed.name === 'rss' &&
        feed.attributes['version'] === '2.0' &&
        feed.children.length === 1 &&
        channelsOf(feed).length === 1;
      return isSo ? [] : [feed.name];
    },
  },
  {
    rule: 'a channel has one title, link and description, none of them empty',
    broken: (feed) =>
      channelsOf(feed).flatMap((channel) =>
        ['title', 'link', 'description'].filter((name) => {
          const [first, ...others] = named(channel, name);
          return first === undefined || others.length > 0 || first.text.trim() === '';
        }),
      ),
  },
  {
    rule: 'elements are those of RSS, or have a namespace, and come once',
    broken: (feed) =>
      [...channelsOf(feed), ...itemsOf(feed)].flatMap((parent) => {
        const known = parent.name === 'item' ? OF_ITEM : OF_CHANNEL;
        const names = parent.children.map(({ name }) => name);
        return names.filter(
          (name, at) =>
            !name.includes(':') && (!known.has(name) || (!MANY.has(name) && names.indexOf(name) !== at)),
        );
      }),
  },
  {
    rule: 'links are whole addresses',
    broken: (feed) => textsOf(feed, 'link').filter((text) => !isAddress(text)),
  },
  {
    rule: 'a language is a code of ISO 639, with a country at most',
    broken: (feed) => textsOf(feed, 'language').filter((text) => !/^[a-z]{2,3}(?:-[a-z]{2})?$/i.test(text)),
  },
  {
    rule: 'a ttl is a whole number of minutes',
    broken: (feed) => textsOf(feed, 'ttl').filter((text) => !/^[1-9]\d*$/.test(text)),
  },
  {
    rule: 'a channel names itself by an atom:link of its own address and type',
    broken: (feed, { address }) => {
      const own = channelsOf(feed).flatMap((channel) => named(channel, 'atom:link'));
      const isSo =
        own.length === 1 &&
        own[0]?.attributes['rel'] === 'self' &&
        own[0].attributes['href'] === address &&
        own[0].attributes['type'] === 'application/rss+xml';
      return isSo ? [] : own.map(({ attributes }) => JSON.stringify(attributes)).concat('no link to itself');
    },
  },
  {
    rule: 'an item has a title or a description, and a title has no HTML',
    broken: (feed) => [
      ...itemsOf(feed).flatMap((item) =>
        [...named(item, 'title'), ...named(item, 'description')].some(({ text }) => text.trim() !== '')
          ? []
          : ['an item says nothing'],
      ),
      ...textsOf(feed, 'title').filter((text) => /<\w+[^>]*>/.test(text)),
    ],
  },
  {
    rule: 'an item has a guid that no other has, which is an address unless it says that it is none',
    broken: (feed) => {
      const guids = itemsOf(feed).map((item) => named(item, 'guid')[0]);
      return guids.flatMap((guid, at) => {
        if (guid === undefined || guid.text === '') return ['an item without a guid'];
        const isFirst = guids.findIndex((other) => other?.text === guid.text) === at;
        const isRight = guid.attributes['isPermaLink'] === 'false' || isAddress(guid.text);
        return isFirst && isRight ? [] : [guid.text];
      });
    },
  },
  {
    rule: 'a date is one of RFC 822 on that day of the week, and not to come',
    broken: (feed, { at }) =>
      [...textsOf(feed, 'pubDate'), ...textsOf(feed, 'lastBuildDate')].filter((text) => {
        const date = new Date(text);
        const isDay = /^\w{3}, /.exec(text)?.[0];
        const isRight =
          DATE.test(text) &&
          (isDay === undefined || date.toUTCString().startsWith(isDay) || !text.endsWith('GMT'));
        return !isRight || date.getTime() > at.getTime();
      }),
  },
  {
    rule: 'a description has no scripts, and no relative addresses',
    broken: (feed) =>
      textsOf(feed, 'description').filter((text) =>
        /<(?:script|object|embed|iframe|style)\b|\son\w+=|(?:href|src)="(?!https?:)/i.test(text),
      ),
  },
];

/** The rules that a feed breaks, with what breaks them. */
export function brokenRules(feed: FeedElement, reading: Reading): readonly string[] {
  return RSS_RULES.flatMap(({ rule, broken }) => broken(feed, reading).map((what) => `${rule}: ${what}`));
}
