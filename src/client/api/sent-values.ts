import { expectOptions } from './client-options.js';
import { camel } from './shape.js';
import { secondsOf } from './when.js';

/*
 * Options as the API takes them: names in snake_case, instants in seconds.
 */

/** What is under these keys has keys of its own. */
const DATA = ['labels', 'meta', 'header'];

/**
 * A query. Lists are separated by commas.
 *
 * @throws TypeError if an option is none of these names
 */
export function queryOf(given: Readonly<Record<string, unknown>>, names: readonly string[]): string {
  expectOptions(given, names);
  if (Object.values(given).every((value) => value === undefined)) return '';
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given))
    if (value !== undefined) query.set(snakeCased(name), textOf(value));
  return `?${query.toString()}`;
}

/**
 * A body.
 *
 * @throws TypeError if a name is that of the API and not that of the client: the daemon would take it
 */
export function bodyOf(value: object): string {
  return JSON.stringify(sent(value));
}

/**
 * A body of the API in the client's spelling.
 *
 * @returns what `bodyOf` turns into it
 */
export function inCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCamelCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]: [string, unknown]) => [
      camel(name),
      DATA.includes(name) ? each : inCamelCase(each),
    ]),
  );
}

function textOf(value: unknown): string {
  // Queries take whole seconds.
  if (value instanceof Date) return String(Math.floor(secondsOf(value)));
  return Array.isArray(value) ? value.join(',') : String(value);
}

function sent(value: unknown): unknown {
  if (value instanceof Date) return secondsOf(value);
  if (Array.isArray(value)) return value.map(sent);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]: [string, unknown]) => {
      if (name.includes('_')) throw new TypeError(`unknown option ${name}; names are in camelCase`);
      return [snakeCased(name), DATA.includes(name) ? each : sent(each)];
    }),
  );
}

function snakeCased(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
