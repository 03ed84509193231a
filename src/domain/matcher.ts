import { RE2JS } from 're2js';
import { isUtf8Within, LONE_SURROGATE } from './utf8.js';

/** `=~` and `!~` compare with a regular expression of RE2, which must match all of the value. */
type MatchOperator = '=' | '!=' | '=~' | '!~';

/** One condition on a label, as Alertmanager has it. */
export interface Matcher {
  readonly label: string;
  readonly operator: MatchOperator;
  readonly value: string;
}

/** What matchers look at. */
export interface Labelled {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The label that stands for the name of a node. */
const NAME = 'name';
/** Bytes of a regular expression. */
const LONGEST_PATTERN = 256;

const SPACES = ' \t\n\r\f';
/** Characters that end a label without quotes, as in Alertmanager's parser. */
const RESERVED = `${SPACES}{}=!~,"'\`\\`;

/**
 * Reads a matcher in the syntax of Alertmanager: `env=prod`, `name=~"web-.*"`. Label and value may be in double quotes,
 * with `\"`, `\\` and `\n` inside; spaces around the three parts are dropped.
 *
 * @returns the matcher, or what is wrong with the text
 */
export function parseMatcher(text: string): Matcher | { readonly problem: string } {
  const scanned = scanLabel(trimmed(text));
  if ('problem' in scanned) return scanned;
  const { label } = scanned;
  const rest = trimmed(scanned.rest);
  const operator = (['=~', '!=', '!~', '='] as const).find((each) => rest.startsWith(each));
  if (operator === undefined) return { problem: 'must have one of =, !=, =~ and !~ behind the label' };
  const value = valueIn(trimmed(rest.slice(operator.length)));
  if (value === undefined) return { problem: 'has a double quote in its value that is not escaped' };
  const matcher = { label, operator, value };
  const problem = isRegular(matcher) ? patternProblem(value) : undefined;
  return problem === undefined ? matcher : { problem };
}

/** A matcher that fits one value of a label only, whatever characters it has. */
export function exactMatcher(label: string, value: string): string {
  return `${label}="${value.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

/** @returns whether something fits all of these matchers; a label that it does not have is empty */
export function compiled(matchers: readonly Matcher[]): (labelled: Labelled) => boolean {
  // Regular expressions take a hundred times as long as the others.
  const tests = [...matchers].sort((a, b) => Number(isRegular(a)) - Number(isRegular(b))).map(testOf);
  return (labelled) => tests.every((fits) => fits(labelled));
}

/** Whether each of them fits an empty label: Alertmanager refuses such a silence, since it may fit everything. */
export function allFitNothing(matchers: readonly Matcher[]): boolean {
  return matchers.every(({ operator, value }) => {
    if (operator === '=') return value === '';
    return operator === '=~' && RE2JS.compile(value).matches('');
  });
}

function testOf({ label, operator, value }: Matcher): (labelled: Labelled) => boolean {
  const isFit = operator === '=' || operator === '=~';
  if (operator === '=' || operator === '!=')
    return (labelled) => (labelOf(labelled, label) === value) === isFit;
  const fits = patternOf(value);
  return (labelled) => fits(labelOf(labelled, label)) === isFit;
}

/**
 * Most patterns are names with alternatives or with an open end: what cannot fit costs a comparison of how it begins and
 * ends.
 */
function patternOf(value: string): (text: string) => boolean {
  const alternatives = value.split('|');
  if (alternatives.every((each) => literalStart(each) === each)) {
    const all = new Set(alternatives);
    return (text) => all.has(text);
  }
  const pattern = RE2JS.compile(value);
  const [starts, end] = [literalStarts(value), literalEnd(value)];
  return (text) =>
    starts.some((start) => text.startsWith(start)) && text.endsWith(end) && pattern.matches(text);
}

const META = '\\.+*?()|[]{}^$';

/** What texts that fit begin with, one of them; the empty string if nothing is known. */
function literalStarts(pattern: string): readonly string[] {
  // Flags may make upper and lower case the same, and what repeats them repeats what is before them.
  if (pattern.includes('(?')) return [''];
  const isGroup = pattern.startsWith('(');
  const end = pattern.indexOf(')');
  if (isGroup && end > 0) {
    const [inner, rest] = [pattern.slice(1, end).split('|'), pattern.slice(end + 1)];
    const isOnce = rest === '' || !'*?{'.includes(rest.charAt(0));
    if (isOnce && inner.every((each) => each !== '' && literalStart(each) === each) && !rest.includes('|'))
      return inner.map((each) => each + literalStart(rest));
  }
  return pattern.includes('|') ? [''] : [literalStart(pattern)];
}

/** What every text that fits begins with: as much as stands for itself, without what a repetition makes optional. */
function literalStart(pattern: string): string {
  let end = 0;
  while (end < pattern.length && !META.includes(pattern.charAt(end))) end++;
  const isRepeated = end < pattern.length && '*?{'.includes(pattern.charAt(end));
  // A repetition repeats a whole character, which may be two halves.
  return isRepeated ? Array.from(pattern.slice(0, end)).slice(0, -1).join('') : pattern.slice(0, end);
}

/** What every text that fits ends with: what stands for itself behind everything that does not. */
function literalEnd(pattern: string): string {
  // Flags may make upper and lower case the same.
  if (pattern.includes('|') || pattern.includes('(?')) return '';
  let from = pattern.length;
  while (from > 0 && !META.includes(pattern.charAt(from - 1))) from--;
  // Behind these, some of it may mean something else.
  return from > 0 && '\\{['.includes(pattern.charAt(from - 1)) ? '' : pattern.slice(from);
}

function labelOf({ name, labels }: Labelled, label: string): string {
  if (label === NAME) return name;
  return Object.hasOwn(labels, label) ? (labels[label] ?? '') : '';
}

function isRegular({ operator }: Matcher): boolean {
  return operator === '=~' || operator === '!~';
}

function patternProblem(pattern: string): string | undefined {
  if (LONE_SURROGATE.test(pattern))
    return 'has half of a character in its regular expression: a surrogate without the other one';
  if (pattern !== '' && !isUtf8Within(pattern, LONGEST_PATTERN))
    return `has a regular expression of more than ${String(LONGEST_PATTERN)} bytes`;
  // It would hide what follows from the count below.
  if (quotes(pattern))
    return 'has \\Q in its regular expression: write a backslash before each character instead';
  if (writtenOut(pattern) > LONGEST_PATTERN)
    return `has a regular expression of more than ${String(LONGEST_PATTERN)} characters, repetitions written out`;
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return `has no regular expression of RE2: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Whether there is a `\Q`, behind which RE2 takes characters as they are. */
function quotes(pattern: string): boolean {
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] !== '\\') continue;
    at++;
    if (pattern[at] === 'Q') return true;
  }
  return false;
}

/**
 * The length of a pattern with its counted repetitions written out, `ab{3}` as `abbb`, approximately: the time of a
 * match grows with it.
 */
function writtenOut(pattern: string): number {
  const open: number[] = [];
  let [sum, last] = [0, 0];
  const add = (size: number): void => {
    sum += size;
    last = size;
  };
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === '\\') {
      at = endOfEscape(pattern, at);
      add(1);
    } else if (character === '[') {
      at = endOfClass(pattern, at);
      add(1);
    } else if (character === '(') {
      open.push(sum);
      [sum, last] = [0, 0];
    } else if (character === ')') {
      // An empty group costs as much as a character when it is repeated.
      const inner = Math.max(1, sum);
      sum = open.pop() ?? 0;
      add(inner);
    } else if (character === '{') {
      const end = pattern.indexOf('}', at);
      const times = Math.max(
        ...pattern
          .slice(at + 1, end < 0 ? undefined : end)
          .split(',')
          .map(Number),
      );
      if (!Number.isNaN(times)) {
        const more = last * Math.max(0, times - 1);
        sum += more;
        last += more;
        if (end > 0) at = end;
      } else add(1);
    } else add(1);
  }
  return open.reduce((whole, outer) => whole + outer, sum);
}

/** The index of the last character of an escape: `\d`, `\x{1f600}`, `\p{Greek}`. */
function endOfEscape(pattern: string, from: number): number {
  const isNamed = 'xpP'.includes(pattern.charAt(from + 1)) && pattern[from + 2] === '{';
  const end = isNamed ? pattern.indexOf('}', from) : -1;
  return end < 0 ? from + 1 : end;
}

/** The index of the bracket that ends a class of characters. */
function endOfClass(pattern: string, from: number): number {
  // A bracket at the very beginning stands for itself.
  let at = pattern[from + 1] === '^' ? from + 2 : from + 1;
  if (pattern[at] === ']') at++;
  for (; at < pattern.length && pattern[at] !== ']'; at++) {
    if (pattern[at] === '\\') at++;
    else if (pattern.startsWith('[:', at)) at = Math.max(at, pattern.indexOf(':]', at) + 1);
  }
  return at;
}

type Scanned = { readonly label: string; readonly rest: string } | { readonly problem: string };

function scanLabel(text: string): Scanned {
  if (text.startsWith('"')) {
    const end = closingQuote(text);
    const label = end === undefined ? undefined : unescaped(text.slice(1, end));
    if (end === undefined || label === undefined || label === '')
      return { problem: 'must begin with the name of a label' };
    return { label, rest: text.slice(end + 1) };
  }
  let end = 0;
  while (end < text.length && !RESERVED.includes(text.charAt(end))) end++;
  if (end === 0) return { problem: 'must begin with the name of a label' };
  return { label: text.slice(0, end), rest: text.slice(end) };
}

/** The index of the quote that ends what begins with one. */
function closingQuote(text: string): number | undefined {
  for (let at = 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return undefined;
}

/** @returns undefined if a quote is in the wrong place */
function valueIn(text: string): string | undefined {
  if (!text.startsWith('"')) return unescaped(text);
  return closingQuote(text) === text.length - 1 ? unescaped(text.slice(1, -1)) : undefined;
}

/** A backslash before anything else stands for itself. @returns undefined if it has a quote that is not escaped */
function unescaped(text: string): string | undefined {
  let value = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') return undefined;
    const next = text.charAt(at + 1);
    if (character !== '\\' || next === '' || !'n"\\'.includes(next)) {
      value += character;
      continue;
    }
    value += next === 'n' ? '\n' : next;
    at++;
  }
  return value;
}

function trimmed(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && SPACES.includes(text.charAt(from))) from++;
  while (to > from && SPACES.includes(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}
