import { isPlain } from './checks.js';

/** A configuration's `snake_case` keys in camelCase. */
export type CamelCased<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? { readonly [Key in keyof Value as Key extends string ? Camel<Key> : Key]: CamelCased<Value[Key]> }
    : Value;

type Camel<Key extends string> = Key extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Key;

/** The values under these keys are the program's own: their keys are not converted. */
const DATA = ['labels', 'header'];

export function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The same settings under the names in a configuration file. */
export function snakeCased(settings: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]: [string, unknown]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      isPlain(value) && !DATA.includes(key) ? snakeCased(value) : value,
    ]),
  );
}

/**
 * Converts the keys of shown data to camelCase, at any depth.
 *
 * @param read converts a value that is neither a list nor an object
 */
export function camelCased(shown: object, read: (name: string, value: unknown) => unknown): object {
  return Object.fromEntries(
    Object.entries(shown).map(([name, value]: [string, unknown]) => [camel(name), within(name, value, read)]),
  );
}

function within(name: string, value: unknown, read: (name: string, value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => within(name, each, read));
  return isPlain(value) ? camelCased(value, read) : read(name, value);
}
