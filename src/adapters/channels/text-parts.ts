import type { AlertType } from '../../domain/alert.js';
import type { AlertMessage } from '../../ports/channel.js';
import { detailsOf, fitted, listed, shortened, SIGNS, sizeOf, utc } from './alert-text.js';

/** How the parts of a text are written, and how long they may become. */
export interface TextStyle {
  /** The most that the sentence may have, in the unit of `size`. */
  readonly sentence: number;
  /** The most that the list and the details may have together. */
  readonly rest: number;
  /** By default the length. */
  readonly size?: (text: string) => number;
  /** Makes text from outside harmless. */
  readonly escaped?: (text: string) => string;
  /** A line of the list. @param name already harmless */
  readonly line?: (name: string, state: string) => string;
  /** An instant in Unix seconds; by default in UTC. */
  readonly when?: (seconds: number) => string;
}

/** A text for people. */
export interface TextParts {
  readonly sentence: string;
  /** A line for each node of a group. */
  readonly nodes: readonly string[];
  readonly details: readonly string[];
}

const length = (text: string): number => text.length;
const unchanged = (text: string): string => text;
const bullet = (name: string, state: string): string => `• ${name} ${state}`;

/** The parts of an alert's text, each as long as it may be at most. */
export function textParts(
  alert: AlertMessage,
  { sentence, rest, size = length, escaped = unchanged, line = bullet, when = utc }: TextStyle,
): TextParts {
  const details = fitted(
    detailsOf(alert, when, escaped).map(({ name, value }) => `${name}: ${value}`),
    rest,
    size,
  );
  const whole = `${SIGNS[alert.type]} ${alert.message}`;
  return {
    sentence: escaped(shortened(whole, sentence, (text) => size(escaped(text)))),
    nodes: listed(alert, (name, state) => line(escaped(name), state), {
      room: rest - sizeOf(details, size),
      size,
    }),
    details,
  };
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

/** Puts a character of no width after each match, so that it is not read as markup where markup cannot be escaped. */
export function brokenUp(text: string, markup: RegExp): string {
  return text.replaceAll(markup, '$&\u200B');
}
