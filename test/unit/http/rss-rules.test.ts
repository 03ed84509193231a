import { expect } from 'chai';
import { brokenRules, RSS_RULES, type FeedElement } from '../../support/rss-rules.js';

const ADDRESS = 'https://example.org/status/web.rss';
const AT = new Date('2026-11-30T12:00:00Z');

const element = (
  name: string,
  text = '',
  attributes: Readonly<Record<string, string>> = {},
  children: readonly FeedElement[] = [],
): FeedElement => ({ name, text, attributes, children });

const CHANNEL: readonly FeedElement[] = [
  element('title', 'Example'),
  element('link', 'https://example.org/status/web'),
  element('description', 'Incidents'),
  element('language', 'en'),
  element('ttl', '5'),
  element('atom:link', '', { rel: 'self', href: ADDRESS, type: 'application/rss+xml' }),
];
const ITEM: readonly FeedElement[] = [
  element('title', 'Resolved: it failed'),
  element('guid', 'a-1', { isPermaLink: 'false' }),
  element('pubDate', 'Mon, 30 Nov 2026 11:00:00 GMT'),
  element('description', 'It is over.<br>'),
];

function feedOf(channel: readonly FeedElement[], ...items: (readonly FeedElement[])[]): FeedElement {
  const children = [...channel, ...items.map((item) => element('item', '', {}, item))];
  return element('rss', '', { version: '2.0' }, [element('channel', '', {}, children)]);
}
const replaced = (list: readonly FeedElement[], ...by: readonly FeedElement[]): readonly FeedElement[] =>
  list.map((each) => by.find(({ name }) => name === each.name) ?? each);

/** A feed that breaks each rule, in the order of the rules. */
const BROKEN: readonly FeedElement[] = [
  element('rss', '', { version: '0.91' }, feedOf(CHANNEL, ITEM).children),
  feedOf(replaced(CHANNEL, element('description', ' ')), ITEM),
  feedOf([...CHANNEL, element('updated', '2026')], ITEM),
  feedOf(replaced(CHANNEL, element('link', '/status/web')), ITEM),
  feedOf(replaced(CHANNEL, element('language', 'English')), ITEM),
  feedOf(replaced(CHANNEL, element('ttl', '0.5')), ITEM),
  feedOf(CHANNEL.slice(0, -1), ITEM),
  feedOf(CHANNEL, replaced(ITEM, element('title', '<b>it failed</b>'))),
  feedOf(CHANNEL, ITEM, ITEM),
  feedOf(CHANNEL, replaced(ITEM, element('pubDate', '2026-11-30T11:00:00Z'))),
  feedOf(CHANNEL, replaced(ITEM, element('description', '<a href="/x">x</a>'))),
];

describe('the rules of RSS', () => {
  it('are kept by a feed that the specification allows', () => {
    expect(brokenRules(feedOf(CHANNEL, ITEM), { address: ADDRESS, at: AT })).to.deep.equal([]);
  });

  it('are each broken by a feed that breaks it, and by that alone', () => {
    expect(BROKEN).to.have.length(RSS_RULES.length);
    for (const [at, feed] of BROKEN.entries()) {
      const broken = RSS_RULES.filter((rule) => rule.broken(feed, { address: ADDRESS, at: AT }).length > 0);
      expect(broken.map(({ rule }) => rule)).to.deep.equal([RSS_RULES[at]?.rule]);
    }
  });

  it('are broken by a date to come, and by one of another day of the week', () => {
    for (const date of ['Tue, 30 Nov 2027 11:00:00 GMT', 'Tue, 30 Nov 2026 11:00:00 GMT'])
      expect(
        brokenRules(feedOf(CHANNEL, replaced(ITEM, element('pubDate', date))), { address: ADDRESS, at: AT }),
      ).to.have.length(1);
  });
});
