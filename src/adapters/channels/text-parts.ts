import type { AlertType } from '../../domain/alert.js';
import type { AlertMessage } from '../../ports/channel.js';
import {
  detailsOf,
  fitted,
  linksOf,
  listed,
  shortened,
  SIGNS,
  sizeOf,
  utc,
  type TitledLink,
} from './alert-text.js';

/** How the parts of a text are written, and how long they may become. */
export interface TextStyle {
  /** The most that the sentence may have, in the unit of `size`. */
  readonly sentence: number;
  /** The most that the list, the details and the links may have together. */
  readonly rest: number;
  /** By default the length. */
  readonly size?: (text: string) => number;
  /** Makes text from outside harmless. */
  readonly escaped?: (text: string) => string;
  /** A line of the list. @param name already harmless */
  readonly line?: (name: string, state: string, url: string | undefined) => string;
  /** A link below the details; by default in plain text. */
  readonly link?: (link: TitledLink) => string;
  /** By default all of the alert's. */
  readonly links?: readonly TitledLink[];
  /** What stands between links; by default the end of a line. */
  readonly between?: string;
  /** An instant in Unix seconds; by default in UTC. */
  readonly when?: (seconds: number) => string;
}

/** A text for people. */
export interface TextParts {
  readonly sentence: string;
  /** A line for each node of a group. */
  readonly nodes: readonly string[];
  readonly details: readonly string[];
  /** Empty, or a text with all links that fit. */
  readonly links: readonly string[];
}

const length = (text: string): number => text.length;
const unchanged = (text: string): string => text;
const bullet = (name: string, state: string): string => `• ${name} ${state}`;
const titled = ({ title, url }: TitledLink): string => `${title}: ${url}`;

/** The parts of an alert's text, each as long as it may be at most. */
export function textParts(
  alert: AlertMessage,
  {
    sentence,
    rest,
    size = length,
    escaped = unchanged,
    line = bullet,
    link = titled,
    links = linksOf(alert),
    between = '\n',
    when = utc,
  }: TextStyle,
): TextParts {
  const linked = joinedWithin(links.map(link), between, rest / 2, size);
  const room = rest - sizeOf(linked, size);
  const details = fitted(
    detailsOf(alert, when, escaped).map(({ name, value }) => `${name}: ${value}`),
    room,
    size,
  );
  const whole = `${SIGNS[alert.type]} ${alert.message}`;
  return {
    sentence: escaped(shortened(whole, sentence, (text) => size(escaped(text)))),
    nodes: listed(alert, (name, state, url) => line(escaped(name), state, url), {
      room: room - sizeOf(details, size),
      size,
    }),
    details,
    links: linked,
  };
}

/** As many of the links as fit, the most important first. A part of a link leads nowhere. */
function joinedWithin(
  links: readonly string[],
  between: string,
  room: number,
  size: (text: string) => number,
): readonly string[] {
  const cut = links.findIndex((_each, index) => size(links.slice(0, index + 1).join(between)) > room);
  const shown = cut < 0 ? links : links.slice(0, cut);
  return shown.length === 0 ? [] : [shown.join(between)];
}

const URGENT: readonly AlertType[] = ['node.failed', 'node.reported_failure', 'mass_failure'];

/** Whether it is about a failure, and may wake somebody. */
export function isUrgent({ type }: Pick<AlertMessage, 'type'>): boolean {
  return URGENT.includes(type);
}

/** The length in characters, where a provider counts neither bytes nor units of UTF-16. */
export function codePoints(text: string): number {
  return Array.from(text).length;
}

/** All of them, in their order. */
export function joined({ sentence, nodes, details, links }: TextParts): string {
  return [sentence, ...nodes, ...details, ...links].join('\n');
}

/** A link in Markdown. @param text already harmless */
export function markdownLink({ title: text, url }: TitledLink): string {
  return `[${text}](${url})`;
}

/** The end of a line with a link to its node, where a name cannot be the text of a link. */
export function shown(url: string | undefined, link: (link: TitledLink) => string): string {
  return url === undefined ? '' : ` · ${link({ title: 'Show', url })}`;
}

/** Puts a character of no width after each match, so that it is not read as markup where markup cannot be escaped. */
export function brokenUp(text: string, markup: RegExp): string {
  return text.replaceAll(markup, '$&\u200B');
}
