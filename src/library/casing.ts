/** A configuration's `snake_case` keys as a program writes them. */
export type CamelCased<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? { readonly [Key in keyof Value as Key extends string ? Camel<Key> : Key]: CamelCased<Value[Key]> }
    : Value;

type Camel<Key extends string> = Key extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Key;

/** What is under these is the program's own: its keys are no names of settings. */
const DATA = ['labels'];

/** The same settings under the names that a configuration file has for them. */
export function snakeCased(settings: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]: [string, unknown]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      isPlain(value) && !DATA.includes(key) ? snakeCased(value) : value,
    ]),
  );
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
