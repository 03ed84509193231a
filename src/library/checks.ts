import { isRecord } from '../domain/is-record.js';
import { didYouMean } from '../views/did-you-mean.js';
import type { Seconds } from '../domain/time.js';

/** The problem with a value: a sentence without its subject, or undefined. */
export type Check = (value: unknown) => string | undefined;

/** Every problem of a value, a line each, beginning with its place. */
export type Reader = (value: unknown, place: string) => readonly string[];

const LONGEST_SHOWN = 40;

/** A value as a sentence about it shows it. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value);
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return 'a list';
      return isPlain(value) ? 'an object' : `an object of class ${classOf(value)}`;
  }
}

function classOf(value: object): string {
  const { constructor }: { readonly constructor: unknown } = value;
  return typeof constructor === 'function' ? constructor.name : '?';
}

/** Whether all its members are its own, as in `{ port: 80 }`. Those of a `Map` or of a class would be overlooked. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isRecord(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // The program may have made it in another context, with an Object of its own.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

export function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

/** @returns a check that says what the value must be, and what it is */
export function must(be: string, holds: (value: unknown) => boolean): Check {
  return (value) => (holds(value) ? undefined : `must be ${be}, not ${shown(value)}`);
}

export const aText = must('a text', (value) => typeof value === 'string' && value !== '');
export const aFunction = must('a function', (value) => typeof value === 'function');
export const aDate = must('a Date', (value) => value instanceof Date && !Number.isNaN(value.getTime()));
export const anObject = must('an object', isPlain);
/** Infinity and NaN are refused: options are read as JSON, which has neither. */
export const aNumber = must('a number', (value) => typeof value === 'number' && Number.isFinite(value));
export const wholeFrom1 = must(
  'a whole number from 1 on',
  (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 1,
);

export function secondsWithin(min: Seconds, max: Seconds): Check {
  return must(
    `a number of seconds between ${String(min)} and ${String(max)}`,
    (value) => typeof value === 'number' && value >= min && value <= max,
  );
}

export function oneOf(...names: readonly string[]): Check {
  return must(`one of ${names.join(', ')}`, (value) => typeof value === 'string' && names.includes(value));
}

/** @returns the reader of a single value */
export function one(check: Check): Reader {
  return (value, place) => {
    const problem = check(value);
    return problem === undefined ? [] : [`${place}: ${problem}`];
  };
}

/** @returns the reader of an object with these members and no others; undefined counts as absent */
export function objectOf(members: Readonly<Record<string, Reader>>): Reader {
  const names = Object.keys(members);
  return (value, place) => {
    if (!isPlain(value)) return [`${place}: must be an object with ${names.join(', ')}, not ${shown(value)}`];
    return Object.entries(value).flatMap(([name, given]) => {
      const at = within(place, name);
      const read = Object.hasOwn(members, name) ? members[name] : undefined;
      if (read === undefined) return [`${at}: ${unknownName(name, names)}`];
      return given === undefined ? [] : read(given, at);
    });
  };
}

/** @returns the reader of an object whose keys are the program's own */
export function mapOf(read: Reader, of: string): Reader {
  return (value, place) => {
    if (!isPlain(value)) return [`${place}: must be an object of ${of}, not ${shown(value)}`];
    return Object.entries(value).flatMap(([name, given]) => read(given, within(place, name)));
  };
}

function within(place: string, name: string): string {
  return place === '' ? name : `${place}.${name}`;
}

function unknownName(name: string, names: readonly string[]): string {
  return `unknown option${didYouMean(name, names) || `; there are ${names.join(', ')}`}`;
}

/** @throws TypeError with every problem, a line each */
export function refuseProblems(what: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new TypeError(`invalid ${what}:\n${problems.join('\n')}`);
}

/** @throws TypeError that says what the argument must be, and what it is */
export function expectArgument(what: string, value: unknown, check: Check): void {
  const problem = check(value);
  if (problem !== undefined) throw new TypeError(`${what} ${problem}`);
}
